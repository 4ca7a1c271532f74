"""A whole rehearsal: several identical clusters side by side, each with a part of the events."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rules.failover import FailoverTable
from wizard.rehearsal.events import DAILY, OF_SERVERS, ActKind, Turn
from wizard.rehearsal.forecast import Forecasts
from wizard.rehearsal.lab.addresses import HaltedError
from wizard.rehearsal.play import Player
from wizard.rehearsal.record import Played
from wizard.rehearsal.running.cluster import RunningCluster
from wizard.rehearsal.running.station import Spoken
from wizard.rehearsal.running.systems import Programs
from wizard.rehearsal.staging.stage import Stage
from wizard.rehearsal.verdict import Judged, judge_played

if TYPE_CHECKING:
    from rules.fleet import Node

MOST_SIDE_BY_SIDE = 4
"""Clusters that run at the same time, unless told otherwise: more of them make the times late on two cores."""
_OVERHEAD = 6.0  # seconds of an event besides its outage: looking on, repairing, settling


class Progress(NamedTuple):
    """How far a rehearsal is; `left` are the seconds that it will still take, about."""

    done: int
    total: int
    left: float
    now: str


class Rehearsal(NamedTuple):
    """What is rehearsed: a stage with the files of its nodes, what the model says, and which events are played."""

    stage: Stage
    nodes: Sequence[Node]
    table: FailoverTable
    turns: Sequence[Turn]
    programs: Programs = Programs()
    runs: int = 1
    side_by_side: int = MOST_SIDE_BY_SIDE


class Result(NamedTuple):
    """How it went. `notes`: what the rehearsal had to do otherwise than a machine would; `said`: by load balancer of
    each cluster, what its daemons said; `seconds` it took.
    """

    judged: tuple[Judged, ...]
    notes: tuple[str, ...]
    said: dict[str, tuple[Spoken, ...]]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every prediction held, and no event cost more than predicted."""
        return bool(self.judged) and all(one.mark.good for one in self.judged)


def rehearse(
    what: Rehearsal,
    tell: Callable[[Progress], None] | None = None,
    halt: threading.Event | None = None,
    seen: Callable[[Judged], None] | None = None,
) -> Result:
    """Play everything; `tell` hears how far it is and `seen` each event that is over, from threads of their own, and
    `halt` ends it.

    Raises RehearsalError for what can't be played, and InterruptedError after `halt`. In the end nothing is left of it.
    """
    return _Direction(what, tell or (lambda _: None), halt or threading.Event(), seen or (lambda _: None)).run()


