"""What has the focus can be seen: it is on the screen, whole, and looks otherwise than without."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Region
from textual.widget import Widget

from tests.wizard.tui.support.pilot import ARTICLE, SMALL, Driven, at_step, drive, until
from wizard.questions.steps import steps
from wizard.tui.app import Wizard

pytestmark = pytest.mark.slow


def painted(app: Wizard, region: Region) -> list[object]:
    """What stands in a part of the screen, with its styles."""
    strips = app.screen._compositor.render_strips()
    return [list(strip.crop(region.x, region.right)) for strip in strips[region.y : region.bottom]]


@pytest.mark.parametrize("step", [step.key for step in steps() if step.key != "cutover"])
def test_what_has_the_focus_is_on_the_screen_and_looks_like_it(tmp_path: Path, step: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
        await app.go(step)
        await at_step(pilot, step)
        await pilot.pause()
        chain: list[Widget] = list(app.screen.focus_chain)
        assert chain
        for widget in chain if len(chain) < 10 else [*chain[:3], *chain[::12], *chain[-2:]]:
            await shows_its_focus(pilot, app, widget)

    drive(tmp_path, script, size=SMALL, answers=ARTICLE)


async def shows_its_focus(pilot: Driven, app: Wizard, widget: Widget) -> None:
    app.screen.set_focus(widget)
    await until(pilot, lambda: app.focused is widget and seen_whole(app, widget))
    app.screen.set_focus(None)
    await until(pilot, lambda: not widget.has_focus)
    await pilot.pause()
    without = painted(app, widget.region)
    app.screen.set_focus(widget)
    await until(pilot, lambda: painted(app, widget.region) != without)


def seen_whole(app: Wizard, widget: Widget) -> bool:
    """Whether the widget is on the screen, or fills what there is of it."""
    inside = app.screen.find_widget(widget).visible_region
    return inside.area > 0 and inside.height >= min(widget.region.height, 3)
