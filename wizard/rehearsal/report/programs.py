"""The result for programs: JSON, and JUnit for what shows the tests of a CI run."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from rules import version
from rules.failover import Seconds
from wizard.rehearsal.measures import Clients
from wizard.rehearsal.record import Followed
from wizard.rehearsal.rehearse import Result
from wizard.rehearsal.report.times import stretches_of
from wizard.rehearsal.staging.stage import Stage
from wizard.rehearsal.verdict import MARGIN, Judged

_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd]")


def render_json(result: Result, stage: Stage) -> str:
    """The result as JSON; docs/rehearsal.md describes it. Times are seconds."""
    whole = {
        "schema": 1,
        "tool": {"name": "halb-wizard", "version": version()},
        "passed": result.passed,
        "seconds": round(result.seconds, 1),
        "margin": MARGIN,
        "nodes": [node.name for node in stage.nodes],
        "servers": [{"name": server.name, "address": str(server.address)} for server in stage.servers],
        "doors": [str(door) for door in stage.doors],
        "notes": list(result.notes),
        "events": [_event(judged) for judged in result.judged],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _event(judged: Judged) -> dict[str, Any]:
    played = judged.played
    return {
        "event": judged.turn.name,
        "words": judged.turn.words,
        "run": played.run,
        "verdict": str(judged.mark),
        "why": judged.why,
        "seconds": round(played.ended - played.began, 3),
        "recovered": played.recovered,
        "lateness_s": round(judged.lateness, 3),
        "given_up_s": {name: round(after, 3) for name, after in judged.detected.items()},
        "by_name": _by_name(judged.played.followed),
        "failure": _clients(judged.failure),
        "recovery": _clients(judged.recovery),
        "vips": [
            {
                "vip": seen.forecast.vip,
                "before": list(seen.before),
                "after": list(seen.after),
                "predicted_after": [list(way) for way in seen.forecast.after],
                "predicted_outage_s": _range(seen.forecast.outage),
                "outage_s": None if seen.outage is None else round(seen.outage, 3),
                "prediction": str(seen.forecast.verdict),
                "timeline": [
                    {"from": round(s.begin, 3), "to": round(s.end, 3), "owners": list(s.owners)}
                    for s in stretches_of(played, seen.forecast.vip)
                ],
            }
            for seen in judged.seen
        ],
    }


def _range(outage: Seconds | None) -> dict[str, float | None]:
    if outage is None:
        return {"min": None, "max": None}
    return {"min": round(outage.low, 3), "max": round(outage.high, 3)}


def _by_name(followed: Followed | None) -> dict[str, Any] | None:
    if followed is None:
        return None
    return {
        "ttl_s": followed.ttl,
        "kept_s": round(followed.kept, 3),
        "connections": followed.asked,
        "failed": followed.failed,
    }


def _clients(clients: Clients) -> dict[str, Any]:
    return {
        "connections": clients.asked,
        "failed": clients.failed,
        "slowest_s": round(clients.slowest, 3),
        "without_answer_s": round(clients.gap, 3),
        "watches": clients.held,
        "watches_broken": clients.broken,
    }


def render_junit(result: Result) -> str:
    """The result as JUnit: a test case for each event of each run."""
    bad = sum(not judged.mark.good for judged in result.judged)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites tests="{len(result.judged)}" failures="{bad}" time="{result.seconds:.1f}">',
        f'  <testsuite name="halb-wizard rehearse" tests="{len(result.judged)}" failures="{bad}" errors="0" '
        f'skipped="0" time="{result.seconds:.1f}">',
    ]
    for judged in result.judged:
        name = judged.turn.name + (f" (run {judged.played.run})" if judged.played.run > 1 else "")
        head = f'    <testcase classname="rehearsal" name={_attribute(name)} time="{_seconds(judged):.3f}"'
        if judged.mark.good:
            lines.append(f"{head}/>")
            continue
        lines += [
            f"{head}>",
            f"      <failure type={_attribute(str(judged.mark))} message={_attribute(judged.why)}>"
            f"{_text(_details(judged))}</failure>",
            "    </testcase>",
        ]
    return "\n".join([*lines, "  </testsuite>", "</testsuites>", ""])


def _seconds(judged: Judged) -> float:
    return judged.played.ended - judged.played.began


def _details(judged: Judged) -> str:
    lines = [judged.turn.words]
    for seen in judged.seen:
        before, after = ("+".join(names) or "no load balancer" for names in (seen.before, seen.after))
        lines.append(f"VIP {seen.forecast.vip}: {before} -> {after}")
    return "\n".join([*lines, *judged.played.notes])


def _attribute(text: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", text))


def _text(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", text))
