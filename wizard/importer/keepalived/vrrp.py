"""keepalived.conf -> the draft's VIPs and [vrrp], with the rest left over."""

from __future__ import annotations

import re
from ipaddress import ip_interface, ip_network
from typing import TYPE_CHECKING

from parsers.source import bytes_of
from rules.plan import FAST_ADVERT_INT, SCHEMA, about, check_value
from rules.support import is_placeholder
from wizard.importer.agreement import reading
from wizard.importer.keepalived.routers import Choice, Router
from wizard.importer.keepalived.tracking import read_tracking
from wizard.importer.model import LeftoverKind, Row
from wizard.importer.readings import Readings

if TYPE_CHECKING:
    from parsers.facts.keepalived import VirtualAddress
    from parsers.facts.values import Value
    from rules.fleet import Member
    from rules.plan import IPAddress, IPInterface

_AUTH_BYTES = 8  # keepalived 2.2.7 drops what follows the eighth byte
_WITHOUT = (
    "auth_pass is a placeholder in these files, so that halb's files have no password; if the load balancers have one, "
    "enter it (F9, Password; or 'auth_pass' under [vrrp] in halb.toml): one that has a password and one that has none, "
    "or another, both hold the VIP"
)


class VrrpReader(Readings):
    """Reads the instances of the endpoint's routers, then says what they agree on."""

    def read(self, choice: Choice) -> Row:
        """What the instances say, once all are read."""
        with_password = all(member.instance.effective_version != 3 for member in choice.members)
        for member in choice.members:
            self.ledger.take(member.instance.directive)
            self._numbers(member)
            self._mode(member)
            self._preempt(member)
            self._auth(member, with_password)
        read_tracking(self, choice)
        secret = {key.name: key.secret for key in SCHEMA["vrrp"].keys.values()}
        return {key: self.agreement.on(f"vrrp.{key}", found, secret=secret[key]) for key, found in self.by_key.items()}

    def _numbers(self, member: Member) -> None:
        node, instance = member.node.name, member.instance
        vrid = instance.virtual_router_id
        found = self.ledger.checked(node, "vrrp", "virtual_router_id", vrid)
        if found is not None and vrid is not None:
            self.add("virtual_router_id", reading(node, vrid.span, found))
        written = instance.advert_int
        effective = instance.effective_advert_int if written is not None and written.known else None
        seconds = self.ledger.checked(node, "vrrp", "advert_int", written, effective)
        if written is None:
            self.add("advert_int", reading(node, instance.directive.span, 1.0, "1 (not written)"))
        elif seconds is not None:
            self.add("advert_int", reading(node, written.span, seconds))
        if seconds is not None and written is not None:
            fast = instance.effective_version == 3 and seconds <= FAST_ADVERT_INT
            self.add("takeover", reading(node, written.span, "fast" if fast else "normal"))

    def _mode(self, member: Member) -> None:
        node, instance = member.node.name, member.instance
        peers = [peer for peer in instance.unicast_peers if peer.address is not None]
        span = peers[0].span if peers else instance.directive.span
        self.add("mode", reading(node, span, "unicast" if peers else "multicast"))

    def _preempt(self, member: Member) -> None:
        node, instance = member.node.name, member.instance
        sticky = instance.nopreempt
        if sticky is not None and not sticky.certain:
            return
        # A MASTER that says nopreempt preempts all the same (keepalived 2.2.7 ignores the word there).
        if sticky is not None and instance.initial_state != "MASTER":
            self.ledger.take(sticky.directive)
            self.add("preempt", reading(node, sticky.span, False, "false"))
            return
        for value in (instance.preempt, sticky):
            if value is not None and value.certain:
                self.ledger.take(value.directive)
        self.add("preempt", reading(node, instance.directive.span, True, "true"))

    def _auth(self, member: Member, with_password: bool) -> None:
        node, instance = member.node.name, member.instance
        if not instance.authentication.blocks:
            return
        password, kind = instance.auth_pass, instance.auth_type
        for block in instance.authentication.blocks:
            self.ledger.take(block)
        if not with_password:
            for block in instance.authentication.blocks:
                for line in block.children or ():
                    self.ledger.leave(node, line, "VRRP version 3 has no authentication")
            return
        if kind is not None and kind.known:
            if kind.value == "PASS":
                self.ledger.take(kind.directive)
            else:
                self.ledger.leave(node, kind.directive, "a plan knows passwords (PASS) alone")
        if password is None:
            return
        if is_placeholder(password.raw):
            why = "the password is a placeholder; the real one is entered with F9, Password"
            self.ledger.leave(node, password.directive, why, LeftoverKind.UNREADABLE)
            self.ledger.notes.append(_WITHOUT)
            return
        if re.search("[\ud800-\udfff]", password.value or ""):
            self.ledger.leave(node, password.directive, "halb.toml holds UTF-8 text alone", LeftoverKind.UNREADABLE)
        else:
            self._password(node, password)

    def _password(self, node: str, password: Value[str]) -> None:
        """The password as keepalived uses it: its first eight bytes."""
        given = bytes_of(password.value or "")[:_AUTH_BYTES].decode("utf-8", "ignore")
        found = self.ledger.checked(node, "vrrp", "auth_pass", password, given)
        if found is not None:
            self.add("auth_pass", reading(node, password.span, found))
            if len(bytes_of(password.value or "")) > _AUTH_BYTES:
                self.ledger.notes.append(f"{node}: auth_pass is cut to its first 8 bytes, as keepalived does")

    # -- the VIP

    def vip(self, router: Router, wanted: set[IPAddress], own: list[IPAddress], key: str) -> IPInterface | None:
        """The VIP of a router: a `wanted` one, else the first. `own` are the load balancers' addresses."""
        usable = [(member, vip) for member in router for vip in member.instance.usable_vips]
        best = [pair for pair in usable if pair[1].address in wanted] or usable
        first: dict[str, tuple[Member, VirtualAddress]] = {}
        for member, vip in best:
            first.setdefault(member.node.name, (member, vip))
        readings = []
        for member, vip in first.values():
            found = self._interface(member.node.name, vip, own, key)
            if found is not None:
                readings.append(reading(member.node.name, vip.span, found))
        chosen: IPInterface | None = self.agreement.on(f"vip.{key}", readings)
        taken = {r.span for r in readings}
        blocks = {id(vip.directive.parent) for _, vip in first.values()}
        for member in router:
            for block in member.instance.lines("virtual_ipaddress"):
                if id(block) in blocks:
                    self.ledger.take(block)
            for vip in member.instance.vips:
                if vip.span in taken:
                    self._options(member, vip)
                elif vip.address is None or vip.lost is not None or vip.family != member.instance.family:
                    self.ledger.leave(
                        member.node.name, vip.directive, "no address that keepalived takes", LeftoverKind.UNREADABLE
                    )
                elif not self.ledger.accounted_for(vip.directive):
                    self.ledger.leave(member.node.name, vip.directive, f"a plan has one VIP of a family, {chosen}")
        return chosen

    def _interface(self, node: str, vip: VirtualAddress, own: list[IPAddress], key: str) -> IPInterface | None:
        length = vip.effective_prefix
        address = vip.address
        if address is None:
            return None
        near = 24 if address.version == 4 else 64
        network = ip_network(f"{address}/{near}", strict=False)
        same = [a for a in own if a.version == address.version]
        if length == address.max_prefixlen and same and all(a in network for a in same):
            length = near
            self.ledger.notes.append(
                f"{node}: VIP {address} has the prefix length /{address.max_prefixlen} there; the plan says /{near}, "
                "after the load balancers' addresses: check it against their network"
            )
        try:
            found = check_value("vip", key, f"{address}/{length}")
        except ValueError as error:
            self.ledger.leave(node, vip.directive, f"halb.toml can't hold it: {about(key, str(error))}")
            return None
        self.ledger.take(vip.directive)
        return ip_interface(str(found))

    def _options(self, member: Member, vip: VirtualAddress) -> None:
        interface = member.instance.interface
        node = member.node.name
        for name, option in vip.options.items():
            if name == "dev" and interface is not None and option.value == interface.value:
                continue
            text = f"{name} {option.raw}" if option.raw != name else name
            before = [word for word in vip.directive.words if word.value == name and word.end <= option.span.start]
            span = before[-1].span.to(option.span) if before else option.span
            self.ledger.leave_part(node, span, f"a plan has no '{text}' for the VIP")
        for word in vip.unknown:
            self.ledger.leave_part(node, word.span, "keepalived ignores it too")
