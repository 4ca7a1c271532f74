"""KA016: authentication that protects nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.facts.keepalived.instance import VrrpInstance
    from parsers.facts.values import Value


def _reason(instance: VrrpInstance, kind: str) -> tuple[str, str] | None:
    """Why keepalived does not use the authentication as written, and what to do; None when it does."""
    if instance.effective_version == 3:
        return "VRRP version 3 has no authentication and keepalived ignores the block", "remove the block"
    if instance.is_strict:
        return "strict mode allows no authentication and keepalived ignores the block", "remove the block"
    if kind != "AH":
        return None
    if instance.is_unicast:
        return (
            "AH was removed from VRRP by RFC 3768 and was never meant for unicast",
            "write 'auth_type PASS' everywhere",
        )
    return (
        "AH was removed from VRRP by RFC 3768, and keepalived does not start as MASTER with it",
        "write 'auth_type PASS' on every node",
    )


@rule("KA016", "auth-ineffective", Severity.WARNING, Scope.KEEPALIVED, words=("auth_",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """An `authentication` block that keepalived ignores, or that uses AH.

    Why it hurts: with VRRP version 3 and in strict mode keepalived reports the block and continues without it (measured
    with 2.2.7; RFC 5798 section 9), so it gives no protection. AH was removed by RFC 3768; keepalived warns about
    `state MASTER` with it, and it hides the adverts from tools and firewalls that know VRRP as protocol 112.

    How to fix: remove the block, or for version 2 use `auth_type PASS`. A password is sent in clear text and only
    prevents accidental mix-ups between virtual routers; which machines may send VRRP is for the network to enforce.

    Silent when: the type, the version or the password is missing or depends on a variable (see KA045 for a missing
    one), and about passwords that are easy to guess.
    """
    for instance in config.instances:
        kind, password = instance.auth_type, instance.auth_pass
        if kind is None or not kind.known or password is None or not password.raw:
            continue
        reason = _reason(instance, str(kind.value))
        if reason is not None:
            outcome, fix = reason
            yield Hit(
                kind.span,
                f"auth_type {kind.value} in vrrp_instance '{instance.title}': {outcome}",
                help=fix,
                note="no effect here",
                fix=partial(_fix, kind, fix),
            )


def _fix(kind: Value[str], advice: str) -> Fix | None:
    block = kind.directive.parent
    if advice != "remove the block":
        return Fix.write(kind.span, "PASS", "write 'auth_type PASS'", safe=False)
    if block is None:
        return None
    from rules.support.keepalived.fixing import without_block

    return without_block(block, "remove the authentication block")
