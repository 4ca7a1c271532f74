"""`$NAME=value` definitions: what a file defines, and what a line looks like once they are put in."""

from __future__ import annotations

from parsers.grammar.keepalived_steps import Substitution, references
from parsers.keepalived.text import UNKNOWN, Builder, Stretch
from parsers.source import Span

# The daemon gives up on lines beyond 1024 bytes; so long a value, and so much work, is not a configuration.
_LONGEST = 1023
_WORK = 1000
_KNOWN = {"_HASH": "#", "_BANG": "!"}
_OUTSIDE = frozenset({"_PWD", "_INSTANCE", "_RANDOM", "_ENV"})


class Definition:
    """One `$NAME=value`: `value` is the text as written, `more` the further lines of a multi-line one."""

    __slots__ = ("condition", "more", "name", "span", "value")

    def __init__(self, name: str, value: str, span: Span, condition: str | None = None) -> None:
        self.name = name
        self.value = value
        self.span = span
        self.condition = condition
        self.more: list[str] | None = None


class Definitions:
    """All names defined so far. `used` collects the names that the last substitution went through."""

    __slots__ = ("_known", "_work", "all", "current", "secret", "undefined", "used")

    def __init__(self, config_id: str | None) -> None:
        self.all: list[Definition] = []
        # The definitions that may apply: one, or several under conditions that were not resolved.
        self.current: dict[str, list[Definition]] = {}
        self.used: set[str] = set()
        self.secret: set[str] = set()
        self.undefined: list[tuple[str, Span]] = []
        self._known = dict(_KNOWN)
        if config_id is not None:
            self._known["_INSTANCE"] = config_id
        self._work = 0

    def define(self, definition: Definition, keep: bool = True) -> None:
        """Add a definition; one without a condition replaces all others of the name."""
        if keep:
            self.all.append(definition)
        if definition.condition is None:
            self.current[definition.name] = [definition]
        else:
            self.current.setdefault(definition.name, []).append(definition)

    def secret_spans(self) -> list[Span]:
        """Places of the values that reached a password or key."""
        return [definition.span for definition in self.all if definition.name in self.secret]

    def substitute(self, stretch: Stretch) -> tuple[Stretch, list[str], bool]:
        """The stretch with references replaced, the further lines of a multi-line value, and whether any
        reference was replaced by a value (its comments must then be looked at again).
        """
        self.used = set()
        self._work = _WORK
        text = stretch.text
        builder = Builder(stretch)
        done = 0
        more: list[str] = []
        replaced = False
        quotes = _Quotes(text)
        for reference in references(text):
            start, end = reference.start, reference.end
            value = self._value(reference, text[end : end + 1], more, ())
            if value is None:
                value = self._unresolved(reference, stretch, quotes)
            else:
                replaced = True
            if value is None:
                continue
            builder.keep(done, start)
            builder.put(value, start, end)
            done = end
        if not done:
            return stretch, more, False
        builder.keep(done, len(text))
        return builder.done(), more, replaced

    def _unresolved(self, reference: Substitution, stretch: Stretch, quotes: _Quotes) -> str | None:
        """What to put for a reference that nothing defines: nothing (the text stays) or something unknown."""
        start, end, name = reference.start, reference.end, reference.name
        if not reference.braced:
            # A bare $NAME stays as text in keepalived too; a whole word of it is most likely a slip or a template.
            text = stretch.text
            alone = (start == 0 or text[start - 1] in " \t") and (end == len(text) or text[end] in " \t")
            return UNKNOWN if alone and not quotes.inside(start) else None
        if name is not None:
            self.undefined.append((name, stretch.span(start, end)))
        return UNKNOWN

    def _value(
        self, reference: Substitution, follow: str, more: list[str] | None, chain: tuple[str, ...]
    ) -> str | None:
        """The value of one reference, or None when it is not defined; `more` takes further lines."""
        name = reference.name
        if name is None:
            first = reference.inner.split(" ", 1)[0]
            return UNKNOWN if first in _OUTSIDE else None
        if not reference.braced and follow not in ("", " ", "\t", ",", ")"):
            return None
        self.used.add(name)
        found = self.current.get(name)
        if found is None:
            if name in self._known:
                return self._known[name]
            return UNKNOWN if name in _OUTSIDE else None
        self._work -= 1
        if len(found) > 1 or found[0].condition is not None or name in chain or self._work < 0:
            return UNKNOWN
        definition = found[0]
        if definition.more is not None:
            if follow or more is None:
                return None
            more.extend(definition.more)
        return self._expand(definition.value, follow, (*chain, name))

    def _expand(self, text: str, follow: str, chain: tuple[str, ...]) -> str:
        """A value with the references in it replaced, as keepalived does when the value is used."""
        if "$" not in text:
            return text
        if len(chain) > 20:
            return UNKNOWN
        parts = []
        done = length = 0
        for reference in references(text):
            after = text[reference.end : reference.end + 1] or follow
            value = self._value(reference, after, None, chain)
            if value is None:
                if not reference.braced:
                    continue
                value = UNKNOWN
            parts += [text[done : reference.start], value]
            done = reference.end
            length += len(value)
            if length > _LONGEST:
                return UNKNOWN
        return "".join([*parts, text[done:]])


class _Quotes:
    """Whether a place in a line is inside quotes, for places asked in rising order."""

    __slots__ = ("_at", "_inside", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._inside = False

    def inside(self, offset: int) -> bool:
        """Whether an odd number of quotes precedes `offset`."""
        if self._text.count('"', self._at, offset) % 2:
            self._inside = not self._inside
        self._at = offset
        return self._inside
