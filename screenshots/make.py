"""The pictures of the README, from the real app: `python screenshots/make.py` writes them, a test compares.

Each is the wizard at 80x24 with the answers of the article's cluster up to there, offline, so that nothing in them
depends on the machine.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "screenshots"
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from textual.widgets import Input  # noqa: E402

from tests.wizard.tui.pilot import ARTICLE, Driven, until  # noqa: E402
from wizard.answers import Answers, Place  # noqa: E402
from wizard.app import Wizard  # noqa: E402
from wizard.session import step_of  # noqa: E402
from wizard.steps import steps  # noqa: E402

SIZE = (80, 24)
SHOWN = ("dns", "initial-master", "control-plane", "vip", "load-balancers", "vrrp", "haproxy", "review", "write")


def answers_up_to(key: str) -> dict[Place, str]:
    """The article's answers of the steps up to this one."""
    order = [step.key for step in steps()]
    return {
        place: text
        for place, text in ARTICLE.items()
        if (step := step_of(place)) is not None and order.index(step.key) <= order.index(key)
    }


def pictures() -> Iterator[tuple[str, str]]:
    """Name and SVG of each picture."""
    for number, key in enumerate(("start", *SHOWN)):
        yield f"{number:02}-{key}.svg", asyncio.run(_picture(key))


async def _picture(key: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        app = Wizard(Path("kacang"), offline=True)
        async with app.run_test(size=SIZE) as pilot:
            if key != "start":
                app.replace_answers(Answers(answers_up_to(key)))
                app.go(key)
                await until(pilot, lambda: app.outcome.answers == app.answers)
            for field in app.screen.query(Input):
                field.cursor_blink = False
            await _settled(pilot, app)
            svg = app.export_screenshot(title=f"halb-wizard: {key}")
        assert not list(Path(folder).iterdir())
    # Rich names the classes after the content; blanks at the ends of lines are nobody's business.
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


async def _settled(pilot: Driven, app: Wizard) -> None:
    """Wait until nothing changes on the screen any more."""
    last, since = "", time.monotonic()
    while time.monotonic() - since < 0.4:
        await pilot.pause(0.05)
        now = app.export_screenshot()
        if now != last:
            last, since = now, time.monotonic()


def main() -> None:
    """Write the pictures, and remove those that are no more."""
    made = dict(pictures())
    for old in FOLDER.glob("*.svg"):
        if old.name not in made:
            old.unlink()
    for name, svg in made.items():
        (FOLDER / name).write_text(svg, encoding="utf-8")
    print(f"{len(made)} pictures in {FOLDER}")


if __name__ == "__main__":
    main()
