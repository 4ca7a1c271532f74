"""The pictures of the README: each step with the answers of the article's cluster up to there, offline."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from screenshots.cutover import INITIAL_MASTER, AnsweredCutover, everything_serves
from screenshots.picture import SIZE, plain_terminal, taken
from tests.wizard.tui.pilot import ARTICLE, until
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


def pictures() -> Iterator[tuple[str, str]]:
    """Name and SVG of each picture."""
    for number, key in enumerate(("start", *SHOWN, "cutover")):
        with plain_terminal():
            svg = asyncio.run(_picture(key))
        yield f"{number:02}-{key}.svg", svg


async def _picture(key: str) -> str:
    app = Wizard(Path("kacang"), offline=True)
    async with app.run_test(size=SIZE) as pilot:
        if key != "start":
            answers = Answers(answers_up_to(key))
            app.session.replace_answers(answers)
            app.go(key)
            await until(pilot, lambda: app.session.outcome.answers == answers)
        if key == "cutover":
            view = everything_serves(app.session.answers, app.session.outcome.files, record=INITIAL_MASTER)
            await app.show(AnsweredCutover(view))
        return await taken(pilot, app, f"halb-wizard: {key}")
