"""What was seen beside what was predicted: the verdict on each event, and on the rehearsal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from rules.failover import Seconds, Verdict
from rules.text import counted, listed
from wizard.rehearsal.events import OF_SERVERS, ActKind, Turn
from wizard.rehearsal.forecast import Forecast
from wizard.rehearsal.measures import INTERVAL, Clients, VipSeen, clients_in, lateness, names_in, seen_of
from wizard.rehearsal.record import Played
from wizard.rehearsal.staging.servers import PlayedServer
from wizard.rehearsal.staging.stage import Stage

MARGIN = 0.3
"""Seconds that a measured time may be longer than the predicted range: starting and ending programs, and looking. What
the machine was late by comes on top: see `lateness`.
"""
CLIENT_MARGIN = 0.7
"""The same for the time that clients get no answer: they have to learn the new place of the address as well, and a new
connection takes its time.
"""
EARLY = 0.1
"""Seconds that it may be shorter."""
_BACK = 1.0
"""Seconds that clients may go without an answer while the load balancer that was repaired takes the VIP again."""
_TOO_LATE = 1.0
"""Seconds of lateness above which a machine is too busy to be measured with."""


class Ending(StrEnum):
    """How an event went; the words of `--format json`."""

    HELD = "as-predicted"
    LIMIT = "known-limit"
    FAULT = "fault"
    """Not as it should be, and no surprise: the endpoint is lost, or two load balancers have its address."""
    DIFFERS = "not-as-predicted"
    UNKNOWN = "unknown"
    """The model can't say what is to be expected, and the endpoint was served."""

    @property
    def good(self) -> bool:
        """Whether it lets a rehearsal pass."""
        return self in (Ending.HELD, Ending.LIMIT, Ending.UNKNOWN)


class Judged(NamedTuple):
    """The verdict on an event. `failure` and `recovery` are the clients' while it lasted and when it was repaired;
    `lateness`: how late this machine was, in seconds; `detected`: by server, after how many seconds every haproxy knew.
    """

    played: Played
    mark: Ending
    why: str
    seen: tuple[VipSeen, ...]
    failure: Clients
    recovery: Clients
    lateness: float
    detected: Mapping[str, float]

    @property
    def turn(self) -> Turn:
        """What was played."""
        return self.played.turn

    @property
    def outage(self) -> float | None:
        """The longest measured outage of a VIP; None if one lasted until the repair."""
        found = [one.outage for one in self.seen]
        return None if None in found else max((s for s in found if s is not None), default=0.0)

    @property
    def predicted(self) -> Seconds | None:
        """The predicted outage over all VIPs; None if one lasts until something is repaired."""
        return predicted_of(one.forecast for one in self.seen)


def predicted_of(forecasts: Iterable[Forecast]) -> Seconds | None:
    """The hull of the predicted outages; None if one lasts until something is repaired."""
    found = Seconds(0.0, 0.0)
    for number, forecast in enumerate(forecasts):
        if forecast.outage is None:
            return None
        found = forecast.outage if not number else found.hull(forecast.outage)
    return found


def judge_played(played: Played, forecasts: Sequence[Forecast], stage: Stage) -> Judged:
    """The verdict on an event that was played on a stage."""
    able = [name for name in names_in(played, forecasts) if name not in played.turn.struck]
    seen = tuple(seen_of(played, forecast, able) for forecast in forecasts)
    failure = clients_in(played, played.began, played.restored)
    recovery = clients_in(played, played.restored, played.ended)
    late = lateness(played.samples, played.began)
    detected = {server: at - played.began for server, at in played.down.items()}
    judged = Judged(played, Ending.HELD, "", seen, failure, recovery, late, detected)
    return _marked(judged, stage)


# -- the verdict


