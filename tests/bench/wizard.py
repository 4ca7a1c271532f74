"""The wizard's first paint beside a Textual app of one Static, and a key to its repaint with and without the linter.

`python -m tests.bench.wizard`; part of `make bench`.
"""

from __future__ import annotations

import asyncio
import os
import pty
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from tests.wizard.tui.support.pilot import ARTICLE, until
from wizard.questions.answers import Answers
from wizard.questions.session import Judgement
from wizard.tui import judging
from wizard.tui.app import Wizard

_STATIC = """
from textual.app import App
from textual.widgets import Static
class One(App):
    def compose(self):
        yield Static("Nothing is written")
One().run()
"""
_MARK = b"Nothing"  # in both
_RUNS = 9


def first_paint(command: list[str], folder: Path) -> float:
    """Seconds from exec to the mark on a pty of 80x24."""
    begun = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        env = {
            "TERM": "xterm-256color",
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "COLUMNS": "80",
            "LINES": "24",
        }
        os.chdir(folder)
        os.execve(command[0], command, env)
    seen = b""
    try:
        while _MARK not in seen:
            select.select([fd], [], [], 30)
            seen += os.read(fd, 65536)
        return time.perf_counter() - begun
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(fd)


async def key_to_repaint(judge: Callable[[Answers], Judgement]) -> list[float]:
    """Seconds from each of 60 keys to the end of its repaint, while the answers are judged in the background."""
    vars(judging)["judge"] = judge
    app = Wizard(Path("kacang"), offline=True)
    times = []
    async with app.run_test(size=(120, 36)) as pilot:
        app.session.replace_answers(Answers(ARTICLE))
        app.go("vip")
        await until(pilot, lambda: app.step == "vip" and app.session.outcome.answers == app.session.answers)
        for number in range(60):
            begun = time.perf_counter()
            await pilot.press("backspace" if number % 2 else "4")
            times.append(time.perf_counter() - begun)
            # About as fast as one types, so that judging falls into it now and then.
            await pilot.pause(0.12)
    return times


def main() -> None:
    """Measure and print both goals."""
    from tests.bench.run import line

    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="halb-bench-") as name:
        folder = Path(name)
        wizard = [str(Path(sys.executable).parent / "halb-wizard"), "./"]
        static = [sys.executable, "-c", _STATIC]
        first_paint(wizard, folder), first_paint(static, folder)
        pairs = [(first_paint(wizard, folder), first_paint(static, folder)) for _ in range(_RUNS)]
    ratio = median(a / b for a, b in pairs)
    figures = f"{ratio:.2f}x ({median(a for a, _ in pairs):.2f}/{median(b for _, b in pairs):.2f} s)"
    line("G12", "first paint / app of one Static", figures, "<= 1.5x", ratio <= 1.5)
    real = vars(judging)["judge"]
    with_lint = asyncio.run(key_to_repaint(real))
    without = asyncio.run(key_to_repaint(lambda answers: Judgement(answers, {})))
    vars(judging)["judge"] = real
    slow, fast = (quantiles(times, n=20)[-1] for times in (with_lint, without))
    figures = f"{slow / fast:.2f}x ({slow * 1000:.0f}/{fast * 1000:.0f} ms)"
    line("G12", "key to repaint, p95, with / without lint", figures, "<= 2x", slow <= 2 * fast)


if __name__ == "__main__":
    main()
