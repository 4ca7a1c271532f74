"""`halb-wizard render`: read the plan, render and lint its files, write them or show what would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules import Severity
from rules.command import CONFIG_NAME, UsageError, write_notes, write_results
from rules.report import printable
from rules.text import counted
from wizard.commands.messages import say
from wizard.commands.options import RenderArguments

if TYPE_CHECKING:
    from rules import Report
    from rules.plan import Cluster
    from wizard.files import ChangedError, Merging, Written
    from wizard.plan.plan import Plan

EXIT_OK, EXIT_REFUSED, EXIT_UNUSABLE = 0, 1, 2
_STATES = {"mode": "changed"}
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
    from wizard.files import ChangedError, StoreError

    tree = rendered(path)
    if tree is None:
        return EXIT_UNUSABLE
    try:
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
    if merging.problems:
        _say_all(merging.problems)
        say(f"nothing {'would be' if arguments.diff else 'was'} written; {_WITHOUT_MERGE}")
        return EXIT_REFUSED
    if merging.merged and not errors and (others := report.count(Severity.ERROR)):
        say(f"{counted(others, 'error')} in sections halb did not write, none in what it renders: that blocks nothing")
    if arguments.diff:
        differs = _show_diff(arguments.directory, merging)
        return EXIT_REFUSED if differs or refused else EXIT_OK
    _show_written(arguments.directory, _written(arguments, path, tree, merging))
    return EXIT_OK


def _merged(arguments: RenderArguments, tree: Tree) -> Merging:
    from wizard.files import merge_tree

    replace = arguments.force and not arguments.merge
    return merge_tree(
        arguments.directory, tree.files, merge=arguments.merge, replace=replace, take_over=arguments.take_over
    )


def _ways(error: ChangedError, arguments: RenderArguments) -> str:
    """What can be done about files that somebody else wrote."""
    from wizard.files import is_mergeable

    if arguments.merge:
        return "only haproxy.cfg is merged; '--merge --force' merges it, overwrites the others and keeps a backup"
    overwrite = "'--force' overwrites and keeps a backup"
    if any(map(is_mergeable, error.files)):
        return f"'--merge' keeps the other sections of haproxy.cfg, {overwrite}; '--diff' shows either beforehand"
    return f"'--diff' shows what would change, {overwrite}"


def rendered(path: Path) -> Tree | None:
    """The plan of a halb.toml and its files; None after saying why the plan can't be used.

    Raises UsageError when the file can't be read, or its text is wrong.
    """
    from rules.plan import ClusterError, read_cluster
    from wizard.plan.file import write_plan
    from wizard.plan.plan import PlanError, check_plan, plan_of
    from wizard.render.files import render
    from wizard.render.quoting import RenderError

    try:
        cluster = read_cluster(path)
        plan = plan_of(cluster)
        if wrong := check_plan(plan):
            for error in wrong:
                say(f"{path}: {error}")
            return None
        files = {name: (file.text, file.mode) for name, file in render(plan, checked=True).items()}
        text = write_plan(plan, cluster.source.text)
    except ClusterError as error:
        raise UsageError(str(error)) from error
    except (PlanError, RenderError) as error:
        raise UsageError(f"{path}: {error}") from error
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

    found = diff(directory, merging.files)
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
