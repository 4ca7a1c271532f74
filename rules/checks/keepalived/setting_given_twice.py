"""KA058: one setting with two values in one block."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.gaps import braces_match
from rules.support.keepalived.lines import called, places
from rules.support.keepalived.placeholders import placeholder
from rules.support.spans import Spans
from rules.text.wording import listed

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
_TIMES = {2: "twice", 3: "three times"}
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
    return None if any(word.dynamic or placeholder(word.value) for word in line.args) else line.keyword


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
    `state MASTER` wins over `state BACKUP` above or below it (measured with 2.2.7, keyword by keyword). Whoever changes
    the line that does not count changes nothing.

    How to fix: remove the line that is not meant.

    Silent when: the values are equal; a line is under `@id`, comes from a variable or a placeholder, or is in a file
    that is included, where overriding is the purpose; the keyword may be there many times; or braces do not match, so
    that it is not sure which block a line belongs to.
    """
    if not braces_match(config):
        return
    found: dict[tuple[int, str, str], list[Directive]] = {}
    for place in places(config.document):
        setting, line = _setting(place), place.line
        if setting is None or line.parent is None:
            continue
        # The settings of an instance's several authentication blocks are one.
        owner = line.parent.parent if "/" in place.block and line.parent.parent is not None else line.parent
        found.setdefault((id(owner), place.block, setting), []).append(line)
    secrets: Spans | None = None
    for (_, block, _), lines in found.items():
        if _differ(lines):
            secrets = secrets or Spans(config.document.secrets)
            yield _hit(block, lines, any(secrets.touch(line.span) for line in lines))


def _differ(lines: list[Directive]) -> bool:
    """Whether two lines or more say different things to every node, in one file."""
    if len(lines) < 2 or len({tuple(_said(line)) for line in lines}) < 2:
        return False
    return len({line.span.source for line in lines}) == 1 and not any(map(_only_for_some, lines))


def _used(block: str, lines: list[Directive]) -> Directive:
    """The line that keepalived ends up with."""
    used = lines[0]
    for line in lines[1:]:
        if not _first_counts(block, used, line):
            used = line
    return used


def _hit(block: str, lines: list[Directive], hidden: bool) -> Hit:
    used, last = _used(block, lines), lines[-1]
    where = called(last.parent) if last.parent is not None else "the file"
    if hidden:
        message = (
            f"'{last.keyword}' is there {_TIMES.get(len(lines), 'several times')}, with different values, in {where}"
        )
    else:
        said = listed(f"'{' '.join(_said(line))}'" for line in lines)
        message = f"{said} are {'both' if len(lines) == 2 else 'all'} in {where}"
    which = "the last" if used is last else "the first" if used is lines[0] else "one of them"
    return Hit(
        last.span,
        f"{message}: keepalived uses {which}",
        help=f"remove what is not meant; keepalived uses line {used.span.line} now",
        note="this one counts" if used is last else "ignored",
        related=[(line.span, "this one counts" if line is used else "ignored") for line in lines[:-1]],
        fix=partial(
            Fix.remove, *(line.span for line in lines if line is not used), title="remove what is ignored", safe=False
        ),
    )
