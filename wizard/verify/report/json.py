"""`--format json`: the checklist for programs, schema 1."""

from __future__ import annotations

import json
from typing import Any

from rules import version
from rules.live import LiveView
from rules.report import printable
from wizard.verify.checklist.model import CheckLine, Checklist, CheckStep


def render(checklist: Checklist, view: LiveView, *, compact: bool = False) -> str:
    """The checklist as one JSON object, on one line when `compact`. Times are numbers of seconds."""
    step = checklist.next
    document = {
        "schema": 1,
        "tool": {"name": "halb-wizard", "version": version()},
        "endpoint": {"name": view.name, "port": view.endpoint.port},
        "phase": checklist.phase.value,
        "asked_from": {"hostname": printable(view.observed.vantage.hostname), "nodes": list(view.here)},
        "taken_at": view.observed.taken_at,
        "steps": [_step(step) for step in checklist.steps],
        "next": None if step is None else step.key,
        "countdown": [
            {"server": printable(c.server), "seconds": c.seconds, "addresses": [str(a) for a in c.addresses]}
            for c in checklist.countdowns
        ],
        "passed": checklist.passed,
        "closing": list(checklist.closing),
        "notes": [printable(note) for note in checklist.notes],
    }
    return (json.dumps(document, separators=(",", ":")) if compact else json.dumps(document, indent=1)) + "\n"


def _step(step: CheckStep) -> dict[str, Any]:
    return {
        "key": step.key,
        "title": step.title,
        "status": step.status.value,
        "todo": _shown(step.todo),
        "lines": [_line(line) for line in step.lines],
    }


def _line(line: CheckLine) -> dict[str, str]:
    return {
        "status": line.status.value,
        "subject": printable(line.subject),
        "asked": line.asked,
        "got": printable(line.got),
        "todo": _shown(line.todo),
    }


def _shown(todo: str) -> str:
    """Printable, and still in lines."""
    return "\n".join(printable(line) for line in todo.split("\n"))