def _marked(judged: Judged, stage: Stage) -> Judged:
    verdicts = [one.forecast.verdict for one in judged.seen]
    differs = list(_differences(judged, stage))
    faults = [one for one in judged.seen if one.forecast.verdict.fault]
    if differs:
        return judged._replace(mark=Ending.DIFFERS, why="; ".join(dict.fromkeys(differs)))
    if faults:
        return judged._replace(mark=Ending.FAULT, why=faults[0].forecast.why)
    if Verdict.UNKNOWN in verdicts:
        unknown = next(one for one in judged.seen if one.forecast.verdict is Verdict.UNKNOWN)
        if judged.outage is None:
            why = f"clients were without an answer until the repair (no prediction: {unknown.forecast.why})"
            return judged._replace(mark=Ending.FAULT, why=why)
        return judged._replace(mark=Ending.UNKNOWN, why=unknown.forecast.why)
    if judged.turn.acts and not _is_served(judged, stage):
        return judged._replace(mark=Ending.LIMIT, why="no server is left that could answer")
    if Verdict.KNOWN_LIMIT in verdicts:
        limit = next(one for one in judged.seen if one.forecast.verdict is Verdict.KNOWN_LIMIT)
        return judged._replace(mark=Ending.LIMIT, why=limit.forecast.why)
    return judged


def _differences(judged: Judged, stage: Stage) -> Iterator[str]:
    """What was not as predicted."""
    played, turn = judged.played, judged.turn
    if not turn.acts:
        if not played.recovered:
            predicted = all(one.after in one.forecast.after for one in judged.seen)
            if not (predicted and any(one.forecast.verdict.fault for one in judged.seen)):
                yield _unhealthy(judged)
        elif judged.failure.failed:
            whys = {sample.why: None for sample in played.samples if sample.why and sample.at >= played.began}
            yield (
                f"{judged.failure.failed} of {judged.failure.asked} connections failed although nothing was wrong "
                f"({listed(whys)})"
            )
        return
    for one in judged.seen:
        if one.forecast.verdict is not Verdict.UNKNOWN:
            yield from _of_vip(one, judged.lateness)
    if any(act.kind in OF_SERVERS for act in turn.acts):
        yield from _of_servers(judged, stage.servers)
    else:
        yield from _of_clients(judged, stage)
    yield from _of_followers(played)
    moved_back = any(move.at >= played.restored for move in played.moves)
    allowed = _after_repair(turn, stage, moved_back=moved_back)
    if not played.recovered:
        yield "after the repair the VIP did not come back to where it is when everything is healthy"
    elif (
        judged.outage is not None
        and _is_served(judged, stage)
        and judged.recovery.gap > allowed + CLIENT_MARGIN + judged.lateness
    ):
        yield f"clients got no answer for {judged.recovery.gap:.1f} s after the repair{_stale(turn, stage)}"


def _after_repair(turn: Turn, stage: Stage, *, moved_back: bool) -> float:
    """Seconds that clients may go without an answer after the repair.

    Where the VIP moves back, both load balancers have it for a moment. When the one that gives it up asks for the
    address of a client just then, the client takes its question for the VIP's new place, until the new owner announces
    itself a second time. When a network heals and the better master is heard first, nobody tells the clients that the
    VIP is where it was: they learn it when its owner announces it the next time (both measured: keepalived 2.2.7,
    clients with Linux 6.18).
    """
    if not moved_back:
        return _BACK
    longest = max([_BACK, *(node.repeats for node in stage.nodes)])
    announced = [node.announces for node in stage.nodes]
    if not _was_cut(turn) or None in announced:
        return longest
    return max(longest, *(seconds for seconds in announced if seconds is not None))


def _stale(turn: Turn, stage: Stage) -> str:
    if not _was_cut(turn):
        return ""
    seconds = max((node.announces or 0.0 for node in stage.nodes), default=0.0)
    now = f"every {seconds:g} s" if seconds else "only when the VIP moves"
    return (
        f": they still sent to the load balancer that gave the VIP up. Its owner tells the neighbours {now}; "
        "'vrrp_garp_master_refresh 5' in global_defs does it every 5 s"
    )


def _is_served(judged: Judged, stage: Stage) -> bool:
    """Whether something was left that could answer."""
    servers = [act.on for act in judged.turn.acts if act.kind in OF_SERVERS]
    return not stage.has_none_without([*servers, *judged.turn.unreachable])


def _was_cut(turn: Turn) -> bool:
    return any(act.kind is ActKind.PARTITION for act in turn.acts)


