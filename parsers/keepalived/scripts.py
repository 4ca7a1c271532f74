"""Commands in keepalived.conf, which are quoted like in a shell and not like other words.

The daemon reads the raw line again with `"`, `'` and backslash escapes, takes the first word after the
keyword as the command, and splits that word once more by the same rules. Read in the sources of
keepalived 2.2.7 and measured with it.
"""

from __future__ import annotations

import re

from parsers.tree import Directive

SCRIPT_KEYWORDS = frozenset(
    {
        "script",
        "notify",
        "notify_master",
        "notify_backup",
        "notify_fault",
        "notify_stop",
        "notify_deleted",
        "notify_master_rx_lower_pri",
        "notify_up",
        "notify_down",
        "quorum_up",
        "quorum_down",
        "misc_path",
        "startup_script",
        "shutdown_script",
        "notify_fifo_script",
        "vrrp_notify_fifo_script",
        "lvs_notify_fifo_script",
        "process",
    }
)

_ESCAPES = {"a": "\a", "b": "\b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


_PART = re.compile(
    r"(?P<space>[ \t\f\n\r\v]+)|(?P<plain>[^ \t\f\n\r\v'\"\\]+)|'(?P<single>(?:[^'\\]++|\\[\s\S])*+)'"
    r'|"(?P<double>(?:[^"\\]++|\\[\s\S])*+)"|(?P<escape>\\[\s\S])|(?P<bad>[\s\S])'
)
_ESCAPE = r"\\(?:x(?P<hex>[0-9A-Fa-f]+)|c(?P<control>[\s\S])|(?P<octal>[0-7]{1,3})|(?P<char>[\s\S]))"


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match["hex"]:
            return chr(int(match["hex"][-2:], 16))
        if match["control"]:
            return chr(ord(match["control"]) & 0x1F)
        if match["octal"]:
            return chr(int(match["octal"], 8) & 0xFF)
        return _ESCAPES.get(match["char"], match["char"])

    return re.sub(_ESCAPE, one, text) if "\\" in text else text


def script_words(text: str) -> list[str] | None:
    """The words of a line by the shell-like rules, None when a quote is not closed or a backslash ends it."""
    words: list[str] = []
    parts: list[str] = []
    inside = False
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        assert match is not None
        kind = match.lastgroup
        at = match.end()
        if kind == "space":
            if inside:
                words.append("".join(parts))
                parts, inside = [], False
            continue
        inside = True
        if kind == "bad":
            return None
        if kind == "escape":
            escape = re.compile(_ESCAPE).match(text, match.start())
            assert escape is not None
            at = escape.end()
            parts.append(_unescape(escape.group()))
        else:
            parts.append(_unescape(match[kind]) if kind != "plain" else match["plain"])  # type: ignore[index]
    if inside:
        words.append("".join(parts))
    return words


class Command:
    """What a script line makes keepalived run.

    `line` is the word that is taken as the command (None when the quotes are wrong or nothing is there),
    `argv` that word split again, `extra` the words after it: a user and group for notify scripts, silently
    dropped for `script`.
    """

    __slots__ = ("argv", "extra", "line")

    def __init__(self, line: str | None, argv: list[str], extra: list[str]) -> None:
        self.line = line
        self.argv = argv
        self.extra = extra


def command_of(line: Directive) -> Command:
    """The command of a line such as `script` or `notify_master`; nothing when part of it is unknown."""
    text = getattr(line, "text", None)
    if text is None:
        text = " ".join(word.value for word in line.words)
    words = None if getattr(line, "unknown", False) else script_words(text)
    if words is None or len(words) < 2:
        return Command(None, [], [])
    argv = script_words(words[1])
    return Command(words[1], argv or [], words[2:])
