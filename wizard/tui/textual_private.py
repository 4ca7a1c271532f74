"""Everything that halb uses of Textual beyond its public interface (Textual 8): nobody else touches a private name.

A new release of Textual is checked against this file alone.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from textual.app import App, ComposeResult
from textual.driver import Driver
from textual.screen import Screen
from textual.widgets import Footer

Result = TypeVar("Result")
_TRIES = 100  # of taking the terminal: each but the last one ends with the process stopped


class KeysFooter(Footer):
    """The keys, from the first paint of a screen on: Textual's footer is empty until the focus is somewhere.

    Private: `Footer._bindings_ready`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.set_reactive(Footer._bindings_ready, True)
        self._keys: list[tuple[str, str, bool]] = []

    def _now(self) -> list[tuple[str, str, bool]]:
        active = self.screen.active_bindings.values()
        return [(binding.key, binding.description, enabled) for _, binding, enabled, _ in active if binding.show]

    def compose(self) -> ComposeResult:
        """The keys that there are now."""
        self._keys = self._now()
        yield from super().compose()

    def bindings_changed(self, screen: Screen[Any]) -> None:
        """Make the keys anew only if they are others: the focus moves often, and they seldom change with it."""
        if screen is self.screen and self._now() != self._keys:
            super().bindings_changed(screen)


if sys.platform != "win32":
    from textual.drivers.linux_driver import LinuxDriver

    class TerminalDriver(LinuxDriver):
        """Textual's driver, which is stopped and continued (Ctrl-Z, `fg`) between two events of the loop.

        Textual's own handlers run wherever the program just is. In the middle of a write they wait for ever, as the
        queue of its output is locked then; and SIGCONT without a SIGTSTP before it (`kill -STOP`) starts a second pair
        of threads, and takes the terminal as halb had set it for what is to be restored at the end.

        Private: `_sigtstp_application`, `_sigcont_application`, `_must_signal_resume`, `_writer_thread`, `_loop`.
        """

        _drawing = False  # the terminal is ours
        _waiting = False  # it was given back for a stop, and is to be taken again

        def start_application_mode(self) -> None:
            """Take the terminal. In the background the process is stopped for trying; continued, it tries again."""
            if self._writer_thread is None and isinstance(self._app, QuietApp):
                self._app.on_terminal_taken()
            before = self._writer_thread
            for _ in range(_TRIES):
                super().start_application_mode()  # type: ignore[no-untyped-call]
                if self._writer_thread is not before:
                    self._drawing, self._waiting = True, False
                    return

        def stop_application_mode(self) -> None:
            """Give the terminal back as it was, once."""
            if self._drawing:
                self._drawing = False
                super().stop_application_mode()

        def _sigtstp_application(self, *_: object) -> None:
            self._soon(self._stop)

        def _sigcont_application(self, *_: object) -> None:
            self._soon(self._continue)

        def _soon(self, work: Callable[[], None]) -> None:
            with suppress(RuntimeError):  # the loop is closed: the app has ended
                self._loop.call_soon_threadsafe(work)

        def _stop(self) -> None:
            if self._drawing:
                self._waiting = self._must_signal_resume = True
                self.suspend_application_mode()
            os.kill(os.getpid(), signal.SIGSTOP)

        def _continue(self) -> None:
            if self._drawing:  # stopped by a SIGSTOP, so others may have changed the terminal
                self._waiting = self._must_signal_resume = True
                self.suspend_application_mode()
            if self._waiting:
                self.resume_application_mode()


@contextmanager
def lent_terminal(app: App[Any]) -> Iterator[None]:
    """Give the terminal to another program; raises SuspendNotSupported where that can't be done.

    Ctrl+Z there stops both, as the shell waits for the whole group. The handler below would only note it for later, and
    the shell would never come back.
    """
    stop = getattr(signal, "SIGTSTP", None)
    before = signal.signal(stop, signal.SIG_DFL) if stop is not None else None
    try:
        with app.suspend():
            yield
    finally:
        if stop is not None:
            signal.signal(stop, before)
    app.refresh(layout=True)


class QuietApp(App[Result]):
    """An app that leaves reporting a crash to its caller."""

    def get_driver_class(self) -> type[Driver]:
        """The driver that can be stopped, where Textual would take its own for Unix."""
        usual = super().get_driver_class()
        return TerminalDriver if sys.platform != "win32" and usual is LinuxDriver else usual

    def on_terminal_taken(self) -> None:
        """Called before the terminal is changed, for the first time."""

    @property
    def crash(self) -> Exception | None:
        """The exception that ended the app, if one did.

        Private: `App._exception`. Publicly, only the return code says that there was one.
        """
        return self._exception

    def _fatal_error(self) -> None:
        """End the app after an exception.

        Private: overrides `App._fatal_error`, which prints a traceback with the values of all variables, passwords
        among them; `App._close_messages_no_wait` is the rest of what it does.
        """
        self._close_messages_no_wait()
