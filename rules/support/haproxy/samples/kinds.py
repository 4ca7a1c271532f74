"""A fault of an expression, and the kinds that there are: what rules need before there is any."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from parsers.source import Span

NAME, OPTION, RELEASE, FORMAT, ARGUMENTS = "name", "option", "release", "format", "arguments"
"""The kinds of faults: unknown names, ACL options, what a release lacks, log formats, arguments and commas."""


class SampleFault(NamedTuple):
    """Something that haproxy refuses: its kind, where, what is wrong, what to write, and a short note."""

    kind: str
    span: Span
    message: str
    help: str
    note: str
