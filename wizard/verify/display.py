"""What a watch shows, and where: a checklist drawn over itself on a terminal, or one after another elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from shutil import get_terminal_size
from typing import Protocol

from rules.command import write_results
from rules.live import DnsView, LiveView, Observations, Reply, Role
from wizard.verify.checklist import Checklist, checklist
from wizard.verify.options import VerifyOptions
from wizard.verify.report import render


class Display(Protocol):
    """Where a watch shows what it sees."""

    ticks: bool
    """Whether it wants to be drawn between two looks too."""

    def show(self, view: LiveView) -> None:
        """Show the checklist of a view."""

    def close(self, view: LiveView | None) -> None:
        """Leave the terminal in order; `view` is the last one that was shown."""

    def pause(self) -> None:
        """Leave the terminal to others for a while: the process is about to be stopped."""

    def resume(self, view: LiveView | None) -> None:
        """Take the terminal, at first or again, with the last view that was shown."""


def aged(view: LiveView, seconds: int) -> LiveView:
    """The view as it would be `seconds` later if nothing changed: what caches remember has that much less left."""
    return _with_ttls(view, lambda ttl: max(ttl - seconds, 0))


def steady(view: LiveView) -> LiveView:
    """The view without what changes from second to second: what is left of the TTLs in caches."""
    return _with_ttls(view, lambda ttl: 0)


def _with_ttls(view: LiveView, new: Callable[[int], int]) -> LiveView:
    def reply_of(old: Reply) -> Reply:
        if old.server.role is not Role.RESOLVER or old.authoritative:
            return old
        return old._replace(
            records=tuple(record._replace(ttl=new(record.ttl)) for record in old.records),
            chain=tuple(alias._replace(ttl=new(alias.ttl)) for alias in old.chain),
            negative_ttl=None if old.negative_ttl is None else new(old.negative_ttl),
        )

    observed: Observations = view.observed
    dns: DnsView | None = observed.dns
    if dns is None:
        return view
    changed = dns._replace(replies=tuple(reply_of(reply) for reply in dns.replies))
    return LiveView(view.endpoint, observed._replace(dns=changed), view.fleet)


class Log:
    """For files, pipes and `--format json`: the whole checklist whenever something but a countdown has changed."""

    ticks = False

    def __init__(self, options: VerifyOptions) -> None:
        self._options = options
        self._last: tuple[object, ...] = ()

    def show(self, view: LiveView) -> None:
        """Write the checklist if it differs from the one before."""
        found, plain = checklist(view), checklist(steady(view))
        # With no TTL left a step may stand in another way (a warning about a long one): the real status counts.
        state = (plain, tuple(step.status for step in found.steps))
        if state == self._last:
            return
        gap = "\n" if self._last and self._options.format == "text" else ""
        self._last = state
        write_results(gap + render(found, view, self._options))

    def close(self, view: LiveView | None) -> None:
        """Nothing to put in order."""

    def pause(self) -> None:
        """Nothing to leave to others."""

    def resume(self, view: LiveView | None) -> None:
        """Nothing to take back."""


class Screen:
    """For a terminal: the checklist drawn over itself, without a cursor, in one write per drawing.

    A process in the background draws nothing: there the terminal is the shell's.
    """

    ticks = True
    # The cursor, and the wrapping of lines that are too long: a wrapped line would shift all below it.
    _HIDE, _SHOW = "\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h"
    _HOME, _END_OF_LINE, _END_OF_SCREEN, _CLEAR = "\x1b[H", "\x1b[K", "\x1b[J", "\x1b[2J"

    def __init__(self, options: VerifyOptions) -> None:
        self._options = options

    def show(self, view: LiveView) -> None:
        """Draw as much of the checklist as the terminal has room for."""
        if not _in_foreground():
            return
        lines = self._fitting(view, checklist(view), get_terminal_size((80, 24)).lines - 1)
        write_results(self._HOME + "".join(f"{line}{self._END_OF_LINE}\n" for line in lines) + self._END_OF_SCREEN)

    def close(self, view: LiveView | None) -> None:
        """Leave the whole checklist behind, and the cursor below it."""
        last = "" if view is None else render(checklist(view), view, self._options)
        over = self._SHOW + self._HOME + self._END_OF_SCREEN if _in_foreground() else ""
        write_results(over + last)

    def pause(self) -> None:
        """Show the cursor, and wrap lines again, below what was drawn."""
        if _in_foreground():
            write_results(self._SHOW)

    def resume(self, view: LiveView | None) -> None:
        """Clear the screen, and draw anew."""
        if _in_foreground():
            write_results(self._HIDE + self._HOME + self._CLEAR + ("asking ...\n" if view is None else ""))
        if view is not None:
            self.show(view)

    def _fitting(self, view: LiveView, found: Checklist, rows: int) -> list[str]:
        whole = render(found, view, self._options).splitlines()
        if len(whole) <= rows:
            return whole
        brief = render(found, view, self._options, brief=True).splitlines()
        if len(brief) <= rows:
            return brief
        # What to do next stands at the end: that has to be seen.
        tail = brief[len(brief) - brief[::-1].index("") :][:rows]
        room = max(rows - len(tail) - 1, 0)
        return [*brief[:room], *(["..."] if room else []), *tail]


def _in_foreground() -> bool:
    """Whether the terminal is this process's to draw on: true as well where that can't be told."""
    try:
        return os.tcgetpgrp(sys.stdout.fileno()) == os.getpgrp()
    except (AttributeError, OSError):
        return True
