"""The pictures of the README: each step with the answers of the article's cluster up to there, offline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from screenshots.cutover import INITIAL_MASTER, AnsweredCutover, everything_serves
from screenshots.picture import SIZE, judged, plain_terminal, taken
from tests.wizard.tui.support.pilot import ARTICLE, Driven, at_step
from wizard.questions.answers import Answers, Place
from wizard.questions.session import step_of
from wizard.questions.steps import steps
from wizard.tui.app import Wizard

SHOWN = ("dns", "initial-master", "control-plane", "vip", "load-balancers", "vrrp", "haproxy", "review", "write")


def answers_up_to(key: str) -> dict[Place, str]:
    """The article's answers of the steps up to this one."""
    order = [step.key for step in steps()]
    return {
        place: text
        for place, text in ARTICLE.items()
        if (step := step_of(place)) is not None and order.index(step.key) <= order.index(key)
    }


async def screens(size: tuple[int, int]) -> AsyncIterator[tuple[str, Driven, Wizard]]:
    """The app at the start, and at each step with the article's answers up to there, one after the other."""
    app = Wizard(Path("kacang"), offline=True)
    async with app.run_test(size=size) as pilot:
        yield "start", pilot, app
        for key in SHOWN:
            app.session.begin(Answers(answers_up_to(key)))
            app.go(key)
            await at_step(pilot, key)
            await judged(pilot, app)
            yield key, pilot, app


def pictures() -> Iterator[tuple[str, str]]:
    """Name and SVG of each picture."""
    with plain_terminal():
        yield from asyncio.run(_pictures())


async def _pictures() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    async def take(key: str) -> None:
        found.append((f"{len(found):02}-{key}.svg", await taken(pilot, app, f"halb-wizard: {key}")))

    async for key, pilot, app in screens(SIZE):
        await take(key)
        if key == SHOWN[-1]:
            app.session.begin(Answers(answers_up_to("cutover")))
            await judged(pilot, app)
            app.step = "cutover"
            app.session.visited.add("cutover")
            view = everything_serves(app.session.answers, app.session.outcome.files, record=INITIAL_MASTER)
            await app.show(AnsweredCutover(view))
            await take("cutover")
    return found
