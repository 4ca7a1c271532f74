"""Where secrets stand in the files that halb writes, or finds in their place; and taking them out of drafts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from parsers.source import Source
from rules.engine.secrets import HIDDEN
from rules.plan.positions import Positions, Way
from rules.plan.schema import SCHEMA

Stretch = tuple[int, int]
"""Offsets in a text: the first character and the one behind the last."""

_NAMES = frozenset(name for table in SCHEMA.values() for name, key in table.keys.items() if key.secret)
# Whatever follows the name in its line, in comments and in files that can't be read too: hiding too much does no harm.
_LINE = re.compile(rf"""(?:{"|".join(sorted(_NAMES))})(?![A-Za-z0-9_-])["']?[ \t]*[=:]?[ \t]*([^\r\n]+)""")
_PLAIN_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEY_BEFORE = re.compile(rf"(?P<comma>,\s*)?{_PLAIN_KEY}(?:[ \t]*\.[ \t]*{_PLAIN_KEY})*[ \t]*=[ \t]*\Z")
_COMMENT = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")


def secret_stretches(path: str, text: str) -> list[Stretch]:
    """The stretches of a file's text that must not be shown, in order and apart from each other."""
    found = [match.span(1) for match in _LINE.finditer(text)]
    if path.endswith(".toml"):
        found += [stretch for _, stretch in _of_toml(text)]
    else:
        found += _of_config(path, text)
    return _joined(found)


def _of_config(path: str, text: str) -> Iterator[Stretch]:
    from rules.files.kinds import HAPROXY, KEEPALIVED, kind_of

    kind = kind_of(path, text)
    if kind == HAPROXY:
        from parsers.haproxy import parse_haproxy

        yield from ((span.start, span.end) for span in parse_haproxy(text, path).secrets)
    elif kind == KEEPALIVED:
        from parsers.keepalived import parse_keepalived

        yield from ((span.start, span.end) for span in parse_keepalived(text, path).secrets)


def _of_toml(text: str) -> Iterator[tuple[Way, Stretch]]:
    """The secret values of a TOML text, wherever they stand; the whole text for one whose place is not known."""
    try:
        data = tomllib.loads(" " + text[1:] if text.startswith("\ufeff") else text)
    except (ValueError, RecursionError):
        return
    source = Source("halb.toml", text)
    positions = Positions(source)
    for way in _ways(data):
        span = positions.exact(way) or source.span(0, len(text))
        yield way, (span.start, span.end)


def _ways(data: Any) -> Iterator[Way]:
    """The ways to every key with a secret's name."""
    rest: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    while rest:
        way, value = rest.pop()
        items: Iterable[tuple[str | int, Any]] = ()
        if isinstance(value, dict):
            items = value.items()
        elif isinstance(value, list):
            items = enumerate(value)
        for key, item in items:
            if key in _NAMES:
                yield (*way, key)
            else:
                rest.append(((*way, key), item))


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def masked_lines(path: str, text: str) -> list[str]:
    """The lines of a text, split at "\\n" alone, each secret as `********`."""
    stretches = secret_stretches(path, text)
    lines, at, first = [], 0, 0
    for line in text.split("\n"):
        end = at + len(line)
        while first < len(stretches) and stretches[first][1] <= at:
            first += 1
        shown, done, index = "", at, first
        while index < len(stretches) and stretches[index][0] < end:
            start, stop = stretches[index]
            shown += text[done : max(start, done)] + HIDDEN
            done = min(stop, end)
            index += 1
        lines.append(shown + text[done:end])
        at = end + 1
    return lines


def without_secrets(text: str) -> str:
    """A TOML text without its secrets: their keys are gone, and comments that name one have its value hidden.

    Raises ValueError when the text is not TOML, or a secret can't be taken out of it.
    """
    data = _loaded(text)
    ways = list(_ways(data))
    while ways:
        text = _without(text, ways[0])
        ways, left = list(_ways(_loaded(text))), ways
        if len(ways) >= len(left):
            raise ValueError("a password in it can't be taken out")
    kept = _LINE.sub(lambda match: match[0][: match.start(1) - match.start()] + HIDDEN, text)
    if not _same(_loaded(kept), data):
        raise ValueError("a password in it can't be taken out")
    return kept


def _loaded(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("lists or tables are nested too deeply") from error
    except tomllib.TOMLDecodeError as error:
        # The message may show a piece of the text; the place at its end is enough.
        place = re.search(r"\(at .*\)\Z", str(error))
        raise ValueError(f"not TOML {place[0]}" if place else "not TOML") from error


def _same(kept: Any, data: dict[str, Any]) -> bool:
    """Whether the text says what it said before, but for the secrets (and the tables that held nothing else)."""
    return bool(_bare(kept) == _bare(data))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        items = {key: _bare(item) for key, item in value.items() if key not in _NAMES}
        return {key: item for key, item in items.items() if item != {}}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _without(text: str, way: Way) -> str:
    span = Positions(Source("halb.toml", text)).exact(way)
    if span is None:
        raise ValueError("a password in it can't be taken out")
    line = text.rfind("\n", 0, span.start) + 1
    key = _KEY_BEFORE.search(text, line, span.start)
    if key is None:
        raise ValueError("a password in it can't be taken out")
    behind = _COMMENT.match(text, span.end)
    if behind and not text[line : key.start()].strip():
        return text[:line] + text[behind.end() :]
    end = span.end
    if not key["comma"] and (comma := re.compile(r"[ \t]*,[ \t]*").match(text, end)):
        end = comma.end()
    return text[: key.start()] + text[end:]
