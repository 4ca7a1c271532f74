"""The command line of `halb-wizard`, checked; and what is wrong with it in words."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

from rules.command import (
    CONFIG_NAME,
    Parser,
    UsageError,
    ca_file,
    nearest_config,
    one_of,
    resolvers,
    seconds,
    wants_color,
)
from rules.text import hint, listed
from wizard.commands.options import (
    ImportArguments,
    Message,
    OpenArguments,
    RehearseArguments,
    RenderArguments,
)
from wizard.commands.parser import COMMANDS, OPEN, build
from wizard.verify.options import VerifyOptions

__all__ = ["COMMANDS", "Arguments", "parse_arguments"]

Arguments = OpenArguments | ImportArguments | RenderArguments | RehearseArguments | VerifyOptions | Message

FORMATS = ("text", "json")
REHEARSAL_FORMATS = ("text", "json", "junit")
PHASES = ("bootstrap", "cutover")
_INTERVAL = 5.0  # seconds


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """The checked command line; raises UsageError with what to type instead.

    Whatever does not begin with a command opens the wizard.
    """
    main, commands = build()
    name = argv[0] if argv and argv[0] in COMMANDS else OPEN
    given, unknown = main.parse_known_args(argv if name else [OPEN, *argv])
    if given.help:
        return Message((commands[name] if name else main).format_help())
    if given.version:
        from rules import version

        return Message(f"halb-wizard {version()}\n")
    if not name and given.schema:
        from rules.plan import json_schema

        return Message(json_schema())
    if not name:
        return _open(given, unknown)
    _refuse(commands[name], unknown)
    readers: dict[str, Callable[[Namespace], Arguments]] = {
        "import": _import,
        "render": _render,
        "rehearse": _rehearse,
        "verify": _verify,
    }
    return readers[name](given)


def _refuse(parser: Parser, unknown: Sequence[str]) -> None:
    """Raise UsageError for the first word that a command has no use for: a second halb.toml, or an option."""
    for word in unknown:
        if not word.startswith("-"):
            raise UsageError(f"expected one {CONFIG_NAME}, got also '{word}'")
        parser.refuse_unknown(word)


def _open(given: Namespace, unknown: Sequence[str]) -> OpenArguments:
    for word in unknown:
        if word.startswith("-"):
            known = ("--offline", "--resolver", "--schema")
            advice = hint(word.partition("=")[0], known, "a command comes first: 'halb-wizard verify'")
            raise UsageError(f"unknown option '{word}'; {advice}")
    folder = _folder(given.folder)
    if unknown:
        raise UsageError(f"expected one folder, got also '{unknown[0]}'")
    if given.offline and given.resolver:
        raise UsageError("--offline asks nothing, so it can't be used with --resolver; leave one of them out")
    return OpenArguments(folder, given.offline, resolvers(given.resolver))


def _folder(word: str | None) -> Path:
    """The folder of the interactive wizard: one that exists, or is written like one."""
    if word is None:
        return Path()
    if word in COMMANDS:
        raise UsageError(f"'{word}' is a command, and comes first: 'halb-wizard {word} --help' shows its options")
    if Path(word).is_dir() or "/" in word:
        return _place_for_files(_path("the folder", word))
    if Path(word).exists():
        return _place_for_files(Path(word))
    advice = hint(word, COMMANDS, f"known: {listed(COMMANDS)}; write a folder that does not exist yet with a '/'")
    raise UsageError(f"unknown command '{word}'; {advice}")


def _place_for_files(path: Path) -> Path:
    """A folder, or where one can be made; raises UsageError where a file is in the way."""
    there = next((place for place in (path, *path.parents) if place.exists()), None)
    if there is not None and not there.is_dir():
        if there == path and path.name == CONFIG_NAME:
            raise UsageError(f"'{path}' is a file; name its folder: 'halb-wizard {path.parent}/'")
        raise UsageError(f"'{there}' is a file, not a folder; name a folder for the files: 'halb-wizard kube-lb/'")
    return path


def _import(given: Namespace) -> ImportArguments:
    if not given.paths:
        raise UsageError("name what to read: 'halb-wizard import lb1/ lb2/'")
    if not given.output:
        raise UsageError("-o can't be empty; name a file, or - for stdout")
    output = None if given.output == "-" else _path("-o", given.output)
    if given.resolver and not given.live:
        raise UsageError("--resolver is a name server to ask; use it with --live")
    if given.live and given.endpoint is None:
        raise UsageError("--live asks DNS about the endpoint's name; add '--endpoint NAME'")
    return ImportArguments(
        tuple(given.paths),
        output,
        given.endpoint,
        tuple(given.vip),
        given.force,
        None if given.phase is None else one_of("--phase", given.phase, PHASES),
        given.live,
        resolvers(given.resolver),
        seconds("--timeout", given.timeout),
    )


def _render(given: Namespace) -> RenderArguments:
    if not given.output:
        raise UsageError("name the folder to write to: 'halb-wizard render -o DIR'")
    if given.output == "-":
        raise UsageError("-o can't be '-': render writes a folder of files; 'halb-wizard render -o DIR'")
    if given.take_over and not given.merge:
        raise UsageError("--take-over names a section for a merge to remove; use it with --merge")
    if given.plan_only and (given.merge or given.diff):
        raise UsageError("--plan-only writes halb.toml, which is never merged; use it without --merge and --diff")
    for word in given.take_over:
        if word.endswith(".toml") or (word and Path(word).is_dir()):
            raise UsageError(f"--take-over takes the word after it for a section; put '{word}' before it")
    directory = _path("-o", given.output)
    path = _config(given.path, "halb-wizard render DIR -o DIR")
    return RenderArguments(
        path,
        directory,
        given.diff,
        given.force,
        given.merge,
        tuple(word for word in given.take_over if word),
        "" in given.take_over,
        given.plan_only,
    )


def _rehearse(given: Namespace) -> RehearseArguments:
    if given.report == "":
        raise UsageError("--report can't be empty; name a folder")
    root = _path("--root", given.root)
    if not root.is_dir():
        raise UsageError(f"--root: {root} is no folder")
    return RehearseArguments(
        paths=tuple(given.paths),
        events=tuple(word for words in given.events for word in words.split(",") if word),
        pairs=given.pairs,
        runs=_count("--runs", given.runs, 1000),
        jobs=_count("--jobs", given.jobs, 16),
        format=one_of("--format", given.format, REHEARSAL_FORMATS),
        color=wants_color(given.color),
        report=None if given.report is None else _path("--report", given.report),
        haproxy=given.haproxy,
        keepalived=given.keepalived,
        root=root.resolve(),
    )


def _count(option: str, word: str, most: int) -> int:
    if not (word.isascii() and word.isdecimal() and 1 <= int(word[:9]) <= most):
        raise UsageError(f"invalid {option} '{word}'; expected a number from 1 to {most}")
    return int(word)


def _verify(given: Namespace) -> VerifyOptions:
    if given.interval is not None and not given.watch:
        raise UsageError("--interval is the time between two rounds of --watch; use it with --watch")
    return VerifyOptions(
        path=_config(given.path, "halb-wizard verify DIR"),
        watch=given.watch,
        interval=_INTERVAL if given.interval is None else seconds("--interval", given.interval),
        timeout=seconds("--timeout", given.timeout),
        format=one_of("--format", given.format, FORMATS),
        resolvers=resolvers(given.resolver),
        ca_file=ca_file(given.ca_file),
        phase=None if given.phase is None else one_of("--phase", given.phase, PHASES),
        color=wants_color(given.color),
    )


def _config(word: str | None, example: str) -> Path:
    """The halb.toml that was named, else the nearest one from the working directory upwards."""
    if word is not None:
        path = Path(word)
        return path / CONFIG_NAME if path.is_dir() else path
    nearest = nearest_config(Path.cwd())
    if nearest is not None:
        return Path(CONFIG_NAME) if nearest.parent == Path.cwd() else nearest
    raise UsageError(f"no {CONFIG_NAME} here or in a folder above; name one: '{example}'")


def _path(option: str, word: str) -> Path:
    if "\0" in word:
        raise UsageError(f"{option} can't contain a NUL character")
    return Path(word)
