"""KA032: typographic quotes and invisible characters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.source import Span
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.spans import Spans
from rules.text.odd_characters import REPLACED, code_point, how_to_fix, odd_character

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.tree import Directive, Word

# Only people read them.
_FREE = frozenset(("router_id", "description", "notification_email_from", "smtp_helo_name", "notification_email"))


@rule("KA032", "smart-quotes-crlf-tabs", Severity.WARNING, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A typographic quote, a dash that is no '-', or an invisible character, such as word processors and web pages put
    in.

    Why it hurts: keepalived takes them for ordinary characters. A command in typographic quotes is no path, so the
    check is removed and the VIP stays on a node whose haproxy is dead; a no-break space does not separate words
    (measured with keepalived 2.2.7). They can't be told apart on the screen.

    How to fix: type the character anew: `"`, `'`, `-` or a space.

    Silent when: it is in a comment, in router_id, a mail address or the like. Carriage returns and tabs do no harm.
    """
    if all(source.text.isascii() for source in config.document.sources):
        return
    secrets = Spans(lambda: config.document.secrets)
    for line in config.document.walk():
        if line.keyword in _FREE or (line.parent is not None and line.parent.keyword in _FREE):
            continue
        for word in line.words:
            match = odd_character().search(word.value)
            # Of a line that has nothing else KA027 says that it is no keyword.
            if match is not None and word.value.strip("".join(REPLACED)):
                hit = _hit(word, match.group(), secret=secrets.touch(word.span))
                hit.fix = None if secrets.touch(line.span) else partial(_fix, line)
                yield hit
                break


def _hit(word: Word, character: str, *, secret: bool) -> Hit:
    where = "a password" if secret else f"'{word.value}'"
    at = word.span.text.find(character)
    span = Span(word.source, word.start + at, word.start + at + 1) if at >= 0 and not secret else word.span
    return Hit(
        span,
        f"{code_point(character)} in {where}: keepalived takes it for an ordinary character",
        help=how_to_fix(character),
        note=f"U+{ord(character):04X}",
    )


def _fix(line: Directive) -> Fix | None:
    """Plain characters in the whole line: one half of a pair of quotes is worse than none."""
    changes = []
    for word in line.words:
        old = word.span.text
        new = odd_character().sub(lambda match: REPLACED[match.group()], old)
        if new != old:
            if word.quoted and new.count('"') > old.count('"'):
                return None
            changes.append(Fix.write(word.span, new))
    return changes[0].also(*changes[1:], title="type plain characters") if changes else None
