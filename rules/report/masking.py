"""Where the secrets are in the files that halb writes, or finds in their place; and removing them from drafts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from parsers.secrets.names import telling
from parsers.secrets.plain import plain_places
from parsers.secrets.texts import comment_start
from parsers.source import Source
from rules.engine.secrets import HIDDEN
from rules.plan.model import ClusterError
from rules.plan.schema import every_key
from rules.plan.secrets import plan_secrets
from rules.plan.toml.edit import TomlText
from rules.plan.toml.load import load
from rules.plan.toml.places import Places
from rules.plan.toml.places import Way as TomlPath

Stretch = tuple[int, int]
"""Offsets in a text: the first character, and the end (exclusive)."""

_NAMES = frozenset(key.name for key in every_key() if key.secret)
_PLAIN = frozenset(key.name for key in every_key()) - _NAMES
# Whatever follows the name in its line, also in comments and in unreadable files: hiding too much does no harm.
_LINE = re.compile(rf"""(?:{"|".join(sorted(_NAMES))})(?![A-Za-z0-9_-])["']?[ \t]*[=:]?[ \t]*([^\r\n]+)""")


def secret_stretches(path: str, text: str) -> list[Stretch]:
    """The stretches of a file's text that must not be shown, in order and apart from each other."""
    found = [match.span(1) for match in _LINE.finditer(text)]
    if path.endswith(".toml"):
        found += _of_toml(text)
    else:
        found += _of_config(path, text)
    return _joined(found)


def _of_config(path: str, text: str) -> Iterator[Stretch]:
    from rules.files.kinds import HAPROXY, KEEPALIVED, KUBERNETES, kind_of

    kind = kind_of(path, text)
    if kind == HAPROXY:
        from parsers.haproxy import parse_haproxy

        yield from ((span.start, span.end) for span in parse_haproxy(text, path).secrets)
    elif kind == KEEPALIVED:
        from parsers.keepalived import parse_keepalived

        yield from ((span.start, span.end) for span in parse_keepalived(text, path).secrets)
    else:
        yield from plain_places(text)
        if kind == KUBERNETES:
            from parsers.kubernetes.secrets import secrets_in

            yield from secrets_in(text)


def _of_toml(text: str) -> Iterator[Stretch]:
    """The secret values of a TOML text, wherever they are; the whole text for one whose place is unknown."""
    source = Source("halb.toml", text)
    yield from ((span.start, span.end) for span in plan_secrets(source))
    try:
        data = load(source)
    except ClusterError:
        return
    places = Places(source)
    for path in _secret_paths(data):
        span = places.exact(path) or source.span(0, len(text))
        yield span.start, span.end


def _is_secret(key: str) -> bool:
    """Whether a key holds a secret: a password of the plan, or one that no plan knows and that sounds like one."""
    return key in _NAMES or (key not in _PLAIN and telling(key))


def _secret_paths(data: Any) -> Iterator[TomlPath]:
    """The paths to every key with a secret's name."""
    rest: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    while rest:
        path, value = rest.pop()
        items: Iterable[tuple[str | int, Any]] = ()
        if isinstance(value, dict):
            items = value.items()
        elif isinstance(value, list):
            items = enumerate(value)
        for key, item in items:
            if isinstance(key, str) and _is_secret(key):
                yield (*path, key)
            else:
                rest.append(((*path, key), item))


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

    Raises ValueError when the text is not TOML, or a secret can't be removed from it.
    """
    try:
        data = load(Source("halb.toml", text))
        for path in _secret_paths(data):
            text = _without(text, path)
        kept = _LINE.sub(lambda match: match[0][: match.start(1) - match.start()] + HIDDEN, text)
        kept = _without_comments(kept)
        if _bare(load(Source("halb.toml", kept))) == _bare(data) and not list(
            _secret_paths(load(Source("halb.toml", kept)))
        ):
            return kept
    except ClusterError as error:
        # The message may show a piece of the text; the place at its end is enough.
        place = re.search(r"\(at .*\)\Z", str(error))
        raise ValueError(f"not TOML {place[0]}" if place else "not TOML") from error
    raise ValueError("a password in it can't be removed")


def _without_comments(text: str) -> str:
    """A TOML text with the secrets that its comments tell hidden."""
    source = Source("halb.toml", text)
    for span in reversed(plan_secrets(source)):
        comment = comment_start(source.line(span.line), "#")
        if 0 <= comment < span.column:
            text = text[: span.start] + HIDDEN + text[span.end :]
    return text


def _without(text: str, path: TomlPath) -> str:
    found = TomlText(text)
    found.cut(path)
    return found.result()


def _bare(value: Any) -> Any:
    """What a text says but for the secrets (and the tables that held nothing else)."""
    if isinstance(value, dict):
        items = {key: _bare(item) for key, item in value.items() if not _is_secret(key)}
        return {key: item for key, item in items.items() if item != {}}
    return [_bare(item) for item in value] if isinstance(value, list) else value
