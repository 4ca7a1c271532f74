"""The command line of `halb-lint`: options, their help, and what is wrong with them in words."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from rules.finding import Severity
from rules.kinds import KINDS
from rules.registry import Rule, Selection, UnknownRuleError, find
from rules.settings import Settings

if TYPE_CHECKING:
    from rules.config import Config

CONFIG_NAME = "halb.toml"
_SEE_HELP = "'halb-lint --help' shows the options"
FORMATS = ("full", "concise", "json", "github")

_DESCRIPTION = """\
Check the HAProxy and Keepalived configurations of all load balancers together:
each file by itself, the two files of a node against each other, and the nodes
against one another.
"""

_PATHS_HELP = """\
a file, a directory, or - for stdin. In a directory every sub-directory with a haproxy.cfg or
keepalived.conf is one node (lb1/etc/keepalived/keepalived.conf is node lb1). Without PATH: the
nodes of the nearest halb.toml, else this machine's /etc/haproxy and /etc/keepalived.
"""

_EPILOG = """\
examples:
  halb-lint lb1/ lb2/                        two nodes, a directory each
  halb-lint /etc/keepalived/keepalived.conf  one file of this machine
  halb-lint --node lb1=a.cfg,a.conf --node lb2=b.cfg,b.conf
  halb-lint --explain vrid-mismatch          what a rule means, how to fix it

exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or a
file that cannot be read (the others are still checked), 3 a fault of halb-lint
itself. A comment '# halb: ignore[CODE] reason' on a line, or above it, hides a
finding.
"""


class UsageError(Exception):
    """The command line can't be followed; the text is one line for stderr."""


class Arguments(NamedTuple):
    """A command line, checked. `message` is text to print instead of doing anything (--help, --version)."""

    paths: tuple[str, ...] = ()
    nodes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    kind: str | None = None
    stdin_filename: str | None = None
    format: str = "concise"
    output: str | None = None
    selection: Selection = Selection()
    settings: Settings = Settings()
    fail_on: Severity | None = Severity.WARNING
    explain: tuple[Rule, ...] | None = None
    list_rules: bool = False
    list_files: bool = False
    color: bool = False
    quiet: bool = False
    config: Config | None = None
    message: str | None = None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; {_SEE_HELP}")


def _parser() -> _Parser:
    parser = _Parser(
        prog="halb-lint",
        usage="halb-lint [OPTIONS] [PATH ...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
    )
    what = parser.add_argument_group("what to check")
    what.add_argument("paths", metavar="PATH", nargs="*", help=_PATHS_HELP)
    what.add_argument(
        "--node",
        metavar="NAME=PATH[,PATH...]",
        action="append",
        default=[],
        help="the files of one node; repeatable",
    )
    what.add_argument(
        "--kind", metavar="KIND", help="take every file for 'haproxy' or 'keepalived', whatever it looks like"
    )
    what.add_argument("--stdin-filename", metavar="NAME", help="the name to show for what is read from stdin")
    what.add_argument("--config", metavar="FILE", help="read this halb.toml (default: the nearest one above here)")
    what.add_argument("--no-config", action="store_true", help="read no halb.toml")
    rules = parser.add_argument_group("which rules")
    rules.add_argument(
        "--select",
        metavar="CODES",
        action="append",
        default=[],
        help="only these: codes, names or prefixes (KA, XN0), comma-separated, or ALL",
    )
    rules.add_argument("--ignore", metavar="CODES", action="append", default=[], help="all but these")
    rules.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        default="warning",
        help="exit 1 from here on: error, warning (default), info or never",
    )
    output = parser.add_argument_group("output")
    output.add_argument(
        "--format",
        metavar="FORMAT",
        help="full (default on a terminal), concise, json, or github (default in GitHub Actions)",
    )
    output.add_argument("--output", metavar="FILE", help="write there instead of to stdout")
    output.add_argument("--color", metavar="WHEN", default="auto", help="auto (default), always or never")
    output.add_argument("--quiet", "-q", action="store_true", help="findings only, no summary")
    about = parser.add_argument_group("about")
    about.add_argument(
        "--explain", metavar="CODE", help="what a rule means, why it matters, how to fix it, with examples"
    )
    about.add_argument("--list-rules", action="store_true", help="every rule in one line each")
    about.add_argument("--list-files", action="store_true", help="which file belongs to which node, and stop")
    about.add_argument("--version", action="store_true", help="show the version")
    about.add_argument("--help", "-h", action="store_true", help="show this help")
    return parser


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """The checked arguments; raises UsageError with one line that names the thing and what to do."""
    parser = _parser()
    given, unknown = parser.parse_known_args(argv)
    if given.help:
        return Arguments(message=parser.format_help())
    if given.version:
        from rules.version import version

        return Arguments(message=f"halb-lint {version()}\n")
    for word in unknown:
        _refuse_unknown(parser, word)
    color = _color(_one_of("--color", given.color, ("auto", "always", "never")))
    format_ = _format(given.format)
    common = {"format": format_, "color": color, "output": given.output, "quiet": given.quiet}
    if given.explain is not None:
        return Arguments(explain=_explained(given.explain), **common)
    if given.list_rules:
        return Arguments(list_rules=True, **common)
    config = _config(given)
    settings = Settings(config.haproxy_version, config.keepalived_version) if config else Settings()
    if given.node and given.paths:
        raise UsageError("name the files either as PATH or with --node, not both")
    return Arguments(
        paths=tuple(given.paths),
        nodes=_nodes(given.node),
        kind=given.kind and _one_of("--kind", given.kind, KINDS),
        stdin_filename=given.stdin_filename,
        selection=_selection(given, config),
        settings=settings,
        fail_on=_fail_on(given.fail_on),
        list_files=given.list_files,
        config=config,
        **common,
    )


