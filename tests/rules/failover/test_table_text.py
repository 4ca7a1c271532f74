"""The table as text: it fits, loses nothing, and can be read without colour and without Unicode."""

from __future__ import annotations

import re

import pytest

from rules.failover.table.rows import Block, FailoverTable
from rules.report.failover import ASCII, UNICODE, Marks, marks_for, render
from rules.report.failover_columns import Cells, columns
from rules.report.style import Style
from tests.rules.failover.fleets import checked, instance, table_of
from tests.tools.failover_examples import EXAMPLES

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LONG = "loadbalancer-{}.frankfurt.example.com"


def text(nodes: dict[str, str], width: int = 80, *, color: bool = False, marks: Marks = UNICODE) -> str:
    return render(table_of(nodes), Style(color, width), marks)


def named(nodes: dict[str, str], pattern: str) -> dict[str, str]:
    return {pattern.format(name.removeprefix("haproxy-")): text for name, text in nodes.items()}


def squeezed(shown: str) -> str:
    return re.sub(r"\s", "", shown)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("pattern", ["{}", "haproxy-{}", LONG])
@pytest.mark.parametrize("example", EXAMPLES)
def test_no_line_is_wider_than_the_terminal(example: str, pattern: str, width: int) -> None:
    shown = text(named(EXAMPLES[example], pattern), width)
    longest = len(pattern.format("lb3")) + len("+keepalived-stop+") + 6  # names are never broken
    assert all(len(line) <= max(width, longest) for line in shown.splitlines())


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("pattern", ["{}", "haproxy-{}", LONG])
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_single_event_is_there_with_its_reason(example: str, pattern: str, width: int) -> None:
    nodes = named(EXAMPLES[example], pattern)
    shown = squeezed(text(nodes, width))
    for row in table_of(nodes).blocks[0].rows:
        if len(row.events) <= 1:
            # A long one goes on in the next line, behind what stands in the next column.
            assert all(part in shown for part in re.split(r"(?<=[:+,|])", row.event))
            assert squeezed(row.why) in shown


def test_a_row_of_a_narrow_table_stands_in_one_line() -> None:
    assert "lb1:haproxy          lb1 → lb2      29.6-33.6 s  ✓ ok\n" in text(EXAMPLES["kubeadm"])
    assert "lb2:power            lb1            -            = stays  lb1 still serves\n" in text(EXAMPLES["kubeadm"])


def test_rows_that_end_for_the_same_reason_share_it() -> None:
    shown = text(EXAMPLES["article"])
    assert shown.count("haproxy-lb1 still serves") == 1
    assert shown.count("= stays") == 5


def test_a_long_name_goes_on_in_the_next_line() -> None:
    lines = text(EXAMPLES["article"]).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("haproxy-lb1|haproxy-lb2:"))
    assert lines[at].rstrip() == "haproxy-lb1|haproxy-lb2:     haproxy-lb1 →              2.6-3.6 s  ~ known limit"
    assert lines[at + 1] == "  partition                    haproxy-lb1+haproxy-lb2"


def test_names_that_leave_no_room_for_columns_stand_below_each_other() -> None:
    shown = text(named(EXAMPLES["kubeadm"], LONG))
    first, second = LONG.format("lb1"), LONG.format("lb2")
    block = f"{first}:haproxy\n  ✓ ok  29.6-33.6 s\n  {first} →\n    {second}\n    {first} drops from 101 to 99;\n"
    assert block in shown


def test_verdicts_are_told_by_a_sign_and_a_word() -> None:
    shown = "".join(text(nodes) for nodes in EXAMPLES.values())
    for verdict in ("✓ ok", "= stays", "~ known limit", "✗ failing owner"):
        assert verdict in shown
    assert "? unknown" in text({"lb1": checked(100, 0)})
    assert "✗ no owner" in text({"lb1": instance(110, vips=("192.0.2.10/24", "192.0.2.11/24")), "lb2": instance(100)})
    assert "✗ split brain" in text({"lb1": instance(110, vrid=1), "lb2": instance(100, vrid=2)})
    assert "? unknown: lb1: priority depends on something that is not in the files" in text({"lb1": instance("$P")})


def test_several_outcomes_and_what_lasts() -> None:
    shown = text(EXAMPLES["nopreempt"])
    assert "lb1:haproxy          lb1 or lb2                  until repaired  ✗ failing owner\n" in shown
    assert "lb1:power            lb1 or lb2 → lb2            up to 3.6 s     ✓ ok\n" in shown


def test_of_pairs_only_what_no_part_explains() -> None:
    assert "45 pairs: 19 ok or stays, 26 known limits, 0 not (--format json lists them)\n" in text(EXAMPLES["article"])
    ladder = text(EXAMPLES["ladder"])
    assert re.search(
        r"^lb1:haproxy\+lb2:haproxy +lb1 → lb1 or lb3 +until repaired  ✗ failing owner$", ladder, re.MULTILINE
    )
    assert "lb1:keepalived+" not in ladder
    assert "1 set of 3 or more failing checks: 1 ok or stays, 0 not\n" in ladder


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_counts_add_up(example: str) -> None:
    shown = text(EXAMPLES[example])
    for total, good, limits, bad, causes in re.findall(
        r"^(\d+) (?:pairs?|sets?).*: (\d+) ok or stays(?:, (\d+) known limits?)?, (\d+) not.*\n((?: +\d+  .*\n)*)",
        shown,
        re.MULTILINE,
    ):
        assert int(good) + int(limits or 0) + int(bad) == int(total)
        assert sum(map(int, re.findall(r"^ +(\d+)", causes, re.MULTILINE))) == int(bad)


def test_many_rows_are_cut_and_that_is_said() -> None:
    nodes = {f"lb{n}": checked(200 - n, -2) for n in range(1, 7)}
    assert re.search(r"^    and \d+ more$", text(nodes), re.MULTILINE)


def test_notes_stand_below() -> None:
    shown = text(EXAMPLES["kubeadm"])
    assert shown.endswith(
        "note: the file does not show what script 'check' tests (lb1, lb2): assumed to\n      check haproxy\n"
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_colour_adds_nothing_but_colour(example: str) -> None:
    coloured = text(EXAMPLES[example], color=True)
    assert "\x1b[32m✓ ok\x1b[0m" in coloured
    assert _COLOUR.sub("", coloured) == text(EXAMPLES[example])


@pytest.mark.parametrize("example", EXAMPLES)
def test_ascii(example: str) -> None:
    shown = text(EXAMPLES[example], marks=ASCII)
    assert shown.isascii()
    assert "+ ok" in shown
    assert "~ known limit" in shown
    assert " -> " in shown


@pytest.mark.parametrize(
    ("encoding", "marks"),
    [("utf-8", UNICODE), ("ascii", ASCII), ("iso-8859-1", ASCII), ("no-such-encoding", ASCII), (None, ASCII)],
)
def test_the_marks_follow_the_encoding(encoding: str | None, marks: Marks) -> None:
    assert marks_for(encoding) is marks


def test_what_a_terminal_would_obey_is_made_visible() -> None:
    shown = render(FailoverTable((Block((), "VI\x1b[31m", ("lb\u202e1",), unknown="so \x07"),)), Style())
    assert not re.search("[\x1b\x07\u202e]", shown)


def test_columns_of_nothing_and_of_one() -> None:
    assert list(columns([], Style())) == ["event  owner  outage  verdict"]
    row = Cells("healthy", "lb1", "-", "✓ ok", "green", "because")
    assert list(columns([row], Style())) == [
        "event    owner  outage  verdict",
        "healthy  lb1    -       ✓ ok  because",
    ]
