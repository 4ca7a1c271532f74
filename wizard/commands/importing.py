"""`halb-wizard import`: read the files of load balancers into a halb.toml, and say what it can't hold."""

from __future__ import annotations

import os
import platform
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rules.command import UsageError, write_notes, write_results
from rules.report import printable
from rules.text import clipped, counted
from wizard.commands.messages import say
from wizard.commands.missing import missing_lines
from wizard.commands.options import ImportArguments
from wizard.commands.systems import with_systems
from wizard.plan.draft_text import draft_text

if TYPE_CHECKING:
    from rules.files import Inputs
    from rules.plan import Cluster, Draft
    from wizard.importer import Imported

EXIT_OK, EXIT_NOTHING, EXIT_UNUSABLE = 0, 1, 2
_OF_LINT = "; '--kind' says what to take it for"


def run_import(arguments: ImportArguments) -> int:
    """Run `halb-wizard import`; gives the exit status."""
    from wizard.importer import import_files

    given = _given(arguments)
    _check_output(arguments)
    inputs = _inputs(arguments)
    if inputs is None:
        return EXIT_UNUSABLE
    imported = import_files(inputs.texts, inputs.nodes, given)
    if imported.candidates:
        _show_candidates(imported)
        return EXIT_NOTHING
    imported = with_systems(imported)
    draft, asked = _with_phase(imported.draft, arguments)
    if not _tells(draft):
        _show(notes_of(imported))
        say("these files describe no endpoint; no halb.toml was written")
        return EXIT_NOTHING
    folder = arguments.output.parent if arguments.output else Path()
    text, left_out = draft_text(draft, folder)
    _write(arguments.output, text, private=draft.vrrp.auth_pass is not None)
    _show([*left_out, *notes_of(imported), *asked, *_missing(draft, text, arguments.output)])
    return EXIT_OK


def _with_phase(draft: Draft, arguments: ImportArguments) -> tuple[Draft, list[str]]:
    """The draft with the phase, if it was given or DNS tells it, and what DNS said."""
    from rules.plan import Draft, KeyPath, Phase, written

    place = KeyPath("cluster", 0, "phase")
    if arguments.phase is not None:
        return Draft({**draft.values, place: Phase(arguments.phase)}), []
    if not arguments.live:
        return draft, []
    from wizard.probes.ask import checks_of_name
    from wizard.probes.results import phase_found
    from wizard.questions.answers import answers_of

    answers = answers_of({path: written(value) for path, value in draft.values.items()})
    results = checks_of_name(answers, resolvers=arguments.resolvers, timeout=arguments.timeout)
    phase = phase_found(results)
    said = [f"DNS: {result.text}" for result in results]
    if phase is None:
        return draft, [*said, "DNS does not tell the phase"]
    return Draft({**draft.values, place: phase}), [*said, f"so the phase is {phase}"]


def _tells(draft: Draft) -> bool:
    """Whether there is anything of an endpoint in it; the names of the files' folders alone are nothing."""
    known = (lb.address or lb.interface or lb.priority for lb in draft.load_balancers)
    return bool(draft.vip or draft.control_plane or any(known))


def _given(arguments: ImportArguments) -> Cluster | None:
    """What the options say of the cluster."""
    from rules.plan import ClusterError, Given

    try:
        return Given(arguments.endpoint, arguments.vip).cluster(None)
    except ClusterError as error:
        raise UsageError(str(error)) from error


def _check_output(arguments: ImportArguments) -> None:
    """Raise UsageError when the output is there already, or can't be written; before anything else is done."""
    output = arguments.output
    if output is None:
        return
    if output.is_dir():
        raise UsageError(f"{output}: is a folder; write '-o {output / 'halb.toml'}'")
    if os.path.lexists(output) and not arguments.force:
        raise UsageError(f"{output}: already exists; '--force' overwrites it and keeps a backup, '-o' names another")
    folder = output.parent
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{folder}: can't be written to: permission denied, or the file system is read-only")


