"""Playing an event on a running cluster: do it, look on until its effect is over, undo it, wait for the recovery."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from wizard.rehearsal.errors import RehearsalError
from wizard.rehearsal.events import OF_SERVERS, Act, ActKind, Turn
from wizard.rehearsal.forecast import Forecast, Forecasts
from wizard.rehearsal.programs.clients import SILENCE
from wizard.rehearsal.record import Holders, Moved, Played
from wizard.rehearsal.running.cluster import RunningCluster, now, wait
from wizard.rehearsal.running.cutover import Cutover

CALM = 1.0
"""Seconds without a change after which nothing more is expected: as long as an advert_int of 1 s."""
_STEP = 0.03  # seconds between two looks
_LEAST = 2.5
"""Seconds that an event is looked at in any case: that nothing happens takes time to be seen."""
_ON_TOP = 2.0  # seconds that are waited longer than the model says
_FOREVER = 6.0  # seconds that an outage is looked at that is to last until something is repaired
_START = 25.0  # seconds until a fleet has to be healthy for the first time, with the longest of its checks on top
_BACK = 12.0  # the same after an event
_RELEARN = 60.0
"""Seconds until a client asks anew which machine has an address, if nobody tells it (Linux: 15 to 45 s that an entry is
taken for good, and 8 s until it is given up; measured 20 to 50 s).
"""
_BY_NAME, _AFTER_MOVE = 10, 3.0  # connections by name before a cutover, and seconds after the first one to the VIP
_AFTER_DOWN = 1.5  # seconds that clients are watched after a server was given up


class _Since(NamedTuple):
    """Where the records were when an event began."""

    moves: int
    samples: int
    watches: int
    said: dict[str, int]


class Player:
    """Plays events on one cluster, one after the other. `halted` ends the waits with InterruptedError."""

    def __init__(self, cluster: RunningCluster, forecasts: Forecasts, halted: threading.Event) -> None:
        self._cluster, self._forecasts, self._halted = cluster, forecasts, halted
        self._cutover: Cutover | None = None
        self._checks = max(node.recovers for node in cluster.stage.nodes)

    def settle(self, run: int) -> Played:
        """Wait until the cluster that was just started is healthy; what is seen is the event `healthy`."""
        began, since = now(), self._since()
        # Scripts that have not run yet may still move a VIP: the calm has to last as long as a check may take.
        if any(self._forecasts.healthy(vip).verdict.fault for vip in self._forecasts.vips):
            return self._settle_badly(run, began, since)
        recovered = self._until(began + _START + self._checks, lambda: self._is_healthy(began))
        if recovered:
            began = now()
            wait(max(CALM, min(self._checks, _LEAST)), self._halted)
            recovered = self._until(now() + _BACK + self._checks, lambda: self._is_healthy(began))
        return self._record(Turn(), run, began, now(), {}, since, recovered=recovered)

    def _settle_badly(self, run: int, began: float, since: _Since) -> Played:
        """Look at a cluster that is not to be healthy: whether it ends as predicted, and stays so."""
        expected = {vip: self._forecasts.healthy(vip).after for vip in self._forecasts.vips}
        least = began + _FOREVER + self._checks

        def is_so() -> bool:
            holders = self._cluster.holders()
            return now() > least and self._is_calm() and all(holders[vip] in ways for vip, ways in expected.items())

        self._until(began + _START + self._checks, is_so)
        return self._record(Turn(), run, began, now(), {}, since, recovered=False)

    def play(self, turn: Turn, run: int) -> Played:
        """Play one event."""
        self._prepare(turn)
        before, since = self._cluster.holders(), self._since()
        forecasts = self._forecasts.of(turn, before)
        began = now()
        for act in turn.acts:
            self._do(act)
        self._look_on(turn, forecasts, began, since)
        restored, after = now(), self._cluster.holders()
        followed = self._cutover.followed(began) if self._cutover is not None else None
        for act in reversed(turn.acts):
            self._undo(act)
        recovered = self._recover(turn, since)
        played = self._record(turn, run, began, restored, before, since, recovered=recovered)
        return played._replace(after=after, followed=followed)

    # -- what is done

    def _prepare(self, turn: Turn) -> None:
        """Before a cutover clients connect by name for a while."""
        if any(act.kind is ActKind.CUTOVER for act in turn.acts):
            self._cutover = cutover = self._cluster.begin_cutover()
            if not self._until(now() + _BACK, lambda: sum(not sample.why for sample in cutover.samples) >= _BY_NAME):
                whys = [sample.why for sample in cutover.samples if sample.why]
                raise RehearsalError(
                    f"no client reaches {cutover.name.initial} by name ({(whys or ['no answer'])[-1]})"
                )

    def _do(self, act: Act) -> None:
        cluster = self._cluster
        if act.kind is ActKind.CUTOVER:
            if self._cutover is not None:
                self._cutover.move()
            return
        if act.kind is ActKind.SERVER_OUT:
            cluster.take_out(act.on)
            return
        if act.kind in OF_SERVERS:
            if act.kind is ActKind.SERVER_GONE:
                cluster.switch.link(act.on, "down")
            else:
                cluster.turn_server(act.on, "hang" if act.kind is ActKind.SERVER_HUNG else "500")
            return
        daemons = cluster.nodes[act.on].daemons
        do: dict[ActKind, Callable[[], None]] = {
            ActKind.HAPROXY: daemons.kill_haproxy,
            ActKind.HAPROXY_STOP: daemons.stop_haproxy,
            ActKind.HAPROXY_RELOAD: daemons.reload_haproxy,
            ActKind.KEEPALIVED: daemons.kill_keepalived,
            ActKind.KEEPALIVED_STOP: daemons.stop_keepalived,
            ActKind.KEEPALIVED_RELOAD: daemons.reload_keepalived,
            ActKind.LINK: lambda: cluster.switch.link(act.on, "down"),
            ActKind.PARTITION: lambda: cluster.switch.reach(act.on, "down"),
            ActKind.POWER: lambda: cluster.lose_power(act.on),
        }
        do[act.kind]()

    def _undo(self, act: Act) -> None:
        cluster = self._cluster
        if act.kind is ActKind.CUTOVER and self._cutover is not None:
            self._cutover.close()
            self._cutover = None
        elif act.kind is ActKind.SERVER_OUT:
            cluster.put_back()
        elif act.kind is ActKind.SERVER_GONE:
            cluster.switch.link(act.on, "up")
        elif act.kind in OF_SERVERS:
            cluster.turn_server(act.on, "ok")
        elif act.kind is ActKind.LINK:
            cluster.switch.link(act.on, "up")
        elif act.kind is ActKind.PARTITION:
            cluster.switch.reach(act.on, "up")
        elif act.kind is ActKind.POWER:
            cluster.get_power(act.on)
        elif act.kind in (ActKind.HAPROXY, ActKind.HAPROXY_STOP):
            cluster.nodes[act.on].daemons.end_haproxy()
            cluster.nodes[act.on].daemons.start_haproxy()
        elif act.kind in (ActKind.KEEPALIVED, ActKind.KEEPALIVED_STOP):
            cluster.nodes[act.on].daemons.end_keepalived()
            cluster.nodes[act.on].daemons.start_keepalived()

    # -- what is waited for

    def _look_on(self, turn: Turn, forecasts: list[Forecast], began: float, since: _Since) -> None:
        servers = [act.on for act in turn.acts if act.kind in OF_SERVERS]
        if servers:
            self._await_down(servers, began, since)
            return
        if self._cutover is not None:
            self._await_followers(self._cutover, began)
            return
        lasting = any(forecast.outage is None for forecast in forecasts)
        longest = max((forecast.within for forecast in forecasts), default=0.0)
        longest += self._cluster.stage.lost_with(turn.unreachable)
        least = began + (_FOREVER if lasting else _LEAST)
        expected = {forecast.vip: forecast.after for forecast in forecasts}

        def is_over() -> bool:
            return now() >= least and self._is_calm() and (lasting or self._is_served(expected, began))

        self._until(max(least, began + longest + _ON_TOP), is_over)

    def _await_followers(self, cutover: Cutover, began: float) -> None:
        """Wait until every client has learned where the name leads, and a while longer."""
        if self._until(began + cutover.name.ttl + _ON_TOP, lambda: cutover.has_followed(began)):
            wait(_AFTER_MOVE, self._halted)

    def _await_down(self, names: list[str], began: float, since: _Since) -> None:
        servers = [server for server in self._cluster.stage.servers if server.name in names]
        longest = max((s.given_up.high for s in servers if s.given_up is not None), default=_FOREVER)
        everybody = len(names) * len(self._cluster.nodes)
        if self._until(began + longest + _ON_TOP, lambda: len(self._noticed(names, "DOWN", since)) == everybody):
            wait(_AFTER_DOWN, self._halted)

    def _recover(self, turn: Turn, since: _Since) -> bool:
        began = now()
        servers = [act.on for act in turn.acts if act.kind in OF_SERVERS]
        if servers:
            noticed = len(self._noticed(servers, "DOWN", since))
            longest = max(s.taken_back for s in self._cluster.stage.servers if s.name in servers)
            self._until(began + longest, lambda: len(self._noticed(servers, "UP", since)) >= noticed)
        elif turn.struck:
            # Until the checks count as good again a load balancer is not ready for the next failure.
            wait(max(CALM, self._checks), self._halted)
        back = _BACK + self._checks
        if any(act.kind is ActKind.PARTITION for act in turn.acts):
            # Clients may go on to the one that has given the VIP up, until they learn better.
            back += _RELEARN
        return self._until(now() + back, lambda: self._is_healthy(began))

    def _until(self, deadline: float, condition: Callable[[], bool]) -> bool:
        """Wait until a condition holds; gives whether it did before the deadline."""
        while not condition():
            if now() > deadline:
                return False
            wait(_STEP, self._halted)
        return True

    # -- what is seen

    def _is_calm(self) -> bool:
        changes = self._cluster.watch.changes
        return not changes or now() - changes[-1].at >= CALM

    def _is_served(self, expected: dict[str, tuple[tuple[str, ...], ...]], since: float) -> bool:
        holders = self._cluster.holders()
        changes = self._cluster.watch.changes
        last = max(since, changes[-1].at if changes else 0.0)
        as_expected = all(holders[vip] in ways for vip, ways in expected.items())
        return as_expected and self._cluster.answered_since(last)

    def _is_healthy(self, since: float) -> bool:
        expected = {vip: self._forecasts.healthy(vip).after for vip in self._forecasts.vips}
        return self._is_calm() and self._is_served(expected, since) and self._is_watched()

    def _is_watched(self) -> bool:
        """Whether every watch is open, and would have been seen to break by now if a VIP took it along."""
        changes, doors = self._cluster.watch.changes, len(self._cluster.stage.doors)
        last = changes[-1].at if changes else 0.0
        states = {change.door: change for change in self._cluster.watches}
        is_open = len(states) == doors and all(change.is_open for change in states.values())
        return is_open and (all(s.at > last for s in states.values()) or now() > last + SILENCE + _STEP)

    def _noticed(self, servers: list[str], state: str, since: _Since) -> dict[tuple[str, str], float]:
        """When each haproxy said of each server that it is DOWN (or UP)."""
        found: dict[tuple[str, str], float] = {}
        for node in self._cluster.nodes.values():
            for line in node.station.said[since.said[node.name] :]:
                for server in servers:
                    if any(f"/{label} is {state}" in line.text for label in self._cluster.labels(server)):
                        found.setdefault((node.name, server), line.at)
        return found

    # -- records

    def _since(self) -> _Since:
        cluster = self._cluster
        said = {node.name: len(node.station.said) for node in cluster.nodes.values()}
        return _Since(len(cluster.watch.changes), len(cluster.samples), len(cluster.watches), said)

    def _record(
        self, turn: Turn, run: int, began: float, restored: float, before: Holders, since: _Since, *, recovered: bool
    ) -> Played:
        cluster, ended = self._cluster, now()
        servers = [act.on for act in turn.acts if act.kind in OF_SERVERS]
        noticed = self._noticed(servers, "DOWN", since)
        down = {
            server: max(at for (_, name), at in noticed.items() if name == server)
            for server in servers
            if sum(name == server for _, name in noticed) == len(cluster.nodes)
        }
        changes = cluster.watch.changes[since.moves :]
        watched = {change.door: change.is_open for change in cluster.watches[: since.watches]}
        return Played(
            turn=turn,
            run=run,
            began=began,
            restored=restored,
            ended=ended,
            before=before,
            after=cluster.holders(),
            moves=tuple(Moved(change.at, change.node, change.address, change.gained) for change in changes),
            # Those that were on their way when it began count as well.
            samples=tuple(s for s in cluster.samples[max(0, since.samples - 60) :] if s.at >= began - 0.5),
            watches=tuple(cluster.watches[since.watches :]),
            watched=watched,
            down=down,
            recovered=recovered,
            notes=() if recovered else tuple(cluster.last_words(began if turn.acts else 0.0)),
        )
