"""KA015: more than eight characters in auth_pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.source import bytes_of
from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.placeholders import is_placeholder

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig

_LIMIT = 8  # bytes: the size of the field in a VRRPv2 packet (RFC 2338, section 5.3.6)


@rule("KA015", "auth-pass-truncated", Severity.WARNING, Scope.KEEPALIVED, words=("auth_pass",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """An `auth_pass` is longer than the eight bytes that VRRP carries.

    Why it hurts: keepalived truncates it after the eighth byte. Two passwords that differ only after that are equal, so
    adverts of another cluster may be accepted; and `keepalived -t` exits with 5, which stops installers that check the
    file (measured with keepalived 2.2.7).

    How to fix: choose a password of up to 8 characters, and change it on all nodes at once: while they differ, each
    node holds the VIP.

    Silent when: the password comes from a variable, or is a placeholder (KA004).
    """
    for instance in config.instances:
        password = instance.auth_pass
        if password is None or not password.certain or is_placeholder(password.raw):
            continue
        size = len(bytes_of(password.raw))
        unit = "characters" if password.raw.isascii() else "bytes"
        if size > _LIMIT:
            yield Hit(
                password.span,
                f"auth_pass of vrrp_instance '{instance.title}' has {size} {unit}; keepalived uses the first {_LIMIT} "
                "and ignores the rest",
                help="use a password of up to 8 characters, the same on all nodes, and change it on all of them at "
                "once",
                note=f"truncated after {_LIMIT} characters",
            )
