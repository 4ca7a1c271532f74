"""KA011: strict mode, which closes the VIP."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance
    from parsers.facts.values import Value


def _cause(config: KeepalivedConfig, instance: VrrpInstance) -> Value[bool] | None:
    """The line that closes the instance's addresses; None if nothing certain does."""
    if instance.accepts is not False:
        return None
    refusal = instance.no_accept
    if refusal is not None and refusal.known:
        return refusal
    own = instance.strict_mode
    if own is not None and own.value is not None:
        return own
    return config.global_defs.vrrp_strict


@rule("KA011", "vrrp-strict-drops-vip-traffic", Severity.ERROR, Scope.KEEPALIVED, words=("strict", "no_accept"))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`vrrp_strict` or `no_accept` closes the VIP to all traffic for this machine.

    Why it hurts: a firewall rule drops every packet to the virtual address, so the node holds the VIP and no client
    reaches haproxy on it. The sample configurations of several distributions contain `vrrp_strict`. Strict mode also
    ignores the authentication and delays that the file sets (keepalived.conf(5), "vrrp_strict"; rule seen with
    keepalived 2.2.7).

    How to fix: remove `vrrp_strict` and `no_accept`. They are for routers whose VIP is only a next hop.

    Silent when: the priority is 255 (the address owner accepts), `accept` is effective, the instance has no address, or
    the setting is conditional. There is one finding per line that causes it.
    """
    found: dict[int, tuple[Value[bool], list[VrrpInstance]]] = {}
    for instance in config.instances:
        cause = _cause(config, instance)
        if cause is not None and cause.certain and (instance.vips or instance.excluded_vips):
            found.setdefault(id(cause.directive), (cause, []))[1].append(instance)
    for cause, instances in found.values():
        first = instances[0]
        vip = next(iter((*first.vips, *first.excluded_vips)))
        more = f" and of {len(instances) - 1} more" if len(instances) > 1 else ""
        yield Hit(
            cause.directive.span,
            f"'{cause.directive.keyword}' drops all packets to the virtual addresses of vrrp_instance "
            f"'{first.title}'{more}: no client reaches haproxy through the VIP",
            help=f"remove '{cause.directive.keyword}'",
            note="closes the VIP",
            related=[(vip.span, "this address is closed")],
            fix=partial(Fix.remove, cause.directive.span, title=f"remove '{cause.directive.keyword}'", safe=False),
        )