def _inputs(arguments: ImportArguments) -> Inputs | None:
    """The files, as halb-lint groups them; None after saying what can't be read."""
    from rules.files import read_paths

    inputs = read_paths(arguments.paths, None, None, platform.node().partition(".")[0] or "localhost")
    for note in inputs.notes:
        say(note.replace("lint what it renders to", "import what it renders to"))
    for error in inputs.errors:
        say(error.removesuffix(_OF_LINT).replace("sudo halb-lint", "sudo halb-wizard"))
    return None if inputs.errors else inputs


def _write(output: Path | None, text: str, *, private: bool) -> None:
    if output is None:
        write_results(text)
        return
    from rules.files import reason, replace_file
    from wizard.files.backups import content, keep_backup

    try:
        target = output.resolve()
        old, mode = content(target), 0o600 if private else 0o644
        if old is not None:
            old_mode = stat.S_IMODE(target.stat().st_mode)
            # What nobody else could read stays so.
            mode = mode if private or old_mode & 0o077 else 0o600
        if old is not None and old != text.encode():
            backup = keep_backup(target, old, old_mode & 0o600 if private else old_mode, datetime.now(UTC))
            say(f"{output}: the old content is in {backup.name}")
        replace_file(target, text.encode(), mode)
    except OSError as error:
        raise UsageError(f"{output}: {reason(error)}") from error
    except RuntimeError as error:  # a link that leads to itself
        raise UsageError(f"{output}: is a symbolic link to itself") from error


def _show(lines: list[str]) -> None:
    write_notes("".join(f"{printable(clipped(line))}\n" for line in lines))


def _show_candidates(imported: Imported) -> None:
    say("several virtual routers could be the endpoint's; name the VIP of the Kubernetes API with '--vip ADDR':")
    _show(
        [
            f"  {candidate.name}: {', '.join(candidate.vips) or 'no VIP'} on {', '.join(candidate.nodes)}"
            for candidate in imported.candidates
        ]
    )


def notes_of(imported: Imported) -> list[str]:
    """Everything that an import has to say: what contradicts, what is left over, what was guessed."""
    return [*_conflicts(imported), *_leftovers(imported), *(f"note: {note}" for note in imported.notes)]


def _conflicts(imported: Imported) -> Iterator[str]:
    if imported.conflicts:
        yield f"{counted(len(imported.conflicts), 'contradiction')} between the files:"
    for conflict in imported.conflicts:
        yield f"  {conflict.key}: {conflict.chosen} was taken ({conflict.why})"
        for place in conflict.places:
            yield f"    {place.file}:{place.line}: {place.value}"


def _leftovers(imported: Imported) -> Iterator[str]:
    """The leftovers, the worst first, those of one kind together; equal ones of several nodes in one line."""
    from wizard.importer.worst import worst_first

    title = ""
    for left in worst_first(imported.leftovers):
        if title != (title := _TITLES.get(left.kind.value, left.kind.value)):
            yield f"{title}:"
        yield f"  {left.line()}"


_TITLES = {
    "lost": "left over: a plan can't hold it",
    "replaced": "left over: halb's files do it in their own way",
    "packaged": "left over: Debian's packages ship it, and the endpoint does not need it",
    "other": "left over: it serves something else",
    "unreadable": "left over: it can't be read",
}


def _missing(draft: Draft, text: str, output: Path | None) -> Iterator[str]:
    """What has to be written into the halb.toml before it can be rendered, and what is wrong in it."""
    from rules.plan import ClusterError, parse_cluster
    from wizard.plan.plan import PlanError, check_plan, plan_of

    name = str(output) if output else "halb.toml"
    lacking = list(missing_lines(draft))
    if lacking:
        yield f"still missing; add to {name}:"
        yield from (f"  {line}" for line in lacking)
    try:
        plan = plan_of(parse_cluster(text, name))
        wrong = [f"{name}: {error}" for error in check_plan(plan)]
    except ClusterError as error:
        wrong = [str(error)]
    except PlanError as error:
        wrong = [] if lacking else [f"{name}: {error}"]
    if wrong:
        yield "to be corrected:"
        yield from (f"  {line}" for line in wrong)
    elif not lacking:
        yield f"next: 'halb-wizard render {name} -o DIR'" if output else "next: 'halb-wizard render HALB.TOML -o DIR'"
