"""The terminal: what it can show, its theme, and when it is closed."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import ANSIToTruecolor, LineFilter, Monochrome, NoColor
from textual.theme import BUILTIN_THEMES

_LIGHT = BUILTIN_THEMES["textual-light"]
# Textual's orange and green on its light greys have contrasts of 2 to 3.5; these have 4.5 and more.
_DARKER = {"text-warning": "#7A4600", "text-accent": "#7A4600", "text-success": "#1B5E30"}
LIGHT = replace(_LIGHT, variables={**_LIGHT.variables, **_DARKER})
"""The light theme, readable."""

_PATIENCE = 3.0  # seconds
CONSOLE = "linux"
"""TERM on the console of a Linux machine: 256 or 512 characters, those of code page 437 in most fonts."""

# Letters and signs that every console font has stand for the symbols; box-drawing characters for similar ones.
_STAND_INS = {
    **dict(zip("✓✗✕●○•▸▶‹›…–—‘’“”▲▼", "+xx*o*>><>~--''\"\"^v", strict=True)),
    **dict(zip("╭╮╰╯╌╍┄┅━╎╏▏▎▍▕▋▊▉▔▁▂▃▅▆▇", "┌┐└┘─────││││││███─_▄▄███", strict=True)),
}
_ARROWS = "←↑→↓"


class _Console(dict[int, str]):
    """What to write for a character, for `str.translate`; as wide as the character."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        shown = _STAND_INS.get(char) or (char if _on_console(char) else "?" * cell_len(char))
        self[code] = shown
        return shown


def _on_console(char: str) -> bool:
    try:
        char.encode("cp437")
    except UnicodeEncodeError:
        return char in _ARROWS
    return True


_CONSOLE_TABLE = _Console()


def console_text(text: str) -> str:
    """A text for the Linux console, as wide as before."""
    return text if text.isascii() else text.translate(_CONSOLE_TABLE)


class ConsoleCharacters(LineFilter):
    """Writes what the Linux console can show."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with other characters and the same styles."""
        return [Segment(console_text(text), style, control) for text, style, control in segments]


def line_filters(usual: Sequence[LineFilter], *, term: str, no_color: bool) -> list[LineFilter]:
    """The filters for a terminal, from those that Textual has.

    With NO_COLOR Textual writes greys; https://no-color.org asks for no colour at all. Bold and reverse stay.
    """
    found = list(usual)
    if no_color:
        found = [kept for kept in found if not isinstance(kept, (ANSIToTruecolor, Monochrome, NoColor))]
        found.append(NoColor())
    if term.partition("-")[0] == CONSOLE:
        found.append(ConsoleCharacters())
    return found


def fitting_theme(color_system: str | None) -> str | None:
    """The theme for a terminal of 8 or 16 colours: its own ones, as the nearest to a shade is often the background's.

    None for a terminal that has more, and where the user has chosen one by TEXTUAL_THEME.
    """
    few = color_system in (None, "standard", "windows")
    return "ansi-dark" if few and "TEXTUAL_THEME" not in os.environ else None


def watch_terminal(ended: Callable[[int], None], gone: Callable[[int], None]) -> Callable[[int], None]:
    """Call `ended` when a signal ends the app, and `gone` when the terminal is closed, with the exit status for it.

    Returns what ends the process with a status in some seconds, whatever it does then: a terminal that takes nothing
    more (after Ctrl-S, say) holds up whoever writes to it.

    The kernel's SIGHUP does not reach a program below one that outlives it (as `make` does): then the terminal only
    reads as ended, again and again, which keeps Textual 8.2 busy for ever. A daemon thread sees that, SIGHUP or not.
    """
    if not hasattr(select, "poll") or not hasattr(signal, "SIGHUP"):
        return lambda status: None
    import termios

    stdin = sys.__stdin__.fileno() if sys.__stdin__ else 0
    settings = termios.tcgetattr(stdin)

    def end(status: int) -> None:
        with suppress(termios.error):
            termios.tcsetattr(stdin, termios.TCSANOW, settings)
        os._exit(status)

    def end_soon(status: int) -> None:
        timer = threading.Timer(_PATIENCE, end, [status])
        timer.daemon = True
        timer.start()

    status = 128 + signal.SIGHUP
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as below nohup
            loop.add_signal_handler(number, ended, 128 + number)

    def watch() -> None:
        poll = select.poll()
        poll.register(stdin, 0)
        while not any(state & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, state in poll.poll()):
            pass
        with suppress(RuntimeError):  # the app has just ended
            loop.call_soon_threadsafe(gone, status)
        end_soon(status)

    threading.Thread(target=watch, name="terminal", daemon=True).start()
    return end_soon
