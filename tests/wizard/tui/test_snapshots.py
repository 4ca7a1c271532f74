"""What each step shows at the two sizes, as text: `python -m tests.wizard.tui.test_snapshots` writes it anew."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from screenshots.steps import SHOWN, answers_up_to
from tests.wizard.tui.pilot import LARGE, SMALL, until
from tests.wizard.tui.pilot import text as shown
from wizard.questions.answers import Answers
from wizard.tui.app import Wizard

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "snapshots"
CASES = [(key, size) for key in ("start", *SHOWN) for size in (SMALL, LARGE)]


def path_of(key: str, size: tuple[int, int]) -> Path:
    return FOLDER / f"{key}-{size[0]}x{size[1]}.txt"


async def _screen(key: str, size: tuple[int, int]) -> str:
    app = Wizard(Path("kacang"), offline=True)
    async with app.run_test(size=size) as pilot:
        if key != "start":
            app.session.replace_answers(Answers(answers_up_to(key)))
            app.go(key)
            await until(pilot, lambda: app.session.outcome.answers == app.session.answers and app.step == key)
        last = ""
        for _ in range(100):
            await pilot.pause(0.1)
            if last == (now := shown(pilot)):
                break
            last = now
        return "\n".join(line.rstrip() for line in last.splitlines()) + "\n"


@pytest.mark.parametrize(("key", "size"), CASES, ids=[f"{key}-{size[0]}" for key, size in CASES])
def test_the_screen_is_as_it_was(key: str, size: tuple[int, int]) -> None:
    found = asyncio.run(_screen(key, size))
    assert found == path_of(key, size).read_text(encoding="utf-8")
    assert len(found.splitlines()) <= size[1]
    assert all(len(line) <= size[0] for line in found.splitlines())


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for key, size in CASES:
        path_of(key, size).write_text(asyncio.run(_screen(key, size)), encoding="utf-8")


if __name__ == "__main__":
    main()
