"""Text of users in the languages of the files that are written: each as one value, which can't end its place.

Every function takes a value and gives it `Quoted` for its language, or raises RenderError when the language has no way
to write it. Templates print nothing that is not `Quoted`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping

from rules.plan.readers import about

_LONGEST_COMMENT = 200  # characters; keepalived 2.2.7 takes what follows a line's 1023rd byte for another line


class RenderError(Exception):
    """A plan that can't be written. `key` is halb.toml's, such as "lb.interface"; `text` says what to write instead."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(about(key, text) if key else text)
        self.key = key
        self.text = text


class Keyed(str):
    """A value of the plan that knows its key in halb.toml, for the error when a language can't hold it."""

    __slots__ = ("key",)
    key: str

    def __new__(cls, text: str, key: str) -> Keyed:
        """The text, and its key."""
        made = super().__new__(cls, text)
        made.key = key
        return made


class Quoted(str):
    """Text that is written for one language, and may be printed as it is."""

    __slots__ = ()


def _refuse(value: object, language: str, why: str) -> RenderError:
    return RenderError(getattr(value, "key", ""), f"can't be written in {language}: it has {why}")


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
    return Quoted(re.sub(r"""([\\ #"'])""", r"\\\1", text))


def keepalived(value: object) -> Quoted:
    """One word of keepalived.conf, in double quotes unless it is a plain one (measured with keepalived 2.2.7).

    Inside the quotes nothing is special but `"`, which can't be written, and the variables that keepalived itself
    defines: `${_PWD}` and the like.
    """
    text = _one_line(value, "keepalived.conf")
    if re.fullmatch(r"[A-Za-z0-9_./:,-]+", text):
        return Quoted(text)
    for unwritable, why in (('"', 'a double quote (")'), ("${", "'${'"), ("$_", "'$_'")):
        if unwritable in text:
            raise _refuse(value, "keepalived.conf", why)
    if not text:
        raise _refuse(value, "keepalived.conf", "no character")
    return Quoted(f'"{text}"')


def shell(value: object) -> Quoted:
    """One word of a POSIX shell, in single quotes where it needs them."""
    return Quoted(shlex.quote(_one_line(value, "a shell script")))


def yaml(value: object) -> Quoted:
    """A YAML 1.2 scalar in double quotes (section 7.3.1), always text and never a number, a truth value or null."""
    text = _one_line(value, "YAML")
    return Quoted(f'"{"".join(map(_in_yaml, text))}"')


def _in_yaml(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def comment(value: object) -> Quoted:
    """Words inside a comment line of any of these languages: one line, not too long, and no order to halb-lint."""
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    text = text.replace("halb:", "halb -")
    return Quoted(text if len(text) <= _LONGEST_COMMENT else text[:_LONGEST_COMMENT] + "...")


def markdown(value: object) -> Quoted:
    """Text of a Markdown paragraph or heading (CommonMark 2.4: any ASCII punctuation may be escaped)."""
    return Quoted(re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", _one_line(value, "Markdown")))


def code(value: object) -> Quoted:
    """A code span of Markdown (CommonMark 6.1): as many backticks as the text itself doesn't have in a row."""
    text = _one_line(value, "Markdown")
    if not text:
        raise _refuse(value, "Markdown", "no character")
    fence = "`"
    while fence in text:
        fence += "`"
    # A reader takes one blank from both ends away when there is one at both, and anything else between them.
    blank = text[0] == " " == text[-1] and text.strip(" ")
    pad = " " if text[0] == "`" or text[-1] == "`" or blank else ""
    return Quoted(f"{fence}{pad}{text}{pad}{fence}")


def fenced(value: object) -> Quoted:
    """A line of a fenced code block of Markdown."""
    text = _one_line(value, "Markdown")
    if "```" in text:
        raise _refuse(value, "Markdown", "three backticks in a row")
    return Quoted(text)


def number(value: object) -> Quoted:
    """A number, the same in all languages."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise RenderError(getattr(value, "key", ""), f"must be a whole number, not {type(value).__name__}")
    return Quoted(value)


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
