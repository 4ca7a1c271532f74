"""`--format sarif`: SARIF 2.1.0 (OASIS), which GitHub's code scanning, editors and viewers read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from os import fsencode, sep
from typing import Any
from urllib.parse import quote

from rules.engine.finding import Finding, Location, Report, Severity
from rules.engine.registry import Rule, find_rules
from rules.release import version
from rules.report.ci.lines import clean
from rules.report.json import Seen, fix_of

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_ROOT = "%SRCROOT%"
"""What relative paths are relative to; GitHub and others know it as the top of the working tree."""


def pieces(report: Report) -> Iterator[str]:
    """One SARIF log with one run: what is known before the results, each result, and the end."""
    found = {finding.code: finding.name for finding in report.findings}
    codes = sorted(found)
    numbers = {code: number for number, code in enumerate(codes)}
    head = {
        "tool": {
            "driver": {
                "name": "halb-lint",
                "version": version(),
                "rules": [_rule(code, found[code]) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
    }
    yield f'{{"$schema": {json.dumps(_SCHEMA)}, "version": "2.1.0", "runs": [{json.dumps(head)[:-1]}, "results": ['
    seen = Seen(report)
    for number, finding in enumerate(report.findings):
        yield ("\n" if number == 0 else ",\n") + json.dumps(_result(finding, numbers[finding.code], seen))
    yield "\n]}]}\n"


# -- what ran


def _rule(code: str, name: str) -> dict[str, Any]:
    """A rule's own documentation, as the descriptor that results refer to."""
    rule = next((rule for rule in find_rules(code) if rule.code == code), None)
    if rule is None:
        return {"id": code, "name": name}
    text = rule.documentation
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": _paragraph(text, 1) or rule.summary},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [_about(rule)]},
    }


def _paragraph(text: str, number: int) -> str:
    parts = text.split("\n\n")
    return " ".join(parts[number].split()) if number < len(parts) else ""


def _about(rule: Rule) -> str:
    return rule.scope.value


def _invocation(report: Report) -> dict[str, Any]:
    """Whether every rule could run, and what was left out."""
    notes = [_note("error", f"internal error: {crash}") for crash in report.crashes]
    for skipped in report.skipped:
        notes.append(_note("note", f"{skipped.code} was left out: {skipped.reason}"))
    done: dict[str, Any] = {"executionSuccessful": not report.crashes}
    if notes:
        done["toolExecutionNotifications"] = notes
    return done


def _note(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": clean(text)}}


# -- what was found


def _result(finding: Finding, number: int, seen: Seen) -> dict[str, Any]:
    nodes = f"; {finding.nodes}" if finding.copies else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": _LEVELS[finding.severity],
        "message": {"text": clean(f"{finding.message}{nodes}\nhelp: {finding.help}")},
        "locations": [_location(finding.location)],
        "partialFingerprints": {"halb/v1": seen.fingerprint(finding)},
    }
    others = (*finding.copies, *finding.related)
    if others:
        result["relatedLocations"] = [
            {"id": index, **_location(at), "message": {"text": clean(at.note or at.node or "here")}}
            for index, at in enumerate(others, 1)
        ]
    fix = fix_of(finding)
    if fix is not None and _is_text(edit["text"] for edit in fix["edits"]):
        result["fixes"] = [_fix(fix)]
    return result


def _location(at: Location) -> dict[str, Any]:
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(at.file),
            "region": _region((at.line, at.column), (at.end_line, at.end_column)),
        }
    }
    if at.node:
        place["logicalLocations"] = [{"name": clean(at.node), "kind": "node"}]
    return place


def _region(start: Iterable[int], end: Iterable[int]) -> dict[str, int]:
    """Lines and columns from 1, the end exclusive: as halb counts them."""
    (line, column), (end_line, end_column) = start, end
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _artifact(path: str) -> dict[str, str]:
    """A path as a URI: relative to the top of the working tree unless it is absolute."""
    path = path.replace(sep, "/")
    if path.startswith("/"):
        return {"uri": f"file://{quote(fsencode(path))}"}
    if path[1:3] == ":/":  # a drive of Windows
        return {"uri": f"file:///{quote(fsencode(path), safe='/:')}"}
    return {"uri": quote(fsencode(path.removeprefix("./"))), "uriBaseId": _ROOT}


def _fix(fix: dict[str, Any]) -> dict[str, Any]:
    by_file: dict[str, list[dict[str, Any]]] = {}
    for edit in fix["edits"]:
        replacement = {"deletedRegion": _region(edit["start"], edit["end"]), "insertedContent": {"text": edit["text"]}}
        by_file.setdefault(edit["file"], []).append(replacement)
    return {
        "description": {"text": clean(fix["title"])},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": edits} for path, edits in by_file.items()
        ],
        "properties": {"safety": fix["safety"]},
    }


def _is_text(texts: Iterable[str]) -> bool:
    """Whether they can be handed over as they are: bytes that were not UTF-8 can't."""
    return not any("\ud800" <= char <= "\udfff" for text in texts for char in text)
