"""Inputs made to hurt: no exception, no recursion limit, no more than linear time.

The limits are processor time and generous: a quadratic parser would need minutes for many of these.
"""

from __future__ import annotations

import time

import pytest

from parsers.keepalived import parse_keepalived

pytestmark = pytest.mark.slow

HOSTILE = {
    "deep": "a {\n" * 2_500 + "}\n" * 2_500,
    "very deep": "a {\n" * 25_000 + "}\n" * 25_000,
    "very deep, never closed": "a {\n" * 25_000,
    "deep instances": "vrrp_instance x {\n" * 5_000,
    "500 kB word": "router_id " + "a" * 500_000,
    "500 kB of blanks": " " * 500_000,
    "unclosed quote": 'script "' + "a " * 250_000,
    "unclosed quotes": 'script "a\n' * 12_500,
    "comment signs": "#" * 250_000,
    "escaped comment signs": "\\#" * 75_000,
    "adjacent quotes": '"a"' * 50_000,
    "empty quotes": "x " + '""' * 50_000,
    "opening braces": "{" * 50_000,
    "closing braces": "}" * 50_000,
    "open template markers": "{{ " * 50_000,
    "dollars": "$" * 125_000,
    "references": "$A=b\n" + "$A " * 25_000,
    "undefined references": "${A}" * 25_000,
    "values in values": "\n".join(
        ["$A0=xxxxxxxxxx", *(f"$A{i}=${{A{i - 1}}}${{A{i - 1}}}" for i in range(1, 40)), "x ${A39}"]
    ),
    "repetitions": "~SEQ(A,1,1000) ~SEQ(B,1,1000) ~SEQ(C,1,1000) x $A $B $C\n",
    "conditions behind braces": "{@a " * 25_000,
    "carriage returns": "a\rb" * 50_000,
    "no newline at the end": "vrrp_instance x {\n priority 1\n}\n" * 5_000 + "x",
    "stray braces": "vrrp_instance x {\n}\n}\n" * 5_000,
    "missing braces": "vrrp_instance x {\n priority 1\n" * 5_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input(name: str) -> None:
    text = HOSTILE[name]
    start = time.process_time()
    document = parse_keepalived(text)
    used = time.process_time() - start
    assert str(document) == text
    assert used < 10