def _unhealthy(judged: Judged) -> str:
    where = [
        f"VIP {one.forecast.vip} is on {listed(one.after) if one.after else 'no load balancer'}" for one in judged.seen
    ]
    if all(one.after in one.forecast.after for one in judged.seen):
        whys = [sample.why for sample in judged.played.samples[-20:] if sample.why]
        return (
            f"the VIP is where it should be, and clients get no answer ({whys[-1] if whys else 'nothing comes back'})"
        )
    return f"{listed(where)}, predicted was {listed(_ways(one.forecast) for one in judged.seen)}"


def _ways(forecast: Forecast) -> str:
    return " or ".join("+".join(way) or "no load balancer" for way in forecast.after)


def _of_vip(one: VipSeen, late: float) -> Iterator[str]:
    forecast = one.forecast
    if one.after not in forecast.after:
        now = "+".join(one.after) or "no load balancer"
        yield f"afterwards {now} has VIP {forecast.vip}, predicted was {_ways(forecast)}"
    if forecast.outage is None:
        return
    low, high = forecast.outage
    if one.outage is None:
        yield f"nobody able to serve had VIP {forecast.vip} any more; predicted was {high:.1f} s at most"
    elif one.outage > high + MARGIN + late:
        yield f"{one.outage:.2f} s without an owner, predicted were {high:.2f} s at most"
    elif one.outage < low - EARLY - late:
        yield f"only {one.outage:.2f} s without an owner, predicted were {low:.2f} s at least"


def _of_clients(judged: Judged, stage: Stage) -> Iterator[str]:
    """Whether clients lost more than the VIP did."""
    predicted = judged.predicted
    if predicted is None or judged.lateness > _TOO_LATE or not _is_served(judged, stage):
        return
    # What runs beside haproxy on a load balancer is lost with it, and the other haproxy has to notice.
    longest = predicted.high + stage.lost_with(judged.turn.unreachable)
    most = longest + CLIENT_MARGIN + judged.lateness
    if judged.failure.gap > most:
        yield f"clients got no answer for {judged.failure.gap:.1f} s, predicted were {longest:.1f} s at most"
    last = judged.played.began + most
    late = [s for s in judged.played.samples if s.why and last < s.at < judged.played.restored]
    if late:
        yield f"{counted(len(late), 'connection')} failed after the VIP was to be back ({late[0].why})"


def _of_followers(played: Played) -> Iterator[str]:
    """Whether clients by name came to the new address in time, and lost nothing."""
    if (followed := played.followed) is None:
        return
    if not followed.came:
        yield f"no client by name came to the VIP within {played.restored - played.began:.0f} s"
    elif followed.kept > followed.ttl + INTERVAL + MARGIN:
        yield f"clients kept the old address for {followed.kept:.1f} s, the record allows {followed.ttl} s"
    if followed.failed:
        yield f"{counted(followed.failed, 'connection')} by name failed ({followed.why})"


def _of_servers(judged: Judged, servers: Sequence[PlayedServer]) -> Iterator[str]:
    """Whether clients lost something after every haproxy knew."""
    played = judged.played
    names = [act.on for act in judged.turn.acts if act.kind in OF_SERVERS]
    if all(server.name in names for server in servers):
        return  # nothing is left that could answer
    for server in (server for server in servers if server.name in names):
        known = played.down.get(server.name)
        if server.given_up is None:
            if judged.failure.failed:
                yield f"haproxy does not check {server.name}, and keeps sending clients to it"
        elif known is None:
            yield f"after {played.restored - played.began:.0f} s haproxy still sends clients to {server.name}"
        elif known - played.began > server.given_up.high + MARGIN + judged.lateness:
            yield (
                f"haproxy knew of {server.name} after {known - played.began:.1f} s, predicted were "
                f"{server.given_up.high:.1f} s at most"
            )
        if known is not None:
            late = [s for s in played.samples if s.why and known + INTERVAL < s.at < played.restored]
            if late:
                yield f"{counted(len(late), 'connection')} failed after haproxy knew of {server.name} ({late[0].why})"
