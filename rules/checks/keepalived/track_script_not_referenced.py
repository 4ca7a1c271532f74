"""KA005: a check that no instance tracks, or a tracked name that nothing defines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.keywords.keepalived import keepalived_table
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.gaps import can_tell_what_is_missing
from rules.support.keepalived.lines import tracking
from rules.support.keepalived.placeholders import placeholder
from rules.text.suggestions import closest

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, SyncGroup, Trackable, Tracker, VrrpInstance
    from parsers.source import Span

_DEFINED_BY = {
    "script": "vrrp_script",
    "process": "vrrp_track_process",
    "file": "track_file",
    "bfd": "bfd_instance",
}


Names = dict[str, "dict[str, Span]"]


def _names(config: KeepalivedConfig) -> Names:
    return {kind: {i.title: i.span for i in config.trackables(kind) if i.title} for kind in _DEFINED_BY}


def _undefined(config: KeepalivedConfig, names: Names, user: VrrpInstance | SyncGroup) -> Iterator[Hit]:
    settings = keepalived_table().keywords("vrrp_script")
    for tracker in user.trackers:
        if tracker.kind not in _DEFINED_BY or not tracker.certain or config.definition(tracker) is not None:
            continue
        if placeholder(tracker.name) or tracker.name in settings:
            continue
        yield _undefined_hit(names[tracker.kind], user, tracker)


def _undefined_hit(names: dict[str, Span], user: VrrpInstance | SyncGroup, tracker: Tracker) -> Hit:
    keyword = _DEFINED_BY[tracker.kind]
    close = closest(tracker.name, names)
    return Hit(
        tracker.span,
        f"{user.directive.keyword} '{user.title}' tracks '{tracker.name}', but no {keyword} has that name: keepalived "
        "ignores it and runs without this check",
        help=f"write '{close}'" if close else f"define '{keyword} {tracker.name} {{ ... }}' above the instance",
        note=f"no {keyword} with this name",
        related=[(names[close], "did you mean this one?")] if close else (),
        fix=partial(Fix.write, tracker.span, close, safe=False) if close else None,
    )


def _mentioned(config: KeepalivedConfig) -> set[str]:
    """Words that may be names: a track block unknown to keepalived, or a line that it ignores, may have them too."""
    found = {line.keyword for line in config.document.walk() if line.parent is not None}
    return found.union(word.value for user in tracking(config) for tracker in user.trackers for word in tracker.unknown)


def _unused(config: KeepalivedConfig, names: Names) -> Iterator[Hit]:
    users = tracking(config)
    tracked = {(tracker.kind, tracker.name) for user in users for tracker in user.trackers}
    # A misspelt name or block is one mistake, and reported where it is.
    undefined = any(True for user in users for _ in _undefined(config, names, user))
    mentioned = _mentioned(config)
    for kind in ("script", "process"):
        for item in config.trackables(kind):
            if (kind, item.title) in tracked or not item.certain or item.name is None or placeholder(item.title):
                continue
            if undefined or item.title in mentioned:
                continue
            unchecked = bool(config.instances) and not tracked
            yield Hit(
                item.name.span,
                f"{item.directive.keyword} '{item.title}' is not tracked by any vrrp_instance: keepalived never runs it"
                + (", and the VIP stays on a node whatever fails on it" if unchecked else ""),
                help=f"add 'track_{kind} {{ {item.title} }}' to the vrrp_instance, or remove the block",
                note="never used",
                severity=None if unchecked else Severity.WARNING,
                fix=partial(_fix, config, kind, item),
            )


@rule("KA005", "track-script-not-referenced", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A `vrrp_script` (or tracked process) is defined and never tracked, or tracked and never defined.

    Why it hurts: either way no check runs, and the VIP stays on the node whose haproxy is dead. `keepalived -t` does
    not report a script that nothing tracks, and the daemon runs without one that it does not find (measured with
    keepalived 2.2.7).

    How to fix: list the script in `track_script { ... }` of each instance, exactly as on its `vrrp_script` line.

    Silent when: a name comes from a variable, a brace is missing, or an include could not be read. An untracked script
    next to tracked ones is a warning. A definition below its use is KA035.
    """
    if not config.complete:
        return
    names = _names(config)
    for user in tracking(config):
        yield from _undefined(config, names, user)
    if can_tell_what_is_missing(config):
        yield from _unused(config, names)


def _fix(config: KeepalivedConfig, kind: str, item: Trackable) -> Fix | None:
    from rules.support.keepalived.fixing import together, tracked

    if any(not config.defined_before(item, instance) for instance in config.instances):
        return None
    title = f"add 'track_{kind} {{ {item.title} }}' to the vrrp_instance"
    return together((tracked(instance, kind, item.title) for instance in config.instances), title)
