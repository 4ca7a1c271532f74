"""KA004: a value that was meant to be replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from parsers.source import Span
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.files.kinds import is_template
from rules.support.keepalived.lines import places
from rules.support.keepalived.placeholders import is_template_marker, may_have_placeholders, placeholder
from rules.support.spans import Spans

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.keepalived.tree import KeepalivedDocument
    from parsers.tree import Word
    from rules.engine.settings import RuleSettings

_SHOWN = 8  # further places that a finding names
_REFERENCE = r"\$\{?([A-Za-z_]\w*)"
# What keepalived itself defines; the last one since a release that many distributions do not have yet.
_PREDEFINED = ("_PWD", "_INSTANCE", "_RANDOM", "_HASH", "_BANG", "_ENV")
_ENV_SINCE = "2.4.0"
_NAMES_ONLY = ("router_id", "smtp_helo_name")


# A bare reference followed by something that keeps keepalived from inserting the value.
_GLUED = r"\$([A-Za-z_]\w*)(?![\w,)])(?!\Z)"

Defined = Mapping[str, Sequence[Span]]


class _Found(NamedTuple):
    kind: str
    """"text", "undefined" or "glued" (a reference that keepalived leaves alone because of what follows it)."""
    text: str
    span: Span
    secret: bool = False
    cosmetic: bool = False
    """The value is only shown to people: names in mails and logs."""


def _in_word(word: Word, command: bool, secrets: Spans, defined: Defined) -> _Found | None:
    """The placeholder in a word, and its place."""
    if word.dynamic and "$" in word.value and not (command and word.span.text.startswith('"')):
        secret = secrets.touch(word.span)
        kind = _unresolved(word, secret, defined)
        return _Found(kind, word.value, word.span, secret) if kind else None
    match = placeholder(word.value, command)
    if match is None or match[0].startswith("${"):
        return None
    secret = secrets.touch(word.span)
    if secret and match.span() != (0, len(word.value)):
        return None
    at = word.source.text.find(match[0], word.start, word.end)
    return _Found("text", match[0], Span(word.source, at, at + len(match[0])) if at >= 0 else word.span, secret)


def _unresolved(word: Word, secret: bool, defined: Defined) -> str:
    """Why the references in a word are not replaced; "" if that is not known: keepalived's own names, and names that
    are defined above under a condition.
    """
    names = re.findall(_REFERENCE, word.value, re.ASCII)
    if all(name in _PREDEFINED or _is_above(word, defined.get(name, ())) for name in names):
        return "glued" if re.search(_GLUED, word.value, re.ASCII) else ""
    # A password may contain a dollar sign.
    if secret and "${" not in word.value and not all(name.isupper() for name in names):
        return ""
    return "undefined"


def _is_above(word: Word, places: Sequence[Span]) -> bool:
    return any(span.source is not word.source or span.start < word.start for span in places)


def _defined(document: KeepalivedDocument) -> Defined:
    """The first place in each file where a name is defined."""
    found: dict[str, dict[int, Span]] = {}
    for name, span in document.definitions:
        found.setdefault(name, {}).setdefault(id(span.source), span)
    return {name: list(places.values()) for name, places in found.items()}


def _found(document: KeepalivedDocument) -> Iterator[_Found]:
    secrets, defined = Spans(lambda: document.secrets), _defined(document)
    for place in places(document):
        keyword = place.keyword
        command = keyword is not None and keyword.kind == "script"
        cosmetic = place.block == "global_defs" and place.line.keyword in _NAMES_ONLY
        for word in place.line.words:
            found = _in_word(word, command, secrets, defined)
            if found is not None:
                yield found._replace(cosmetic=cosmetic)


def _described(first: _Found, others: list[_Found]) -> tuple[str, str]:
    """The message and the help of a group of equal placeholders."""
    text = first.text
    if first.secret:
        return "the password is still a placeholder that was never filled in", "write the password of this cluster"
    if is_template_marker(text):
        more = f", like {len(others)} more below" if len(others) > 1 else ""
        return f"'{text}' is the marker of a template that was never rendered{more}", "render the template first"
    if first.kind == "glued":
        glued = re.search(_GLUED, text, re.ASCII)
        assert glued is not None
        return (
            f"keepalived replaces '${glued[1]}' only before a space, a comma, a ')' or the end: '{text}' stays as it "
            "is",
            f"write '${{{glued[1]}}}'",
        )
    if first.kind == "undefined":
        name = re.search(_REFERENCE, text, re.ASCII)
        assert name is not None
        outcome = (
            "splits the line at its braces, and its '}' closes the block"
            if "${" in text
            else "uses the text itself as the value"
        )
        return (
            f"'{text}' is not defined above this line: keepalived {outcome}",
            f"write the value, or define it on a line above: '${name[1]}=value'",
        )
    return (
        f"'{text}' is a placeholder that was never filled in: keepalived uses it as the value",
        "replace it with this node's value",
    )


def _env(document: KeepalivedDocument, release: str | None) -> Iterator[Hit]:
    """`${_ENV NAME}`, which older releases split at its braces like any undefined name."""
    from rules.support.releases import releases

    there = releases(release).have(_ENV_SINCE)
    if there:
        return
    for place in places(document):
        for word in place.line.words:
            if (
                word.dynamic
                and "${_ENV " in word.value
                and not word.span.text.startswith('"')
                and place.line.condition is None
            ):
                yield Hit(
                    word.span,
                    f"'{word.value}' needs keepalived {_ENV_SINCE}: older releases split the line at its braces, and "
                    f"its '}}' closes the block",
                    help="write the value, or make sure that each node has a newer keepalived",
                    note=f"since {_ENV_SINCE}",
                    severity=Severity.WARNING if there is None else None,
                )


@rule("KA004", "placeholder-left-in-config", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A placeholder was never filled in: `<PASSWORD>`, `${STATE}`, `{{ vip }}`, `x.x.x.x`.

    Why it hurts: keepalived uses `<PASSWORD>` as the password (and its first 8 characters are the same on both nodes),
    falls back to a default where it expects a number, and skips an invalid address: no VIP. An undefined `${NAME}` is
    split at its braces, and its `}` closes the block, so everything after it is lost (measured with keepalived 2.2.7).

    How to fix: write the value, or define the name above its use: `$STATE=MASTER`.

    Silent when: the file name is a template's (`.j2`, `.tmpl`, ...); the name is defined under a condition (`@lb1
    $PRIORITY=110`) or comes from keepalived (`${_INSTANCE}`; `${_ENV NAME}` only since 2.4.0, a warning); in commands,
    where `$X` is the shell's. Documentation addresses (192.0.2.0/24) are not reported.
    """
    document = config.document
    texts = (source.text for source in document.sources)
    if is_template(document.source.path) or not any(may_have_placeholders(text) for text in texts):
        return
    groups: dict[str, list[_Found]] = {}
    for found in _found(document):
        key = "" if is_template_marker(found.text) else "*" if found.secret else found.text
        groups.setdefault(key, []).append(found)
    for first, *others in groups.values():
        message, fix = _described(first, others)
        yield Hit(
            first.span,
            message,
            help=fix,
            note="not filled in",
            related=[(found.span, "here too") for found in others[:_SHOWN]],
            severity=Severity.WARNING if first.cosmetic else None,
            fix=partial(_fix, first, others) if first.kind == "glued" and not first.secret else None,
        )
    yield from _env(document, settings.keepalived_version)


def _fix(first: _Found, others: list[_Found]) -> Fix | None:
    """Braces around the names, wherever the reference stands."""
    changes = [
        Fix.write(found.span, re.sub(_GLUED, r"${\1}", found.span.text, flags=re.ASCII)) for found in (first, *others)
    ]
    return changes[0].also(*changes[1:], title="put the name in braces")
