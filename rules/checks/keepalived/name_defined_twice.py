"""KA059: two scripts, processes, files, BFD instances or sync groups with one name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.tree import Directive

_KINDS = {
    "vrrp_script": "vrrp_script",
    "vrrp_track_process": "vrrp_track_process",
    "track_file": "track_file",
    "vrrp_track_file": "track_file",
    "bfd_instance": "bfd_instance",
    "vrrp_sync_group": "vrrp_sync_group",
}
"""Keyword of a block -> the kind of thing whose names must differ; instances are KA030's."""


def _settings(block: Directive) -> list[object]:
    """What a block says, to compare it with another one."""
    return [
        ([word.value for word in line.words], _settings(line) if line.children else None)
        for line in block.children or ()
    ]


@rule("KA059", "name-defined-twice", Severity.WARNING, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """Two blocks of one kind have the same name: scripts, processes, files, BFD instances, sync groups.

    Why it hurts: keepalived uses the first and ignores the second, silently for scripts, processes and files (measured
    with 2.2.7). The check that was added later, or was meant to replace the other, never runs.

    How to fix: give the second one a different name, and track it too; or remove one of the two.

    Silent when: a name comes from a variable, or one of the blocks is under `@id`. Two equal blocks do no harm and are
    an info. Two instances with one name are KA030's.
    """
    seen: dict[tuple[str, str], Directive] = {}
    for block in config.document.children:
        kind = _KINDS.get(block.keyword)
        if kind is None or block.children is None or block.condition is not None or len(block.words) < 2:
            continue
        word = block.words[1]
        if word.dynamic:
            continue
        first = seen.setdefault((kind, word.value), block)
        if first is block:
            continue
        same = _settings(first) == _settings(block)
        outcome = "with the same settings" if same else "and keepalived uses the first: this one has no effect"
        yield Hit(
            word.span,
            f"{block.keyword} '{word.value}' is defined twice, {outcome}",
            help="remove this block" if same else "give this one another name and use it too, or remove one of the two",
            note="ignored",
            related=[(first.words[1].span, "the first one counts")],
            severity=Severity.INFO if same else None,
            fix=partial(_fix, block) if same else None,
        )


def _fix(block: Directive) -> Fix | None:
    from rules.support.keepalived.fixing import without_block

    return without_block(block, "remove the second block")
