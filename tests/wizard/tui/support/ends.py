"""The app at one of its last steps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.wizard.plans import ARTICLE
from tests.wizard.tui.support.pilot import SMALL, Driven, until
from wizard.plan.file import write_plan
from wizard.questions.answers import Answers, Place, from_toml
from wizard.tui.app import Wizard

ENDPOINT = Place("cluster", 0, "endpoint")
MASTER = Place("control_plane", 0, "address")
SECRET = ARTICLE.vrrp.auth_pass or ""


def article() -> Answers:
    """The article's cluster, complete, with its password."""
    return from_toml(write_plan(ARTICLE))


def wizard(pilot: Driven) -> Wizard:
    """The app that is driven."""
    app = pilot.app
    assert isinstance(app, Wizard)
    return app


@asynccontextmanager
async def at_step(
    key: str,
    directory: Path,
    answers: Answers,
    *,
    size: tuple[int, int] = SMALL,
    offline: bool = True,
    resolvers: list[str] | None = None,
) -> AsyncIterator[Driven]:
    """The app with these answers, judged, at a step."""
    app = Wizard(directory, offline=offline, resolvers=resolvers)
    async with app.run_test(size=size) as running:
        pilot: Driven = running
        await pilot.pause()
        app.session.replace_answers(answers)
        await until(pilot, lambda: app.session.outcome.answers == answers)
        await app.go(key)
        await until(pilot, lambda: app.step == key and app.screen.is_mounted)
        await pilot.pause()
        yield pilot


def play(scene: Coroutine[Any, Any, None]) -> None:
    """Run a scene to its end."""
    asyncio.run(scene)