def _refuse_unknown(parser: _Parser, word: str) -> NoReturn:
    option = word.partition("=")[0]
    known = [name for action in parser._actions for name in action.option_strings]
    from rules.support.suggestions import hint

    raise UsageError(f"unknown option '{option}'; {hint(option, known, _SEE_HELP)}")


def _one_of(option: str, word: str, known: Sequence[str]) -> str:
    if word in known:
        return word
    from rules.support.suggestions import hint
    from rules.support.wording import listed

    advice = hint(word, known, f"it takes {listed(known, 'or')}")
    raise UsageError(f"{option} can't be '{word}'; {advice}")


def _format(word: str | None) -> str:
    if word is not None:
        return _one_of("--format", word, FORMATS)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "full" if sys.stdout.isatty() else "concise"


def _color(word: str) -> bool:
    """Whether to colour; NO_COLOR and FORCE_COLOR count when the option leaves it open."""
    if word != "auto":
        return word == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _fail_on(word: str) -> Severity | None:
    known = tuple(severity.word for severity in reversed(Severity))
    word = _one_of("--fail-on", word, (*known, "never"))
    return None if word == "never" else Severity[word.upper()]


def _words(options: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.strip() for option in options for word in option.split(",") if word.strip())


def _selection(given: argparse.Namespace, config: Config | None) -> Selection:
    select, ignore = _words(given.select), _words(given.ignore)
    if not select and config:
        select = config.select
    if config:
        ignore += config.ignore
    try:
        return Selection(select, ignore)
    except UnknownRuleError as error:
        raise UsageError(str(error)) from error


def _explained(word: str) -> tuple[Rule, ...]:
    rules = find(word)
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
                f"--node '{option}': write NAME=PATH[,PATH...], as in lb1=lb1/haproxy.cfg,lb1/keepalived.conf"
            )
        nodes[name] = nodes.get(name, ()) + files
    return tuple(nodes.items())


def _config(given: argparse.Namespace) -> Config | None:
    if given.no_config:
        return None
    path = Path(given.config) if given.config is not None else _nearest_config(Path.cwd())
    if path is None:
        return None
    from rules.config import ConfigError, read_config

    try:
        return read_config(path)
    except ConfigError as error:
        raise UsageError(str(error)) from error


def _nearest_config(start: Path) -> Path | None:
    """The halb.toml in `start` or the nearest folder above it."""
    candidates = (folder / CONFIG_NAME for folder in (start, *start.parents))
    return next((candidate for candidate in candidates if candidate.is_file()), None)
