"""What has the focus can be seen: it is on the screen, whole, and looks otherwise than without."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Region
from textual.widget import Widget

from tests.live.tls.api_servers import Behaviour
from tests.wizard.running import cluster
from tests.wizard.tui.support import ends
from tests.wizard.tui.support.dialogs import MAKERS, all_dialogs, opened
from tests.wizard.tui.support.pilot import ARTICLE, SMALL, Driven, at_step, drive, sees, until
from wizard.questions.answers import Place, from_toml
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
        await each_shows_its_focus(pilot, app)

    drive(tmp_path, script, size=SMALL, answers=ARTICLE)


def test_so_do_the_checklist_and_what_to_do_next(tmp_path: Path) -> None:
    async def scene() -> None:
        with cluster(tmp_path) as made:
            asked = [f"{made.resolver.server.address}:{made.resolver.server.port}"]
            made.led_to, made.master.behaviour = made.master.address, Behaviour.CLOSE
            answers = from_toml((made.folder / "halb.toml").read_text())
            async with ends.at_step("cutover", tmp_path, answers, offline=False, resolvers=asked) as pilot:
                await sees(pilot, "next: step")
                app = ends.wizard(pilot)
                assert {widget.id for widget in app.screen.focus_chain} == {"steps", "next"}
                assert app.focused is app.screen.query_one("#steps")
                await each_shows_its_focus(pilot, app)

    ends.play(scene())


def test_every_dialog_is_looked_at() -> None:
    assert set(MAKERS) == all_dialogs()


@pytest.mark.parametrize("name", MAKERS)
def test_so_does_what_has_the_focus_in_a_dialog(tmp_path: Path, name: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await opened(pilot, app, name, "load-balancers")
        await until(pilot, lambda: app.focused is not None)
        await each_shows_its_focus(pilot, app)

    # With a wrong answer, so that there is something in the list of what is wrong.
    drive(tmp_path, script, size=SMALL, answers={**ARTICLE, Place("lb", 1, "address"): "192.168.2.1400"})


async def each_shows_its_focus(pilot: Driven, app: Wizard) -> None:
    chain: list[Widget] = list(app.screen.focus_chain)
    assert chain
    for widget in chain if len(chain) < 10 else [*chain[:3], *chain[::12], *chain[-2:]]:
        await shows_its_focus(pilot, app, widget)


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
