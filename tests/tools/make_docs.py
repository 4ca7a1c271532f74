"""Writes what is generated: docs/rules.md, docs/halb-toml.md and its schema, the tables in docs/live.md and
docs/failover.md, the demo in README.md, the manual pages, the completions of the shells.

`python -m tests.tools.make_docs` writes; the tests compare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from rules import lint
from rules.engine import wanted
from rules.engine.examples import Case, cases_of
from rules.engine.registry import Rule, Scope, all_rules
from rules.plan import document
from tests.programs import run
from tests.rules.examples import options_of
from tests.rules.live.kinds import kinds_table
from tests.tools import completions, manual
from tests.tools.failover_examples import shown

ROOT = Path(__file__).resolve().parents[2]
DEMO = ("--format", "full", "--fail-on", "never", "--color", "never", "tests/cases/demo-pair")
_TITLES = {
    Scope.PARSE: "The file can't be read as what it is",
    Scope.KEEPALIVED: "One keepalived.conf",
    Scope.FLEET: "Across nodes",
    Scope.GIVEN: "What was given",
    Scope.HAPROXY: "One haproxy.cfg",
    Scope.NODE: "HAProxy and Keepalived of one node",
    Scope.CLUSTER: "The cluster in halb.toml and the files of its installer",
    Scope.DNS: "The endpoint's name (live)",
    Scope.HOST: "What answers at the cluster's addresses (live)",
    Scope.MACHINE: "This machine, where it is one of the nodes (--host)",
    Scope.NATIVE: "What haproxy and keepalived themselves say (--native)",
    Scope.KUBERNETES: "What Kubernetes needs of the endpoint (live)",
    Scope.LINT: "The linter itself",
}

_TITLES_SHOWN = 3  # fixes of a rule that differ in a value only


def rules_page() -> str:
    """docs/rules.md: every rule with its documentation and examples."""
    parts = [
        "# Rules",
        "",
        "Generated from the rules by `make docs`. `halb-lint --explain CODE` shows the same on a terminal.",
        "`halb-lint --fix` makes the safe fixes, with `--unsafe-fixes` the others too.",
    ]
    for scope, title in _TITLES.items():
        rules = [rule for rule in all_rules() if rule.scope is scope]
        parts += ["", f"## {title}", "", "| code | name | severity | what |", "| --- | --- | --- | --- |"]
        parts += [f"| [{r.code}](#{r.code.lower()}) | {r.name} | {r.severity.word} | {r.summary} |" for r in rules]
        for rule in rules:
            parts += ["", *_rule(rule)]
    return "\n".join(parts) + "\n"


def _rule(rule: Rule) -> list[str]:
    parts = [f"### {rule.code}", "", f"**{rule.name}** ({rule.severity.word})", "", rule.documentation, *_fixes(rule)]
    for case in cases_of(rule.examples):
        parts += ["", f"{'Bad' if case.bad else 'Good'}: {case.title}", "", *_example(case)]
    return parts


def _fixes(rule: Rule) -> Iterator[str]:
    """What the fixes for its bad examples do, first the safe ones."""
    titles: dict[bool, dict[str, None]] = {True: {}, False: {}}
    for case in cases_of(rule.examples):
        for finding in lint(case.files, options_of(case)).findings if case.bad else ():
            fix = finding.fix if finding.code == rule.code else None
            if fix is not None:
                titles[fix.safe].setdefault(fix.title)
    for safe, found in titles.items():
        if found:
            more = "; ..." if len(found) > _TITLES_SHOWN else ""
            yield from ("", f"Fix ({'safe' if safe else 'unsafe'}): {'; '.join(list(found)[:_TITLES_SHOWN])}{more}")


def _example(case: Case) -> list[str]:
    lines = []
    for path, text in case.files.items():
        shown = re.sub(r"[\x00-\x08\x0b-\x1f\ufeff]", lambda match: f"\\x{ord(match[0]):02x}", text.removesuffix("\n"))
        lines += ["```", f"# {path}", *shown.split("\n"), "```"]
    return lines


def readme() -> str:
    """README.md with what `make lint-demo` prints now."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    done = run(*DEMO, cwd=ROOT, COLUMNS="90")
    output = f"<!-- lint-demo -->\n```\n{done.stdout}{done.stderr}```\n<!-- /lint-demo -->"
    return re.sub(r"<!-- lint-demo -->.*<!-- /lint-demo -->", lambda _: output, text, flags=re.DOTALL)


def live_page() -> str:
    """docs/live.md with the table of DNS answers and the rules that speak of them."""
    text = (ROOT / "docs/live.md").read_text(encoding="utf-8")
    table = f"<!-- kinds -->\n{kinds_table().strip()}\n<!-- /kinds -->"
    return re.sub(r"<!-- kinds -->.*<!-- /kinds -->", lambda _: table, text, flags=re.DOTALL)


def failover_page() -> str:
    """docs/failover.md with the tables of its examples."""
    text = (ROOT / "docs/failover.md").read_text(encoding="utf-8")

    def table(match: re.Match[str]) -> str:
        return f"<!-- failover: {match[1]} -->\n```\n{shown(match[1])}```\n<!-- /failover -->"

    return re.sub(r"<!-- failover: (\S+) -->.*?<!-- /failover -->", table, text, flags=re.DOTALL)


def words_of_rules() -> str:
    """rules/checks/words.txt: the modules of rules that are about some words only, with these words."""
    modules: dict[str, list[Rule]] = {}
    for rule in all_rules():
        modules.setdefault(rule.module, []).append(rule)
    rows = {
        module: dict.fromkeys(word for rule in rules for word in rule.words)
        for module, rules in modules.items()
        if all(rule.words for rule in rules)
    }
    return "".join(f"{module} {' '.join(words)}\n" for module, words in sorted(rows.items()))


def _completions() -> Iterator[tuple[str, Callable[[], str]]]:
    commands = {"halb-lint": completions.lint_completion, "halb-wizard": completions.wizard_completion}
    for command, make in commands.items():
        for shell, name in completions.SHELLS.items():
            yield f"docs/completions/{name.format(command)}", partial(make, shell)


GENERATED: dict[str, Callable[[], str]] = {
    "docs/rules.md": rules_page,
    "docs/halb-toml.md": document.page,
    "docs/halb.schema.json": document.json_schema,
    "docs/live.md": live_page,
    "docs/failover.md": failover_page,
    "README.md": readme,
    f"rules/checks/{wanted.FILE_NAME}": words_of_rules,
    "docs/man/halb-lint.1": manual.lint_page,
    "docs/man/halb-wizard.1": manual.wizard_page,
    "docs/man/halb.toml.5": manual.toml_page,
    **dict(_completions()),
}


def main() -> None:
    """Write the generated files."""
    for name, make in GENERATED.items():
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
