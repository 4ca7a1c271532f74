"""What a check tests: whether it fails when haproxy is dead, and how long it takes to notice.

A command is judged by its own words (`rules.support.commands`); script files are not read. Recognised by its name is
halb's own script, `check-haproxy`. A script whose name or arguments contain "haproxy", which is what most people have,
is assumed to test haproxy, and the table says so. Of any other nothing is known: outcomes that depend on it are
`unknown`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.failover.model import Seconds, Subject
from rules.support.commands.meaning import CommandMeaning
from rules.support.commands.probes import is_haproxy
from rules.support.commands.surroundings import Answerer, Surroundings
from rules.support.commands.tree import (
    DEV_TCP,
    EITHER,
    FAILURE,
    PIDOF,
    SUCCESS,
    Outcomes,
    ProbeKind,
    SingleTest,
    Test,
    outcomes,
    probes_of,
)

if TYPE_CHECKING:
    from parsers.facts.keepalived import BfdInstance, TrackProcess, VrrpScript

_OWN_SCRIPT = "check-haproxy"


class Tested(NamedTuple):
    """What a check tests. `assumed`: the files do not show it, so it is assumed to check haproxy.

    `unknown`: why it may as well test `otherwise`; "" if that is unlikely enough.
    """

    subject: Subject
    assumed: bool = False
    unknown: str = ""
    otherwise: Subject = Subject.OTHER


class _World(NamedTuple):
    """A moment for one node: whether its haproxy runs, whether it has the VIP, whether haproxy answers at the VIP."""

    alive: bool
    holds: bool = False
    served: bool = False


_AT_THE_START = _World(alive=True)
_MASTER = _World(alive=True, holds=True, served=True)
_DEAD_MASTER = _World(alive=False, holds=True)


def nothing_known(why: str) -> Tested:
    """A check of which nothing is known."""
    return Tested(Subject.HAPROXY, True, why)


def subject_of_command(
    meaning: CommandMeaning, around: Surroundings, user: str | None = None, *, weightless: bool = False
) -> Tested:
    """What a command tests. `user`: who runs it, None if that is not known. `weightless`: it is tracked with weight 0,
    so that a node on which it fails never becomes master.
    """
    test = meaning.test
    if test is None:
        return nothing_known("its command is not known")
    judged = _Judged(test, around, user)
    tested = judged.tested(meaning, weightless=weightless)
    kept = PIDOF if around.keeps_links else ""
    fragile = next((probe for probe in probes_of(test) if probe.fragile not in ("", kept)), None)
    if fragile is None or tested.unknown or tested.subject is Subject.ALWAYS or not _fails_without(test, fragile):
        return tested
    return tested._replace(unknown=_FRAGILE[fragile.fragile], otherwise=Subject.ALWAYS)


def needs_vip(meaning: CommandMeaning, around: Surroundings, user: str | None = None) -> bool:
    """Whether a command succeeds only while some node has the VIP."""
    if meaning.test is None:
        return False
    judged = _Judged(meaning.test, around, user)
    return judged.outcomes(_AT_THE_START) == FAILURE and judged.outcomes(_MASTER) != FAILURE


_FRAGILE = {
    PIDOF: "where pidof is a link to killall5, as on Debian and Ubuntu, keepalived before 2.3.0 runs killall5 in its "
    "place and the check always fails",
    DEV_TCP: "where sh is dash, as on Debian and Ubuntu, it knows no /dev/tcp and the check always fails",
}


def _fails_without(test: Test, probe: SingleTest) -> bool:
    """Whether a command fails whenever this test fails."""
    return outcomes(test, lambda other: FAILURE if other == probe else EITHER) == FAILURE


class _Judged:
    """The outcomes of a command on one node."""

    def __init__(self, test: Test, around: Surroundings, user: str | None) -> None:
        self.test = test
        self.around = around
        self.user = user

    def tested(self, meaning: CommandMeaning, *, weightless: bool) -> Tested:
        """What it tests on a machine that has all that it needs."""
        start, master, dead = (self.outcomes(world) for world in (_AT_THE_START, _MASTER, _DEAD_MASTER))
        if master == FAILURE or (start == FAILURE and weightless):
            return Tested(Subject.ALWAYS)
        if start == FAILURE:
            # It succeeds only while some node serves the VIP: when haproxy dies there, all nodes lose the same.
            return Tested(Subject.OTHER)
        if dead == FAILURE:
            return Tested(Subject.HAPROXY, self.assumed)
        doubt = self.doubt()
        if doubt and dead == EITHER:
            return nothing_known(doubt)
        if (port := self._maybe_nobody()) is not None:
            return Tested(
                Subject.OTHER, False, f"who answers at port {port} of this machine is not known", Subject.ALWAYS
            )
        return Tested(Subject.NOTHING if meaning.never_fails else Subject.OTHER)

    def _maybe_nobody(self) -> int | None:
        """The port of this machine that is asked, though nothing in the files listens there."""
        test = self.test
        if not isinstance(test, SingleTest) or test.kind != ProbeKind.PORT or not self.around.is_local(test.name):
            return None
        return None if self.around.has_server(test.port or 0) else test.port

    def outcomes(self, world: _World) -> Outcomes:
        return outcomes(self.test, lambda probe: self._answer(probe, world))

    def _answer(self, probe: SingleTest, world: _World) -> Outcomes:
        match probe.kind:
            case ProbeKind.PROCESS:
                if cannot_signal(probe, self.user):
                    return FAILURE
                return _just(world.alive) if is_haproxy(probe.name) else EITHER if "$" in probe.name else SUCCESS
            case ProbeKind.PORT:
                place = self.around.place(probe.name, probe.port or 0)
                if place is Answerer.OTHER:
                    return SUCCESS
                return (
                    EITHER
                    if place is Answerer.UNKNOWN
                    else _just(world.served if place is Answerer.VIP else world.alive)
                )
            case ProbeKind.ADDRESS:
                return _just(world.holds) if probe.name in self.around.vips else SUCCESS
            case ProbeKind.PING:
                return _just(world.served or world.holds) if probe.name in self.around.vips else SUCCESS
            case ProbeKind.SCRIPT:
                return _just(world.alive)
            case ProbeKind.OTHER:
                return SUCCESS
        return EITHER

    @property
    def assumed(self) -> bool:
        """Whether a script file decides, and not halb's own."""
        scripts = [probe for probe in probes_of(self.test) if probe.kind is ProbeKind.SCRIPT]
        return any(probe.name.rpartition("/")[2] != _OWN_SCRIPT for probe in scripts) and not self._is_shown()

    def _is_shown(self) -> bool:
        """Whether it fails without haproxy whatever its script files do."""
        every = outcomes(
            self.test,
            lambda probe: EITHER if probe.kind is ProbeKind.SCRIPT else self._answer(probe, _DEAD_MASTER),
        )
        return every == FAILURE

    def doubt(self) -> str:
        """Why it is not known whether it looks at haproxy; "" if it is."""
        return next(self._doubts(), "")

    def _doubts(self) -> Iterator[str]:
        for probe in probes_of(self.test):
            if probe.kind is ProbeKind.UNKNOWN:
                yield probe.why
            elif probe.kind is ProbeKind.FILE and is_haproxy(probe.name):
                yield f"whether the file '{probe.name}' is gone when haproxy is dead is not known"
            elif probe.kind is ProbeKind.PROCESS and "$" in probe.name and not is_haproxy(probe.name):
                yield f"which process '{probe.text}' tests is not known"
            elif probe.kind is ProbeKind.PORT and self.around.place(probe.name, probe.port or 0) is Answerer.UNKNOWN:
                yield f"who answers '{probe.text}' is not known"
        if self.outcomes(_MASTER) != self.outcomes(_DEAD_MASTER):
            yield "whether it fails without haproxy depends on more than haproxy"


