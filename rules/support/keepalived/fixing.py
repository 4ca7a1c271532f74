"""What fixes in keepalived.conf are made of: a setting of a block, a block that goes or moves, a command, a weight.

Loaded when a fix is wanted, so that a run without one does not pay for it. Every function gives None where a person
has to look: a condition, a comment that would be lost, a block in one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from parsers.source import Span
from rules.engine.finding import Fix

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Peer, Tracker, VirtualAddress, VrrpInstance
    from parsers.tree import Directive
    from rules.support.commands.used import UsedCommand

_COMMENT = "#!"


def header(block: Directive) -> Span | None:
    """From a block's keyword to its `{`: what a line is put below to be the block's first."""
    if not block.words or block.opened is None or block.opened.source is not block.words[0].source:
        return None
    return Span(block.opened.source, block.words[0].start, block.opened.end)


def whole(block: Directive) -> Span | None:
    """From a block's keyword to its `}`."""
    if not block.words or block.close is None or block.close.source is not block.words[0].source:
        return None
    return Span(block.close.source, block.words[0].start, block.close.end)


def inside(block: Directive, text: str, *, safe: bool = False) -> Fix | None:
    """A line as the first one of a block."""
    place = header(block)
    return Fix.add("inside", place, text, safe=safe) if place is not None else None


def setting(block: Directive, line: str, *, safe: bool = False) -> Fix | None:
    """A setting in place of the last one of a block with its keyword, or else as its first line."""
    keyword = line.partition(" ")[0]
    same = [child for child in block.children or () if child.keyword == keyword]
    if any(child.condition is not None or child.children is not None for child in same):
        return None
    if same:
        return Fix.write(same[-1].span, line, safe=safe)
    return inside(block, line, safe=safe)


def global_setting(config: KeepalivedConfig, line: str, *, safe: bool = False) -> Fix | None:
    """A setting in global_defs, with a block of its own at the top if the file has none."""
    blocks = [block for block in config.global_defs.blocks if block.condition is None]
    if blocks:
        return setting(blocks[-1], line, safe=safe)
    first = next((block for block in config.document.children if block.words), None)
    if first is None or first.words[0].source is not config.document.source:
        return None
    return Fix.add("above", first.words[0].span, f"global_defs {{\n    {line}\n}}", f"add '{line}'", safe=safe)


def without_block(block: Directive, title: str, *, safe: bool = True) -> Fix | None:
    """A block with all its lines removed."""
    span = whole(block)
    if span is None or any(sign in span.text for sign in _COMMENT):
        return None
    return Fix.remove(span, title=title, safe=safe)


def moved_above(block: Directive, place: Span, title: str, *, safe: bool = True) -> Fix | None:
    """A block moved, with its comments, above the line of a place of the same file."""
    span = whole(block)
    if span is None or span.source is not place.source or _shares_lines(span):
        return None
    text = span.text.replace("\r\n", "\n")
    return Fix.remove(span).also(Fix.add("above", place, text, safe=safe), title=title)


def _shares_lines(span: Span) -> bool:
    """Whether anything but blanks stands in front of a stretch or behind it."""
    text = span.source.text
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    return bool(text[start : span.start].strip() or text[span.end : end if end >= 0 else len(text)].strip())


def line_moved_below(line: Directive, block: Directive, text: str, title: str) -> Fix | None:
    """A line of a block removed, and another text below the block's `}`."""
    if block.close is None or block.close.source is not line.words[0].source or line.children is not None:
        return None
    place = whole(block)
    if place is None or "\n" not in place.text:
        return None
    return Fix.remove(line.span).also(Fix.add("below", place, text, safe=False), title=title)


def command(used: UsedCommand, text: str) -> Fix | None:
    """Another command in place of one."""
    if '"' in text or "\\" in text:
        return None
    return Fix.write(used.span, f'"{text}"', f"write '{text}'", safe=False)


def weighing(config: KeepalivedConfig, tracker: Tracker, weight: int) -> Fix | None:
    """Another weight wherever a tracker's comes from; None if it is a default."""
    from rules.support.keepalived.weights import weight_span

    span = weight_span(config, tracker)
    return Fix.write(span, str(weight), f"write 'weight {weight}'", safe=False) if span != tracker.span else None


def weightless(config: KeepalivedConfig, trackers: Iterable[Tracker]) -> Fix | None:
    """`weight 0` for all of these."""
    return together((weighing(config, tracker, 0) for tracker in trackers), "write 'weight 0'")


def together(fixes: Iterable[Fix | None], title: str) -> Fix | None:
    """All of them or none."""
    found = list(fixes)
    made = [fix for fix in found if fix is not None]
    return made[0].also(*made[1:], title=title) if made and len(made) == len(found) else None


def at_end(block: Directive, text: str, *, safe: bool = False) -> Fix | None:
    """Lines below the last one of a block."""
    if not block.children:
        return inside(block, text, safe=safe)
    last, body = block.children[-1], whole(block)
    place = whole(last) if last.children is not None else last.span
    if place is None or body is None or "\n" not in body.source.text[place.end : body.end]:
        return None
    return Fix.add("below", place, text, safe=safe)


def listed_in(instance: VrrpInstance, keyword: str, lines: Sequence[str]) -> Fix | None:
    """Lines in an instance's block of addresses or names, which is made if there is none."""
    block = next((block for block in instance.lines(keyword) if block.children and block.condition is None), None)
    if block is not None:
        return at_end(block, "\n".join(lines))
    inner = "".join(f"\n    {line}" for line in lines)
    return at_end(instance.directive, f"{keyword} {{{inner}\n}}")


def tracked(instance: VrrpInstance, kind: str, name: str) -> Fix | None:
    """A name in an instance's block of what it tracks, which is made if there is none."""
    return listed_in(instance, f"track_{kind}", [name])


def new_check(config: KeepalivedConfig, command: str) -> Fix | None:
    """A vrrp_script above whatever tracks something, tracked in every instance with the default weight, 0."""
    from rules.support.commands.users import runner_of
    from rules.support.keepalived.lines import tracking

    first = min(tracking(config), key=lambda user: user.span.start)
    if first.span.source is not config.document.source or '"' in command:
        return None
    names = {script.title for script in config.scripts}
    name = next(
        name for name in (f"check_haproxy{number or ''}" for number in range(len(names) + 1)) if name not in names
    )
    lines = [f'script "{command}"', "interval 2", "fall 2", *(["user root"] if runner_of(config).removed else [])]
    text = "\n".join([f"vrrp_script {name} {{", *(f"    {line}" for line in lines), "}", ""])
    check = Fix.add("above", first.span, text, safe=False)
    return together(
        [check, *(tracked(instance, "script", name) for instance in config.instances)], f"add 'vrrp_script {name}'"
    )


def as_hinted(entry: VirtualAddress | Peer, hint: str) -> Fix | None:
    """What a hint about a word that should be an address says to type, where that is certain."""
    from parsers.facts.keepalived.settings import peer_address

    text = entry.raw
    if hint.startswith("write '${"):
        return Fix.write(entry.span, hint.split("'")[1])
    if hint.startswith("write one address per line"):
        if len(entry.directive.words) > 1:
            return None
        first, *others = (part for part in re.split(r"[,;|+&]+", text) if part)
        below = Fix.add("below", entry.span, "\n".join(others))
        return Fix.write(entry.span, first).also(below, title="write one address per line")
    plain = text.rstrip(",;")
    return Fix.write(entry.span, plain) if plain != text and peer_address(plain) is not None else None
