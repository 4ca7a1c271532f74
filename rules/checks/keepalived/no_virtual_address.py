"""KA043: an instance without any virtual address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.gaps import blocks_in_doubt, can_tell_what_is_missing

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.source import Span


@rule("KA043", "no-virtual-address", Severity.WARNING, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A `vrrp_instance` has no virtual address.

    Why it hurts: the nodes elect a master but no address moves, and none answers. With VRRP version 3 or strict mode
    keepalived refuses to run; otherwise `keepalived -t` only calls it "not sensible" (measured with keepalived 2.2.7).

    How to fix: list the address in `virtual_ipaddress { ... }`, the same on all nodes.

    Silent when: the block has any entry, even an invalid or conditional address; `no_virtual_ipaddress` shows that it
    is meant; the instance has an unknown keyword, a brace is missing, or an include could not be read. Addresses only
    in `virtual_ipaddress_excluded` are an info, since the peers do not compare them.
    """
    if not can_tell_what_is_missing(config):
        return
    doubtful = blocks_in_doubt(config)
    for instance in config.instances:
        if instance.vips or instance.directive in doubtful or instance.get("no_virtual_ipaddress") is not None:
            continue
        if instance.name is None or not instance.name.certain:
            continue
        blocks = instance.lines("virtual_ipaddress")
        span: Span = blocks[0].words[0].span if blocks else instance.name.span
        only = " in 'virtual_ipaddress', only excluded ones" if instance.excluded_vips else ""
        refused = instance.effective_version == 3 or instance.is_strict is True
        severity = Severity.ERROR if refused else Severity.INFO if instance.excluded_vips else None
        yield Hit(
            span,
            f"vrrp_instance '{instance.title}' has no virtual address{only}"
            + (": keepalived does not run the instance" if refused else ": it elects a master, but no address moves"),
            help="list the address in 'virtual_ipaddress { ... }', the same on all nodes",
            note="no address",
            severity=severity,
        )
