"""Inputs made to hurt: no exception, no recursion limit, no more than linear time.

The limits are processor time and generous: a quadratic parser would need minutes for each of these.
"""

from __future__ import annotations

import time

import pytest

from parsers.keepalived import parse_keepalived

pytestmark = pytest.mark.slow

HOSTILE = {
    "deep": "a {\n" * 10_000 + "}\n" * 10_000,
    "very deep": "a {\n" * 100_000 + "}\n" * 100_000,
    "very deep, never closed": "a {\n" * 100_000,
    "deep instances": "vrrp_instance x {\n" * 20_000,
    "2 MB word": "router_id " + "a" * 2_000_000,
    "2 MB of blanks": " " * 2_000_000,
    "unclosed quote": 'script "' + "a " * 1_000_000,
    "unclosed quotes": 'script "a\n' * 50_000,
    "a million comment signs": "#" * 1_000_000,
    "escaped comment signs": "\\#" * 300_000,
    "adjacent quotes": '"a"' * 200_000,
    "empty quotes": "x " + '""' * 200_000,
    "opening braces": "{" * 200_000,
    "closing braces": "}" * 200_000,
    "open template markers": "{{ " * 200_000,
    "dollars": "$" * 500_000,
    "references": "$A=b\n" + "$A " * 100_000,
    "undefined references": "${A}" * 100_000,
    "values in values": "\n".join(
        ["$A0=xxxxxxxxxx", *(f"$A{i}=${{A{i - 1}}}${{A{i - 1}}}" for i in range(1, 40)), "x ${A39}"]
    ),
    "repetitions": "~SEQ(A,1,1000) ~SEQ(B,1,1000) ~SEQ(C,1,1000) x $A $B $C\n",
    "conditions behind braces": "{@a " * 100_000,
    "carriage returns": "a\rb" * 200_000,
    "no newline at the end": "vrrp_instance x {\n priority 1\n}\n" * 20_000 + "x",
    "stray braces": "vrrp_instance x {\n}\n}\n" * 20_000,
    "missing braces": "vrrp_instance x {\n priority 1\n" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input(name: str) -> None:
    text = HOSTILE[name]
    start = time.process_time()
    document = parse_keepalived(text)
    used = time.process_time() - start
    assert str(document) == text
    assert used < 20
