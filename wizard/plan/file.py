"""Writing halb.toml: a new one with a line about each table, or the changes into the one that is there.

Values are written by tomlkit, so that no name can break the file. The text of a file that is there is changed in its
places alone: tomlkit's own document puts tables that stand apart together, drops the comment above the table that
follows a removed one, and puts new keys below the comment of the next table (measured with 0.15.2).
"""

from __future__ import annotations

from rules.plan.read import parse_cluster
from rules.plan.schema import SCHEMA
from rules.plan.values import SCHEMA_NUMBER
from wizard.plan.edit import PlanText
from wizard.plan.plan import Plan
from wizard.plan.values import (
    MANY,
    SINGLE,
    Values,
    lb_files,
    lb_values,
    needed,
    node_values,
    single_tables,
    table_text,
    usual,
)

_TITLE = "# The plan of halb-wizard, and what halb-lint compares the files of the load balancers with."


def write_plan(plan: Plan, old_text: str = "") -> str:
    """The text of the plan's halb.toml; `old_text` is that of the one that is there.

    With `old_text`, only what the plan changes is changed: comments, blank lines, the order of keys, `[lint]` and the
    load balancers' `files` stay, and an equal plan gives the same text to the byte. Machines are known by their
    names, then by their addresses. Raises ClusterError when `old_text` is no halb.toml.
    """
    if not old_text:
        return _fresh(plan)
    cluster = parse_cluster(old_text, "halb.toml")
    text = PlanText(cluster.source)
    if not any(table in text.data for table in (*SINGLE, *MANY)):
        gap = "" if old_text.endswith("\n") else "\n"
        return f"{old_text}{gap}\n{_fresh(plan)}".replace("\r\n", "\n").replace("\n", text.newline)
    return text.changed_to(plan)


def _fresh(plan: Plan) -> str:
    single = single_tables(plan)
    tables: dict[str, list[Values]] = {name: [dict(values)] for name, values in single.items()}
    tables["cluster"] = [{"schema": SCHEMA_NUMBER, **single["cluster"]}]
    tables["control_plane"] = [node_values(node) for node in plan.control_plane]
    tables["lb"] = [{**lb_values(lb), "files": lb_files(lb.name)} for lb in plan.load_balancers]
    said = needed(single["haproxy"], usual(plan)["haproxy"])
    tables["haproxy"] = [said] if said else []
    parts = [f"{_TITLE}\n"]
    for name in SCHEMA:
        comment = f"# {_about(name)}\n"
        for values in tables.get(name, []):
            parts.append(comment + table_text(name, values))
            comment = ""
    return "\n".join(parts)


def _about(table: str) -> str:
    what = SCHEMA[table].what
    if not SCHEMA[table].many:
        return what[0].upper() + what[1:]
    first = "; the first is the initial master" if table == "control_plane" else ""
    return f"One table for each {what}{first}"