def _just(state: bool) -> Outcomes:
    return SUCCESS if state else FAILURE


def cannot_signal(probe: SingleTest, user: str | None) -> bool:
    """Whether a test sends a signal as a user who may not: only root and a process's own user may (kill(2))."""
    who = probe.user or user
    return probe.signals and who is not None and who not in ("root", "0", "haproxy")


def subject_of_process(process: TrackProcess) -> Tested:
    """What a vrrp_track_process tests; a path by itself never matches a process (KA051)."""
    argv = process.argv
    if not argv or process.process is None or not process.process.certain:
        return nothing_known("which process it tracks is not known")
    if process.never_matches:
        return Tested(Subject.ALWAYS)
    return Tested(Subject.HAPROXY if is_haproxy(argv[0].rpartition("/")[2]) else Subject.OTHER)


def script_times(script: VrrpScript) -> tuple[Seconds, Seconds] | None:
    """How long it takes until keepalived counts the script as failed, and as succeeded again; None if not known.

    The first of `fall` runs starts up to one interval after the failure; the duration of a run is not included, as a
    connection to a dead process is refused immediately.
    """
    interval, fall, rise = script.effective_interval, script.effective_fall, script.effective_rise
    if interval is None or fall is None or rise is None:
        return None
    return (
        Seconds((fall - 1) * interval, fall * interval),
        Seconds((rise - 1) * interval, rise * interval),
    )


def process_times(process: TrackProcess) -> tuple[Seconds, Seconds]:
    """The same for a process: immediately, unless `delay`, `terminate_delay` or `fork_delay` is set."""
    both = process.delay
    ends = process.decimal("terminate_delay") or both
    starts = process.decimal("fork_delay") or both
    gone = ends.value if ends is not None and ends.value is not None else 0.0
    back = starts.value if starts is not None and starts.value is not None else 0.0
    return Seconds(gone, gone), Seconds(back, back)


def bfd_times(bfd: BfdInstance) -> tuple[Seconds, Seconds]:
    """The same for a BFD session: at most `multiplier` packets at the slower of the two intervals (RFC 5880 6.8.4)."""

    def number(keyword: str, default: int) -> int:
        value = bfd.integer(keyword, 1)
        return value.value if value is not None and value.value is not None else default

    slowest = max(number("min_rx", 10), number("min_tx", 10))
    return Seconds(0.0, number("multiplier", 5) * slowest / 1000), Seconds(0.0, number("idle_tx", 1000) / 1000)
