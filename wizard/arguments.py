"""The command line of `halb-wizard`: options, their help, and what is wrong with them in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules.options import (
    CONFIG_NAME,
    Parser,
    UsageError,
    add_asking,
    ca_file,
    nearest_config,
    one_of,
    resolvers,
    seconds,
    wants_color,
)
from rules.support.suggestions import hint
from rules.support.wording import listed

if TYPE_CHECKING:
    from rules.live.observations import NameServer
    from wizard.commands.options import ImportArguments, RenderArguments

COMMANDS = ("import", "render", "verify")
FORMATS = ("text", "json")

SEE_HELP = "'halb-wizard verify --help' shows the options"

USAGE = """\
usage: halb-wizard [DIR]
       halb-wizard COMMAND [OPTIONS]

Without a command the wizard opens: it asks, shows what the answers mean, and
writes the files to DIR (default: here) when you say so.

commands:
  import   read haproxy.cfg and keepalived.conf that are there into a halb.toml
  render   write the files of a halb.toml: haproxy.cfg, keepalived.conf, ...
  verify   ask the name servers, the load balancers and the control plane
           whether all is as it has to be, and say what to do next

'halb-wizard COMMAND --help' shows a command's options, 'halb-wizard --version'
the version.
"""

_DESCRIPTION = """\
Ask the name servers, the load balancers and the control-plane nodes of a
halb.toml, and show an ordered checklist: what was asked, what came back, what
to do next. In the bootstrap phase the name leads to the initial master, until
the cluster is made; in the cutover phase it moves to the VIP, and when it may
do so is not said before the VIP serves the API under the name.
"""

_EPILOG = """\
examples:
  halb-wizard verify                   the plan of the nearest halb.toml
  halb-wizard verify --watch           until all is passed
  halb-wizard verify kacang/ --phase cutover --resolver 10.0.0.53

Nothing is changed anywhere: it only asks. Exit status: 0 all passed, 1 not
yet, 2 wrong usage or a halb.toml that can't be used, 3 a fault of halb-wizard
itself, 130 after Ctrl-C.
"""


class Arguments(NamedTuple):
    """A command line, checked. `message` is text to print instead of doing anything (--help, --version).

    `resolvers` None stands for this machine's. `timeout` and `interval` are in seconds. `render` or `imports` holds
    the rest of those commands' lines; `directory` is the folder of the interactive wizard. Where all are None, the
    command is `verify`.
    """

    path: Path | None = None
    watch: bool = False
    interval: float = 5.0
    timeout: float = 3.0
    format: str = "text"
    resolvers: tuple[NameServer, ...] | None = None
    ca_file: str | None = None
    phase: str | None = None
    color: bool = False
    message: str | None = None
    render: RenderArguments | None = None
    imports: ImportArguments | None = None
    directory: Path | None = None


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """The checked arguments; raises UsageError with what to type instead."""
    if not argv:
        return Arguments(directory=Path())
    command, *rest = argv
    if command in ("--help", "-h"):
        return Arguments(message=USAGE)
    if command == "--version":
        return Arguments(message=_version())
    if command == "verify":
        return _verify(rest)
    if command == "render":
        return _render(rest)
    if command == "import":
        return _import(rest)
    if command.startswith("-"):
        raise UsageError(f"unknown option '{command}'; a command comes first: 'halb-wizard verify'")
    if Path(command).is_dir() or "/" in command:
        if rest:
            raise UsageError(f"one folder at a time: '{rest[0]}' is one too many")
        return Arguments(directory=Path(command))
    advice = hint(command, COMMANDS, f"known: {listed(COMMANDS)}; a folder that is not there yet is written with a '/'")
    raise UsageError(f"unknown command '{command}'; {advice}")


def _version() -> str:
    from rules.version import version

    return f"halb-wizard {version()}\n"


def _render(argv: Sequence[str]) -> Arguments:
    from wizard.commands.options import Asked, render_arguments

    given = render_arguments(argv)
    if isinstance(given, Asked):
        return Arguments(message=given.help or _version())
    return Arguments(path=_config(given.path, "halb-wizard render DIR -o DIR"), render=given)


def _import(argv: Sequence[str]) -> Arguments:
    from wizard.commands.options import Asked, import_arguments

    given = import_arguments(argv)
    if isinstance(given, Asked):
        return Arguments(message=given.help or _version())
    return Arguments(imports=given)


def _verify(argv: Sequence[str]) -> Arguments:
    options = _options()
    given, unknown = options.parse_known_args(argv)
    if given.help:
        return Arguments(message=options.format_help())
    if given.version:
        return Arguments(message=_version())
    for word in unknown:
        if not word.startswith("-"):
            raise UsageError(f"one halb.toml at a time: '{word}' is one too many")
        options.refuse_unknown(word)
    if given.interval is not None and not given.watch:
        raise UsageError("--interval is the time between two looks: it goes with --watch")
    return Arguments(
        path=_config(given.path, "halb-wizard verify DIR"),
        watch=given.watch,
        interval=5.0 if given.interval is None else seconds("--interval", given.interval),
        timeout=seconds("--timeout", given.timeout),
        format=one_of("--format", given.format, FORMATS),
        resolvers=resolvers(given.resolver),
        ca_file=ca_file(given.ca_file),
        phase=None if given.phase is None else one_of("--phase", given.phase, ("bootstrap", "cutover")),
        color=wants_color(given.color),
    )


def _options() -> Parser:
    options = Parser(
        prog="halb-wizard verify",
        usage="halb-wizard verify [OPTIONS] [HALB.TOML]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        see_help=SEE_HELP,
    )
    what = options.add_argument_group("what to check")
    what.add_argument(
        "path", metavar="HALB.TOML", nargs="?", help="the plan, or its folder (default: the nearest one above here)"
    )
    what.add_argument(
        "--phase", metavar="PHASE", help="bootstrap or cutover (default: halb.toml's, else what DNS shows)"
    )
    how = options.add_argument_group("how to ask")
    how.add_argument("--watch", action="store_true", help="look again and again until all is passed")
    how.add_argument("--interval", metavar="SECONDS", help="between two looks of --watch (default 5)")
    add_asking(how)
    output = options.add_argument_group("output")
    output.add_argument("--format", metavar="FORMAT", default="text", help="text (default) or json")
    output.add_argument("--color", metavar="WHEN", default="auto", help="auto (default), always or never")
    output.add_argument("--version", action="store_true", help="show the version")
    output.add_argument("--help", "-h", action="store_true", help="show this help")
    return options


def _config(word: str | None, example: str) -> Path:
    """The halb.toml that was named, else the nearest one from the working directory upwards."""
    if word is not None:
        path = Path(word)
        return path / CONFIG_NAME if path.is_dir() else path
    nearest = nearest_config(Path.cwd())
    if nearest is not None:
        return Path(CONFIG_NAME) if nearest.parent == Path.cwd() else nearest
    raise UsageError(f"no {CONFIG_NAME} here or in a folder above; name one: '{example}'")
