"""The conditions of haproxy rules: the ACL names after `if` and `unless`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from parsers.records import NamedTuple

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

# The keywords whose lines may end in a condition.
CONDITIONAL = (
    "http-request", "http-response", "http-after-response", "tcp-request", "tcp-response", "use_backend", "use-server",
    "redirect", "monitor", "force-persist", "ignore-persist", "stick", "stats", "quic-initial",
)  # fmt: skip
# ACLs that haproxy predefines (measured with 2.6.12; HTTP_3.0 came later).
BUILT_IN = frozenset(
    ("TRUE", "FALSE", "LOCALHOST", "HTTP", "HTTP_1.0", "HTTP_1.1", "HTTP_2.0", "HTTP_3.0", "HTTP_CONTENT",
     "HTTP_URL_ABS", "HTTP_URL_SLASH", "HTTP_URL_STAR", "METH_CONNECT", "METH_DELETE", "METH_GET", "METH_HEAD",
     "METH_OPTIONS", "METH_POST", "METH_PUT", "METH_TRACE", "RDP_COOKIE", "REQ_CONTENT", "WAIT_END")
)  # fmt: skip


class AclCondition(NamedTuple):
    """The condition of one line: the words that name ACLs, and an unclosed `{`, if there is one.

    `certain` is false if it has a variable or a placeholder.
    """

    names: list[tuple[Word, str]]
    unclosed: Word | None
    certain: bool


def condition_of(line: HaproxyLine) -> AclCondition | None:
    """The condition after the first unquoted `if` or `unless` of the line, or None."""
    args = line.args
    for index, word in enumerate(args):
        if word.value in ("if", "unless") and not word.quoted:
            return _read(args[index + 1 :])
    return None


def _read(words: Sequence[Word]) -> AclCondition:
    names: list[tuple[Word, str]] = []
    open_brace: Word | None = None
    for word in words:
        if word.dynamic:
            return AclCondition(names, None, certain=False)
        text = word.value
        if open_brace is not None:
            if text == "}":
                open_brace = None
            continue
        text = text.lstrip("!")
        if text == "{":
            open_brace = word
        elif text and text not in ("or", "||"):
            names.append((word, text))
    return AclCondition(names, open_brace, certain=True)
