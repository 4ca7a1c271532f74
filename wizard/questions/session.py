"""What a session's answers amount to: what is wrong with them, the plan, the files, and what the linter says of these.

Pure, so that the screens, the tests and the benchmarks all ask the same question: `judge(answers)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from rules.plan import OF_PLAN, SCHEMA, KeyPath, PlanError, missing, plan_from
from wizard.questions.answers import Answers, values_of_answers
from wizard.questions.known.mending import ReadAnswers, read
from wizard.questions.steps import ADVANCED, Field, Step, steps

if TYPE_CHECKING:
    from rules import Finding, Report
    from rules.plan import Plan, Values
    from wizard.render.files import Rendered

PLAN = "halb.toml"


class Judgement(NamedTuple):
    """What some answers amount to.

    `faults`: what is wrong, in words, by the answer that has to change; `general`: what belongs to none. `others`: for
    an answer that has a part in what is wrong elsewhere, the one that has to change. `proposals`: what is likely meant
    instead of a wrong answer. `missing`: the answers that nobody can guess. `plan` and `files` (text by path) are there
    when nothing is wrong or missing, `report` is the linter's on these files, and `keys` says which of halb.toml each
    stretch of them comes from. `more` are the values that are for halb.toml alone.

    `base` is the text of the halb.toml that the user has edited and that is to be written with the plan in it, if it is
    not the one on the disk; `gone` are the values for halb.toml alone that it has there and is not to have any more.
    """

    answers: Answers
    faults: Mapping[KeyPath, str]
    general: tuple[str, ...] = ()
    missing: tuple[KeyPath, ...] = ()
    plan: Plan | None = None
    files: Mapping[str, str] = {}
    modes: Mapping[str, int] = {}
    report: Report | None = None
    keys: Mapping[str, Rendered] = {}
    more: Mapping[KeyPath, Any] = {}
    others: Mapping[KeyPath, KeyPath] = {}
    proposals: Mapping[KeyPath, str] = {}
    base: str = ""
    gone: frozenset[KeyPath] = frozenset()


def judge(answers: Answers) -> Judgement:
    """Check the answers, make the plan of them, render and lint it, as far as they reach.

    An answer that was certainly meant in one way is taken for that (`wizard.questions.known.mending`). What is wrong or
    missing keeps no other check from being made.
    """
    outcome = compared(answers)
    if outcome.faults or outcome.general or outcome.missing:
        return outcome
    values = read(answers).values
    try:
        return _rendered(answers, plan_from(values), values)
    except PlanError as error:
        return _with_errors(answers, [error])


@lru_cache(maxsize=4)  # the picture of the cluster is drawn after each key
def compared(answers: Answers) -> Judgement:
    """What is missing, and what is wrong with the answers, each by itself and beside the others; no plan is made."""
    from wizard.plan.clashes import clashes

    reading = read(answers)
    lacking = tuple(missing({place: reading.right[place] for place in reading.right}, reading.values))
    found = [error for error in clashes(reading.said) if not (error.path in lacking and not error.proposal)]
    return _with_errors(answers, found, reading)._replace(missing=lacking)


def _with_errors(answers: Answers, errors: Iterable[PlanError], reading: ReadAnswers | None = None) -> Judgement:
    """What is wrong beside the answers that have to change; what is about none in general."""
    faults = {} if reading is None else dict(reading.faults)
    proposals = {} if reading is None else dict(reading.proposals)
    others: dict[KeyPath, KeyPath] = {}
    general = []
    for error in errors:
        if step_of(error.path) is None:
            general.append(error.reason or str(error))
            continue
        before = faults.get(error.path)
        faults[error.path] = f"{before}; and {error.reason}" if before else error.reason
        others |= {other: error.path for other in error.others if other != error.path}
        if error.proposal and not before:
            proposals[error.path] = error.proposal
    return Judgement(answers, faults, tuple(general), others=others, proposals=proposals)


def _rendered(answers: Answers, plan: Plan, values: Values) -> Judgement:
    from rules import UnknownRuleError
    from wizard.plan.file import write_plan
    from wizard.render.files import RenderError, lint_rendered, render

    more = {path: value for path, value in values.items() if (path.table, path.key) not in OF_PLAN}
    try:
        rendered = render(plan, checked=True)
        files = {path: item.text for path, item in rendered.items()}
        report = lint_rendered(plan, {PLAN: write_plan(plan, more=more), **files})
    except RenderError as error:
        return _with_errors(answers, [PlanError(error.path or KeyPath("cluster", 0, ""), error.text)])
    except UnknownRuleError as error:
        key = next(
            (key for key in ("select", "ignore", "severity") if error.word in values.get(KeyPath("lint", 0, key), ())),
            "",
        )
        return _with_errors(answers, [PlanError(KeyPath("lint", 0, key or "select"), str(error))])
    modes = {path: item.mode for path, item in rendered.items()}
    return Judgement(answers, {}, plan=plan, files=files, modes=modes, report=report, keys=rendered, more=more)


def missing_of(answers: Answers) -> tuple[KeyPath, ...]:
    """The answers that are needed and not there, in the order of the tables."""
    return tuple(missing({place: answers[place] for place in answers}, values_of_answers(answers)))


def places(step: Step, answers: Answers, *, needed: bool = False) -> tuple[KeyPath, ...]:
    """The places of a step's fields, machine by machine; unless `needed`, a list has an empty one at its end."""
    if not step.fields:
        return ()
    if step.key == ADVANCED:
        return tuple(_everywhere(step, answers))
    table = step.fields[0].table
    if not step.many:
        return tuple(KeyPath(field.table, 0, field.key) for field in step.fields)
    least = SCHEMA[table].least if not step.first else 0
    count = max(answers.count(table), step.first)
    end = max(count, step.first + least)
    if not needed and step.last is None and count >= step.first + least:
        end = count + 1
    numbers = range(step.first, end if step.last is None else min(end, step.last))
    return tuple(KeyPath(field.table, number, field.key) for number in numbers for field in step.fields)


def _everywhere(step: Step, answers: Answers) -> Iterator[KeyPath]:
    """The places of fields of many tables: of a list, those of the machines that are there or have to be."""
    for name, table in SCHEMA.items():
        keys = [field.key for field in step.fields if field.table == name]
        for number in range(max(answers.count(name), table.least) if table.many else 1):
            yield from (KeyPath(name, number, key) for key in keys)


def field_at(step: Step, place: KeyPath, answers: Answers) -> Field:
    """The field of an answer; among those of many tables, a machine's is named after the machine."""
    field = step.field_of(place)
    if step.key != ADVANCED or not SCHEMA[place.table].many:
        return field
    name = answers[place._replace(key="name")] or f"{SCHEMA[place.table].what} {place.number + 1}"
    return field._replace(label=f"{name}: {field.label}")


def step_of(place: KeyPath) -> Step | None:
    """The step that asks for an answer."""
    return next((step for step in steps() if step.asks(place)), None)


def place_of(finding: Finding, outcome: Judgement) -> KeyPath | None:
    """The answer that a finding on a rendered file is about: the key that its stretch of the file comes from."""
    at = finding.location
    rendered = outcome.keys.get(at.file)
    if rendered is None:
        return None
    start = at.source.line_start(at.line) + at.column - 1
    return rendered.key_at(start, at.source.line_start(at.end_line) + at.end_column - 1)
