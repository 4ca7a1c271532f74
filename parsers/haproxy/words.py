"""One line of haproxy.cfg into words: quotes, escapes, variables, comments, as haproxy reads them.

Measured with haproxy 2.6.12 to 3.4: the order of the tests per character, the escapes, the variable forms and
the empty word that ends the argument list.
"""

from __future__ import annotations

import re

from parsers.haproxy.environment import Environment
from parsers.records import NamedTuple
from parsers.source import Source, Span
from parsers.tree import Problem, Word

MAX_WORDS = 64  # haproxy's MAX_LINE_ARGS; word 65 is an error and everything from it on is cut
_GIVE_UP = 1000  # words after which a line is not a configuration, and the rest of it is not worth the time

_PLAIN = re.compile(r"[^ \t\v\f\r\n\0\"'\\#]++")
_WEAK = re.compile(r"[^\"\\$\r\n\0]++")
_STRONG = re.compile(r"[^'\r\n\0]++")
# A carriage return counts as space only after other space; anywhere else it ends the line.
_BLANKS = re.compile(r"[ \t\v\f][ \t\v\f\r]*+")
_LEADING = re.compile(r"(?:\A\ufeff)?+[ \t\v\f\r]*+")
BARE_WORD = re.compile(r"[^ \t\v\f\r\n]++")
_QUOTES = frozenset("\"'")
_HEX = "[0-9a-fA-F]{2}"  # this and the next ones are compiled where they are needed: in few files
_NAME = r"([A-Za-z_][A-Za-z0-9_]*+|\.[A-Za-z0-9_]*+)"
_VARIABLE = rf"\$(?:\{{{_NAME}(\[\*\])?+(?:-([^}}\n\0]*+))?+\}}|{_NAME})"
_ESCAPED = {" ": " ", "\\": "\\", "#": "#", "'": "'", '"': '"', "t": "\t", "n": "\n", "r": "\r"}

_NAME_START = r"\$\{?[A-Za-z_.]"
_PSEUDO = (".FILE", ".LINE", ".SECTION")


class Context(NamedTuple):
    """What the splitter needs to know about the place of a line."""

    environment: Environment
    section: str = ""


