"""`--explain` and `--list-rules`: the rules' own documentation."""

from __future__ import annotations

from rules.engine.examples import Case, cases_of
from rules.engine.registry import Rule, all_rules
from rules.report.style import Style, printable


def explanation(rule: Rule, style: Style) -> str:
    """A rule's documentation with its first bad and its first good example."""
    head = f"{style.severity(rule.severity, rule.code)} {style.paint(rule.name, 'bold')} ({rule.severity.word})"
    parts = [head, "", rule.documentation]
    cases = cases_of(rule.examples)
    for wanted, word in ((True, "Bad"), (False, "Good")):
        case = next((case for case in cases if case.bad is wanted), None)
        if case is not None:
            parts += ["", style.paint(f"{word}: {case.title}", "bold"), "", _shown(case)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _shown(case: Case) -> str:
    lines = []
    for path, text in case.files.items():
        lines.append(f"    # {path}")
        lines += [f"    {printable(line)}".rstrip() for line in text.removesuffix("\n").split("\n")]
        lines.append("")
    return "\n".join(lines[:-1])


def list_rules(style: Style) -> str:
    """One line per rule: code, severity, name, summary."""
    rules = all_rules()
    width = max(len(rule.name) for rule in rules)
    lines = []
    for rule in rules:
        code = style.severity(rule.severity, rule.code)
        lines.append(f"{code} {rule.severity.word:<7} {rule.name:<{width}}  {_plain(rule.summary)}\n")
    return "".join(lines)


def list_rules_json() -> str:
    """Every rule as JSON: code, name, severity, scope, summary and documentation."""
    import json

    rules = [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity.word,
            "scope": rule.scope.value,
            "summary": _plain(rule.summary),
            "documentation": rule.documentation,
        }
        for rule in all_rules()
    ]
    return json.dumps({"schema": 1, "rules": rules}, indent=1) + "\n"


def _plain(text: str) -> str:
    return text.replace("`", "")
