"""The command line of `halb-lint`: parsing and checking its options."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.command.errors import UsageError
from rules.command.options import ca_file, nearest_config, one_of, release, resolvers, seconds, wants_color
from rules.command.usage import parser as options_parser
from rules.engine.finding import Severity
from rules.engine.registry import Rule, Selection, UnknownRuleError, find_rules
from rules.engine.settings import RuleSettings
from rules.files import seen
from rules.files.kinds import KINDS

if TYPE_CHECKING:
    from rules.command.on_demand.fixing import Fixing
    from rules.command.on_demand.lsp import Serving
    from rules.live.observations import NameServer
    from rules.plan.keys.lint import LintChoice
    from rules.plan.model import Cluster

FORMATS = ("full", "concise", "json", "github", "sarif", "gitlab", "junit", "checkstyle")
_OF_PEOPLE = ("full", "concise", "github")


class Live(NamedTuple):
    """How to query the network (`--live`): which resolvers (None: this machine's), how long in seconds, which CA."""

    resolvers: tuple[NameServer, ...] | None
    timeout: float
    ca_file: str | None


class Output(NamedTuple):
    """A file to write to: in a format of its own, or (None) what else went to stdout."""

    format: str | None
    path: str


class LintArguments(NamedTuple):
    """A command line, checked. `message` is text to print instead of doing anything (--help, --version).

    `host`: for how many seconds to listen when this machine is looked at (`--host`), None without it.
    """

    paths: tuple[str, ...] = ()
    nodes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    kind: str | None = None
    stdin_filename: str | None = None
    format: str = "concise"
    outputs: tuple[Output, ...] = ()
    statistics: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    selection: Selection = Selection()
    settings: RuleSettings = RuleSettings()
    fail_on: Severity | None = Severity.WARNING
    explain: tuple[Rule, ...] | None = None
    list_rules: bool = False
    list_files: bool = False
    watch: bool = False
    color: bool = False
    quiet: bool = False
    cluster: Cluster | None = None
    live: Live | None = None
    host: float | None = None
    native: bool = False
    failover: bool = False
    fixing: Fixing | None = None
    serving: Serving | None = None
    message: str | None = None

    @property
    def beyond_files(self) -> bool:
        """Whether the run does more than to read files and print what it finds."""
        asked = self.live is not None or self.host is not None or self.native or self.failover
        return asked or bool(self.outputs) or self.fixing is not None or self.write_baseline is not None


def parse_arguments(argv: Sequence[str]) -> LintArguments:
    """The checked arguments; raises UsageError with one line that names the problem and what to do."""
    parser = options_parser()
    given, unknown = parser.parse_known_args(argv)
    if given.help:
        return LintArguments(message=parser.format_help())
    if given.version:
        from rules.release import version

        return LintArguments(message=f"halb-lint {version()}\n")
    for word in unknown:
        parser.refuse_unknown(word)
    color = wants_color(given.color)
    format_ = _format(given.format)
    outputs = _outputs(given.output)
    common = {"format": format_, "color": color, "outputs": outputs, "quiet": given.quiet}
    if given.lsp:
        return LintArguments(serving=_serving(given), **common)
    _refuse_together(given, format_, outputs)
    if given.explain is not None:
        return LintArguments(explain=_explained(given.explain), **common)
    if given.list_rules:
        return LintArguments(list_rules=True, **common)
    cluster = _cluster(given)
    lint = cluster.lint if cluster else None
    haproxy, keepalived = cluster.releases if cluster else (None, None)
    settings = RuleSettings(
        release("--haproxy-version", given.haproxy_version) or haproxy,
        release("--keepalived-version", given.keepalived_version) or keepalived,
    )
    if given.node and given.paths:
        raise UsageError("give the files either as PATH or with --node, not both")
    return LintArguments(
        paths=tuple(given.paths),
        nodes=_nodes(given.node),
        kind=given.kind and one_of("--kind", given.kind, KINDS),
        stdin_filename=given.stdin_filename,
        selection=_selection(given, lint),
        settings=settings,
        fail_on=_fail_on(given.fail_on),
        list_files=given.list_files,
        watch=given.watch,
        cluster=cluster,
        live=_live(given),
        host=seconds("--timeout", given.timeout) if given.host else None,
        native=given.native,
        failover=given.failover,
        fixing=_fixing(given),
        statistics=given.statistics,
        baseline=given.baseline,
        write_baseline=given.write_baseline,
        **common,
    )


def _outputs(words: Sequence[str]) -> tuple[Output, ...]:
    """The files of `--output`: FILE, or FORMAT=FILE."""
    found = []
    for word in words:
        format_, equals, path = word.partition("=")
        # A file whose name only looks like that can be told apart: ./name=value.
        if equals and format_.isalpha():
            format_ = one_of("--output", format_, FORMATS)
            found.append(Output(format_, path))
        else:
            found.append(Output(None, word))
    if any(not output.path for output in found):
        raise UsageError("--output: a name of a file is missing; write FILE or FORMAT=FILE, such as sarif=halb.sarif")
    paths = [os.path.abspath(output.path) for output in found]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice is not None:
        raise UsageError(f"--output: '{twice}' would be written twice; give each format a file of its own")
    return tuple(found)


def _refuse_together(given: argparse.Namespace, format_: str, outputs: Sequence[Output]) -> None:
    """Raise a UsageError for options of which one would be left unheard."""
    others = ("explain", "list_rules", "list_files", "diff", "write_baseline")
    other = next((name for name in others if getattr(given, name)), None)
    own = next((output.format for output in outputs if output.format), None)
    if other is not None and own is not None:
        option = other.replace("_", "-")
        raise UsageError(f"--output {own}=FILE is for findings, and --{option} shows none; leave one of them out")
    if given.write_baseline and (given.fix or given.diff or outputs):
        raise UsageError("--write-baseline writes that file and nothing else; leave out --fix, --diff and --output")
    if given.watch:
        _refuse_with_watch(given, format_)
    if given.native and (given.fix or given.diff):
        raise UsageError("--native is about the files on the disk; run it after --fix, without --diff")
    if given.failover and not given.statistics and format_ not in (*_OF_PEOPLE, "json"):
        raise UsageError(
            f"--format {format_} has no place for the failover table; leave out --failover, or write both: "
            f"--failover --output {format_}=FILE"
        )
    if given.statistics and format_ not in (*_OF_PEOPLE, "json"):
        raise UsageError(
            f"--statistics is a table or, with --format json, JSON; write both: --statistics --output {format_}=FILE"
        )


def _refuse_with_watch(given: argparse.Namespace, format_: str) -> None:
    alone = ("fix", "diff", "output", "statistics", "failover", "live", "host", "native", "write_baseline")
    other = next((name for name in (*alone, "explain", "list_rules", "list_files") if getattr(given, name)), None)
    if other is not None:
        instead = "; 'halb-wizard verify --watch' watches the network" if other == "live" else ""
        raise UsageError(
            f"--watch goes on and on, and --{other.replace('_', '-')} is done once; leave one out{instead}"
        )
    if "-" in given.paths:
        raise UsageError("--watch looks at files again and again, and stdin can be read only once; give the files")
    if format_ not in _OF_PEOPLE:
        raise UsageError(f"--watch shows what is new and what is gone, for which --format {format_} has no place")


def _serving(given: argparse.Namespace) -> Serving:
    """What `--lsp` is told; raises UsageError for options that an editor has no use for."""
    from rules.command.on_demand.lsp import Serving
    from rules.plan.given import Given
    from rules.plan.model import ClusterError

    useless = {
        "PATH": given.paths,
        "--node": given.node,
        "--fix": given.fix or given.unsafe_fixes or given.diff,
        "--baseline": given.baseline or given.write_baseline,
        "--format": given.format,
        "--output": given.output,
        "--live": given.live,
        "--host": given.host,
        "--native": given.native,
        "--failover": given.failover,
        "--watch": given.watch,
    }
    found = next((option for option, value in useless.items() if value), None)
    if found is not None:
        raise UsageError(f"--lsp judges the files that an editor opens, and tells the editor; leave out {found}")
    select, ignore = _words(given.select), _words(given.ignore)
    facts = Given(given.endpoint, given.vip, given.initial_master, given.phase)
    try:
        Selection(select, ignore)
        facts.cluster(None)
    except (UnknownRuleError, ClusterError) as error:
        raise UsageError(str(error)) from error
    settings = RuleSettings(
        release("--haproxy-version", given.haproxy_version), release("--keepalived-version", given.keepalived_version)
    )
    return Serving(select, ignore, settings, facts, given.config, given.no_config)


def _fixing(given: argparse.Namespace) -> Fixing | None:
    if not (given.fix or given.diff):
        if given.unsafe_fixes:
            raise UsageError("--unsafe-fixes works only with --fix or --diff; add one of them")
        return None
    from rules.command.on_demand.fixing import Fixing

    return Fixing(given.fix and not given.diff, given.unsafe_fixes)


def _format(word: str | None) -> str:
    if word is not None:
        return one_of("--format", word, FORMATS)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "full" if sys.stdout.isatty() else "concise"


def _fail_on(word: str) -> Severity | None:
    known = tuple(severity.word for severity in reversed(Severity))
    word = one_of("--fail-on", word, (*known, "never"))
    return None if word == "never" else Severity[word.upper()]


def _words(options: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.strip() for option in options for word in option.split(",") if word.strip())


def _selection(given: argparse.Namespace, config: LintChoice | None) -> Selection:
    select, ignore = _words(given.select), _words(given.ignore)
    if not select and config:
        select = config.select
    if config:
        ignore += config.ignore
    try:
        if config and config.severity:
            from rules.engine.options import severities_of

            severities_of(config.severity)
        return Selection(select, ignore)
    except UnknownRuleError as error:
        raise UsageError(str(error)) from error


def _explained(word: str) -> tuple[Rule, ...]:
    rules = find_rules(word)
    if not rules:
        raise UsageError(str(UnknownRuleError(word)))
    return tuple(rules)


def _nodes(options: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    nodes: dict[str, tuple[str, ...]] = {}
    for option in options:
        name, equals, paths = option.partition("=")
        files = tuple(path for path in paths.split(",") if path)
        if not equals or not name or not files:
            raise UsageError(
                f"--node '{option}': write NAME=PATH[,PATH...], such as lb1=lb1/haproxy.cfg,lb1/keepalived.conf"
            )
        nodes[name] = nodes.get(name, ()) + files
    return tuple(nodes.items())


def _cluster(given: argparse.Namespace) -> Cluster | None:
    """The cluster of halb.toml and the options; None if neither has anything."""
    path = None
    if not given.no_config:
        path = Path(given.config) if given.config is not None else nearest_config(Path.cwd())
        if path is not None:
            _note(path)
    options = (given.endpoint, given.initial_master, given.phase)
    if path is None and not given.vip and all(option is None for option in options):
        return None
    from rules.plan import ClusterError, read_cluster
    from rules.plan.given import Given

    try:
        base = read_cluster(path) if path is not None else None
        if path is not None:
            _note(path)  # again: it must not have changed while it was read
        return Given(given.endpoint, given.vip, given.initial_master, given.phase).cluster(base)
    except ClusterError as error:
        raise UsageError(str(error)) from error


def _note(path: Path) -> None:
    try:
        seen.file(str(path), path.read_bytes())
    except (OSError, ValueError):
        seen.unknown()


def _live(given: argparse.Namespace) -> Live | None:
    timeout = seconds("--timeout", given.timeout)
    if given.live:
        return Live(resolvers(given.resolver), timeout, ca_file(given.ca_file))
    for option, value in (("--resolver", given.resolver), ("--ca-file", given.ca_file)):
        if value:
            raise UsageError(f"{option} works only with --live; add --live")
    return None