class Splitter:
    """Splits one line; `words`, `problems` and `comment` (offset of the `#`, or None) are the result."""

    __slots__ = (
        "_broken", "_context", "_dynamic", "_end", "_high", "_last_brace", "_parts", "_quoted",
        "_source", "_spread_words", "_start", "_text", "comment", "problems", "words",
    )  # fmt: skip

    def __init__(self, source: Source, start: int, end: int, context: Context | None = None) -> None:
        self._source = source
        self._text = source.text
        self._end = end
        self._context = context
        self.words: list[Word] = []
        self.problems: list[Problem] = []
        self.comment: int | None = None
        self._spread_words = 0
        self._last_brace: int | None = None  # keeps a line of unclosed `${` from being searched again and again
        leading = _LEADING.match(self._text, start)
        self._reset(leading.end() if leading else start)
        self._split(self._start)

    def _reset(self, start: int) -> None:
        if self._spread_words:  # the words of one `${X[*]}` share the span of the word in the file
            for word in self.words[-1 - self._spread_words : -1]:
                word.end = self.words[-1].end
            self._spread_words = 0
        self._start = start
        self._parts: list[str] = []
        self._quoted = self._dynamic = self._high = self._broken = False

    def _problem(self, kind: str, start: int, end: int, message: str, help_text: str) -> None:
        self._broken = True
        # haproxy names the first of its kind on a line and goes no further.
        if all(problem.kind != kind for problem in self.problems):
            self.problems.append(Problem(kind, Span(self._source, start, end), message, help_text))

    def _split(self, at: int) -> None:
        text, end = self._text, self._end
        while at < end and len(self.words) < _GIVE_UP:
            plain = _PLAIN.match(text, at, end)
            if plain:
                self._parts.append(plain.group())
                at = plain.end()
                continue
            char = text[at]
            if char in _QUOTES:
                after = self._weak(at) if char == '"' else self._strong(at)
            elif char == "\\":
                after = self._escape(at, weak=False)
            elif char in " \t\v\f":
                self._emit(at)
                blanks = _BLANKS.match(text, at, end)
                after = blanks.end() if blanks else at + 1
                self._reset(after)
            else:
                break
            at = after
        self._finish(at)

    def _finish(self, at: int) -> None:
        """Look at what ended the line: a comment, a NUL, a carriage return, or the line end."""
        self._emit(at)
        self._reset(at)
        text, end = self._text, self._end
        char = text[at] if at < end else ""
        if char == "#":
            self.comment = at
        nul = text.find("\0", at, end)
        if nul >= 0:
            advice = "delete it; is the file binary, or saved as UTF-16?"
            self._problem("nul-character", nul, nul + 1, "this line has a NUL character", advice)
        elif char == "\r" and not self.problems:
            rest = _LEADING.match(text, at + 1)
            start = rest.end() if rest else at + 1
            if start < end and text[start] not in "\n#":
                message = "haproxy ignores what follows a carriage return in the middle of a line"
                span = Span(self._source, start, start + len(text[start:end].rstrip("\r\n")))
                advice = "replace the carriage return with a newline"
                self.problems.append(Problem("text-after-carriage-return", span, message, advice, certain=False))
        self._shorten()

    def _shorten(self) -> None:
        """Cut the words at the first empty one and at the 65th, as haproxy does."""
        words = self.words
        if len(words) > MAX_WORDS:
            count = len(words) if len(words) < _GIVE_UP else f"{_GIVE_UP} or more"
            message = f"the line has {count} words; haproxy reads {MAX_WORDS}"
            advice = "spread it over several lines (an 'acl' may be repeated, for instance)"
            self._problem("too-many-words", words[MAX_WORDS].start, words[-1].end, message, advice)
            del words[MAX_WORDS:]
        for index, word in enumerate(words):
            if not word.value and not word.dynamic:
                if index + 1 < len(words):
                    message = "an empty word ends the arguments: haproxy up to 3.2 ignores what follows, 3.3 refuses it"
                    advice = "remove the empty word"
                    self.problems.append(Problem("empty-word", word.span, message, advice, certain=False))
                del words[index:]
                break

    def _emit(self, end: int) -> None:
        start = self._start
        if end == start:
            return
        value = "".join(self._parts)
        if self._high:
            value = _joined_bytes(value)
        if "\0" in value:  # only \x00 gets here; a C string ends there
            value = value[: value.index("\0")]
        self.words.append(Word(self._source, start, end, value, self._dynamic or self._broken, self._quoted))

    def _strong(self, at: int) -> int:
        self._quoted = True
        body = _STRONG.match(self._text, at + 1, self._end)
        after = at + 1
        if body:
            self._parts.append(body.group())
            after = body.end()
        if after < self._end and self._text[after] == "'":
            return after + 1
        return self._unterminated(at, after)

    def _weak(self, at: int) -> int:
        self._quoted = True
        text, end = self._text, self._end
        after = at + 1
        while after < end:
            body = _WEAK.match(text, after, end)
            if body:
                self._parts.append(body.group())
                after = body.end()
                continue
            char = text[after]
            if char == '"':
                return after + 1
            if char == "\\":
                after = self._escape(after, weak=True)
            elif char == "$":
                after = self._variable(after)
            else:
                break
        return self._unterminated(at, after)

    def _unterminated(self, at: int, after: int) -> int:
        quote = self._text[at]
        advice = "close it on the same line, or write \\' if it is an apostrophe"
        if quote == '"':
            advice = 'close it on the same line, or write \\" for the character itself'
        if self._text[after : after + 1] != "\0":  # a NUL that cut the line is the cause then
            self._problem("unterminated-quote", at, at + 1, f"the quote {quote} is not closed on this line", advice)
        return after

    def _escape(self, at: int, weak: bool) -> int:
        text, end = self._text, self._end
        char = text[at + 1] if at + 1 < end else ""
        plain = _ESCAPED.get(char)
        if plain is not None:
            self._parts.append(plain)
            return at + 2
        if char == "$" and weak:
            self._parts.append("$")
            return at + 2
        if char == "x":
            digits = re.compile(_HEX).match(text, at + 2, end)
            if digits:
                code = int(digits.group(), 16)
                self._high = self._high or code > 127
                self._parts.append(chr(code if code < 128 else 0xDC00 + code))
                return at + 4
            message = "'\\x' is not followed by two hexadecimal digits"
            self._problem("invalid-escape", at, at + 2, message, "write \\xHH, or \\\\x for a backslash and an x")
        self._parts.append("\\")
        return at + 1

    def _variable(self, at: int) -> int:
        if self._last_brace is None:
            self._last_brace = self._text.rfind("}", at, self._end)
        braced = self._text[at + 1 : at + 2] == "{"
        found = re.compile(_VARIABLE).match(self._text, at, self._end) if not braced or at < self._last_brace else None
        name = (found[1] or found[4]) if found else ""
        if not found or (name[0] == "." and name not in _PSEUDO):
            return self._bad_variable(at, name)
        value, certain = self._value(name, at)
        self._dynamic = self._dynamic or not certain
        if value is None:
            value = found[3] if found[3] is not None else (found.group() if not certain else "")
        if found[2] and certain:
            self._spread(value, found.end())
        else:
            self._parts.append(value)
        return found.end()

    def _value(self, name: str, at: int) -> tuple[str | None, bool]:
        context = self._context
        if name == ".LINE":
            return str(self._source.position(at)[0]), True
        if name == ".FILE":
            return self._source.path, False
        if name == ".SECTION":
            return (context.section if context else ""), bool(context)
        if context is None or name not in context.environment.known:
            return None, False
        return context.environment.known[name], True

    def _spread(self, value: str, end: int) -> None:
        """`${X[*]}`: the words of the value become words of the line."""
        pieces = re.split(r"[ \t\v\f\r\n]+", value)
        for piece in pieces[:-1]:
            self._parts.append(piece)
            self._emit(end)
            self._spread_words += 1
            self._parts.clear()
        self._parts.append(pieces[-1])

    def _bad_variable(self, at: int, name: str) -> int:
        text = self._text
        if name:
            message = f"unknown variable '{name}'"
            advice = "haproxy provides .FILE, .LINE and .SECTION"
        elif re.compile(_NAME_START).match(text, at, self._end):
            message = "the variable's name is not followed by '}'"
            advice = 'write "${NAME}", or "${NAME-default}" (without the shell\'s colon) for a default'
        else:
            message = "'$' inside double quotes starts a variable, but no name follows"
            advice = "write \\$ for the character itself, or use single quotes"
        self._problem("invalid-variable", at, at + 1 + len(name), message, advice)
        self._parts.append("$")
        return at + 1


def _joined_bytes(value: str) -> str:
    """Bytes that were written as `\\xHH`, as the characters they form together."""
    try:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value


def splits_alike(text: str) -> bool:
    """Whether `str.split` sees words where haproxy does: it takes other characters for blanks as well."""
    return text.isascii() and not any(blank in text for blank in "\x1c\x1d\x1e\x1f")


def bare_words(source: Source, start: int, end: int, alike: bool) -> list[Word]:
    """The words of a line that is known to hold no quote and no escape; `alike`: what `splits_alike` says of it."""
    text = source.text
    comment = text.find("#", start, end)
    if comment >= 0:
        end = comment
    if alike:
        words: list[Word] = []
        for value in text[start:end].split():
            start = text.index(value, start)
            words.append(Word(source, start, start := start + len(value), value))
        return words
    return [Word(source, *m.span(), m[0]) for m in BARE_WORD.finditer(text, start, end)]
