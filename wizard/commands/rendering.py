"""`halb-wizard render`: read the plan, render and lint its files, write them or show what would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules import Severity
from rules.command import CONFIG_NAME, UsageError, write_notes, write_results
from rules.report import printable
from rules.text import counted, listed
from wizard.commands.messages import say
from wizard.commands.options import RenderArguments

if TYPE_CHECKING:
    from rules import Report
    from rules.plan import Cluster
    from wizard.files import ChangedError, Merging, Written
    from wizard.plan.plan import Plan

EXIT_OK, EXIT_REFUSED, EXIT_UNUSABLE = 0, 1, 2
_STATES = {"mode": "changed"}
_MOST_DROPPED = 20
_TAKE_OVER = (
    "'--merge --take-over' puts halb's sections in the place of those that serve the endpoint now, "
    "'--force' alone replaces the whole file and keeps a backup"
)
_LEAVES_OUT = "'--merge --take-over' keeps what does not serve the endpoint, '--force' leaves it out"
_WITHOUT_MERGE = (
    "'--merge --take-over SECTION' removes such a section, '--force' alone replaces the whole file and keeps a backup"
)


class Tree(NamedTuple):
    """A plan, as it was read, and its files: text and mode by path."""

    cluster: Cluster
    plan: Plan
    files: Mapping[str, tuple[str, int]]


def run_render(arguments: RenderArguments, path: Path) -> int:
    """Run `halb-wizard render` on the halb.toml at `path`; gives the exit status."""
    from wizard.files import ChangedError, Merging, StoreError

    tree = rendered(path, arguments.directory, plan_only=arguments.plan_only)
    if tree is None:
        return EXIT_UNUSABLE
    try:
        if arguments.plan_only:
            _show_written(arguments.directory, _written(arguments, path, tree, Merging(tree.files))._replace(stale=()))
            return EXIT_OK
        return _render(arguments, path, tree)
    except ChangedError as error:
        _say_all(error.problems)
        say(f"nothing was written; {_ways(error, arguments)}")
        return EXIT_REFUSED
    except StoreError as error:
        _say_all(error.problems)
        return EXIT_UNUSABLE


def _render(arguments: RenderArguments, path: Path, tree: Tree) -> int:
    """Lint, merge, write or show; raises StoreError."""
    report = _linted(tree, tree.files)
    errors = report.count(Severity.ERROR)
    refused = bool(errors) and not arguments.force
    if refused and not arguments.diff:
        _show_findings(report, on_stdout=True)
        say(f"{counted(errors, 'error')} in the files of this plan; nothing was written ('--force' writes them anyway)")
        return EXIT_REFUSED
    merging = _merged(arguments, tree)
    if merging.merged and not merging.problems:
        report = _linted(tree, merging.files)
    _show_findings(report, on_stdout=False)
    _say_all(merging.notes)
    _say_all(_double_vip(arguments, tree, merging))
    if merging.problems:
        _say_all(merging.problems)
        ways = _TAKE_OVER if _serving(merging) else _WITHOUT_MERGE
        say(f"nothing {'would be' if arguments.diff else 'was'} written; {ways}")
        return EXIT_REFUSED
    lost = list(_lost_services(arguments, merging))
    _say_all(lost)
    if merging.merged and not errors and (others := report.count(Severity.ERROR)):
        say(f"{counted(others, 'error')} in sections halb did not write, none in what it renders: that blocks nothing")
    if arguments.diff:
        differs = _show_diff(arguments.directory, merging)
        return EXIT_REFUSED if differs or refused else EXIT_OK
    if lost:
        say(f"nothing was written; {_LEAVES_OUT}")
        return EXIT_REFUSED
    _show_written(arguments.directory, _written(arguments, path, tree, merging))
    _show_dropped(merging)
    return EXIT_OK


def _merged(arguments: RenderArguments, tree: Tree) -> Merging:
    from wizard.files import merge_tree
    from wizard.files.origins import origins_of

    replace = arguments.force and not arguments.merge
    return merge_tree(
        arguments.directory,
        tree.files,
        merge=arguments.merge,
        replace=replace,
        take_over=arguments.take_over,
        endpoint="serving" if arguments.endpoint else "keep",
        origins=origins_of(tree.plan, arguments.directory),
    )


def _double_vip(arguments: RenderArguments, tree: Tree, merging: Merging) -> list[str]:
    """That load balancers with these files and with those before them don't hear each other, and what to do."""
    from wizard.files.hearing import unheard_in
    from wizard.questions.writing import double_vip

    return list(double_vip(unheard_in(arguments.directory, merging.files, merging.origins), tree.plan))


def _serving(merging: Merging) -> bool:
    """Whether sections that halb did not write serve the endpoint now."""
    return any(one.serves for several in merging.in_the_way.values() for one in several)


def _lost_services(arguments: RenderArguments, merging: Merging) -> Iterator[str]:
    """What imported files serve beside the endpoint, and files without these sections would not."""
    if arguments.merge or arguments.force:
        return
    for path, services in merging.services.items():
        if services and path in merging.others and not (arguments.directory / path).exists():
            words = listed([f"'{service}'" for service in services])
            yield f"{merging.others[path].path}: has {words} too, which halb's {arguments.directory / path} would not"


