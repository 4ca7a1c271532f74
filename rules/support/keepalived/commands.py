"""How a command has to be written that keepalived takes apart: it reads one word, and no shell reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_OPERATOR = r"\d*[<>|&;][<>|&;\d]*"
_DISCARDED = r"(?:\d*|&)>>?\s*/dev/null(?:\s+2>&1)?|2>&1"


def needs_shell(word: str) -> bool:
    """Whether a word means something to a shell only: a redirection, a pipe, the end of a command."""
    return re.match(r"[<>|&;]|\d+[<>]", word) is not None


def is_for_shell(command: str, extra: Sequence[str]) -> bool:
    """Whether the words of a command line were written for a shell; an operator can be glued to the command."""
    return any(needs_shell(word) for word in extra) or re.search(rf"[^\s\\]{_OPERATOR}$", command) is not None


def whole_command(keyword: str, command: str, extra: Sequence[str]) -> str:
    """What to type so that `extra`, the words after the command, become part of it.

    Words for a shell are given to one; what would only discard the output is left out, because keepalived does so.
    """
    if not is_for_shell(command, extra):
        words = " ".join([command, *(_quoted(word) for word in extra)])
        return f'put the command and its arguments in double quotes: {keyword} "{words}"'
    glued = re.fullmatch(rf"(.*[^\s\d<>|&;])({_OPERATOR})", command)
    whole = " ".join([*(glued.groups() if glued else [command]), *extra])
    if "'" in whole or '"' in whole:
        return f"put '{whole}' into a script file, and write its path here"
    plain = re.sub(rf"\s+(?:{_DISCARDED})", "", whole)
    if not any(needs_shell(word) for word in plain.split()):
        return f'keepalived discards the output anyway: write {keyword} "{plain}"'
    return f"let a shell read it: write {keyword} \"/usr/bin/sh -c '{whole}'\""


def _quoted(word: str) -> str:
    return f"'{word}'" if re.search(r"\s", word) else word
