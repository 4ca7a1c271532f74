"""What stands between the answers and the files, as a list to go through; and the files that are to be written.

Pure, but for `tree` and `changes`, which read the folder.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from rules import Severity
from rules.command import CONFIG_NAME
from rules.plan import SCHEMA, KeyPath
from rules.report import printable
from rules.text import clipped, counted
from wizard.questions.answers import Answers
from wizard.questions.known.found import Found, findings_once, number_of
from wizard.questions.session import Judgement, step_of

if TYPE_CHECKING:
    from rules import Finding
    from wizard.files.origins import Origins
    from wizard.merge.model import Endpoint, SectionChange, TakeOver

_STATES = {"mode": "other mode"}

Overrides = Mapping[str, str]
"""Reasons, by the code of the rule whose errors the user accepts."""


class ItemKind(StrEnum):
    """What an item is; the value is the word shown."""

    MISSING = "missing"
    WRONG = "wrong"
    ERROR = "error"
    OVERRIDDEN = "overridden"
    WARNING = "warning"
    INFO = "info"

    @property
    def blocks(self) -> bool:
        """Whether files must not be written as long as there is such an item."""
        return self in (ItemKind.MISSING, ItemKind.WRONG, ItemKind.ERROR)


class Item(NamedTuple):
    """One thing to look at; `place` is the answer it is about, if one is known. Texts are safe to print.

    `more` says what to do, where a finding has advice.
    """

    kind: ItemKind
    text: str
    place: KeyPath | None = None
    more: str = ""
    finding: Finding | None = None


class Override(NamedTuple):
    """An error that the user accepts: where it stands (file, and line from 1), its rule's code, and the reason."""

    path: str
    line: int
    code: str
    reason: str


class Changes(NamedTuple):
    """What writing would do: the files (text and mode), the state of each ("new", "changed", "merged", "mode",
    "unchanged"), diffs without secrets by path, and what keeps the files from being written there.

    `foreign` are the files that can be merged and hold what somebody else wrote, `bases` the content by path that a
    text was merged into, `notes` what else there is to say about a merge. `in_the_way` are, by path, the sections of
    others that halb's could take the place of, `removed` those that a merge takes out; `dropped` has a line for all
    that will no longer be there, worst first. `replaced` are the files in the folder that get another content.
    `unheard` is why load balancers with the new files and with the old ones don't hear each other.
    """

    files: Mapping[str, tuple[str, int]] = {}
    states: Mapping[str, str] = {}
    diffs: Mapping[str, str] = {}
    problems: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    bases: Mapping[str, bytes] = {}
    notes: tuple[str, ...] = ()
    in_the_way: Mapping[str, tuple[TakeOver, ...]] = {}
    removed: Mapping[str, tuple[SectionChange, ...]] = {}
    dropped: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()

    def counts(self) -> str:
        """`haproxy-lb1 5 new · halb.toml changed`: by folder, files that stand in none by name."""
        folders: dict[str, Counter[str]] = {}
        for path, state in self.states.items():
            folders.setdefault(path.partition("/")[0], Counter())[_STATES.get(state, state)] += 1
        parts = []
        for folder, counter in folders.items():
            alone = folder in self.states
            words = ", ".join(state if alone else f"{number} {state}" for state, number in sorted(counter.items()))
            parts.append(f"{folder} {words}")
        return _safe(" · ".join(parts))


def items(outcome: Judgement, overrides: Overrides) -> tuple[Item, ...]:
    """Everything to look at: first what is missing or wrong in the answers, then the findings, the worst first."""
    answers = outcome.answers
    everything = [
        Item(ItemKind.WRONG, _safe(f"{label(place, answers)}: {text}"), place) for place, text in _faults(outcome)
    ]
    everything += [Item(ItemKind.WRONG, _safe(text)) for text in outcome.general]
    everything += [Item(ItemKind.MISSING, _safe(label(place, answers)), place) for place in outcome.missing]
    if outcome.report is not None:
        crashes = outcome.report.crashes
        found = [Item(ItemKind.INFO, _safe(f"a rule of the linter crashed, the others ran: {one}")) for one in crashes]
        found += [_item_of(one, overrides) for one in findings_once(outcome)]
        everything += sorted(found, key=lambda item: list(ItemKind).index(item.kind))
    return tuple(everything)


