"""The command line of `halb-wizard`: options, their help, and what is wrong with them in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules.command.options import (
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
from rules.text.suggestions import hint
from rules.text.wording import listed
from wizard.commands.options import (
    Asked,
    ImportArguments,
    RenderArguments,
    add_plan,
    import_arguments,
    refuse_more,
    render_arguments,
)

if TYPE_CHECKING:
    from rules.live.observations import NameServer

COMMANDS = ("import", "render", "verify")
FORMATS = ("text", "json")

SEE_HELP = "'halb-wizard verify --help' shows the options"

USAGE = """\
usage: halb-wizard [DIR] [--offline | --resolver ADDR[:PORT]]
       halb-wizard COMMAND [OPTIONS]

Without a command the wizard opens: it asks, shows what the answers mean, and
writes the files to DIR (default: here) when you say so. Beside the answers it
shows what name servers and machines say right now:

  --offline               ask nobody
  --resolver ADDR[:PORT]  ask this name server instead of this machine's;
                          repeatable

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
    the rest of those commands' lines; `directory` is the folder of the interactive wizard, which asks nobody when
    `offline`. Where all are None, the command is `verify`.
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
    offline: bool = False


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
    return _wizard(argv)


def _wizard(argv: Sequence[str]) -> Arguments:
    """The arguments of the interactive wizard, in any order."""
    options = Parser(prog="halb-wizard", usage="", see_help="'halb-wizard --help' shows the options")
    options.add_argument("folder", nargs="?")
    options.add_argument("--offline", action="store_true")
    options.add_argument("--resolver", action="append", default=[])
    for names in (("--version",), ("--help", "-h")):
        options.add_argument(*names, action="store_true")
    given, unknown = options.parse_known_args(argv)
    if given.help or given.version:
        return Arguments(message=USAGE if given.help else _version())
    for word in unknown:
        if word.startswith("-"):
            known = ("--offline", "--resolver")
            advice = hint(word.partition("=")[0], known, "a command comes first: 'halb-wizard verify'")
            raise UsageError(f"unknown option '{word}'; {advice}")
    folder = _folder(given.folder)
    if unknown:
        raise UsageError(f"one folder at a time: '{unknown[0]}' is one too many")
    if given.offline and given.resolver:
        raise UsageError("--offline asks nobody, so --resolver can't go with it; leave one of them out")
    return Arguments(directory=folder, offline=given.offline, resolvers=resolvers(given.resolver))


def _folder(word: str | None) -> Path:
    """The folder of the interactive wizard: one that is there, or is written like one."""
    if word is None:
        return Path()
    if word in COMMANDS:
        raise UsageError(f"'{word}' is a command, and comes first: 'halb-wizard {word} --help' shows its options")
    if Path(word).is_dir() or "/" in word:
        return Path(word)
    advice = hint(word, COMMANDS, f"known: {listed(COMMANDS)}; a folder that is not there yet is written with a '/'")
    raise UsageError(f"unknown command '{word}'; {advice}")


def _version() -> str:
    from rules.command.version import version

    return f"halb-wizard {version()}\n"


def _render(argv: Sequence[str]) -> Arguments:
    given = render_arguments(argv)
    if isinstance(given, Asked):
        return Arguments(message=given.help or _version())
    return Arguments(path=_config(given.path, "halb-wizard render DIR -o DIR"), render=given)


def _import(argv: Sequence[str]) -> Arguments:
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
    refuse_more(options, unknown)
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
    add_plan(what)
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
