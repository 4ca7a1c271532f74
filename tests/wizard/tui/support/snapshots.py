"""What each step shows at the two sizes, as text: the middle of the screen, and apart from it what frames all of them.

`make renew` writes them anew. A change of the bar of steps or of the keys below changes the frames' file alone.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from screenshots.picture import plain_terminal, settled
from screenshots.steps import SHOWN, screens
from tests.wizard.tui.support.pilot import LARGE, SMALL, Driven, text

FOLDER = Path(__file__).parents[1] / "snapshots"
KEYS = ("start", *SHOWN)
SIZES = (SMALL, LARGE)
_FRAME = "#heading, StepsBar, Footer"
_LOOKS = 60


def path_of(key: str, size: tuple[int, int]) -> Path:
    """Where the middle of a step's screen is; the key "frames" is that of all frames."""
    return FOLDER / f"{key}-{size[0]}x{size[1]}.txt"


def taken(size: tuple[int, int]) -> dict[str, str]:
    """The middles by step, and below "frames" all frames."""
    return asyncio.run(_taken(size))


async def _taken(size: tuple[int, int]) -> dict[str, str]:
    found: dict[str, str] = {}
    frames = []
    with plain_terminal():
        async for key, pilot, app in screens(size):
            await settled(pilot, app)
            frame, found[key] = await _at_rest(pilot, path_of(key, size))
            frames.append(f"== {key}\n{frame}")
    return {**found, "frames": "".join(frames)}


async def _at_rest(pilot: Driven, known: Path) -> tuple[str, str]:
    """The rows once they are the known ones, or after a while: a preview scrolls when it has been laid out."""
    wanted = known.read_text(encoding="utf-8") if known.exists() else ""
    for _ in range(_LOOKS):
        if _parted(pilot)[1] == wanted:
            break
        await pilot.pause(0.05)
    return _parted(pilot)


def _parted(pilot: Driven) -> tuple[str, str]:
    """The rows of the frame, and the other ones with a line for those that were between them."""
    rows = text(pilot).split("\n")
    framed = {row for widget in pilot.app.screen.query(_FRAME) for row in range(widget.region.y, widget.region.bottom)}
    frame = [line for row, line in enumerate(rows) if row in framed]
    middle = [line for row, line in enumerate(rows) if row not in framed]
    return "\n".join(frame) + "\n", "\n".join(middle) + "\n"


def write() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for size in SIZES:
        for key, shown in taken(size).items():
            path_of(key, size).write_text(shown, encoding="utf-8")
