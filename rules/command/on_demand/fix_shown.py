"""What `--fix` makes of a rule's bad example: for `--explain`."""

from __future__ import annotations

from collections.abc import Iterator

from rules.engine.examples import Case, cases_of
from rules.engine.options import Options
from rules.engine.registry import Rule, Selection
from rules.engine.run import lint
from rules.engine.settings import RuleSettings
from rules.fixes.edits import changed, changes_of
from rules.plan.read import parse_cluster
from rules.report.diff import unified

_CLUSTER = "halb.toml"
_ASKED = ("live", "host", "native")
"""What of an example is no file but the answers of the network, of a machine, of the daemons."""
NONE = "Fix: none that --fix could make; see above for what to do"


def fix_lines(rule: Rule) -> Iterator[str]:
    """A head that says whether the fix is safe and what it does, and the changes as a diff of an example.

    That is the first bad one that has a fix. One line where a rule has none.
    """
    bad = [case for case in cases_of(rule.examples) if case.bad]
    for case in bad:
        found = _fixed(rule, case)
        if found is not None:
            safe, title, diffs = found
            how = "safe: --fix makes it" if safe else "unsafe: --fix --unsafe-fixes makes it; look at what it changes"
            where = "" if case is bad[0] else f"; of the example '{case.title}'"
            yield f"Fix ({how}): {title}{where}"
            yield ""
            for diff in diffs:
                yield from diff.removesuffix("\n").split("\n")
            return
    yield NONE


def _fixed(rule: Rule, case: Case) -> tuple[bool, str, list[str]] | None:
    """Whether the fix of an example is safe, its title, and what it changes; None without one."""
    if any(name in case.files for name in _ASKED):
        return None
    settings = RuleSettings(case.settings.get("haproxy-version"), case.settings.get("keepalived-version"))
    cluster = parse_cluster(case.files[_CLUSTER], _CLUSTER) if _CLUSTER in case.files else None
    options = Options(selection=Selection((rule.code,)), settings=settings, cluster=cluster)
    for finding in lint(case.files, options).findings:
        fix = finding.fix
        changes = changes_of(fix) if fix is not None else ()
        if fix is not None and changes and all(change.path in case.files for change in changes):
            new = changed(case.files, changes)
            return fix.safe, fix.title, [unified(path, case.files[path], new[path]) for path in sorted(new)]
    return None
