"""KA022: a label that keepalived refuses, or a VIP on another interface that nothing watches."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VirtualAddress, VrrpInstance

_LONGEST = 15  # IFNAMSIZ of the kernel, without the final NUL


@rule("KA022", "vip-label-or-dev-mismatch", Severity.ERROR, Scope.KEEPALIVED, words=("label", "no_track"))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A VIP has a label that is too long, or is on another interface that is not tracked.

    Why it hurts: with a label of 16 characters or more keepalived removes the address: the instance elects a master,
    and nobody has the VIP. With `no_track` behind `dev eth1` it keeps the VIP while eth1 has no link: no client reaches
    it, and no other node takes it (measured with 2.2.7).

    How to fix: shorten or remove the label, such as `eth0:api`; remove `no_track`, or list the interface in
    `track_interface`.

    Silent when: the label or the interface comes from a variable. A VIP on another interface is tracked by default and
    not reported. A VIP without link is a warning, and a label on an IPv6 address, which keepalived ignores, an info.
    """
    for instance in config.instances:
        for vip in (*instance.vips, *instance.excluded_vips):
            if vip.certain:
                yield from _label(vip)
                yield from _untracked(instance, vip)


def _label(vip: VirtualAddress) -> Iterator[Hit]:
    label = vip.label
    if label is None or not label.certain:
        return
    if vip.lost == "label":
        yield Hit(
            label.span,
            f"the label '{label.raw}' of '{vip.raw}' has {len(label.raw)} characters: keepalived removes the address",
            help=f"write a label of up to {_LONGEST} characters, or remove 'label {label.raw}'",
            note="too long",
            fix=partial(_without, vip, "label", label.raw, safe=False),
        )
    elif vip.family == 6:
        yield Hit(
            label.span,
            f"keepalived reports and ignores the label '{label.raw}' of '{vip.raw}': IPv6 addresses have none",
            help=f"remove 'label {label.raw}'",
            note="ignored",
            severity=Severity.INFO,
            fix=partial(_without, vip, "label", label.raw, safe=True),
        )


def _untracked(instance: VrrpInstance, vip: VirtualAddress) -> Iterator[Hit]:
    own, other = instance.interface, vip.dev
    if "no_track" not in vip.options or other is None or not other.known or own is None or not own.known:
        return
    watched = {tracker.name for tracker in instance.trackers if tracker.kind == "interface"}
    if other.value == own.value or other.value in watched:
        return
    yield Hit(
        vip.options["no_track"].span,
        f"'no_track': '{vip.raw}' stays on this node while {other.value} has no link, and no client reaches it",
        help="remove 'no_track'",
        note=f"{other.value} is not tracked",
        severity=Severity.WARNING,
        fix=partial(_without, vip, "no_track", safe=False),
    )


def _without(vip: VirtualAddress, *wanted: str, safe: bool) -> Fix | None:
    """The address line without these words and the blanks before them."""
    words = vip.directive.words
    values = [word.value for word in words]
    size = len(wanted)
    at = next((n for n in range(1, len(words)) if tuple(values[n : n + size]) == wanted), None)
    if at is None:
        return None
    before, last = words[at - 1], words[at + size - 1]
    return Fix.write(last.source.span(before.end, last.end), "", f"remove '{' '.join(wanted)}'", safe=safe)
