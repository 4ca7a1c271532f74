"""XN004: one virtual router, several passwords."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.source import bytes_of
from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import Disagreement, disagreement

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member

_USED_BYTES = 8  # RFC 2338 section 5.3.6: eight octets of authentication data; keepalived ignores the rest

Authentication = tuple[str, bytes]
_NONE: Authentication = ("none", b"")


def _authentication(member: Member) -> Authentication | None:
    """Type and the bytes of the password that count, or None if they are not known."""
    kind, secret = member.instance.auth_type, member.instance.auth_pass
    if (kind is not None and not kind.certain) or (secret is not None and not secret.certain):
        return None
    if kind is None or kind.value is None or secret is None or not secret.raw or member.instance.is_strict:
        return _NONE  # either line without the other means no authentication (keepalived 2.2.7)
    return kind.value, bytes_of(secret.value or "")[:_USED_BYTES]


def _place(member: Member) -> Span:
    for value in (member.instance.auth_pass, member.instance.auth_type):
        if value is not None:
            return value.directive.words[0].span
    return member.instance.name.span


def _message(label: str, differ: Disagreement[Authentication]) -> str:
    """What differs, without revealing a password."""
    types = {reading.value[0] for reading in (*differ.odd, *differ.rest)}
    if len(types) > 1:
        return f"authentication differs for {label}: {differ.values(_kind)}"
    names = ", ".join(sorted(r.member.node.name for r in differ.odd))
    return f"auth_pass differs for {label}: {names} has a different one from {differ.rest[0].member.node.name}"


def _kind(reading: object) -> str:
    kind: str = reading.value[0]  # type: ignore[attr-defined]
    return "no authentication" if kind == "none" else f"auth_type {kind}"


@rule("XN004", "auth-mismatch", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """The nodes of one virtual router authenticate differently.

    Why it hurts: an advert with a different `auth_type` or password is rejected ("received an invalid passwd!"), so
    every node is MASTER and holds the VIP. Only the first eight bytes of a password count, and either line without the
    other means no authentication at all (measured with keepalived 2.2.7).

    How to fix: write the same `authentication` block on every node. Passwords are compared, never printed.

    Silent when: all nodes use VRRP version 3, which has no authentication; a value depends on a variable; or
    two passwords differ only after the eighth byte.
    """
    for group in fleet.vrrp_groups:
        if all(member.instance.effective_version != 2 for member in group):
            continue
        differ = disagreement(group, _authentication)
        if differ is None:
            continue
        odd = differ.odd[0]
        yield Hit(
            _place(odd.member),
            f"{_message(group.label, differ)}; adverts are rejected and every node holds the VIP",
            help="write the same 'authentication' block (auth_type and auth_pass) on every node",
            note=f"{odd.member.node.name}: {_kind(odd)}",
            related=differ.related(_place, lambda r: f"{r.member.node.name}: {_kind(r)}"),
            node=odd.member.node.name,
        )
