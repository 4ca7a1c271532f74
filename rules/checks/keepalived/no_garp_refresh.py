"""KA018: one gratuitous ARP for a takeover, and none after it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance
    from parsers.facts.values import Value


def _setting(config: KeepalivedConfig, instance: VrrpInstance, name: str) -> Value[int] | None:
    return instance.integer(name, 0) or config.global_defs.integer(f"vrrp_{name}", 0)


def _number(value: Value[int] | None, default: int) -> int | None:
    """The number that counts; None if it is not known."""
    if value is None:
        return default
    return value.value if value.known else None


@rule("KA018", "no-garp-refresh", Severity.INFO, Scope.KEEPALIVED, words=("garp",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A node announces the VIP with a single gratuitous ARP, and does not repeat it.

    Why it hurts: switches and neighbors learn from it that the VIP has moved. If it is lost, such as on a switch port
    that is still learning, they send to the old node until their ARP entry expires, which takes up to four hours on
    some routers. With `vrrp_min_garp` keepalived sends one, with its defaults ten (measured with 2.2.7).

    How to fix: write `vrrp_garp_master_refresh 5` in global_defs, which repeats it every 5 s; or remove what reduces
    the number. After a link that was cut and healed, clients went astray for up to 45 s with 60, and 4 s with 5.

    Silent when: more than one is sent, as by default, although a refresh is useful there too: nearly no published file
    has one. Also with `use_vmac`, with which the MAC address moves with the VIP.
    """
    reported: set[int] = set()
    minimal = config.global_defs.boolean("vrrp_min_garp")
    for instance in config.instances:
        if instance.use_vmac is not None:
            continue
        repeat, delay, refresh = (
            _setting(config, instance, f"garp_master_{what}") for what in ("repeat", "delay", "refresh")
        )
        reduced = minimal is not None and minimal.value is True
        found = (_number(repeat, 1 if reduced else 5), _number(delay, 0 if reduced else 5), _number(refresh, 0))
        if found[0] not in (0, 1) or found[1:] != (0, 0):
            continue
        at = repeat or delay or minimal
        if at is None or id(at.directive) in reported:
            continue
        reported.add(id(at.directive))
        yield Hit(
            at.directive.span,
            f"vrrp_instance '{instance.title}' sends one gratuitous ARP when it takes the VIP, and no other: if it "
            "is lost, clients continue to send to the old node",
            help="write 'vrrp_garp_master_refresh 5' in global_defs",
            note="one only",
            fix=partial(_fix, config),
        )


def _fix(config: KeepalivedConfig) -> Fix | None:
    from rules.support.keepalived.fixing import global_setting

    return global_setting(config, "vrrp_garp_master_refresh 5")
