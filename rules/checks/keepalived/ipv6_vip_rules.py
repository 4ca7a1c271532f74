"""KA024: what VRRP wants of an instance with IPv6 addresses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig


@rule("KA024", "ipv6-vip-rules", Severity.INFO, Scope.KEEPALIVED, words=(":",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """An IPv6 instance asks for VRRP version 2, or lacks the link-local VIP that strict mode wants.

    Why it hurts: IPv6 needs version 3, which keepalived uses whatever `version 2` says; with the line below the
    addresses it reports it, and `keepalived -t` exits with 5. In strict mode the first VIP has to be a link-local one,
    as in RFC 5798; without it keepalived reports it, and runs (measured with 2.2.7).

    How to fix: remove `version 2`. In strict mode add an address such as `fe80::100/64` before the others, on all
    nodes; or remove strict mode.

    Silent when: the family or strict mode is not known. Both are infos, since the VIP works.
    """
    for instance in config.instances:
        if instance.family != 6:
            continue
        version = instance.version
        if version is not None and version.known and version.value == 2:
            yield Hit(
                version.directive.span,
                f"vrrp_instance '{instance.title}' has IPv6 addresses: keepalived ignores 'version 2' and uses 3",
                help="remove the line",
                note="ignored",
                fix=partial(Fix.remove, version.directive.span),
            )
        vips = instance.usable_vips
        if instance.is_strict and vips and vips[0].address is not None and not vips[0].address.is_link_local:
            yield Hit(
                vips[0].span,
                f"the first address of vrrp_instance '{instance.title}' is not link-local, as strict mode wants it "
                "for IPv6",
                help="add a link-local address such as 'fe80::100/64' before it, on all nodes, or remove strict mode",
                note="not link-local",
            )
