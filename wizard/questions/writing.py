"""The ways in which files come beside what others wrote in the folder, or was imported; and writing them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from rules.report import printable
from rules.text import clipped, counted, listed
from wizard.questions.review import Changes, Overrides, changes, origins, tree
from wizard.questions.session import Judgement

if TYPE_CHECKING:
    from wizard.files import Written
    from wizard.merge.model import Endpoint
    from wizard.plan.plan import Plan
    from wizard.questions.answers import Answers

MOST_DROPPED = 8
"""Lines about what is dropped that a list shows; all of it is in the diff."""


class Way(Enum):
    """What to do about a haproxy.cfg that somebody else wrote; the value is what the user reads."""

    LEAVE = "Leave all as it is"
    MERGE = "Merge (only halb's sections change)"
    TAKE_OVER = "Take over (halb serves instead)"
    REPLACE = "Replace"


def ways(found: Changes) -> tuple[Way, ...]:
    """The ways to choose from: a merge beside sections that are in the way is none, unless it takes them over."""
    return (Way.LEAVE, Way.TAKE_OVER if any(found.in_the_way.values()) else Way.MERGE, Way.REPLACE)


def fitting(found: Changes, way: Way) -> Way:
    """The way that is meant, when what was found has changed since it was chosen."""
    offered = ways(found)
    return way if way in offered else offered[1]


def _endpoint(way: Way) -> Endpoint:
    return "all" if way is Way.TAKE_OVER else "keep"


def preview(outcome: Judgement, directory: Path, overrides: Overrides, way: Way) -> Changes:
    """What writing in this way would do; nothing is written."""
    merge = way in (Way.MERGE, Way.TAKE_OVER)
    return changes(outcome, directory, overrides, merge=merge, replace=way is Way.REPLACE, endpoint=_endpoint(way))


def write(
    outcome: Judgement, directory: Path, overrides: Overrides, way: Way, seen: Changes, *, force: bool = False
) -> tuple[Changes, Written]:
    """Write the files below `directory`; `seen` is the preview that the user had.

    Raises ChangedError for what somebody else wrote, unless `force`, or it was merged as it was seen; StoreError for
    what can't be written, or merged.
    """
    from wizard.files import ChangedError, StoreError, merge_tree, write_tree
    from wizard.files.survey import look

    files = tree(outcome, directory, overrides)
    merge = way in (Way.MERGE, Way.TAKE_OVER)
    merging = merge_tree(
        directory, files,
        merge=merge, replace=way is Way.REPLACE, endpoint=_endpoint(way), origins=origins(outcome, directory),
    )  # fmt: skip
    if merging.problems:
        raise StoreError(merging.problems)
    if merge and (unseen := [path for path in merging.bases if seen.bases.get(path) != merging.bases[path]]):
        raise ChangedError({str(directory / path): "has changed since it was shown; look again" for path in unseen})
    before = {place.path: place.change for place in look(directory, merging.files, merging.origins)}
    written = write_tree(directory, merging.files, force=force, when=datetime.now(UTC), merging=merging)
    states = {path: merging.state(path, state) for path, state in before.items()}
    return Changes(merging.files, states, unheard=seen.unheard), written


def so_far(now: Answers, written: Answers | None, directory: Path, before: Answers | None, *, plan: bool) -> str:
    """What has been written of the answers as they are `now`, in a sentence.

    `written` are those whose files were written in this run, to `directory`; `before` those of files that were there;
    `plan`: halb.toml alone was written.
    """
    where = _shown(str(directory))
    if written is not None:
        changed = "" if written == now else "; the answers have changed since then"
        return f"The files have been written to {where}{changed}."
    if plan:
        return "halb.toml has been written, and nothing else so far."
    return "Nothing has been written so far." if before is None else "Nothing has been written in this run."


def to_choose(found: Changes, way: Way) -> bool:
    """Whether the user has to choose a way before anything is written."""
    return way is Way.LEAVE and bool(found.foreign)


def state_words(found: Changes, way: Way) -> str:
    """What writing would do, in a sentence."""
    if to_choose(found, way):
        has = "has" if len(found.foreign) == 1 else "have"
        what = "sections that serve the endpoint" if _serves(found) else "sections halb did not write"
        return f"{_files(found.foreign)} {has} {what}; choose above (F4 previews)"
    if found.problems:
        return "nothing can be written in this way; choose another one above, or save halb.toml alone (F8)"
    differing = sum(state != "unchanged" for state in found.states.values())
    if not differing:
        return "all files are up to date; nothing would change"
    merged = sum(state == "merged" for state in found.states.values())
    merging = f", {merged} of them merged" if merged else ""
    kept = "; old content is kept in backups" if found.replaced else ""
    return f"{counted(differing, 'file')} would be written{merging}{kept}"


def _serves(found: Changes) -> bool:
    return any(one.serves for several in found.in_the_way.values() for one in several)


def taken(found: Changes) -> Iterator[tuple[bool, str]]:
    """What becomes of the sections of others, a line for each, those that are lost for others than the endpoint first.

    The first of each pair says whether the section serves something else, which nothing will do afterwards.
    """
    loses: dict[str, list[str]] = {}
    goes: dict[str, list[str]] = {}
    for path, removed in found.removed.items():
        for change in removed:
            (goes if change.serves else loses).setdefault(change.section, []).append(path.partition("/")[0])
    for section, nodes in loses.items():
        yield True, _shown(f"{section} ({listed(nodes)}) goes, and does not serve the endpoint: nothing does its work")
    for section, nodes in goes.items():
        yield False, _shown(f"{section} ({listed(nodes)}) goes: halb's sections take its place")


def double_vip(unheard: Collection[str], plan: Plan | None) -> Iterator[str]:
    """What it means that load balancers with new files and with old ones don't hear each other, and what avoids it."""
    if not unheard or plan is None:
        return
    first, *others = (lb.name for lb in plan.load_balancers)
    yield _shown(
        f"keepalived.conf has {'; '.join(unheard)}: a load balancer with the new one and one with the old one don't "
        f"hear each other, and both have the VIP; so stop keepalived on {listed(others)} first, then run install.sh on "
        f"{first}, which has the VIP, and only then on {listed(reversed(others))}"
    )


def _files(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else counted(len(paths), "file")


def _shown(text: str) -> str:
    return clipped(printable(text))


def next_steps(
    directory: Path, plan: Plan | None, files: Collection[str], unheard: Collection[str] = ()
) -> Iterator[str]:
    """What to do with the files, in the order in which it is to be done; `unheard` as in `Changes`."""
    from wizard.render.runbook_values import serves

    yield "What to do next:"
    number, running = 1, plan is not None and serves(plan)
    if "RUNBOOK.md" in files:
        what = "every step in its order" if running else "every step and its time, from the DNS record to the cutover"
        yield _shown(f"  {number}. {directory / 'RUNBOOK.md'} has {what}")
        number += 1
    # As everywhere: the one that has the VIP comes last, unless the others would take it too.
    balancers = list(reversed(plan.load_balancers if plan is not None else ()))
    if unheard and balancers:
        balancers.insert(0, balancers.pop())
        standbys = listed(lb.name for lb in balancers[1:])
        yield _shown(f"  {number}. stop keepalived on {standbys}: it would take the VIP too ({'; '.join(unheard)})")
        number += 1
    for lb in balancers:
        if f"{lb.name}/install.sh" in files:
            when = "" if number > 2 or running else "when its turn comes, "
            yield _shown(f"  {number}. {when}copy {directory / lb.name} to {lb.name}, and run as root: sh install.sh")
            number += 1
