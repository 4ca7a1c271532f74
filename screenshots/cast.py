"""The walkthrough as a film: `python -m screenshots.cast` records docs/article.cast (asciinema's format, version 2).

The installed wizard runs in a real terminal of 80x24, tmux's, in an empty folder and with an environment of its own, so
that nothing of this machine is in the film. An event holds the lines of the screen that a key has changed.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from screenshots.make import ROOT
from screenshots.picture import QUIET, SIZE
from screenshots.walkthrough import DIRECTORY, SCENES
from tests.daemons import program
from tests.wizard.tui.support.pilot import PATIENCE, is_named

FILM = ROOT / "docs" / "article.cast"
SOON = 0.2  # seconds that a key's effect may take
KEY, LOOK = 0.08, 2.5  # seconds of the film for a key, and for looking at a scene
NAMES = {"enter": "Enter", "escape": "Escape", "tab": "Tab", "end": "End", "right": "Right"} | {
    f"ctrl+{letter}": f"C-{letter}" for letter in "uq"
}
"""tmux's names of keys; those of function keys are in capitals."""

Screen = list[str]
"""The lines with their colours, each for itself."""


class Terminal:
    """A tmux window with a program in it."""

    def __init__(self, command: str, home: str) -> None:
        self._environment = {"PATH": os.defpath, "HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC"}
        self._environment |= {"TMUX_TMPDIR": home, "SHELL": "/bin/sh", "PYTHONPATH": str(ROOT)}
        width, height = map(str, SIZE)
        # After the program's end its last words stay.
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", width, "-y", height, f"{command}; exec cat")
        lines = [("capture-pane", "-peN", "-S", str(line), "-E", str(line), ";") for line in range(SIZE[1])]
        self._capture = [word for line in lines for word in line][:-1]

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(program("tmux")), *arguments], env=self._environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def press(self, key: str) -> None:
        """Send a named key, or a letter."""
        self._tmux("send-keys", *([NAMES.get(key, key.upper())] if is_named(key) else ["-l", key]))

    def screen(self) -> Screen:
        """What the window shows."""
        return self._tmux(*self._capture).split("\n")[: SIZE[1]]

    def shows(self, words: str) -> bool:
        """Whether these words are in the window, however they are wrapped."""
        return words in " ".join(self._tmux("capture-pane", "-p").split())

    def settled(self, words: str) -> Screen:
        """The screen as soon as it shows the words and has not changed for a while. Raises TimeoutError."""
        deadline, last, since = time.monotonic() + PATIENCE, self.screen(), time.monotonic()
        while time.monotonic() - since < QUIET or not self.shows(words):
            if time.monotonic() > deadline and not self.shows(words):
                raise TimeoutError(f"{words!r} does not come:\n{self._tmux('capture-pane', '-p')}")
            if (now := self.screen()) != last:
                last, since = now, time.monotonic()
        return last

    def next(self, before: Screen) -> Screen:
        """The screen as soon as it is another one, or as it is when that takes too long."""
        deadline = time.monotonic() + SOON
        while (now := self.screen()) == before and time.monotonic() < deadline:
            pass
        return now

    def end(self) -> None:
        """Close the window."""
        self._tmux("kill-server")


def _filmed(terminal: Terminal) -> Iterator[tuple[float, Screen]]:
    """The seconds until the next screen, and each screen."""
    for scene in SCENES:
        for key in scene.keys:
            for part in [key] if is_named(key) else key:
                before = terminal.screen()
                terminal.press(part)
                # What follows Esc at once would be taken for a key with Alt.
                yield KEY, terminal.settled("") if part == "escape" else terminal.next(before)
        yield LOOK, terminal.settled(scene.shows)
    terminal.press("ctrl+q")
    yield LOOK, terminal.settled("the files are in")


def events() -> Iterator[tuple[float, str]]:
    """Time and output of each event of the whole run."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home, chdir(folder):
        command = shlex.join([sys.executable, "-m", "wizard", f"{DIRECTORY}/", "--offline"])
        terminal = Terminal(command, home)
        try:
            at, before = 0.0, [""] * SIZE[1]
            yield at, "\x1b[?25l\x1b[2J"
            for seconds, screen in _filmed(terminal):
                changed = [
                    f"\x1b[{row};1H\x1b[m{line}" for row, line in enumerate(screen, 1) if line != before[row - 1]
                ]
                if changed:
                    yield at, "".join(changed) + "\x1b[m"
                at, before = round(at + seconds, 2), screen
            yield at, "\x1b[?25h"
        finally:
            terminal.end()


def main() -> None:
    """Write the film."""
    header = {"version": 2, "width": SIZE[0], "height": SIZE[1], "title": f"halb-wizard {DIRECTORY}/"}
    lines = [header, *([at, "o", text] for at, text in events())]
    FILM.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    print(f"{FILM}: {len(lines) - 1} events")


if __name__ == "__main__":
    main()
