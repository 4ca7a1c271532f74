"""The shared table of short configurations with what keepalived -t 2.2.7 answered."""

from __future__ import annotations

import json
import re

import pytest

from parsers.facts.keepalived import keepalived_facts
from parsers.keepalived import parse_keepalived
from tests.shared import shared

pytestmark = pytest.mark.corpus

_PRIORITY = re.compile(r"number '(.*?)'(?: outside .*)?$")
_BRACES = re.compile(r"Missing '\{'|missing '\}'|Extra '\}'|Unexpected '\{'")


def test_recorded_answers() -> None:
    cases = json.loads((shared() / "data" / "keepalived-cases.json").read_text(encoding="utf-8"))["cases"]
    assert len(cases) > 100
    for case in cases:
        text, name = case["text"], case["name"]
        document = parse_keepalived(text, config_id="lb1")
        assert str(document) == text, name
        kinds = {problem.kind for problem in document.problems}
        if case["rc"] == 0:
            assert not kinds, name
        # The daemon cuts an undefined reference at its braces, here it stays one word.
        cut = "undef" in name or "env" in name
        if not cut and any(_BRACES.search(message) for message in case["messages"]):
            assert any(kind.endswith("-brace") for kind in kinds), name
        values = [value for instance in keepalived_facts(document).instances for value in instance.settings("priority")]
        if document.complete and all(value.certain for value in values):
            said = {match[1] for match in map(_PRIORITY.search, case["messages"]) if match is not None}
            if "Priority not valid" in " ".join(case["messages"]):
                assert said <= {value.raw for value in values}, name
