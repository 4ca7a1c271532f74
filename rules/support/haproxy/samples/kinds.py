"""Places of expressions, faults of them, and the kinds that there are: what rules need before there is any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.source import Span
    from parsers.tree import Word

NAME, OPTION, RELEASE, FORMAT, ARGUMENTS = "name", "option", "release", "format", "arguments"
REFERENCE = "reference"
"""The kinds of faults: unknown names, ACL options, what a release lacks, log formats, arguments and commas;
names of proxies, servers, tables and userlists that the configuration does not have."""


class SampleFault(NamedTuple):
    """Something that haproxy refuses: its kind, where, what is wrong, what to write, and a short note."""

    kind: str
    span: Span
    message: str
    help: str
    note: str


ACL, SAMPLE, LOG_FORMAT = "ACL", "sample", "log format"
"""The kinds of places."""


class SamplePlace(NamedTuple):
    """One expression: its kind, and its words (of an ACL: the expression, its options and its values).

    `where` is what a fetch must be usable for, at least one of these bits (`parsers.keywords.haproxy_samples.usable`),
    and `rules` how messages call such lines; no bit means that it does not matter or is not known. `table`: it is what
    a stick table stores. `anywhere`: haproxy does not ask whether the fetch can be used there.
    """

    kind: str
    words: Sequence[Word]
    where: int = 0
    rules: str = ""
    table: bool = False
    anywhere: bool = False

    @property
    def word(self) -> Word:
        """The word that holds the expression."""
        return self.words[0]
