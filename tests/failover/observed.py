"""The recorded observations: a compact file for each release of keepalived, and records that hold everything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.failover.events import read_event

_FOLDER = Path(__file__).with_name("observed_at")
Record = dict[str, Any]
# What all steps of a scenario have in common, and what follows from the rest.
_COMMON = ("name", "nodes", "addresses", "vips", "note", "keepalived", "runs")
_FOLLOWS = ("step", "prior_events", "expected_owners", "event_detail")
# What is written only where it is something else.
_USUAL: Record = {"deterministic": True, "possible_owner_sets": None, "flaps": False, "settled": True}


def by_scenario(records: Iterable[Record]) -> dict[str, list[Record]]:
    """The records of each scenario, in the order of its steps."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record["name"], []).append(record)
    return {name: sorted(steps, key=lambda record: record["step"]) for name, steps in found.items()}


def releases() -> list[str]:
    """The releases of keepalived that were recorded."""
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


def file_of(release: str) -> Path:
    """Where the records of a release are."""
    return _FOLDER / f"{release}.json"


def load(path: Path) -> list[Record]:
    """All records, each with every field; none when nothing was recorded yet."""
    if not path.exists():
        return []
    found: list[Record] = []
    written = json.loads(path.read_text(encoding="utf-8"))
    for scenario in written["scenarios"]:
        common = {key: scenario[key] for key in _COMMON}
        common["nodes"] = {name: written["files"][file] for name, file in scenario["nodes"].items()}
        events = [step["event"] for step in scenario["steps"]]
        for number, step in enumerate(scenario["steps"]):
            first = step["owners_by_vip"][scenario["vips"][0]]
            follows = {"step": number, "prior_events": events[:number], "expected_owners": first}
            found.append({**common, **follows, "event_detail": read_event(step["event"]).detail(), **_USUAL, **step})
    return found


def save(records: Iterable[Record], path: Path) -> None:
    """Write records, sorted by name, a step on a line; each configuration once, under its checksum."""
    scenarios = sorted(by_scenario(records).items())
    texts = sorted({text for _, steps in scenarios for text in steps[0]["nodes"].values()})
    keys = {text: hashlib.sha256(text.encode()).hexdigest()[:8] for text in texts}
    files = ",\n".join(f"{_json(key)}: {_json(text)}" for text, key in keys.items())
    played = ",\n".join(_scenario(steps, keys) for _, steps in scenarios)
    fresh = path.with_suffix(".new")
    fresh.write_text(f'{{"files": {{\n{files}\n}},\n"scenarios": [\n{played}\n]}}\n', encoding="utf-8")
    fresh.replace(path)


def _scenario(steps: Sequence[Record], keys: Mapping[str, str]) -> str:
    common = {key: steps[0][key] for key in _COMMON}
    common["nodes"] = {name: keys[text] for name, text in common["nodes"].items()}
    lines = [_json({key: value for key, value in step.items() if _is_written(key, value)}) for step in steps]
    return _json(common)[:-1] + ',\n"steps": [\n' + ",\n".join(lines) + "\n]}"


def _is_written(key: str, value: object) -> bool:
    return key not in (*_COMMON, *_FOLLOWS) and not (key in _USUAL and _USUAL[key] == value)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
