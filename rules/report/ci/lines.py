"""Texts for files that programs read: lines kept, without what is no character there."""

from __future__ import annotations

from html import escape

from rules.engine.finding import Finding
from rules.report.style import printable

_NO_XML = {0xFFFE: "\N{REPLACEMENT CHARACTER}", 0xFFFF: "\N{REPLACEMENT CHARACTER}"}


def clean(text: str) -> str:
    """The text with its lines, each as it is safe to show."""
    return "\n".join(map(printable, text.split("\n")))


def attribute(text: str) -> str:
    """The text as the value of an XML attribute, without its quotes; lines stay lines."""
    return xml(text).replace("\n", "&#10;")


def xml(text: str) -> str:
    """The text as XML has it between tags; what XML 1.0 has no place for becomes U+FFFD."""
    return escape(clean(text).translate(_NO_XML))


def whole(finding: Finding) -> str:
    """What is said of a finding: the message, the other places, and what to type."""
    others = [
        f"{other.node}: {other.file}:{other.line}: {other.note}".rstrip(": ")
        for other in (*finding.copies, *finding.related)
    ]
    return "\n".join([finding.message, *others, f"help: {finding.help}"])
