"""Reading command-line options: what `halb-lint` and `halb-wizard` share."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from rules.command.errors import UsageError
from rules.files import seen

if TYPE_CHECKING:
    from rules.live.observations import NameServer

CONFIG_NAME = "halb.toml"
COLORS = ("auto", "always", "never")
BRIEFEST, LONGEST = 0.1, 3600  # seconds


class Parser(argparse.ArgumentParser):
    """An argparse parser whose errors are `UsageError`s that end in `see_help`."""

    def __init__(self, *, see_help: str, **settings: Any) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, add_help=False, allow_abbrev=False, **settings
        )
        self.see_help = see_help

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing, as argparse would."""
        raise UsageError(f"{message}; {self.see_help}")

    def refuse_unknown(self, word: str) -> NoReturn:
        """Raise a UsageError for an unknown option, with the one that was probably meant."""
        from rules.text.suggestions import hint

        option = word.partition("=")[0]
        known = [name for action in self._actions for name in action.option_strings]
        raise UsageError(f"unknown option '{option}'; {hint(option, known, self.see_help)}")


def add_asking(group: argparse._ArgumentGroup) -> None:
    """The options for querying the network."""
    group.add_argument(
        "--resolver",
        metavar="ADDR[:PORT]",
        action="append",
        default=[],
        help="query this name server instead of this machine's; repeatable",
    )
    group.add_argument("--timeout", metavar="SECONDS", default="3", help="how long to wait for an answer (default 3)")
    group.add_argument("--ca-file", metavar="FILE", help="verify certificates with the cluster's CA (ca.crt)")


def one_of(option: str, word: str, known: Sequence[str]) -> str:
    """`word` if it is one of the known ones; raises UsageError otherwise."""
    if word in known:
        return word
    from rules.text.suggestions import hint
    from rules.text.wording import listed

    advice = hint(word, known, f"expected {listed(known, 'or')}")
    raise UsageError(f"invalid {option} '{word}'; {advice}")


def wants_color(word: str) -> bool:
    """Whether to colour for `--color WORD`; with "auto", NO_COLOR and FORCE_COLOR decide first."""
    if one_of("--color", word, COLORS) != "auto":
        return word == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def seconds(option: str, word: str) -> float:
    """A time span from 0.1 s to an hour."""
    try:
        value = float(word)
    except ValueError:
        value = 0.0
    if not BRIEFEST <= value <= LONGEST:  # also for nan
        raise UsageError(f"invalid {option} '{word}'; expected seconds from {BRIEFEST:g} to {LONGEST:g}, such as 5")
    return value


def release(option: str, words: Sequence[str]) -> str | None:
    """The release of a daemon that an option names, such as "2.8" or "2.2.7"; None if it is not given."""
    if not words:
        return None
    from rules.plan.types.readers import release as read_release

    word = words[0]
    if len(set(words)) > 1 or "," in word:
        several = " and ".join(words)
        raise UsageError(f"{option} takes one release for all nodes, not {several}; without it any release is meant")
    try:
        return read_release(word)
    except ValueError:
        example = "2.8 or 2.6.12" if "haproxy" in option else "2.2 or 2.2.7"
        raise UsageError(f"invalid {option} '{word}'; expected a release such as {example}") from None


def resolvers(words: Sequence[str]) -> tuple[NameServer, ...] | None:
    """The name servers of `--resolver`; None if there are none."""
    if not words:
        return None
    from rules.live.asking import parse_resolver

    try:
        return tuple(dict.fromkeys(parse_resolver(word) for word in words))
    except ValueError as error:
        raise UsageError(f"--resolver {error}") from error


def ca_file(path: str | None) -> str | None:
    """The file of `--ca-file` if certificates can be verified with it."""
    if path is None:
        return None
    from rules.live.asking import check_ca_file

    try:
        check_ca_file(path)
    except (OSError, ValueError) as error:
        why = (isinstance(error, OSError) and error.strerror) or error
        raise UsageError(f"--ca-file: {why}") from error
    return path


def nearest_config(start: Path) -> Path | None:
    """The halb.toml in `start` or the nearest folder above it."""
    for folder in (start, *start.parents):
        candidate = folder / CONFIG_NAME
        if os.path.isfile(candidate):
            return candidate
        seen.absent(str(candidate))
    return None
