"""KA058: one setting with two values in one block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.gaps import braces_match
from rules.support.keepalived.lines import called, places
from rules.support.spans import Spans

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.tree import Directive
    from rules.support.keepalived.lines import LinePlace

# Of these keepalived 2.2.7 uses the first line, and reports the second; of all others it silently uses the last.
_FIRST_COUNTS = frozenset(
    """
    vrrp_instance/version vrrp_instance/use_vmac vrrp_instance/use_ipvlan vrrp_instance/lvs_sync_daemon_interface
    vrrp_track_process/process vrrp_track_process/weight track_file/file track_file/weight vrrp_track_file/file
    vrrp_track_file/weight global_defs/notify_fifo global_defs/vrrp_notify_fifo global_defs/lvs_notify_fifo
    global_defs/startup_script global_defs/shutdown_script global_defs/nftables global_defs/lvs_sync_daemon
    """.split()  # noqa: SIM905 - one word each would fill a page
)
_SCRIPTS = frozenset(
    "notify notify_master notify_backup notify_fault notify_stop notify_deleted notify_master_rx_lower_pri".split()  # noqa: SIM905
)
_OPPOSITES = {"nopreempt": "preempt", "no_accept": "accept"}
"""Flags that share one setting: the last of the two counts."""
_BLOCKS = ("vrrp_instance", "vrrp_script", "vrrp_track_process", "track_file", "vrrp_track_file", "vrrp_sync_group")
_PARTS = ("global_defs", "bfd_instance", "vrrp_instance/authentication", "vrrp_instance/auth_hmac")
_CHECKED = frozenset((*_BLOCKS, *_PARTS))


def _setting(place: LinePlace) -> str | None:
    """The setting that a line sets, None if it may be there many times, or there is nothing to compare."""
    keyword, line = place.keyword, place.line
    if place.block not in _CHECKED or line.condition is not None or line.children is not None:
        return None
    if line.keyword in _OPPOSITES or line.keyword in _OPPOSITES.values():
        return _OPPOSITES.get(line.keyword, line.keyword)
    if keyword is None or keyword.takes_block or keyword.kind == "flag" or keyword.name == "key":
        return None
    return None if any(word.dynamic for word in line.args) else line.keyword


def _only_for_some(line: Directive) -> bool:
    """Whether the line stands under `@id`, and was kept because it is for this node: it overrides on purpose."""
    text, start = line.span.source.text, line.span.start
    return text[text.rfind("\n", 0, start) + 1 : start].lstrip().startswith("@")


def _said(line: Directive) -> list[str]:
    return [word.value for word in line.words]


def _first_counts(block: str, first: Directive, second: Directive) -> bool:
    """Whether keepalived keeps the first of two lines."""
    if first.keyword == "state":
        return _said(first)[1:2] == ["MASTER"] and _said(second)[1:2] == ["BACKUP"]
    return first.keyword in _SCRIPTS or f"{block}/{first.keyword}" in _FIRST_COUNTS


@rule("KA058", "setting-given-twice", Severity.WARNING, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A setting stands twice in one block, with different values.

    Why it hurts: keepalived silently uses the last one, for nearly all keywords. For scripts of `notify`, `version`,
    `use_vmac`, what a process or file check looks at, and some of global_defs it uses the first and reports the other;
    `state MASTER` wins over `state BACKUP` above or below it (measured with 2.2.7, keyword by keyword). Whoever
    changes the line that does not count changes nothing.

    How to fix: remove the line that is not meant.

    Silent when: the values are equal; a line is under `@id`, comes from a variable, or is in a file that is included,
    where overriding is the purpose; the keyword may be there many times; or braces do not match, so that it is not sure
    which block a line belongs to.
    """
    if not braces_match(config):
        return
    secrets: Spans | None = None
    seen: dict[tuple[int, str, str], Directive] = {}
    for place in places(config.document):
        setting, line = _setting(place), place.line
        if setting is None or line.parent is None:
            continue
        nested = "/" in place.block and line.parent.parent is not None
        owner = line.parent.parent if nested and line.parent.parent is not None else line.parent
        key = id(owner), place.block, setting
        first = seen.setdefault(key, line)
        if first is line:
            continue
        keeps_first = _first_counts(place.block, first, line)
        if not keeps_first:
            seen[key] = line
        if _said(first) == _said(line) or first.span.source is not line.span.source:
            continue
        if _only_for_some(first) or _only_for_some(line):
            continue
        secrets = secrets or Spans(config.document.secrets)
        hidden = secrets.touch(line.span) or secrets.touch(first.span)
        yield _hit(first, line, keeps_first, hidden)


def _hit(first: Directive, line: Directive, keeps_first: bool, hidden: bool) -> Hit:
    lost, used = (line, first) if keeps_first else (first, line)
    parent = line.parent
    where = called(parent) if parent is not None else "the file"
    if hidden:
        message = f"'{line.keyword}' is there twice, with two values, in {where}"
    else:
        message = f"'{' '.join(_said(first))}' and '{' '.join(_said(line))}' are both in {where}"
    which = "first" if keeps_first else "last"
    return Hit(
        line.span,
        f"{message}: keepalived uses the {which} one",
        help=f"remove the one that is not meant; keepalived uses line {used.span.line} now",
        note="ignored" if lost is line else "this one counts",
        related=[(first.span, "ignored" if lost is first else "this one counts")],
    )
