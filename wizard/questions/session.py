"""What a session's answers amount to: what is wrong with them, the plan, the files, and what the linter says of these.

Pure, so that the screens, the tests and the benchmarks all ask the same question: `judge(answers)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from wizard.questions.answers import Answers, Place, fault, to_toml
from wizard.questions.steps import Step, steps

if TYPE_CHECKING:
    from rules.engine.finding import Finding, Report
    from wizard.plan.plan import Plan, PlanError

PLAN = "halb.toml"


class Outcome(NamedTuple):
    """What some answers amount to.

    `faults`: what is wrong, in words, by the answer that it belongs to; `general`: what belongs to none. `missing`:
    the answers that nobody can guess. `plan` and `files` (text by path) are there when nothing is wrong or missing,
    `report` is the linter's on these files.
    """

    answers: Answers
    faults: Mapping[Place, str]
    general: tuple[str, ...] = ()
    missing: tuple[Place, ...] = ()
    plan: Plan | None = None
    files: Mapping[str, str] = {}
    modes: Mapping[str, int] = {}
    report: Report | None = None


def judge(answers: Answers) -> Outcome:
    """Check the answers, make the plan of them, render and lint it, as far as they reach."""
    faults = {place: text for place in answers if (text := fault(place, answers[place]))}
    missing = missing_of(answers)
    if faults:
        return Outcome(answers, faults, missing=missing)
    from rules.plan import ClusterError, parse_cluster
    from wizard.plan.plan import PlanError, check_plan, plan_of

    text = to_toml(answers)
    try:
        cluster = parse_cluster(text, PLAN)
    except ClusterError as error:
        place, words = _at_line(text, str(error))
        return Outcome(answers, {place: _beside_field(words)} if place else {}, () if place else (words,), missing)
    if missing:
        return Outcome(answers, {}, missing=missing)
    try:
        plan = plan_of(cluster)
    except PlanError as error:
        return _with_errors(answers, [error])
    errors = check_plan(plan)
    return _with_errors(answers, errors) if errors else _rendered(answers, plan)


def _with_errors(answers: Answers, errors: list[PlanError]) -> Outcome:
    faults: dict[Place, str] = {}
    general = []
    for error in errors:
        place = _place_of_key(answers, error.key, str(error))
        if place is None or place in faults:
            general.append(str(error))
        else:
            faults[place] = _beside_field(str(error))
    return Outcome(answers, faults, tuple(general))


def _rendered(answers: Answers, plan: Plan) -> Outcome:
    from rules import lint
    from wizard.plan.plan import PlanError
    from wizard.render.files import RenderError, render

    try:
        rendered = render(plan)
    except RenderError as error:
        return _with_errors(answers, [PlanError(error.key, error.text)])
    files = {path: item.text for path, item in rendered.items()}
    modes = {path: item.mode for path, item in rendered.items()}
    report = lint({path: text for path, text in files.items() if path.endswith((".cfg", ".conf"))})
    return Outcome(answers, {}, plan=plan, files=files, modes=modes, report=report)


def missing_of(answers: Answers) -> tuple[Place, ...]:
    """The answers that are needed and not there, in the order of the steps."""
    found = []
    for step in steps():
        for place in places(step, answers, needed=True):
            field = next(field for field in step.fields if (field.table, field.key) == (place.table, place.key))
            if not field.optional and not answers[place]:
                found.append(place)
    return tuple(found)


def places(step: Step, answers: Answers, *, needed: bool = False) -> tuple[Place, ...]:
    """The places of a step's fields, machine by machine; unless `needed`, a list has an empty one at its end."""
    if not step.fields:
        return ()
    table = step.fields[0].table
    if not step.many:
        return tuple(Place(field.table, 0, field.key) for field in step.fields)
    least = {"initial-master": 1, "load-balancers": 2}.get(step.key, 0)
    end = max(answers.count(table), step.first + least)
    if not needed and step.last is None:
        end = max(answers.count(table), step.first) + 1 if answers.count(table) >= step.first + least else end
    numbers = range(step.first, end if step.last is None else min(end, step.last))
    return tuple(Place(field.table, number, field.key) for number in numbers for field in step.fields)


def step_of(place: Place) -> Step | None:
    """The step that asks for an answer."""
    for step in steps():
        for field in step.fields:
            if (field.table, field.key) != (place.table, place.key):
                continue
            if place.number >= step.first and (step.last is None or place.number < step.last):
                return step
    return None


def place_of(finding: Finding, answers: Answers) -> Place | None:
    """The answer that a finding on a rendered file is about: the longest one that stands in its line."""
    at = finding.location
    text = "\n".join(at.source.line(number) for number in range(at.line, at.end_line + 1))
    words = set(re.findall(r"[\w.:/-]+", text))
    stated = [place for place in answers if answers[place] in words or answers[place].partition("/")[0] in words]
    return max(stated, key=lambda place: len(answers[place]), default=None)


def _at_line(text: str, words: str) -> tuple[Place | None, str]:
    """The answer in the line that an error on a halb.toml names, and the error without the place."""
    match = re.match(rf"{PLAN}:(\d+): (.*)", words, re.DOTALL)
    if match is None:
        return None, words.removeprefix(f"{PLAN}: ")
    table, number, seen = "", 0, dict[str, int]()
    for line in text.splitlines()[: int(match[1])]:
        if header := re.match(r"\[+(\w+)\]+", line):
            table = header[1]
            number = seen.get(table, 0) if line.startswith("[[") else 0
            seen[table] = number + 1
        key = line.partition(" = ")[0]
    return (Place(table, number, key), match[2]) if " = " in text.splitlines()[int(match[1]) - 1] else (None, match[2])


def _beside_field(words: str) -> str:
    """The words of an error as they stand beside the field: without the key, and without lines of a file."""
    words = re.sub(r"^\[+\w+\]+[^:']*: ", "", words)
    return re.sub(r"; the other one is in line \d+| \(line \d+\)", "", words)


def _place_of_key(answers: Answers, key: str, words: str) -> Place | None:
    """The answer that `vip.address` means; of several machines the one whose answer the words name."""
    table, dot, name = key.partition(".")
    if not dot:
        return None
    candidates = [Place(table, number, name) for number in range(max(answers.count(table), 1))]
    named = [
        place
        for place in candidates
        if (answers[place] and f"'{answers[place]}'" in words) or answers[place] in words.split()
    ]
    place = next(iter(named or candidates))
    return place if step_of(place) else None
