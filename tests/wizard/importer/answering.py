"""Somebody who imports a pair and answers: proposals are taken, what is missing is said, and files are written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address, ip_interface
from pathlib import Path
from typing import NamedTuple

from rules.files import read_paths
from rules.plan import SCHEMA
from wizard.files import merge_tree, write_tree
from wizard.files.merging import dropped
from wizard.importer import Imported, import_files
from wizard.plan.draft_text import fitting
from wizard.questions.answers import Answers, Place, answers_of
from wizard.questions.known.derived import settled
from wizard.questions.phase import is_open
from wizard.questions.review import origins, tree
from wizard.questions.session import Judgement, judge, step_of

VIP = Place("vip", 0, "address")
_SAID = {"endpoint": "kube.example.com", "phase": "cutover", "interface": "eth0"}
_ROUNDS = 8


class Taken(NamedTuple):
    """A pair that was imported, answered for and written below `folder`: what it was, and what became of it."""

    old: dict[str, str]
    imported: Imported
    outcome: Judgement
    folder: Path
    dropped: tuple[str, ...]
    notes: tuple[str, ...]
    lost: tuple[str, ...]

    def new(self, name: str) -> dict[str, str]:
        """The written files of this name by their path in the folder."""
        found = sorted(self.folder.rglob(name))
        return {str(path.relative_to(self.folder)): path.read_text(errors="surrogateescape") for path in found}


def take_over(pair: Path, folder: Path) -> Taken:
    """Import the files below `pair`, answer, and have halb's files take the place of theirs below `folder`."""
    inputs = read_paths([str(pair)], None, None, "localhost")
    assert not inputs.errors, inputs.errors
    imported = import_files(inputs.texts, inputs.nodes)
    if imported.candidates:
        first = imported.candidates[0].vips[0]
        imported = import_files(inputs.texts, inputs.nodes, vip=ip_address(first.partition("/")[0]))
    values, _ = fitting(imported.draft, None)
    answers = settled(answers_of(values))
    assert is_open(answers), "nobody has said where the name leads"
    outcome = answered(answers)
    assert outcome.plan is not None
    files = tree(outcome, folder)
    merging = merge_tree(folder, files, merge=True, endpoint="all", origins=origins(outcome, folder))
    assert merging.problems == ()
    write_tree(folder, merging.files, force=False, when=datetime(2026, 1, 2, tzinfo=UTC), merging=merging)
    lost = tuple(change.section for several in merging.removed.values() for change in several if not change.serves)
    return Taken(dict(inputs.texts), imported, outcome, folder, dropped(merging), merging.notes, lost)


def answered(answers: Answers) -> Judgement:
    """The answers with all that is missing or wrong put right, each at the very field that says so."""
    for _ in range(_ROUNDS):
        outcome = judge(answers)
        if not outcome.faults and not outcome.missing:
            return outcome
        assert not outcome.general
        for place in (*outcome.missing, *outcome.faults):
            assert step_of(place) is not None, place
            answers = answers.put(place, outcome.proposals.get(place) or _said(place, answers))
    raise AssertionError(f"{outcome.missing} are missing and {outcome.faults} wrong after every field was answered")


def _said(place: Place, answers: Answers) -> str:
    if place.key == "name":
        return f"{SCHEMA[place.table].what.split()[0]}-{place.number + 1}"
    if place.table == "vip":
        machines = (answers[Place("lb", number, "address")] for number in range(answers.count("lb")))
        return f"{_free(answers, next(filter(None, machines), '192.0.2.1'))}/24"
    return _free(answers, answers[VIP] or "192.0.2.1") if place.key == "address" else _SAID[place.key]


def _free(answers: Answers, near: str) -> str:
    """An address of the same network that nobody has yet."""
    near = near.partition("/")[0]
    network = ip_interface(f"{near}/{24 if ip_address(near).version == 4 else 64}").network
    taken = {answers[place].partition("/")[0] for place in answers}
    return next(str(network[number]) for number in range(201, 250) if str(network[number]) not in taken)


def pairs_below(*folders: Path) -> Iterator[tuple[str, Path]]:
    """The folders of nodes in these folders, by name."""
    for folder in folders:
        yield from ((pair.name, pair) for pair in sorted(folder.iterdir()) if pair.is_dir())
