"""Which events there are, and which are chosen."""

from __future__ import annotations

import pytest

from rules.failover import Verdict
from tests.rehearsal.recorded import VIP, Pair
from wizard.rehearsal.errors import RehearsalError

PAIR = Pair()


def test_every_machine_has_its_events() -> None:
    names = [turn.name for turn in PAIR.turns()]
    assert len(names) == len(set(names)) == 2 * 9 + 2 * 3 + 1
    assert {"lb1:haproxy", "lb1:keepalived-stop", "lb2:power", "lb1|lb2:partition", "lb2|lb1:partition"} <= set(names)
    assert {"lb1:haproxy-reload", "master1:gone", "master2:hung", "master2:500", "master2:taken-out"} <= set(names)


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (["power"], ["lb1:power", "lb2:power"]),
        (["lb1:haproxy"], ["lb1:haproxy"]),
        (["lb2:*-reload"], ["lb2:haproxy-reload", "lb2:keepalived-reload"]),
        (["master1"], ["master1:gone", "master1:hung", "master1:500"]),
        (["taken-out"], ["master2:taken-out"]),
        (["lb1:link", "500"], ["lb1:link", "master1:500", "master2:500"]),
    ],
)
def test_words_choose(words: list[str], chosen: list[str]) -> None:
    assert [turn.name for turn in PAIR.turns(*words)] == chosen


def test_a_word_that_chooses_nothing_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(RehearsalError, match="--events: 'haprxy' is no event here; did you mean 'haproxy'"):
        PAIR.turns("haprxy")


def test_a_server_that_is_the_only_one_is_not_taken_out() -> None:
    alone = Pair(("    server master2 192.0.2.22:6443\n", ""))
    assert not [turn.name for turn in alone.turns() if turn.name.endswith("taken-out")]


def test_every_failure_and_every_pair_has_a_forecast() -> None:
    forecasts = PAIR.forecasts()
    for turn in PAIR.turns(pairs=True):
        (forecast,) = forecasts.of(turn, {VIP: ("lb1",)})
        assert forecast.after
        if turn.events:
            # What the table does not know is taken for something that moves nothing, without a reason.
            assert forecast.why or forecast.verdict in (Verdict.OK, Verdict.STAYS), turn.name
