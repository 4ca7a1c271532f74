"""The article's cluster by the keyboard: how many keys it takes, and that none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wizard.tui.support.pilot import ARTICLE, Driven, at_step, drive, is_named, press, sees, send_at_once, until
from tests.wizard.tui.support.typed import TYPED
from tests.wizard.tui.support.writing import written
from wizard.questions.answers import Answers
from wizard.questions.steps import steps
from wizard.tui.app import Wizard

pytestmark = pytest.mark.slow

MOST = 20
TO_WRITTEN_FILES = ("enter", "enter")
"""From the review to the write screen, and its button."""


def test_the_articles_cluster_takes_at_most_20_keys_beside_its_values_and_none_that_comes_early_is_lost(
    tmp_path: Path,
) -> None:
    keys = [key for part in TYPED for key in part]
    named = [key for key in keys if is_named(key)]

    async def script(pilot: Driven, app: Wizard) -> None:
        send_at_once(app, *keys)
        order = ["", *(step.key for step in steps())]
        for number in range(order.index("review") + 1):  # each step may take a busy machine a while
            await until(pilot, lambda number=number: order.index(app.step) >= number)  # type: ignore[misc]
        await sees(pilot, "Continue: write the files")
        first, second = TO_WRITTEN_FILES
        await press(pilot, first)
        await at_step(pilot, "write")
        await sees(pilot, "files would be written")
        assert list(tmp_path.iterdir()) == []
        await press(pilot, second)
        await written(pilot)

    app = drive(tmp_path, script)
    assert app.session.answers == Answers(ARTICLE)
    assert len(named) + len(TO_WRITTEN_FILES) <= MOST, named
    assert (tmp_path / "haproxy-lb2/etc/keepalived/keepalived.conf").is_file()
