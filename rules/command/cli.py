"""`halb-lint`: the command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from parsers.records import NamedTuple
from rules.command.arguments import LintArguments, parse_arguments
from rules.command.guard import EXIT_INTERNAL, EXIT_USAGE, LINT, guarded
from rules.command.options import CONFIG_NAME
from rules.command.streams import write_notes, write_results
from rules.engine.finding import Report, Severity
from rules.engine.settings import RuleSettings
from rules.files import seen

if TYPE_CHECKING:
    from rules.command.on_demand.baseline import Baseline
    from rules.engine.run import Run
    from rules.files.inputs import Inputs
    from rules.live.asking import Survey
    from rules.live.machine.observed import MachineObservations
    from rules.live.native.answers import NativeAnswers
    from rules.live.observations import Observations
    from rules.report.style import Style

EXIT_CLEAN, EXIT_FINDINGS = 0, 1
_PRINTED = ("concise", "full", "json", "github")
_say = LINT.say


def main(argv: Sequence[str]) -> int:
    """Run `halb-lint` with these arguments; returns the exit status."""
    return guarded(LINT, _main, argv)


def _main(argv: Sequence[str]) -> int:
    arguments = parse_arguments(argv)
    if arguments.beyond_files:
        seen.unknown()
    if arguments.message is not None:
        return _print(arguments.message, arguments)
    if arguments.explain is not None or arguments.list_rules:
        from rules.command.on_demand.explain import about_rules

        seen.end()
        return _print(about_rules(arguments, _style(arguments)), arguments)
    if arguments.watch:
        return _watch(argv, arguments)
    if arguments.serving is not None:
        from rules.command.on_demand.lsp import serve

        # The status that the protocol wants.
        return EXIT_CLEAN if serve(arguments.serving, _local_name(), _say) else EXIT_FINDINGS
    survey = _start_survey(arguments)
    inputs = _inputs(arguments)
    for error in inputs.errors:
        _say(error)
    if not arguments.quiet:
        for note in inputs.notes:
            _say(note)
    if arguments.list_files:
        from rules.command.on_demand.seen import file_list

        _print(file_list(inputs), arguments)
        return EXIT_USAGE if inputs.errors else EXIT_CLEAN
    return _lint(arguments, inputs, survey)


def _inputs(arguments: LintArguments) -> Inputs:
    from rules.files import inputs

    local = _local_name()
    if arguments.nodes:
        return inputs.read_nodes(arguments.nodes, arguments.kind)
    if arguments.paths:
        return inputs.read_paths(arguments.paths, arguments.kind, arguments.stdin_filename, local)
    cluster = arguments.cluster
    if cluster is not None and any(files for _, files in inputs.cluster_files(cluster)):
        return inputs.read_cluster_nodes(cluster, arguments.kind)
    if arguments.live is not None and cluster is not None and cluster.endpoint is not None:
        if cluster.path.name == CONFIG_NAME:
            return inputs.read_nodes((), arguments.kind)  # a plan without files: this machine is not one of its nodes
        return inputs.read_local(arguments.kind, local, needed=False)
    return inputs.read_local(arguments.kind, local)


def _start_survey(arguments: LintArguments) -> Survey | None:
    """With --live: start to query the name servers, so that they work while the files are being read."""
    if arguments.live is None or arguments.list_files:
        return None
    from rules.command.on_demand.querying import start_survey

    return start_survey(arguments, _say)


def _local_name() -> str:
    """The name of this machine up to the first dot: what keepalived compares `@id` lines with."""
    if hasattr(os, "uname"):
        name = os.uname().nodename
    else:
        import platform

        name = platform.node()
    return name.partition(".")[0] or "localhost"


def _watch(argv: Sequence[str], arguments: LintArguments) -> NoReturn:
    from rules.command.on_demand.watching import Looked, watch

    def look() -> Looked:
        now = parse_arguments(argv)  # halb.toml may have changed
        inputs = _inputs(now)
        notes = [*inputs.errors, *inputs.notes]
        judged = _judged(now, inputs, None, _baseline(now), notes.append)
        _say_unknown(judged.run, notes.append)
        report = judged.judge(judged.run)
        notes += (f"internal error: {crash}; the other rules ran" for crash in report.crashes)
        return Looked(report, tuple(notes), _summary(report, now, inputs.about_cluster))

    watch(look, arguments.format, _style(arguments), _nothing if arguments.quiet else _say)


class _Judged(NamedTuple):
    """A run with what it has seen: the files' texts, the network's answers, this machine; `judge` reports."""

    run: Run
    texts: dict[str, str]
    observed: Observations | None
    machine: MachineObservations | None
    judge: Callable[[Run], Report]


def _lint(arguments: LintArguments, inputs: Inputs, survey: Survey | None) -> int:
    known = _baseline(arguments)
    say = _nothing if arguments.quiet else _say
    judged = _judged(arguments, inputs, survey, known, say)
    _say_unknown(judged.run, say)
    run, report, fixed = judged.run, judged.judge(judged.run), None
    if arguments.write_baseline is not None or known is not None:
        from rules.command.on_demand.baseline import write_or_tell

        if write_or_tell(arguments, known, run, report, inputs.errors, say):
            return EXIT_CLEAN
    if arguments.native:
        from rules.command.on_demand.native import say_what_is_unknown

        say_what_is_unknown(report, say)
    if arguments.fixing is not None:
        from rules.command.on_demand import fixing

        wanted = arguments.fixing._replace(stdin=inputs.stdin)
        outcome = fixing.work_out(run, report, judged.texts, judged.judge, wanted)
        fixing.about(outcome, wanted, say)
        if not wanted.write:
            diff = fixing.diff_of(outcome)
            _print(diff, arguments)
            return EXIT_USAGE if inputs.errors else EXIT_FINDINGS if diff else EXIT_CLEAN
        fixed = fixing.write(outcome, wanted)
        run, report = outcome.run, outcome.report
    _show(arguments, run, report, fixed, say)
    for crash in report.crashes:
        _say(f"internal error: {crash}; the other rules ran")
    if survey is not None or judged.machine is not None:
        from rules.command.on_demand.seen import say_what_was_seen

        say_what_was_seen(run, judged.observed if survey is not None else None, judged.machine, report, say)
    if (report.nodes or survey or inputs.about_cluster) and not arguments.quiet:
        _say(_summary(report, arguments, inputs.about_cluster))
    seen.end()
    return _status(arguments, inputs, report)


def _show(arguments: LintArguments, run: Run, report: Report, fixed: str | None, say: Callable[[str], None]) -> None:
    """Write the report, and the failover table if requested."""
    style = _style(arguments)
    if arguments.outputs or arguments.statistics or arguments.failover or arguments.format not in _PRINTED:
        from rules.command.on_demand.outputs import Shown, show

        table = run.failover() if arguments.failover else None
        show(Shown(report, table, style), arguments, fixed, say)
        return
    text = ""
    # A run without findings prints nothing, so there is nothing to load.
    if report.findings or arguments.format == "json":
        from rules.report.formats import renderer

        text = renderer(arguments.format)(report, style)
    # A file that came from stdin goes to stdout, fixed; what is left of its findings to stderr.
    write_results(text if fixed is None else fixed)
    if fixed is not None:
        write_notes(text)


def _baseline(arguments: LintArguments) -> Baseline | None:
    if arguments.baseline is None or arguments.write_baseline is not None:  # it is written anew, whatever it is now
        return None
    from rules.command.on_demand.baseline import read_baseline

    return read_baseline(arguments.baseline)


def _report(
    run: Run,
    observed: Observations | None,
    machine: MachineObservations | None,
    native: NativeAnswers | None,
    baseline: Baseline | None,
) -> Report:
    report = run.report(observed, machine, native)
    return report if baseline is None else baseline.hidden(report)


def _status(arguments: LintArguments, inputs: Inputs, report: Report) -> int:
    if report.crashes:
        return EXIT_INTERNAL
    if inputs.errors:
        return EXIT_USAGE
    return EXIT_FINDINGS if arguments.fail_on and report.reaches(arguments.fail_on) else EXIT_CLEAN


def _nothing(_: str) -> None:
    """Say nothing (--quiet)."""


def _judged(
    arguments: LintArguments,
    inputs: Inputs,
    survey: Survey | None,
    baseline: Baseline | None,
    say: Callable[[str], None],
) -> _Judged:
    from rules.engine.options import options_for
    from rules.engine.run import Run
    from rules.files.includes import DiskIncludes

    settings = arguments.settings
    if inputs.local:
        from rules.command.on_demand.installed import settings_here

        settings = settings_here(settings, set(inputs.kinds.values()), say)
    options = options_for(
        arguments.cluster,
        inputs.nodes,
        selection=arguments.selection,
        settings=settings,
        kinds=inputs.kinds,
        config_ids=inputs.config_ids,
        include=DiskIncludes(),
        documents=inputs.documents,
    )
    texts = dict(inputs.texts)
    if arguments.failover:
        from rules.files.drop_ins import drop_ins
        from rules.fleet.restarts import drop_in_folders

        texts |= drop_ins(drop_in_folders(inputs.nodes))
    run = Run(texts, options)
    looking = _start_looking(arguments, inputs, run)
    observed = _observed(arguments, survey, run)
    machine = looking() if looking is not None else None
    native = None
    if arguments.native:
        from rules.command.on_demand.native import ask

        native = ask(run, inputs, say)
    judge = partial(_report, observed=observed, machine=machine, native=native, baseline=baseline)
    return _Judged(run, texts, observed, machine, judge)


def _say_unknown(run: Run, say: Callable[[str], None]) -> None:
    """Tell what was not read, or not judged by the release that was asked for."""
    if run.unread:
        from rules.engine.needs import NO_YAML

        say(NO_YAML.format(", ".join(run.unread)))
    if run.options.settings != RuleSettings():
        from rules.support.releases import unchecked

        for _, reason in unchecked(run.options.settings):
            say(reason)


def _observed(arguments: LintArguments, survey: Survey | None, run: Run) -> Observations | None:
    """Run all queries, and judge the files meanwhile; None if nothing is to be queried."""
    if survey is not None:
        survey.ask_machines(run.endpoint)
        run.judge_files()
        return survey.finish()
    if arguments.live is None:
        return None
    from rules.live.observations import NOTHING

    return NOTHING


def _start_looking(arguments: LintArguments, inputs: Inputs, run: Run) -> Callable[[], MachineObservations] | None:
    """With --host: start to look at this machine, while the network is queried; gives what waits for it."""
    if arguments.host is None:
        return None
    from rules.command.on_demand.host import start_looking

    return start_looking(run.fleet, inputs.local, arguments.host)


def _style(arguments: LintArguments) -> Style:
    from shutil import get_terminal_size

    from rules.report.style import Style

    return Style(arguments.color, max(get_terminal_size((80, 24)).columns, 40))


def _summary(report: Report, arguments: LintArguments, about_cluster: Iterable[str]) -> str:
    from rules.text.wording import counted, listed

    files = {path for node in report.nodes for path in node.haproxy + node.keepalived}
    scope = f"{counted(len(files), 'file')} of {counted(len(report.nodes), 'node')}"
    if about_cluster:
        scope = f"{scope} and {listed(about_cluster)}" if files else listed(about_cluster)
    elif not files:
        scope = "the answers; there were no files to check"
    found = [counted(n, severity.word) for severity in reversed(Severity) if (n := report.count(severity))]
    left_out = ((report.suppressed, "suppressed"), (report.baselined, "in the baseline"))
    hidden = ", ".join(f"{number} {why}" for number, why in left_out if number)
    hidden = f" ({hidden})" if hidden else ""
    if found:
        more = "" if arguments.format != "full" else "; run 'halb-lint --explain CODE' for details"
        return f"{', '.join(found)} in {scope}{hidden}{more}"
    return f"nothing found in {scope}{hidden}"


def _print(text: str, arguments: LintArguments) -> int:
    if not arguments.outputs:
        write_results(text)
        return EXIT_CLEAN
    from rules.command.on_demand.outputs import write_plainly

    write_plainly((text,), arguments.outputs)
    return EXIT_CLEAN
