"""The article's files as they are in the repository, so that a change of a template is seen in review."""

from __future__ import annotations

from tests.tools.make_golden import GOLDEN
from tests.wizard.plans import ARTICLE
from wizard.render.files import render


def test_the_article_is_rendered_as_it_was_reviewed() -> None:
    """When it differs on purpose: `python -m tests.tools.make_golden`."""
    there = {
        path.relative_to(GOLDEN).as_posix(): path.read_text(encoding="utf-8")
        for path in GOLDEN.rglob("*")
        if path.is_file()
    }
    assert there == {path: file.text for path, file in render(ARTICLE).items()}