def blockers(outcome: Judgement, overrides: Overrides) -> tuple[Item, ...]:
    """What has to be dealt with before files are written."""
    return tuple(item for item in items(outcome, overrides) if item.kind.blocks)


def blocked(outcome: Judgement, overrides: Overrides) -> str:
    """Why nothing can be written yet, in a short sentence; "" when nothing stands against it."""
    kinds = [item.kind for item in blockers(outcome, overrides)]
    words = {
        ItemKind.MISSING: "answer is missing",
        ItemKind.WRONG: "answer is wrong",
        ItemKind.ERROR: "error in the files",
    }
    several = {
        ItemKind.MISSING: "answers are missing",
        ItemKind.WRONG: "answers are wrong",
        ItemKind.ERROR: "errors in the files",
    }
    parts = [
        f"{number} {words[kind] if number == 1 else several[kind]}" for kind in words if (number := kinds.count(kind))
    ]
    if not parts and not outcome.files:
        return "there are no files yet"
    return ", ".join(parts)


def accepted(outcome: Judgement, overrides: Overrides) -> tuple[Override, ...]:
    """Every error that the user overrides, for the comments that hide them in the files."""
    if outcome.report is None:
        return ()
    return tuple(
        Override(place.file, place.line, finding.code, overrides[finding.code])
        for finding in outcome.report.findings
        for place in finding.places
        if finding.code in overrides and finding.severity is Severity.ERROR
    )


def reason_fault(text: str) -> str:
    """What is wrong with the reason for an override, in words; "" for a good one. It has to fit a comment's line."""
    if not text.strip():
        return "say in a few words why this is right here"
    if not text.isprintable():
        return "write it without control characters"
    return "" if len(text) <= 100 else f"make it shorter: {len(text)} characters, at most 100"


def label(place: KeyPath, answers: Answers) -> str:
    """What an answer is called: `Virtual IP: Address / prefix`, `Load balancers, haproxy-lb2: Interface`."""
    step = step_of(place)
    if step is None:
        return f"{place.table}.{place.key}"
    field = step.field_of(place)
    name = answers[place._replace(key="name")] if SCHEMA[place.table].many else ""
    number = place.number - step.first + 1
    several = SCHEMA[place.table].many and step.last is None
    which = f", {name or f'no. {number}'}" if several else ""
    return f"{step.title}{which}: {field.label}"


def summary(outcome: Judgement) -> str:
    """The state of the files in one line: `2 nodes, 0 errors, 1 warning`."""
    if outcome.report is None:
        return "none yet"
    errors, warnings = (number_of(outcome, severity) for severity in (Severity.ERROR, Severity.WARNING))
    nodes = counted(len(outcome.report.nodes), "node")
    return f"{nodes}, {counted(errors, 'error')}, {counted(warnings, 'warning')}"


def tree(
    outcome: Judgement, directory: Path, overrides: Overrides = MappingProxyType({})
) -> dict[str, tuple[str, int]]:
    """The files to write below `directory`, text and mode by path: the rendered ones, and halb.toml.

    The reasons for accepted errors stand in them as ignore comments. Comments of a halb.toml that is there stay; one
    that can't be read, or is none, is replaced. Empty without a plan.
    """
    from wizard.files.hearing import with_runbook

    if outcome.plan is None:
        return {}
    reasons = accepted(outcome, overrides)
    files = {
        path: (
            _with_reasons(text, [reason for reason in reasons if reason.path == path]),
            outcome.modes.get(path, 0o644),
        )
        for path, text in outcome.files.items()
    }
    files = with_runbook(files, outcome.plan, directory)
    if CONFIG_NAME not in files:
        private = outcome.plan.vrrp.auth_pass is not None or _is_private(directory / CONFIG_NAME)
        files = {CONFIG_NAME: (plan_text(outcome, directory), 0o600 if private else 0o644), **files}
    return files


def _with_reasons(text: str, reasons: Sequence[Override]) -> str:
    """A file with an ignore comment above each line whose errors are accepted."""
    lines = text.split("\n")
    for reason in sorted(set(reasons), key=lambda reason: (reason.line, reason.code), reverse=True):
        indent = re.match(r"[ \t]*", lines[reason.line - 1])
        blanks = indent[0] if indent else ""
        lines.insert(reason.line - 1, f"{blanks}# halb: ignore[{reason.code}] {reason.reason}")
    return "\n".join(lines)


