"""The ways in which files come beside what others wrote in the folder; and writing them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from rules.report import printable
from rules.text import clipped, counted
from wizard.questions.review import Changes, Overrides, changes, tree

if TYPE_CHECKING:
    from wizard.files import Written
    from wizard.plan.plan import Plan
    from wizard.questions.session import Judgement


class Way(Enum):
    """What to do about a haproxy.cfg that somebody else wrote; the value is what the user reads."""

    LEAVE = "Leave all as it is"
    MERGE = "Merge (only halb's sections change)"
    REPLACE = "Replace"


def preview(outcome: Judgement, directory: Path, overrides: Overrides, way: Way) -> Changes:
    """What writing in this way would do; nothing is written."""
    return changes(outcome, directory, overrides, merge=way is Way.MERGE, replace=way is Way.REPLACE)


def write(
    outcome: Judgement, directory: Path, overrides: Overrides, way: Way, seen: Changes, *, force: bool = False
) -> tuple[Changes, Written]:
    """Write the files below `directory`; `seen` is the preview that the user had.

    Raises ChangedError for what somebody else wrote, unless `force`, or it was merged as it was seen; StoreError for
    what can't be written, or merged.
    """
    from wizard.files import ChangedError, StoreError, merge_tree, write_tree

    files = tree(outcome, directory, overrides)
    merging = merge_tree(directory, files, merge=way is Way.MERGE, replace=way is Way.REPLACE)
    if merging.problems:
        raise StoreError(merging.problems)
    if way is Way.MERGE and (unseen := [path for path in merging.bases if seen.bases.get(path) != merging.bases[path]]):
        raise ChangedError({str(directory / path): "has changed since it was shown; look again" for path in unseen})
    written = write_tree(directory, merging.files, force=force, when=datetime.now(UTC), merging=merging)
    return Changes(merging.files), written


def to_choose(found: Changes, way: Way) -> bool:
    """Whether the user has to choose a way before anything is written."""
    return way is Way.LEAVE and bool(found.foreign)


def state_words(found: Changes, way: Way) -> str:
    """What writing would do, in a sentence."""
    if to_choose(found, way):
        has = "has" if len(found.foreign) == 1 else "have"
        return f"{_files(found.foreign)} {has} sections halb did not write; choose above (F4 previews)"
    if found.problems:
        return "nothing can be written to this folder"
    differing = sum(state != "unchanged" for state in found.states.values())
    if not differing:
        return "all files are up to date; nothing would change"
    merged = sum(state == "merged" for state in found.states.values())
    merging = f", {merged} of them merged" if merged else ""
    return f"{counted(differing, 'file')} would be written{merging}; old content is kept in backups"


def _files(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else counted(len(paths), "file")


def _shown(text: str) -> str:
    return clipped(printable(text))


def next_steps(directory: Path, plan: Plan | None, files: Collection[str]) -> Iterator[str]:
    """What to do with the files, in the order in which it is to be done."""
    yield "What to do next:"
    number = 1
    if "RUNBOOK.md" in files:
        yield _shown(
            f"  {number}. {directory / 'RUNBOOK.md'} has every step and its time, from the DNS record to the cutover"
        )
        number += 1
    # As everywhere: the one that has the VIP comes last.
    for lb in reversed(plan.load_balancers if plan is not None else ()):
        if f"{lb.name}/install.sh" in files:
            when = "" if number > 2 else "when its turn comes, "
            yield _shown(f"  {number}. {when}copy {directory / lb.name} to {lb.name}, and run as root: sh install.sh")
            number += 1
