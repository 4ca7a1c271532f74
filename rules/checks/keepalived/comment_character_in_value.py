"""KA039: a '#' or '!' in a password, command or path, which starts a comment."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.source import Span
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.lines import places
from rules.text.wording import counted

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.tree import Directive

_KINDS = ("script", "path")
_SECRETS = ("auth_pass",)
_STARTS = "#!"
_ESCAPE = "\\"
_COUNTS = 8  # of a password only so many characters count (KA015)


def _comment(line: Directive) -> Span | None:
    """The comment that begins right after the last character of the line's last word, without a space."""
    if line.children is not None or not line.args:
        return None
    last = line.args[-1]
    text = last.source.text
    if last.end >= len(text) or text[last.end] not in _STARTS or text[last.end - 1] in "\"'":
        return None
    end = text.find("\n", last.end)
    return Span(
        last.source, last.end, len(text[last.end : end if end >= 0 else len(text)].split(None, 1)[0]) + last.end
    )


def _escaped(line: Directive) -> Span | None:
    """The first `\\#` or `\\!` of a password: inside a block of a block the backslash does not help."""
    word = line.args[0] if line.args else None
    if word is None:
        return None
    text = word.source.text[word.start : word.end]
    if text.startswith('"'):
        return None
    places = [at for at in (text.find(_ESCAPE + sign) for sign in _STARTS) if at >= 0]
    return Span(word.source, word.start + min(places), word.start + min(places) + 2) if places else None


@rule("KA039", "comment-character-in-value", Severity.WARNING, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A password, a command or a path contains `#` or `!`, which starts a comment.

    Why it hurts: outside double quotes both characters start a comment, even inside a word, so that `auth_pass P@##D`
    is the password `P@`, and a command loses what follows; `keepalived -t` reports nothing (measured with 2.2.7).

    How to fix: put the value in double quotes; single quotes do not protect it. A password has to stay the same on all
    nodes: with quotes on one node only, the nodes reject each other's adverts.

    Silent when: the value is in double quotes; a space precedes it, as it does before a comment; or the value is a
    number, a name or an address, which is complete without what follows. Or eight characters of a password precede it,
    which are all that count.
    """
    for place in places(config.document):
        keyword = place.keyword
        if keyword is None or not (keyword.kind in _KINDS or keyword.name in _SECRETS):
            continue
        line = place.line
        secret = keyword.name in _SECRETS
        comment = _escaped(line) if secret else None
        comment = comment or _comment(line)
        if comment is None or (secret and comment.start - line.args[0].start >= _COUNTS):
            continue
        yield _secret(line, comment) if secret else _hit(line, comment)


def _secret(line: Directive, comment: Span) -> Hit:
    word = line.args[0]
    before = comment.source.text[word.start : comment.start]
    sign = comment.text[1] if comment.text.startswith(_ESCAPE) else comment.text[0]
    return Hit(
        Span(word.source, word.start, comment.end),
        f"{sign} in the value of '{line.keyword}' starts a comment: keepalived uses only the "
        f"{counted(len(before), 'character')} before it",
        help=f'put the password in double quotes, on all nodes: {line.keyword} "..."',
        note="partly a comment",
    )


def _hit(line: Directive, comment: Span) -> Hit:
    words, whole = line.args, comment.text
    used = " ".join(word.value for word in words)
    value = Span(words[0].source, words[0].start, comment.end)
    return Hit(
        value,
        f"{whole[0]} in the value of '{line.keyword}' starts a comment: keepalived uses '{used}'",
        help=f'put the whole value in double quotes: {line.keyword} "{used}{whole}"',
        note="partly a comment",
        fix=partial(Fix.write, value, f'"{used}{whole}"', "put the value in double quotes", safe=False)
        if '"' not in value.text
        else None,
    )
