"""HO012: what runs on this machine is not what the files say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.views.wording import duration

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.live.machine.observed import Unit
    from rules.live.views.machine import MachineView

_DAEMONS = ("haproxy", "keepalived")
_SLACK = 2.0  # seconds: start times are known to a hundredth, the time of boot to a second


@rule("HO012", "wrong-file-or-not-loaded", Severity.WARNING, Scope.MACHINE, needs=("processes", "files"))
def check(view: MachineView) -> Iterator[Hit]:
    """On this machine a daemon does not start at boot, runs with another file, or has not loaded the file as it is now.

    Why it hurts: a unit that is not enabled is gone after the next reboot, and with it a node of the pair. A file that
    nobody reads (`/etc/haproxy/haprox.cfg`) or that was changed after the daemon had read it has no effect, until a
    reboot makes it one at the worst moment.

    How to fix: `systemctl enable haproxy keepalived`; `systemctl reload haproxy`; the right name for the file.

    Silent when: systemd does not know the unit (a container or another supervisor runs the daemon), or does not run.
    When a file was loaded is told for haproxy by its newest process, and for keepalived by its unit's last reload (an
    info, as a signal leaves no trace). Files that are not this machine's own are compared in neither way.
    """
    units = {unit.name.removesuffix(".service"): unit for unit in view.seen.units}
    for daemon in _DAEMONS:
        top = view.top(daemon)
        if top is None:
            continue
        if daemon in units:
            yield from _at_boot(top, daemon, units[daemon])
        yield from _other_file(view, top, daemon)
        yield from _changed_since(view, top, daemon, units.get(daemon))
    for path in view.seen.strays:
        daemon = "haproxy" if path.endswith(".cfg") else "keepalived"
        top = view.top(daemon)
        loaded = any(path in process.arguments for process in view.seen.daemons)
        if top is not None and not loaded:
            yield Hit(
                top,
                f"this machine has '{path}', which no daemon reads: {daemon} reads '{view.config(daemon)}'",
                help=f"'diff {path} {view.config(daemon)}', and remove or rename the one that is not meant",
            )


def _at_boot(top: Span, daemon: str, unit: Unit) -> Iterator[Hit]:
    if unit.loaded == "masked" or unit.enabled in ("masked", "masked-runtime"):
        yield Hit(
            top,
            f"the unit {unit.name} is masked on this machine: {daemon} can't be started",
            help=f"'systemctl unmask {daemon}' and 'systemctl enable --now {daemon}'",
        )
    elif unit.loaded == "loaded" and unit.enabled in ("disabled", "enabled-runtime", "linked", "linked-runtime"):
        yield Hit(
            top,
            f"the unit {unit.name} is not enabled on this machine: after a reboot {daemon} does not run",
            help=f"'systemctl enable {daemon}'",
        )
    elif unit.loaded == "loaded" and unit.active == "failed":
        yield Hit(
            top,
            f"the unit {unit.name} has failed on this machine: {daemon} does not run",
            help=f"'systemctl status {daemon}' and 'journalctl -u {daemon}' show why",
        )


def _files_of(daemon: str, arguments: tuple[str, ...]) -> list[str]:
    """The configuration files and folders that a command line names."""
    found = []
    words = iter(arguments[1:])
    for word in words:
        if word in ("-f", "--use-file"):
            found.append(next(words, ""))
        elif word.startswith("--use-file="):
            found.append(word.partition("=")[2])
        elif word == "--" and daemon == "haproxy":
            found += list(words)
    return [path for path in found if path]


def _other_file(view: MachineView, top: Span, daemon: str) -> Iterator[Hit]:
    """The daemon runs with -f for other files than those of the run."""
    files = getattr(view.node.files, daemon)
    own = [config.real for config in view.seen.configs if config.path in files]
    if not view.seen.local or not own:
        return
    running = [given for p in view.seen.daemons if p.name == daemon and (given := _files_of(daemon, p.arguments))]
    if not running or any(not path.startswith("/") for given in running for path in given):
        return
    named = {os.path.normpath(path) for given in running for path in given}
    read = any(path in named or os.path.dirname(path) in named for path in (*own, *files))
    if not read:
        yield Hit(
            top,
            f"{daemon} on this machine runs with '{running[0][0]}', and not with '{own[0]}'",
            help=f"lint '{running[0][0]}', or start {daemon} with '-f {own[0]}'",
        )


def _changed_since(view: MachineView, top: Span, daemon: str, unit: Unit | None) -> Iterator[Hit]:
    own = set(getattr(view.node.files, daemon)) if view.seen.local else set()
    changed = max((config.modified for config in view.seen.configs if config.path in own), default=None)
    started = [process.started for process in view.seen.daemons if process.name == daemon]
    if changed is None or not started:
        return
    loaded = max(started)
    if daemon == "keepalived":
        if unit is None or unit.changed is None:
            return
        loaded = max(loaded, unit.changed)
    if changed > loaded + _SLACK:
        yield Hit(
            top,
            f"this file was changed {duration(changed - loaded)} after {daemon} had loaded it: what runs is older",
            help=f"'systemctl reload {daemon}'",
            severity=Severity.WARNING if daemon == "haproxy" else Severity.INFO,
        )
