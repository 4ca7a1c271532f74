"""The command lines of `halb-wizard render` and `halb-wizard import`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rules.command.options import CONFIG_NAME, Parser, UsageError

SEE_RENDER_HELP = "'halb-wizard render --help' shows the options"
SEE_IMPORT_HELP = "'halb-wizard import --help' shows the options"

_RENDER = """\
Write the files of a plan: haproxy.cfg, keepalived.conf, the check script and
install.sh of each load balancer, kubeadm-config.yaml, RUNBOOK.md, and the
halb.toml itself with everything that was left to a default.
"""

_RENDER_EPILOG = """\
examples:
  halb-wizard render -o out              the plan of the nearest halb.toml
  halb-wizard render -o out --diff       only show what would change
  halb-wizard render kacang/ -o kacang   the plan and its files in one folder
  halb-wizard render -o out --merge --diff
                                         what merging would change

A file that was there stays beside the new one as NAME.halb-TIME.bak. A file
that somebody changed since it was written is not overwritten, and then no
other file is either. The files are linted before they are written.

--merge is for haproxy.cfg: halb's sections are replaced where they stand, or
added at the end. What was merged once is merged again by every later run.
keepalived.conf is never merged: --force replaces it. Findings in what others
wrote are shown and stop nothing.

Exit status: 0 all is written (with --diff: nothing would change), 1 refused,
or with --diff something would change, 2 wrong usage, a halb.toml that can't
be used, or a file that can't be written, 3 a fault of halb-wizard itself.
"""

_IMPORT = """\
Read haproxy.cfg and keepalived.conf of the load balancers into a halb.toml,
and list what it can't hold: whatever would be lost if the files were written
anew from it, and where the load balancers contradict each other.
"""

_IMPORT_EPILOG = """\
examples:
  halb-wizard import lb1/ lb2/ --endpoint kube.example.com
  halb-wizard import haproxy.cfg lb1.conf lb2.conf -o -

Files become nodes as they do for halb-lint ('halb-lint --list-files PATH ...'
shows how). The name of the endpoint is in none of these files.

Exit status: 0 halb.toml is written, with notes on stderr; 1 nothing could be
imported; 2 wrong usage, or a file that can't be read or written; 3 a fault of
halb-wizard itself.
"""


class RenderArguments(NamedTuple):
    """`render`, checked. `path` is the halb.toml that was named, or None; `take_over` are sections, as typed."""

    path: str | None
    directory: Path
    diff: bool = False
    force: bool = False
    merge: bool = False
    take_over: tuple[str, ...] = ()


class ImportArguments(NamedTuple):
    """`import`, checked as far as no file is needed. `output` None is stdout; `endpoint` and `vip` are as typed."""

    paths: tuple[str, ...]
    output: Path | None = Path(CONFIG_NAME)
    endpoint: str | None = None
    vip: tuple[str, ...] = ()
    force: bool = False


class Asked(NamedTuple):
    """What was asked for instead of doing anything: the text of the help, or the version."""

    help: str = ""
    version: bool = False


def render_arguments(argv: Sequence[str]) -> RenderArguments | Asked:
    """The command line of `render`; raises UsageError."""
    options = Parser(
        prog="halb-wizard render",
        usage="halb-wizard render [HALB.TOML] -o DIR [--diff] [--merge] [--force]",
        description=_RENDER,
        epilog=_RENDER_EPILOG,
        see_help=SEE_RENDER_HELP,
    )
    what = options.add_argument_group("what to write")
    add_plan(what)
    what.add_argument("--output", "-o", metavar="DIR", help="the folder to write to; it is made if it is not there")
    what.add_argument("--diff", action="store_true", help="write nothing, show what would change")
    what.add_argument(
        "--force", action="store_true", help="overwrite files that were changed, and write in spite of errors"
    )
    others = options.add_argument_group("what others wrote")
    others.add_argument(
        "--merge", action="store_true", help="put halb's sections into a haproxy.cfg of others, keep every other byte"
    )
    others.add_argument(
        "--take-over",
        metavar="SECTION",
        action="append",
        default=[],
        help="with --merge: remove this section of others ('frontend web'), halb's take its place; repeatable",
    )
    _add_common(options)
    given, unknown = options.parse_known_args(argv)
    if asked := _asked(options, given):
        return asked
    refuse_more(options, unknown)
    if not given.output:
        raise UsageError("name the folder to write to: 'halb-wizard render -o DIR'")
    if given.output == "-":
        raise UsageError("-o can't be '-': what is written is a folder of files; 'halb-wizard render -o DIR'")
    if given.take_over and not given.merge:
        raise UsageError("--take-over names a section that a merge removes: it goes with --merge")
    directory = _path("-o", given.output)
    return RenderArguments(given.path, directory, given.diff, given.force, given.merge, tuple(given.take_over))


def import_arguments(argv: Sequence[str]) -> ImportArguments | Asked:
    """The command line of `import`; raises UsageError."""
    options = Parser(
        prog="halb-wizard import",
        usage="halb-wizard import PATH ... [-o HALB.TOML] [OPTIONS]",
        description=_IMPORT,
        epilog=_IMPORT_EPILOG,
        see_help=SEE_IMPORT_HELP,
    )
    what = options.add_argument_group("what to read")
    what.add_argument("paths", metavar="PATH", nargs="*", help="a file, a folder, or - for stdin")
    what.add_argument("--endpoint", metavar="NAME[:PORT]", help="the DNS name given to kubeadm")
    what.add_argument(
        "--vip",
        metavar="ADDR",
        action="append",
        default=[],
        help="the VIP of the API, where there are several; repeatable for two families",
    )
    output = options.add_argument_group("what to write")
    output.add_argument(
        "--output", "-o", metavar="HALB.TOML", default=CONFIG_NAME, help="where (default: halb.toml), - for stdout"
    )
    output.add_argument("--force", action="store_true", help="overwrite it; what was there stays as a backup")
    _add_common(options)
    given, unknown = options.parse_known_args(argv)
    if asked := _asked(options, given):
        return asked
    for word in unknown:
        options.refuse_unknown(word)
    if not given.paths:
        raise UsageError("name what to read: 'halb-wizard import lb1/ lb2/'")
    if not given.output:
        raise UsageError("-o can't be empty; name a file, or - for stdout")
    output_path = None if given.output == "-" else _path("-o", given.output)
    return ImportArguments(tuple(given.paths), output_path, given.endpoint, tuple(given.vip), given.force)


def add_plan(group: argparse._ArgumentGroup) -> None:
    """Declare the halb.toml of a command; what was typed is `path`."""
    group.add_argument(
        "path", metavar="HALB.TOML", nargs="?", help="the plan, or its folder (default: the nearest one above here)"
    )


def refuse_more(options: Parser, unknown: Sequence[str]) -> None:
    """Raise UsageError for the first word that the command has no use for: a second halb.toml, or an option."""
    for word in unknown:
        if not word.startswith("-"):
            raise UsageError(f"one halb.toml at a time: '{word}' is one too many")
        options.refuse_unknown(word)


def _add_common(options: Parser) -> None:
    group = options.add_argument_group("about")
    group.add_argument("--version", action="store_true", help="show the version")
    group.add_argument("--help", "-h", action="store_true", help="show this help")


def _asked(options: Parser, given: argparse.Namespace) -> Asked | None:
    if given.help:
        return Asked(help=options.format_help())
    return Asked(version=True) if given.version else None


def _path(option: str, word: str) -> Path:
    if "\0" in word:
        raise UsageError(f"{option} can't have a NUL character in it")
    return Path(word)
