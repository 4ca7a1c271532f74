"""`--explain` and `--list-rules`: the rules' own documentation."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from rules.engine.examples import Case, cases_of
from rules.engine.registry import Rule, all_rules
from rules.report.style import Style, printable

_ITEM = re.compile(r"( *)([-*] |[0-9]+\. )?")
if TYPE_CHECKING:
    from rules.command.arguments import LintArguments


def about_rules(arguments: LintArguments, style: Style) -> str:
    """What a command line with `--explain` or `--list-rules` prints."""
    if arguments.explain is not None:
        return "\n".join(explanation(rule, style) for rule in arguments.explain)
    if arguments.format == "json":
        return list_rules_json()
    return list_rules(style, whole=bool(arguments.outputs) or not sys.stdout.isatty())


def explanation(rule: Rule, style: Style) -> str:
    """A rule's documentation with its first bad and its first good example, and what --fix makes of a bad one.

    No line is wider than `style` says: one of an example that is too long continues deeper on the next one.
    """
    head = f"{style.severity(rule.severity, rule.code)} {style.paint(rule.name, 'bold')} ({rule.severity.word})"
    parts = [head, "", *_refilled(rule.documentation, style.width)]
    cases = cases_of(rule.examples)
    for wanted, word in ((True, "Bad"), (False, "Good")):
        case = next((case for case in cases if case.bad is wanted), None)
        if case is not None:
            title = wrap(f"{word}: {case.title}", style.width)
            parts += ["", *(style.paint(line, "bold") for line in title), "", *_shown(case, style.width)]
            if wanted:
                parts += ["", *_fix(rule, style)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _fix(rule: Rule, style: Style) -> Iterator[str]:
    """What --fix does about the bad example."""
    from rules.command.on_demand.fix_shown import fix_lines

    head, *rest = fix_lines(rule)
    yield from (style.paint(line, "bold") for line in wrap(head, style.width, break_on_hyphens=False))
    for line in rest:
        shown = f"    {line}".rstrip()
        yield from _folded(shown, "    ", style.width)


def _refilled(text: str, width: int) -> Iterator[str]:
    """The lines of a documentation for another width. Paragraphs and list items are filled, tables and code are not."""
    for number, part in enumerate(text.split("\n\n")):
        if number:
            yield ""
        lines = part.split("\n")
        if any(line.startswith(("    ", "|", "```")) for line in lines):
            yield from lines
        else:
            yield from _filled(lines, width)


def _filled(lines: Sequence[str], width: int) -> Iterator[str]:
    """A paragraph, or the items of a list, in lines of this width."""
    items: list[list[str]] = []
    for line in lines:
        if not items or ((found := _ITEM.match(line)) and found[2]):
            items.append([line])
        else:
            items[-1].append(line)
    for item in items:
        found = _ITEM.match(item[0])
        indent = " " * len(found[0]) if found else ""
        first = item[0][: len(indent)]
        text = " ".join([item[0][len(indent) :], *(line.strip() for line in item[1:])])
        yield from wrap(
            text, width, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )


def _shown(case: Case, width: int) -> Iterator[str]:
    for number, (path, text) in enumerate(case.files.items()):
        if number:
            yield ""
        yield f"    # {path}"
        for line in text.removesuffix("\n").split("\n"):
            shown = f"    {printable(line)}".rstrip()
            indent = shown[: len(shown) - len(shown.lstrip())]
            yield from _folded(shown, indent, width)


def _folded(line: str, indent: str, width: int) -> list[str]:
    """A line that fits as it is, blanks and all; else its words, the continuation below them deeper."""
    if len(line) <= width:
        return [line]
    return wrap(
        line,
        width,
        initial_indent="",
        subsequent_indent=f"{indent}        ",
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def list_rules(style: Style, *, whole: bool = True) -> str:
    """Code, severity, name and summary of each rule: `whole` in one line, else within the width of `style`.

    There the summary, which says more than a name, is below what it belongs to.
    """
    rules = all_rules()
    width = max(len(rule.name) for rule in rules)
    lines = []
    for rule in rules:
        code, summary = style.severity(rule.severity, rule.code), _plain(rule.summary)
        if whole:
            lines.append(f"{code} {rule.severity.word:<7} {rule.name:<{width}}  {summary}\n")
        else:
            lines.append(f"{code} {rule.severity.word:<7} {style.paint(rule.name, 'bold')}\n")
            lines += [f"      {line}\n" for line in wrap(summary, style.width - 6)]
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