class _Direction:
    def __init__(
        self,
        what: Rehearsal,
        tell: Callable[[Progress], None],
        halt: threading.Event,
        seen: Callable[[Judged], None],
    ) -> None:
        self._what, self._tell, self._halt, self._seen = what, tell, halt, seen
        self._forecasts = Forecasts(what.table, [str(vip) for vip in what.stage.vips])
        self._waiting: queue.SimpleQueue[tuple[Turn, int]] = queue.SimpleQueue()
        work = [(turn, run) for run in range(1, what.runs + 1) for turn in what.turns]
        for turn, run in sorted(work, key=lambda one: (one[1], -self._estimate(one[0]))):
            self._waiting.put((turn, run))
        self._total = len(work) + 1
        self._rest = sum(self._estimate(turn) for turn, _ in work)
        self._judged: list[Judged] = []
        self._said: dict[str, tuple[Spoken, ...]] = {}
        self._notes: list[str] = list(what.stage.notes)
        self._failed: list[BaseException] = []
        self._lock = threading.Lock()
        self._lanes = 1
        self._ready = threading.Event()
        self._over = threading.Event()

    def run(self) -> Result:
        began = time.monotonic()
        lanes = max(1, min(self._what.side_by_side, len(self._what.turns)))
        self._lanes = lanes
        threads = [
            threading.Thread(target=self._lane, args=(number,), name=f"cluster {number}") for number in range(lanes)
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.1)
                    if self._halt.is_set():
                        self._over.set()
        finally:
            self._over.set()
            for thread in threads:
                thread.join()
        if self._halt.is_set():
            raise InterruptedError
        if self._failed:
            raise self._failed[0]
        order = {turn.name: number for number, turn in enumerate((Turn(), *self._what.turns))}
        judged = sorted(self._judged, key=lambda one: (order[one.turn.name], one.played.run))
        return Result(tuple(judged), tuple(dict.fromkeys(self._notes)), self._said, time.monotonic() - began)

    def _lane(self, number: int) -> None:
        try:
            if number:
                # The first cluster shows whether the files can be played at all, and whether they are healthy.
                while not self._ready.wait(0.1):
                    if self._over.is_set():
                        return
            while not self._over.is_set() and not (number and self._waiting.empty()):
                if not self._cluster(number):
                    return
        except (InterruptedError, HaltedError):
            return
        except BaseException as error:
            with self._lock:
                self._failed.append(error)
            self._over.set()

    def _cluster(self, number: int) -> bool:
        """Play on one cluster until nothing is left to play (False), or it is not healthy any more (True)."""
        first = not self._judged and number == 0
        with RunningCluster(self._what.stage, self._what.nodes, self._what.programs) as cluster:
            try:
                if first:
                    self._say("the daemons check their files")
                    cluster.check()
                    self._say("the cluster starts")
                cluster.start()
                player = Player(cluster, self._forecasts, self._over)
                settled = self._judge(Turn(), player.settle(1), keep=first)
                self._note(cluster)
                if not settled.mark.good or not settled.played.recovered:
                    return self._unhealthy(first)
                self._ready.set()
                return self._play(player)
            finally:
                self._keep(cluster, number)

    def _unhealthy(self, first: bool) -> bool:
        """A cluster that is not healthy: the first one shows how the files are; a later one is started again."""
        if first:
            self._over.set()
        return not first

    def _play(self, player: Player) -> bool:
        while not self._over.is_set():
            try:
                turn, run = self._waiting.get_nowait()
            except queue.Empty:
                return False
            self._say(turn.words)
            played = player.play(turn, run)
            with self._lock:
                self._rest -= self._estimate(turn)
            self._judge(turn, played, keep=True)
            if not played.recovered:
                return True
        return False

    def _judge(self, turn: Turn, played: Played, *, keep: bool) -> Judged:
        if turn.acts:
            forecasts = self._forecasts.of(turn, played.before)
        else:
            forecasts = [self._forecasts.healthy(vip) for vip in self._forecasts.vips]
        judged = judge_played(played, forecasts, self._what.stage)
        if keep:
            with self._lock:
                self._judged.append(judged)
            self._seen(judged)
        return judged

    def _note(self, cluster: RunningCluster) -> None:
        with self._lock:
            if cluster.renamed:
                self._notes.append(
                    "vrrp_track_process: keepalived sees the processes of the whole machine, so each load balancer's "
                    "haproxy has a name of its own here; in the copies of keepalived.conf the 'process' line differs, "
                    "and nothing else"
                )
            if any(node.daemons.limited for node in cluster.nodes.values()):
                self._notes.append(
                    "this machine allows a process fewer open files than maxconn needs: haproxy ran with '-n', which "
                    "lowers it; the files are unchanged"
                )

    def _keep(self, cluster: RunningCluster, number: int) -> None:
        with self._lock:
            for node in cluster.nodes.values():
                key = f"{node.name}-{number + 1}"
                self._said[key] = (*self._said.get(key, ()), *node.station.said)

    def _say(self, now: str) -> None:
        with self._lock:
            done, rest = len(self._judged), self._rest
        self._tell(Progress(done, self._total, rest / self._lanes, now))

    def _estimate(self, turn: Turn) -> float:
        """About how many seconds an event takes."""
        stage = self._what.stage
        kinds = {act.kind for act in turn.acts}
        if kinds & set(OF_SERVERS):
            served = [s for s in stage.servers if any(act.on == s.name for act in turn.acts)]
            return max((s.given_up.high if s.given_up else _OVERHEAD) / 2 + s.taken_back / 2 for s in served) + 2
        if kinds <= set(DAILY):
            kept = stage.name.ttl if stage.name is not None and ActKind.CUTOVER in kinds else 0
            return kept + _OVERHEAD
        outages = [f.outage for f in self._forecasts.of(turn, dict.fromkeys(self._forecasts.vips, ()))]
        longest = max((o.high if o is not None else _OVERHEAD for o in outages), default=0.0)
        return longest + _OVERHEAD + max(node.recovers for node in stage.nodes)
