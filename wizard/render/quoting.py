"""Text of users in the languages of the files that are written: each as one value, which can't end its place.

Every function takes a value and gives it `Quoted` for its language, or raises RenderError when the language has no way
to write it. Templates print nothing that is not `Quoted`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from rules.plan import KeyPath, about

_LONGEST_COMMENT = 200  # characters; keepalived 2.2.7 takes what follows a line's 1023rd byte for another line


class RenderError(Exception):
    """A plan that can't be written. `path` is the key of halb.toml that it is about, if it is about one; `text` says
    what to write instead.
    """

    def __init__(self, path: KeyPath | None, text: str) -> None:
        super().__init__(about(path.name, text) if path else text)
        self.path = path
        self.text = text

    @property
    def key(self) -> str:
        """The key without the machine, such as "lb.interface"; "" for none."""
        return self.path.name if self.path else ""


class Keyed(str):
    """A value of the plan that knows the keys of halb.toml that it comes from."""

    __slots__ = ("paths",)
    paths: tuple[KeyPath, ...]

    def __new__(cls, text: str, paths: tuple[KeyPath, ...]) -> Keyed:
        """The text, and its keys."""
        made = super().__new__(cls, text)
        made.paths = paths
        return made


class KeyedNumber(int):
    """The same for a whole number."""

    paths: tuple[KeyPath, ...]

    def __new__(cls, number: int, paths: tuple[KeyPath, ...]) -> KeyedNumber:
        """The number, and its keys."""
        made = super().__new__(cls, number)
        made.paths = paths
        return made


def keyed(value: object, *paths: KeyPath) -> Any:
    """The value as text or whole number, with the keys that it comes from; yes, no and nothing as they are."""
    if value is None or isinstance(value, bool):
        return value
    return KeyedNumber(value, paths) if isinstance(value, int) else Keyed(str(value), paths)


class Quoted(str):
    """Text that is written for one language, and may be printed as it is; `paths` are the keys that it comes from."""

    __slots__ = ("paths",)
    paths: tuple[KeyPath, ...]

    def __new__(cls, text: object, value: object = None) -> Quoted:
        """The text, with the keys of the value that it stands for."""
        made = super().__new__(cls, text)
        made.paths = getattr(value, "paths", ())
        return made

    def __str__(self) -> str:
        """The text itself, which still knows its keys where a template prints it."""
        return self


def _refuse(value: object, language: str, why: str) -> RenderError:
    return RenderError(next(iter(getattr(value, "paths", ())), None), f"can't be written in {language}: it has {why}")


def _one_line(value: object, language: str) -> str:
    """The value as text, which must be one line of characters that UTF-8 can hold."""
    text = str(value)
    wrong = next((c for c in text if ord(c) < 32 or ord(c) == 127 or "\ud800" <= c <= "\udfff"), None)
    if wrong is not None:
        raise _refuse(value, language, f"the character U+{ord(wrong):04X}")
    return text


def haproxy(value: object) -> Quoted:
    r"""One word of haproxy.cfg: a backslash before everything that ends a word (measured with haproxy 2.6).

    `$` is refused: `\$` stays as it is outside of quotes, and addresses put variables in although nothing quotes them.
    An empty word ends the line.
    """
    text = _one_line(value, "haproxy.cfg")
    if not text:
        raise _refuse(value, "haproxy.cfg", "no character")
    if "$" in text:
        raise _refuse(value, "haproxy.cfg", "a '$'")
    return Quoted(re.sub(r"""([\\ #"'])""", r"\\\1", text), value)


def keepalived(value: object) -> Quoted:
    """One word of keepalived.conf, in double quotes unless it is a plain one (measured with keepalived 2.2.7).

    Inside the quotes nothing is special but `"`, which can't be written, and the variables that keepalived itself
    defines: `${_PWD}` and the like.
    """
    text = _one_line(value, "keepalived.conf")
    if re.fullmatch(r"[A-Za-z0-9_./:,-]+", text):
        return Quoted(text, value)
    for unwritable, why in (('"', 'a double quote (")'), ("${", "'${'"), ("$_", "'$_'")):
        if unwritable in text:
            raise _refuse(value, "keepalived.conf", why)
    if not text:
        raise _refuse(value, "keepalived.conf", "no character")
    return Quoted(f'"{text}"', value)


def shell(value: object) -> Quoted:
    """One word of a POSIX shell, in single quotes where it needs them."""
    return Quoted(shlex.quote(_one_line(value, "a shell script")), value)


def yaml(value: object) -> Quoted:
    """A YAML 1.2 scalar in double quotes (section 7.3.1), always text and never a number, a truth value or null."""
    text = _one_line(value, "YAML")
    return Quoted(f'"{"".join(map(_in_yaml, text))}"', value)


def _in_yaml(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def comment(value: object) -> Quoted:
    """Words inside a comment line of any of these languages: one line, not too long, and no order to halb-lint."""
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    text = text.replace("halb:", "halb -")
    return Quoted(text if len(text) <= _LONGEST_COMMENT else text[:_LONGEST_COMMENT] + "...", value)


def markdown(value: object) -> Quoted:
    """Text of a Markdown paragraph or heading (CommonMark 2.4: any ASCII punctuation may be escaped).

    A ',' means nothing there, nor does a '-' or '.' inside a word.
    """
    text = _one_line(value, "Markdown")
    return Quoted(re.sub(r"(?<![A-Za-z0-9])[-.]|[-.](?![A-Za-z0-9])|[!-+/:-@\[-`{-~]", r"\\\g<0>", text), value)


def code(value: object) -> Quoted:
    """A code span of Markdown (CommonMark 6.1): as many backticks as the text itself doesn't have in a row."""
    text = _one_line(value, "Markdown")
    if not text:
        raise _refuse(value, "Markdown", "no character")
    fence = "`"
    while fence in text:
        fence += "`"
    # A reader takes one space from both ends away when there is one at both, and anything else between them.
    blank = text[0] == " " == text[-1] and text.strip(" ")
    pad = " " if text[0] == "`" or text[-1] == "`" or blank else ""
    return Quoted(f"{fence}{pad}{text}{pad}{fence}", value)


def fenced(value: object) -> Quoted:
    """A line of a fenced code block of Markdown."""
    text = _one_line(value, "Markdown")
    if "```" in text:
        raise _refuse(value, "Markdown", "three backticks in a row")
    return Quoted(text, value)


def number(value: object) -> Quoted:
    """A number, the same in all languages."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise RenderError(None, f"must be a whole number, not {type(value).__name__}")
    return Quoted(value, value)


LANGUAGES: Mapping[str, Callable[[object], Quoted]] = {
    "haproxy": haproxy,
    "keepalived": keepalived,
    "shell": shell,
    "yaml": yaml,
    "comment": comment,
    "markdown": markdown,
    "code": code,
    "fenced": fenced,
    "number": number,
}
"""The filters that templates use, one for each language."""