def changes(
    outcome: Judgement,
    directory: Path,
    overrides: Overrides = MappingProxyType({}),
    *,
    merge: bool = False,
    replace: bool = False,
    endpoint: Endpoint = "keep",
) -> Changes:
    """What writing the files below `directory` would do to those that are there, and to those that were imported; reads
    the disk, writes nothing.

    `merge`, `replace` and `endpoint` as for `wizard.files.merge_tree`.
    """
    from wizard.files import StoreError, diff, dropped, merge_tree
    from wizard.files.hearing import unheard_places
    from wizard.files.survey import look

    files = tree(outcome, directory, overrides)
    try:
        merging = merge_tree(
            directory, files, merge=merge, replace=replace, endpoint=endpoint, origins=origins(outcome, directory)
        )
        notes = tuple(_below(directory, note) for note in merging.notes)
        if merging.problems:
            problems = tuple(_below(directory, problem) for problem in merging.problems)
            found = Changes(files, problems=problems, foreign=merging.foreign, notes=notes)
            return found._replace(in_the_way=merging.in_the_way)
        places = look(directory, merging.files, merging.origins)
        states = {place.path: merging.state(place.path, place.change) for place in places}
        diffs = diff(directory, merging.files, merging.origins)
        lost = tuple(map(_safe, dropped(merging))) if merge or replace else ()
        return Changes(
            merging.files, states, diffs, (), merging.foreign, merging.bases, notes, merging.in_the_way,
            merging.removed, lost, tuple(place.path for place in places if place.state == "changed"),
            unheard_places(places),
        )  # fmt: skip
    except StoreError as error:
        return Changes(files, problems=tuple(map(_safe, error.problems)))


def difference_words(found: Changes, outcome: Judgement, overrides: Overrides) -> str:
    """What is said in place of a difference, where there is none to show; "" where there is one, or nothing differs."""
    if found.problems or found.files:
        return "\n".join(found.problems)
    why = blocked(outcome, overrides)
    return f"There are no files yet: {why}.\n\nF2 lists all of that; Enter there leads to the field."


def origins(outcome: Judgement, directory: Path) -> Origins | None:
    """What the load balancers were imported from; None without a plan. Reads the disk."""
    from wizard.files.origins import origins_of

    return None if outcome.plan is None else origins_of(outcome.plan, directory)


def _below(directory: Path, line: str) -> str:
    """A line about a file, which is named as the folder has it."""
    return _safe(line.removeprefix(f"{directory}/"))


def plan_text(outcome: Judgement, directory: Path, *, written: bool = True) -> str:
    """The text of the plan's halb.toml in a folder: the one that is there, changed where the plan differs.

    `written`: halb's files are there, or will be, so that halb-lint is to read these, and not the imported ones.
    """
    from rules.plan import ClusterError
    from wizard.plan.file import write_plan
    from wizard.plan.places import placed

    assert outcome.plan is not None
    plan, more = placed(outcome.plan, outcome.more, directory, directory, written=written)
    try:
        old = outcome.base or (directory / CONFIG_NAME).read_text(encoding="utf-8")
        return write_plan(plan, old, {**more, **dict.fromkeys(outcome.gone)})
    except (ClusterError, OSError, ValueError):
        return write_plan(plan, more=more)


def _is_private(path: Path) -> bool:
    try:
        return not path.stat().st_mode & 0o077
    except OSError:
        return False


def _faults(outcome: Judgement) -> Iterator[tuple[KeyPath, str]]:
    """The faults in the order of the tables, which is that of the steps."""
    tables = list(SCHEMA)
    places = sorted(outcome.faults, key=lambda place: (tables.index(place.table), place.number))
    return ((place, outcome.faults[place]) for place in places)


def _item_of(one: Found, overrides: Overrides) -> Item:
    finding = one.finding
    kind = ItemKind(finding.severity.word)
    reason = overrides.get(finding.code, "") if kind is ItemKind.ERROR else ""
    text = f"{finding.code} {finding.message}, in {one.where}"
    more = f"{finding.help}{f'; overridden: {reason}' if reason else ''}"
    return Item(ItemKind.OVERRIDDEN if reason else kind, _safe(text), one.place, _safe(more), finding)


def _safe(text: str) -> str:
    return clipped(printable(text))