def _show_dropped(merging: Merging) -> None:
    """What is no longer there when the files are written, the worst first."""
    from wizard.files import dropped

    if lines := dropped(merging):
        say("no longer there, the worst first:")
        write_notes("".join(f"  {printable(line)}\n" for line in lines[:_MOST_DROPPED]))
    if (rest := len(lines) - _MOST_DROPPED) > 0:
        write_notes(f"  and {counted(rest, 'line')} more, which '--diff' shows before they are gone\n")


def _ways(error: ChangedError, arguments: RenderArguments) -> str:
    """What can be done about files that somebody else wrote."""
    from wizard.files import is_mergeable

    if arguments.merge:
        return "only haproxy.cfg is merged; '--merge --force' merges it, overwrites the others and keeps a backup"
    overwrite = "'--force' overwrites and keeps a backup"
    if any(map(is_mergeable, error.files)):
        return f"'--merge' keeps the other sections of haproxy.cfg, {overwrite}; '--diff' shows either beforehand"
    return f"'--diff' shows what would change, {overwrite}"


def rendered(path: Path, directory: Path, *, plan_only: bool = False) -> Tree | None:
    """The plan of a halb.toml, as it is in `directory`, and its files; None after saying why the plan can't be used.

    With `plan_only` the file is halb.toml alone, and what its values say against each other is said and blocks nothing.
    Raises UsageError when the file can't be read, or its text is wrong.
    """
    from rules.plan import ClusterError, read_cluster
    from wizard.files.hearing import with_runbook
    from wizard.plan.file import write_plan
    from wizard.plan.places import placed
    from wizard.plan.plan import PlanError, check_plan, plan_of
    from wizard.render.files import render
    from wizard.render.quoting import RenderError

    try:
        cluster = read_cluster(path)
        plan = plan_of(cluster)
        wrong = check_plan(plan)
        for error in wrong:
            say(f"{path}: {error}")
        if wrong and not plan_only:
            return None
        files = {} if plan_only else {name: (f.text, f.mode) for name, f in render(plan, checked=True).items()}
        imported = {at: setting.value for at, setting in cluster.values.items() if at.name == "lb.files"}
        plan, more = placed(plan, imported, path.parent, directory, written=not plan_only)
        text = write_plan(plan, cluster.source.text, more)
    except ClusterError as error:
        raise UsageError(str(error)) from error
    except (PlanError, RenderError) as error:
        raise UsageError(f"{path}: {error}") from error
    if not plan_only:
        files = with_runbook(files, plan, directory)
    private = plan.vrrp.auth_pass is not None or not path.stat().st_mode & 0o077
    return Tree(cluster, plan, {CONFIG_NAME: (text, 0o600 if private else 0o644), **files})


def _linted(tree: Tree, files: Mapping[str, tuple[str, int]]) -> Report:
    """What halb-lint says of the plan's files, rendered or merged, with the choices of [lint]."""
    from rules import UnknownRuleError
    from wizard.render.files import lint_rendered

    try:
        return lint_rendered(tree.plan, {path: text for path, (text, _) in files.items()})
    except UnknownRuleError as error:
        raise UsageError(f"{tree.cluster.path}: [lint] {error}") from error


def _show_findings(report: Report, *, on_stdout: bool) -> None:
    """The errors and warnings, a line each: on stdout where they are the result, else on stderr."""
    if any(finding.severity > Severity.INFO for finding in report.findings):
        from rules.report import Style, render

        kept = [finding for finding in report.findings if finding.severity > Severity.INFO]
        shown = type(report)(report.nodes, kept, secrets=report.secrets)
        (write_results if on_stdout else write_notes)(render(shown, Style()))
    for crash in report.crashes:
        say(f"internal error: {crash}; the other rules ran")


def _show_diff(directory: Path, merging: Merging) -> bool:
    """Show what would change; gives whether anything would."""
    from wizard.files import diff

    found = diff(directory, merging.files, merging.origins)
    write_results("".join(found.values()))
    return bool(found)


def _written(arguments: RenderArguments, path: Path, tree: Tree, merging: Merging) -> Written:
    from wizard.files import write_tree

    directory = arguments.directory
    # Where plan and files share a folder, the plan is the user's to edit: what was read may be replaced.
    own = (directory / CONFIG_NAME).resolve() == path.resolve()
    seen = {CONFIG_NAME: tree.cluster.source.text} if own else {}
    if tree.plan.vrrp.auth_pass is not None and not own and path.stat().st_mode & 0o077:
        say(f"{path}: others can read the password in it; 'chmod 600 {path}'")
    return write_tree(
        directory, merging.files, force=arguments.force, when=datetime.now(UTC), seen=seen, merging=merging
    )


def _show_written(directory: Path, written: Written) -> None:
    lines = []
    for file in written.files:
        note = f" (backup: {Path(file.backup).name})" if file.backup else " (mode)" if file.state == "mode" else ""
        lines.append(printable(f"{_STATES.get(file.state, file.state):<9}  {directory / file.path}{note}") + "\n")
    write_results("".join(lines))
    for path in written.stale:
        say(f"{directory / path}: is no longer in the plan; delete it once its machine is gone")


def _say_all(lines: Sequence[str]) -> None:
    for line in lines:
        say(line)
