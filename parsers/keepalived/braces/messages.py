"""The words for wrong braces: what is wrong, what keepalived does with it, what to type."""

from __future__ import annotations

from parsers.keepalived.braces.events import BraceEvent
from parsers.keepalived.passwords import near_secret
from parsers.source import Span
from parsers.tree import Directive, Problem


def title(block: Directive) -> str:
    """A block's head for messages, up to where a password may begin."""
    shown = []
    for word in list(block.words)[:4]:
        if near_secret(word.source, word.start):
            shown.append("...")
            break
        shown.append(word.value)
    words = " ".join(shown)
    return words if len(words) <= 60 else words[:57] + "..."


def missing_close(block: Directive, event: BraceEvent | None, at_end: bool) -> Problem:
    """A block that is never closed; `event` is where its `}` should have been before."""
    name = title(block)
    what = f"'{name}' is never closed"
    help_text = "add '}' at the end of the file"
    related: list[tuple[Span, str]] = []
    if event is None:
        what += ": keepalived reads everything up to the end of the file as part of it"
    else:
        help_text = f"add '}}' before line {event.number}"
        if event.line is not None:
            other = title(event.line)
            related.append((event.span, "the '}' is missing before this"))
            if at_end and block.keyword == event.line.keyword == "vrrp_instance":
                what += (
                    f": keepalived does not start a new block at '{other}', and its settings "
                    f"overwrite those of '{name}'"
                )
            else:
                what += f": keepalived takes what follows, from '{other}' on, as part of it"
        else:
            related.append((event.span, f"keepalived takes this '}}' as the end of '{name}'"))
            what += f": keepalived takes the next '}}', on line {event.number}, as its end"
    return Problem("missing-close-brace", block.span, what, help_text, related)


def missing_open(line: Directive, belongs: bool) -> Problem:
    """A block keyword without `{`."""
    name = title(line)
    if belongs:
        message = f"'{name}' is not followed by '{{', although the lines after it belong in its block"
        help_text = f"write '{name} {{'"
    else:
        message = (
            f"'{name}' needs a block: without '{{' keepalived takes the following lines, up to the next "
            "'}', as its content"
        )
        help_text = f"write '{line.keyword} {{', its lines, and '}}'"
    return Problem("missing-open-brace", line.span, message, help_text)


def extra_open(event: BraceEvent, head: Directive | None, enclosing: Directive | None, split: bool) -> Problem:
    """A `{` that opens nothing."""
    ends = f", and takes its '}}' as the end of '{title(enclosing)}'" if enclosing is not None else ""
    if split and head is not None:
        message = f"this '{{' cuts the value of '{head.keyword}' in two: keepalived ignores it{ends}"
        help_text = "put the value in double quotes"
    elif head is not None and not near_secret(event.source, event.offset):
        message = f"'{head.keyword}' does not open a block: keepalived ignores this '{{'{ends}"
        help_text = "remove the '{' and its '}'"
    else:
        message = f"this '{{' opens nothing: keepalived ignores it{ends}"
        help_text = "remove the '{' and its '}'"
    return Problem("extra-open-brace", event.span, message, help_text)


def extra_close(event: BraceEvent, block: Directive | None, following: BraceEvent | None) -> Problem:
    """A `}` too many; `block` is what it closes too early."""
    if block is None:
        return Problem(
            "extra-close-brace",
            event.span,
            "this '}' closes nothing",
            "remove it, or look above for the '{' that is missing",
        )
    message = f"this '}}' closes '{title(block)}' too early: what follows is not read as part of it"
    related = []
    if following is not None and following.line is not None:
        related.append((following.span, f"this belongs to '{title(block)}'"))
    if near_secret(event.source, event.offset):
        return Problem("extra-close-brace", event.span, message, "put the value in double quotes")
    return Problem("extra-close-brace", event.span, message, "remove it", related)
