"""The cost of constructs that a file can repeat: each kind that once grew with the square of its size, at two sizes."""

from __future__ import annotations

import time

import pytest

from parsers.misspelling import Misspellings, closest
from rules import Options, Run
from rules.report.matching import Matcher
from tests.bench.constructs import CONSTRUCTS, Files
from tests.bench.scaling import measure

SMALL = 40
TIMES = 4
# Small files have a share that does not grow, and a busy machine is uneven: the square would be 16.
MOST = 9.0

KINDS = [
    "servers", "unknown server parameters", "track of undefined servers", "equal lines of servers", "acls of one name",
    "rules in the wrong order", "backends in calls", "ignore comments", "ignore lists with unknown names",
    "blank lines", ".if chains", "other VIPs on two nodes", "one script tracked often", "braces in one line",
    "includes",
]  # fmt: skip


def cost(files: Files) -> float:
    """The CPU seconds of everything; the better of two runs."""
    return min(sum(spent for _, spent in measure(files)) for _ in range(2))


@pytest.mark.slow
def test_cost_grows_with_size() -> None:
    cost(CONSTRUCTS["servers"](2))
    found = {}
    for name in KINDS:
        make = CONSTRUCTS[name]
        found[name] = cost(make(SMALL * TIMES)) / max(cost(make(SMALL)), 0.01)
    assert {name: factor for name, factor in found.items() if factor > MOST} == {}


@pytest.mark.parametrize("text", ["~SEQ(A, 1, 9999999) 10.0.0.$A", "~SEQ(A, 1, 4000000) ~SEQ(B, 1, 4000000) $A$B"])
def test_repetition_has_a_work_bound_that_is_said_once(text: str) -> None:
    files = {"lb1/keepalived.conf": f"vrrp_instance a {{\n virtual_ipaddress {{\n{f'{text}{chr(10)}' * 200} }}\n}}\n"}
    start = time.process_time()
    report = Run(files, Options()).report()
    assert [f.code for f in report.findings if f.code == "PA015"] == ["PA015"]
    assert time.process_time() - start < 2


def test_misspellings_are_looked_up_for_a_bounded_number_of_words() -> None:
    names = [f"word{number}" for number in range(20)]
    assert closest("wrd7", names) == "word7"
    with Misspellings():
        answers = [closest(f"wrd{number}", names) for number in range(400)]
        assert closest("wrd7", names) == answers[7] == "word7"
    assert answers[-1] == ""
    assert closest("wrd399", names) != ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["x"] * 20_000, ["x", "y"] * 20_000),
        ([str(n) for n in range(20_000)], [line for n in range(20_000) for line in (str(n), "new")]),
        ([str(n) for n in range(20_000)], [str(n) for n in range(20_000)][::-1]),
        (["a", "b"] * 10_000, ["b", "c"] * 10_000),
    ],
)  # fmt: skip
def test_a_diff_of_any_lines_is_right_and_fast(old: list[str], new: list[str]) -> None:
    start = time.process_time()
    opcodes = Matcher(old, new).get_opcodes()
    assert time.process_time() - start < 2
    made: list[str] = []
    at = 0
    for tag, first, end, other, other_end in opcodes:
        assert first == at
        at = end
        if tag == "equal":
            assert old[first:end] == new[other:other_end]
        made += new[other:other_end]
    assert (at, made) == (len(old), new)
