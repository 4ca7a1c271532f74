"""`--watch`: look again and again until all is passed."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from shutil import get_terminal_size
from typing import Protocol

from rules.live import DnsView, LiveView, Observations, Reply, Role
from wizard.verify.checklist import Checklist, checklist
from wizard.verify.options import VerifyOptions
from wizard.verify.report import render

_TICK = 1.0  # seconds between two redraws: countdowns are in whole seconds


class Display(Protocol):
    """Where a watch shows what it sees."""

    ticks: bool
    """Whether it wants to be drawn between two looks too."""

    def show(self, view: LiveView) -> None:
        """Show the checklist of a view."""

    def close(self, view: LiveView | None) -> None:
        """Leave the terminal in order; `view` is the last one that was shown."""


async def watch(look: Callable[[], Awaitable[LiveView]], options: VerifyOptions) -> None:
    """Look and show until all is passed; the next look begins `options.interval` seconds after one has ended.

    On a terminal the checklist is drawn anew in its place, and the countdowns run between two looks. Elsewhere it is
    written when it has changed. What `look` raises passes through, and so does a cancellation (Ctrl-C), both with the
    terminal in order.
    """
    terminal = sys.stdout.isatty() and options.format == "text"
    display: Display = Screen(options) if terminal else Log(options)
    view: LiveView | None = None
    with suppress(NotImplementedError):  # Windows has no such handlers
        task = asyncio.current_task()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: task and task.cancel())
    try:
        while True:
            view = await _look(look, display, view, options.interval if view else 0.0)
            display.show(view)
            if checklist(view).passed:
                return
    finally:
        display.close(view)


async def _look(
    look: Callable[[], Awaitable[LiveView]], display: Display, old: LiveView | None, pause: float
) -> LiveView:
    """The next view, `pause` seconds from now, while the old one stays on display."""
    clock = asyncio.get_running_loop().time
    start = clock()

    async def later() -> LiveView:
        await asyncio.sleep(pause)
        return await look()

    task = asyncio.ensure_future(later())
    try:
        tick = 1
        while not task.done():
            wait = max(start + tick * _TICK - clock(), 0.0) if display.ticks and old else None
            await asyncio.wait({task}, timeout=wait)
            if not task.done() and old:
                display.show(aged(old, int(clock() - start)))
            tick += 1
        return task.result()
    finally:
        task.cancel()


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
        sys.stdout.write(gap + render(found, view, self._options))
        sys.stdout.flush()

    def close(self, view: LiveView | None) -> None:
        """Nothing to put in order."""


class Screen:
    """For a terminal: the checklist drawn over itself, without a cursor, in one write per drawing."""

    ticks = True
    # The cursor, and the wrapping of lines that are too long: a wrapped line would shift all below it.
    _HIDE, _SHOW = "\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h"
    _HOME, _END_OF_LINE, _END_OF_SCREEN, _CLEAR = "\x1b[H", "\x1b[K", "\x1b[J", "\x1b[2J"

    def __init__(self, options: VerifyOptions) -> None:
        self._options = options
        self._write(self._HIDE + self._HOME + self._CLEAR + "asking ...\n")

    def show(self, view: LiveView) -> None:
        """Draw as much of the checklist as the terminal has room for."""
        lines = self._fitting(view, checklist(view), get_terminal_size((80, 24)).lines - 1)
        self._write(self._HOME + "".join(f"{line}{self._END_OF_LINE}\n" for line in lines) + self._END_OF_SCREEN)

    def close(self, view: LiveView | None) -> None:
        """Leave the whole checklist behind, and the cursor below it."""
        last = "" if view is None else render(checklist(view), view, self._options)
        self._write(self._SHOW + self._HOME + self._END_OF_SCREEN + last)

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

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
