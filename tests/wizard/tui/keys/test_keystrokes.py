"""The article's cluster by the keyboard: how many keys it takes, and that none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wizard.tui.support.pilot import ARTICLE, Driven, at_step, drive, is_named, press, sees, send_at_once, until
from tests.wizard.tui.support.typed import TYPED
from wizard.questions.answers import Answers
from wizard.tui.app import Wizard

pytestmark = pytest.mark.slow

MOST = 45


def test_the_articles_cluster_takes_at_most_45_keys_beside_its_values_and_none_that_comes_early_is_lost(
    tmp_path: Path,
) -> None:
    keys = [key for part in TYPED for key in part]
    named = [key for key in keys if is_named(key)]
    confirming = ["f10", "enter", "enter"]  # to the write screen, its button, and the question where there is one

    async def script(pilot: Driven, app: Wizard) -> None:
        send_at_once(app, *keys)
        await at_step(pilot, "review")
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers and app.session.outcome.files)
        await press(pilot, "f10")
        await at_step(pilot, "write")
        await sees(pilot, "files would be written")

    app = drive(tmp_path, script)
    assert app.session.answers == Answers(ARTICLE)
    assert len(named + confirming) <= MOST, len(named + confirming)
    assert list(tmp_path.iterdir()) == []
