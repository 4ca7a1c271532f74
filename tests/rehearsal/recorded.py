"""Recorded events: what a pair's rehearsal saw, written down by hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from parsers.records import cached_property
from rules import NodeFiles, Run, options_for
from tests.rehearsal.fleets import HAPROXY, KEEPALIVED
from wizard.rehearsal.events import Act, ActKind, Turn, turns
from wizard.rehearsal.forecast import Forecasts
from wizard.rehearsal.record import Moved, Played, Sample, WatchChange
from wizard.rehearsal.staging.stage import Stage, stage_of
from wizard.rehearsal.verdict import Judged, judge_played

VIP = "192.0.2.10"
BEGAN = 100.0  # on the monotonic clock


class Pair:
    """A pair of load balancers from the texts of `fleets`, each text changed by `replace`."""

    def __init__(self, *replace: tuple[str, str]) -> None:
        texts, nodes = {}, []
        for number, (name, other) in enumerate((("lb1", 12), ("lb2", 11))):
            conf = KEEPALIVED.replace("PRIORITY", str(110 - 10 * number))
            conf = conf.replace("OWN", str(11 + number)).replace("OTHER", str(other))
            for place, text in (("haproxy.cfg", HAPROXY), ("keepalived.conf", conf)):
                texts[f"{name}/{place}"] = reduce(lambda whole, pair: whole.replace(*pair), replace, text)
            nodes.append(NodeFiles(name, (f"{name}/haproxy.cfg",), (f"{name}/keepalived.conf",)))
        self.run = Run(texts, options_for(None, nodes))

    @cached_property
    def stage(self) -> Stage:
        return stage_of(self.run, None)

    def turns(self, *words: str, pairs: bool = False) -> list[Turn]:
        return turns(self.stage, words, pairs=pairs)

    def forecasts(self) -> Forecasts:
        return Forecasts(self.run.failover(), [VIP])

    def judge(self, played: Played) -> Judged:
        forecasts = self.forecasts()
        before = forecasts.of(played.turn, played.before) if played.turn.acts else [forecasts.healthy(VIP)]
        return judge_played(played, before, self.stage)


def turn(kind: ActKind, on: str, *others: str) -> Turn:
    return Turn((Act(kind, on, others),))


def answered(begin: float, end: float, *, took: float = 0.01) -> list[Sample]:
    """A connection every 100 ms that is answered, between two times after the event."""
    count = round((end - begin) * 10)
    return [Sample(0, BEGAN + begin + number / 10, took, "") for number in range(count)]


def failed(begin: float, end: float, why: str = "refused") -> list[Sample]:
    return [sample._replace(why=why) for sample in answered(begin, end)]


def moved(lost: float, gained: float, back: float | None = None) -> list[Moved]:
    """The VIP leaves lb1, comes to lb2, and back after the repair; times after the event."""
    found = [Moved(BEGAN + lost, "lb1", VIP, False), Moved(BEGAN + gained, "lb2", VIP, True)]
    if back is not None:
        found += [Moved(BEGAN + back, "lb2", VIP, False), Moved(BEGAN + back, "lb1", VIP, True)]
    return found


def played(
    what: Turn, moves: Sequence[Moved], samples: Sequence[Sample], *, restored: float = 5.0, ended: float = 10.0
) -> Played:
    """An event that began when lb1 had the VIP, and was repaired and over so many seconds later."""
    held = {"lb1"}
    for move in (move for move in moves if move.at < BEGAN + restored):
        (held.add if move.gained else held.discard)(move.node)
    return Played(
        turn=what,
        run=1,
        began=BEGAN,
        restored=BEGAN + restored,
        ended=BEGAN + ended,
        before={VIP: ("lb1",)},
        after={VIP: tuple(sorted(held))},
        moves=tuple(moves),
        samples=tuple(samples),
        watches=(WatchChange(0, BEGAN + 2.0, False, "no answer"),) if moves else (),
        watched={0: True},
        down={},
    )
