"""Writing halb.toml without the files that halb makes of it: always possible, also while these are blocked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules.command import CONFIG_NAME
from rules.plan import Draft, key_at
from wizard.questions.answers import values_of_answers
from wizard.questions.review import label, plan_text
from wizard.questions.session import Judgement

if TYPE_CHECKING:
    from wizard.files import Written


class PlanSaved(NamedTuple):
    """The halb.toml that was written; `left_out` are the answers that it does not have, in words."""

    written: Written
    left_out: tuple[str, ...]


def save_plan(outcome: Judgement, directory: Path, *, force: bool = False) -> PlanSaved:
    """Write the halb.toml of the answers below `directory`, and nothing else.

    Answers that are wrong, or missing, are left out; the missing ones stand there as comments to fill in. Raises
    ChangedError, unless forced, if there is a halb.toml that halb did not write; StoreError if it can't be written.
    """
    from wizard.files import write_tree

    text, left_out = _text(outcome, directory)
    secret = any(key_at(place).secret for place in outcome.answers)
    files = {CONFIG_NAME: (text, 0o600 if secret or _is_private(directory / CONFIG_NAME) else 0o644)}
    written = write_tree(directory, files, force=force, when=datetime.now(UTC))
    return PlanSaved(written._replace(stale=()), left_out)


def _text(outcome: Judgement, directory: Path) -> tuple[str, tuple[str, ...]]:
    from wizard.plan.draft_text import draft_text

    if outcome.plan is not None:
        return plan_text(outcome, directory, written=_has_files(outcome, directory)), ()
    text, unfit = draft_text(Draft(values_of_answers(outcome.answers)), directory)
    return text, (*_wrong(outcome), *unfit)


def _wrong(outcome: Judgement) -> Iterator[str]:
    from wizard.questions.answers import fault

    for place in outcome.answers:
        if fault(place, outcome.answers[place]):
            yield f"left out: {label(place, outcome.answers)}, which is wrong"


def _has_files(outcome: Judgement, directory: Path) -> bool:
    """Whether the files that halb makes are there already, for halb-lint to read."""
    return all((directory / path).is_file() for path in outcome.files)


def _is_private(path: Path) -> bool:
    try:
        return not path.stat().st_mode & 0o077
    except OSError:
        return False
