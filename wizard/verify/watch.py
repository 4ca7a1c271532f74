"""`--watch`: look again and again until all is passed, or something outside ends it."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import stat
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from rules.command import UsageError
from rules.live import LiveView
from wizard.verify.checklist import checklist
from wizard.verify.display import Display, Log, Screen, aged
from wizard.verify.options import VerifyOptions

_TICK = 1.0  # seconds between two redraws: countdowns are in whole seconds


async def watch(look: Callable[[], Awaitable[LiveView]], options: VerifyOptions) -> int | None:
    """Look and show until all is passed; the next look begins `options.interval` seconds after one has ended.

    On a terminal the checklist is drawn anew in its place, and the countdowns run between two looks. Elsewhere it is
    written when it has changed. Whatever ends it, the terminal is left in order.

    Returns None, or the signal that ended it (SIGTERM, or SIGHUP, which also stands for a terminal that is gone).
    Raises BrokenPipeError as soon as nobody reads any more. What `look` raises passes through, and so does a
    cancellation (Ctrl-C).
    """
    terminal = sys.stdout.isatty() and options.format == "text"
    watched = _Watch(Screen(options) if terminal else Log(options))
    outside = _Outside()
    try:
        with outside.heard(watched if terminal else None):
            await watched.run(look, options.interval)
    except asyncio.CancelledError:
        if outside.unread:
            raise BrokenPipeError from None
        if outside.signal is None:
            raise
    except UsageError:
        if not terminal or os.isatty(sys.stdout.fileno()):
            raise
        outside.signal = signal.SIGHUP
    finally:
        with suppress(UsageError):  # the terminal is gone, which has been noticed
            watched.display.close(watched.view)
    return outside.signal


class _Outside:
    """What comes from outside while a watch runs: signals, and the end of its reader. They cancel the current task."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.unread = False
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()

    @contextmanager
    def heard(self, drawing: _Watch | None) -> Iterator[None]:
        """Listen in the `with` block; `drawing` is the watch that has a terminal, to be told of Ctrl-Z and `fg`."""
        handlers: dict[int, Callable[[], None]] = {
            number: lambda number=number: self._end(number)  # type: ignore[misc]
            for number in (signal.SIGTERM, getattr(signal, "SIGHUP", None))
            if number is not None
        }
        if drawing is not None and hasattr(signal, "SIGTSTP"):
            handlers[signal.SIGTSTP] = lambda: self._stop(drawing)
            handlers[signal.SIGCONT] = drawing.resume
        # What was ignored from the start is to stay so: `nohup` begins like that.
        handlers = {number: done for number, done in handlers.items() if signal.getsignal(number) != signal.SIG_IGN}
        pipe = _pipe()
        with suppress(NotImplementedError):  # Windows has neither
            for number, done in handlers.items():
                self._loop.add_signal_handler(number, done)
            if pipe is not None:
                self._loop.add_reader(pipe, self._look_at, pipe)
        try:
            yield
        finally:
            with suppress(NotImplementedError):
                for number in handlers:
                    self._loop.remove_signal_handler(number)
                if pipe is not None:
                    self._loop.remove_reader(pipe)

    def _end(self, number: int) -> None:
        self.signal = number
        if self._task is not None:
            self._task.cancel()

    def _stop(self, drawing: _Watch) -> None:
        """Stop the process, as the signal does by itself, with the terminal in order; SIGCONT draws anew."""
        drawing.display.pause()
        self._loop.remove_signal_handler(signal.SIGTSTP)
        signal.raise_signal(signal.SIGTSTP)
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop, drawing)

    def _look_at(self, pipe: int) -> None:
        """Something happened to stdout. Nothing comes from there: either the reader is gone, or it is none of ours."""
        self._loop.remove_reader(pipe)
        poll = select.poll()
        poll.register(pipe, 0)
        if poll.poll(0) and self._task is not None:  # POLLERR or POLLHUP, which need no asking for
            self.unread = True
            self._task.cancel()


def _pipe() -> int | None:
    """The descriptor of stdout if it is a pipe or a socket, whose other end can go away."""
    with suppress(OSError):
        descriptor = sys.stdout.fileno()
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            return descriptor
    return None


class _Watch:
    """What is shown, and the last view of it."""

    def __init__(self, display: Display) -> None:
        self.display = display
        self.view: LiveView | None = None

    async def run(self, look: Callable[[], Awaitable[LiveView]], interval: float) -> None:
        """Look and show until all is passed."""
        self.resume()
        while True:
            self.view = await self._look(look, interval if self.view else 0.0)
            self.display.show(self.view)
            if checklist(self.view).passed:
                return

    def resume(self) -> None:
        """Draw anew what was seen last."""
        self.display.resume(self.view)

    async def _look(self, look: Callable[[], Awaitable[LiveView]], pause: float) -> LiveView:
        """The next view, `pause` seconds from now, while the old one stays on display."""
        clock = asyncio.get_running_loop().time
        start, old = clock(), self.view

        async def later() -> LiveView:
            await asyncio.sleep(pause)
            return await look()

        task = asyncio.ensure_future(later())
        try:
            tick = 1
            while not task.done():
                wait = max(start + tick * _TICK - clock(), 0.0) if self.display.ticks and old else None
                await asyncio.wait({task}, timeout=wait)
                if not task.done() and old:
                    self.display.show(aged(old, int(clock() - start)))
                tick += 1
            return task.result()
        finally:
            task.cancel()
