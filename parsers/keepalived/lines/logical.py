"""One line of a keepalived.conf, step by step: `@id`, `$NAME=`, repetitions, substitution, `include`, braces."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.grammar.keepalived_steps import (
    BRACE,
    CODE,
    ESCAPE,
    bad_definition_end,
    markers,
    placeholder_end,
    read_condition,
    read_definition,
    read_include,
)
from parsers.keepalived.lines.definitions import Definition
from parsers.keepalived.lines.state import State
from parsers.keepalived.passwords import holds_secret
from parsers.keepalived.text import UNKNOWN, Builder, Stretch
from parsers.keepalived.tree import KeepalivedLine, MappedLine
from parsers.source import Source, Span

# How often a line may start over (after a substitution, or after a brace) before it is taken as it is.
_ROUNDS = 50


class LogicalReader:
    """Reads single lines of one file into the tree that `state` holds.

    `definition` is a multi-line definition that the next physical line continues, and `empty` whether nothing but
    a backslash followed its `=` so far.
    """

    __slots__ = ("_rounds", "_unbalanced", "definition", "empty", "source", "state")

    def __init__(self, source: Source, state: State) -> None:
        self.source = source
        self.state = state
        self.definition: Definition | None = None
        self.empty = False
        self._rounds = 0
        self._unbalanced: frozenset[int] = frozenset()
        if "@" in source.text and state.config_id is None:
            from parsers.keepalived.lines.unbalanced import unbalanced_lines

            self._unbalanced, first = unbalanced_lines(source.text)
            state.first_id = state.first_id or first

    def run(self, stretch: Stretch, line_start: int) -> None:
        """One line, and whatever it expands to, without recursion."""
        self._rounds = 0
        stack: list[Iterator[Stretch]] = [iter((stretch,))]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
            else:
                stack.extend(self._step(following, line_start))
                if len(stack) > _ROUNDS:
                    self.state.document.complete = False
                    return

    def _step(self, stretch: Stretch, line_start: int) -> list[Iterator[Stretch]]:
        """One logical line; returns what has to be read before anything else."""
        later: list[Iterator[Stretch]] = []
        for _ in range(_ROUNDS):
            if stretch.text.startswith("@"):
                kept = self._conditional(stretch, line_start)
                if kept is None:
                    return later
                stretch = kept
            if stretch.text.startswith("$") and self._define(stretch):
                return later
            if stretch.text.startswith(("~SEQ", "~LST")):
                from parsers.keepalived.lines.repeat import repetition

                repeated = repetition(stretch, self.state)
                return [*later, repeated] if repeated is not None else later
            if "$" not in stretch.text:
                break
            definitions = self.state.definitions
            stretch, more, replaced = definitions.substitute(stretch)
            self._note_secrets(stretch)
            if more:
                later.append(self._further(more, stretch))
            if not replaced:
                break
            stretch = self.decomment(stretch)
            if not stretch.text.startswith("@") and "$" not in stretch.text:
                break
        include = read_include(stretch.text)
        if include is not None:
            self.state.include(self.source, stretch, *include)
            return later
        return later + self._split(stretch)

    def _conditional(self, stretch: Stretch, line_start: int) -> Stretch | None:
        """What a line under `@id` leaves, None when it does not apply to this node."""
        state = self.state
        end = placeholder_end(stretch.text)
        if end:
            state.document.template = True
            builder = Builder(stretch)
            builder.put(UNKNOWN, 0, end)
            builder.keep(end, len(stretch.text))
            return builder.done()
        ident, negated, apart, end = read_condition(stretch.text)
        if not apart:
            return None
        rest = stretch.cut(end)
        if ident and ident not in state.seen_ids:
            state.seen_ids.add(ident)
            state.document.conditions.append(ident)
        if not ident:
            return rest if negated else None
        if state.config_id is not None:
            return rest if (ident == state.config_id) != negated else None
        state.document.resolved = False
        if line_start in self._unbalanced and (ident == state.first_id) == negated:
            return None
        return rest.under(f"@^{ident}" if negated else f"@{ident}")

    def _define(self, stretch: Stretch) -> bool:
        """A `$NAME=value` line; False when the line is not one."""
        found = read_definition(stretch.text)
        if found is None:
            bad = bad_definition_end(stretch.text)
            if bad:
                self.state.problem(
                    "invalid-definition",
                    stretch.span(0, bad),
                    f"'{stretch.text[:bad]}' does not define anything: a name is made of letters, digits and '_', "
                    "with '=' right after it",
                    "write $NAME=value",
                )
            return bad > 0
        name, start = found
        value = stretch.cut(start)
        definition = Definition(name, value.text, value.whole(), stretch.condition)
        self.state.definitions.define(definition)
        text = value.text
        if text.endswith("\\"):
            definition.value = text[:-1].rstrip(" \t")
            definition.more = []
            self.definition = definition
            self.empty = not definition.value
        return True

    def _further(self, lines: list[str], stretch: Stretch) -> Iterator[Stretch]:
        """The second and later lines of a multi-line value; they are where it is referred to."""
        whole = stretch.whole()
        if not self.state.spend(whole, len(lines)):
            return
        for text in lines:
            yield Stretch(self.source, text, whole.start, [(0, whole.start, whole.end)], condition=stretch.condition)

    def _note_secrets(self, stretch: Stretch) -> None:
        """What goes into a line with a password is a secret too."""
        text = stretch.text
        if not holds_secret(text):
            return
        at = max(text.find("auth_pass"), 0)
        self.state.definitions.secret |= self.state.definitions.used
        start = stretch.start_of(at)
        if not self.source.text.startswith(text[at : at + 4], start):
            # The keyword came out of a definition: nothing in the file shows that the line holds a password.
            stop = self.source.text.find("\n", start)
            stop = stop if stop >= 0 else len(self.source.text)
            self.state.document.hidden.append(Span(self.source, start, stop))

    def _split(self, stretch: Stretch) -> list[Iterator[Stretch]]:
        """Cuts a line at its braces and hands over the parts."""
        text = stretch.text
        blocks = self.state.blocks
        done = 0
        for match in BRACE.finditer(text):
            if match["open"]:
                break
            if not match["brace"]:
                continue
            self._line(stretch, done, match.start())
            offset = stretch.start_of(match.start())
            if match["brace"] == "{":
                blocks.open(self.source, offset)
            else:
                blocks.close(self.source, offset)
            done = match.end()
            rest = text[done : done + 32].lstrip(" \t")
            if rest.startswith(("@", "~", "include")) or read_definition(rest) is not None:
                self._rounds += 1
                if self._rounds <= _ROUNDS:
                    return [iter((stretch.cut(done).trimmed(),))]
        self._line(stretch, done, len(text))
        return []

    def _line(self, stretch: Stretch, start: int, end: int) -> None:
        """Adds a line made of the characters from `start` to `end`, if there are any words."""
        text = stretch.text
        while start < end and text[start] in " \t\r\f\v":
            start += 1
        while start < end and text[end - 1] in " \t\r\f\v":
            end -= 1
        if start == end:
            return
        part = stretch.cut(start, end)
        line: KeepalivedLine
        if part.pieces is None and part.condition is None and part.text.count('"') % 2 == 0:
            line = KeepalivedLine(self.source, part.base, part.base + end - start, None)
        else:
            line = MappedLine(part, None)
            if part.text.count('"') % 2:
                self.state.unclosed_quote(line, part)
        self.state.blocks.line(line)

    def continue_definition(self, stretch: Stretch) -> None:
        """A further line of a multi-line definition."""
        definition = self.definition
        if definition is None or definition.more is None:
            return
        text = stretch.text
        going_on = text.endswith("\\")
        if going_on:
            text = text[:-1].rstrip(" \t")
        if text and self.empty:
            definition.value = text
            self.empty = False
        elif text:
            definition.more.append(text)
        definition.span = Span(self.source, definition.span.start, stretch.end_of(len(stretch.text)))
        if not going_on:
            self.end_definition()

    def end_definition(self) -> None:
        """The multi-line definition, if there is one, ends here."""
        if self.definition is not None:
            self.definition.more = self.definition.more or None
            self.definition = None

    @staticmethod
    def mark(stretch: Stretch) -> Stretch:
        """Template markers become something unknown."""
        text = stretch.text
        if "{{" not in text and "{%" not in text:
            return stretch
        builder = Builder(stretch)
        done = 0
        for start, end in markers(text):
            builder.keep(done, start)
            builder.put(UNKNOWN, start, end)
            done = end
        builder.keep(done, len(text))
        return builder.done() if done else stretch

    @staticmethod
    def decomment(stretch: Stretch) -> Stretch:
        """Without its comment, without the backslash of escaped comment signs, without space around it.

        A quote that is never closed hides everything after it. Space before a backslash that ends
        the line go too.
        """
        text = stretch.text
        match = CODE.match(text)
        end = match.end() if match is not None else 0
        if end < len(text) and text[end] != '"':
            stretch = stretch.cut(0, end)
            text = stretch.text
        stretch = stretch.trimmed()
        if "\\" not in stretch.text:
            return stretch
        text = stretch.text
        builder = Builder(stretch)
        done = 0
        for found in ESCAPE.finditer(text):
            if found["sign"]:
                # keepalived drops the backslash here, but its processes read a copy of the result, where the sign
                # starts a comment after all (seen with 2.2.7): documented and real value differ, so it is not known.
                builder.keep(done, found.start())
                builder.put(UNKNOWN, found.end() - 1, found.end())
                done = found.end()
        if text.endswith("\\") and text[:-1].endswith((" ", "\t")):
            builder.keep(done, len(text[:-1].rstrip(" \t")))
            done = len(text) - 1
        if not done:
            return stretch
        builder.keep(done, len(text))
        return builder.done()
