"""The step that writes: how tests get there, and what is there afterwards."""

from __future__ import annotations

from pathlib import Path

from tests.wizard.tui.support.pilot import Driven, sees, until
from wizard.tui.screens.write import WriteScreen

CONF = "haproxy-lb1/etc/haproxy/haproxy.cfg"


def screen_of(pilot: Driven) -> WriteScreen:
    screen = next(screen for screen in pilot.app.screen_stack if isinstance(screen, WriteScreen))
    assert isinstance(screen, WriteScreen)
    return screen


def files_below(folder: Path) -> set[str]:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {path for path in found if not path.startswith(".halb/")}


async def written(pilot: Driven) -> None:
    await until(pilot, lambda: screen_of(pilot).written is not None)
    await sees(pilot, "✓ written")
