"""vrrp_instance: what keepalived 2.2.7 makes of the lines."""

from __future__ import annotations

from parsers.facts.keepalived.entries import Peer, VirtualAddress, entries
from parsers.facts.keepalived.instance_lines import InstanceLines
from parsers.facts.keepalived.settings import (
    applies,
    decimal_number,
    first_value,
    peer_address,
    whole_number,
    within,
)
from parsers.records import cached_property
from parsers.tree import Directive


class VrrpInstance(InstanceLines):
    """One vrrp_instance block. Values with the name of a keyword are as written, of the last line with it;
    `effective_...`, `initial_state`, `family` and `is_unicast` are what the daemon runs with.
    """

    @cached_property
    def _deduced(self) -> tuple[int | None, bool, int, bool]:
        """Family and version as the lines set them one after the other, each with whether it is certain."""
        family: int | None = None
        version = 0
        sure_family = sure_version = True
        for line in self.directive.children or ():
            keyword = line.keyword
            if keyword == "version":
                found = first_value(line, lambda text: within(whole_number(text), 2, 3))
                if not found.certain:
                    sure_version = False
                elif found.value and not version and not (found.value == 2 and family == 6):
                    version = found.value
            elif family is None and keyword in _FAMILY_LINES:
                family, sure = _family_of(line)
                sure_family = sure_family and sure
                if keyword == "native_ipv6" and sure:
                    version = version or 3
        return family, sure_family or family is not None, version, sure_version

    @property
    def family(self) -> int | None:
        """4 or 6, from whatever names an address first; None when that is not known. Without any address
        the daemon takes IPv4.
        """
        family, certain, _, _ = self._deduced
        if family is not None:
            return family
        return 4 if certain else None

    @property
    def is_strict(self) -> bool | None:
        """Whether strict mode is on, from the instance or global_defs; None when not known."""
        own = self.strict_mode
        if own is not None and (not own.certain or own.value is not None):
            return own.value
        everywhere = self.global_defs.vrrp_strict
        return False if everywhere is None else everywhere.value

    @property
    def effective_version(self) -> int | None:
        """2 or 3: the first valid `version` line, else 3 for IPv6, else vrrp_version, else 2."""
        _, _, version, certain = self._deduced
        if not certain or (not version and self.family is None):
            return None
        if version:
            return 3 if self.family == 6 and self.is_strict else version
        return 3 if self.family == 6 else self.global_defs.effective_vrrp_version

    @property
    def effective_priority(self) -> int | None:
        """The last `priority` line (100 when it is invalid); without one 255 for state MASTER, else 100."""
        value, certain = self.effective("priority", lambda text: within(whole_number(text), 1, 255), 0, 100)
        if not certain:
            return None
        if value:
            return value
        wanted, certain = self._wanted_state
        if not certain:
            return None
        return 255 if wanted == "MASTER" else 100

    @cached_property
    def _wanted_state(self) -> tuple[str, bool]:
        """The state lines taken together ("" without one): BACKUP after MASTER is ignored, any other word
        is BACKUP.
        """
        state, certain = "", True
        for line in self.lines("state"):
            found = first_value(line, lambda text: text)
            if not found.certain:
                certain = False
            elif found.value == "MASTER":
                state, certain = "MASTER", True
            elif found.value == "BACKUP":
                state = state or "BACKUP"
            else:
                state, certain = "BACKUP", True
        return state, certain

    @property
    def initial_state(self) -> str:
        """MASTER or BACKUP, as the daemon starts; BACKUP where it cannot be known."""
        state, _ = self._wanted_state
        owner = self.effective_priority == 255
        if not state or self.is_strict:
            return "MASTER" if owner else "BACKUP"
        if state == "MASTER" and not owner and self.effective_auth_type == "AH":
            return "BACKUP"
        return state

    @property
    def effective_advert_int(self) -> float | None:
        """Seconds: the last valid line, else 1; whole seconds in version 2, at most 40.95 in version 3."""
        value, certain = self.effective("advert_int", lambda text: within(decimal_number(text), 0.01, 255.0), 1.0)
        version = self.effective_version
        if not certain or version is None:
            return None
        if version == 2:
            return max(1.0, float(int(value + 0.5)))
        return min(40.95, int(value * 100 + 0.5 + 1e-9) / 100)

    @property
    def effective_nopreempt(self) -> bool:
        """Whether a running lower master is left alone: the last of nopreempt and preempt counts, and
        priority 255 or initial state MASTER clear it.
        """
        wanted = False
        for line in self.directive.children or ():
            if line.keyword in ("nopreempt", "preempt") and applies(line):
                wanted = line.keyword == "nopreempt"
        return wanted and self.effective_priority != 255 and self.initial_state != "MASTER"

    @property
    def effective_preempt_delay(self) -> float:
        """Seconds; cleared by initial state MASTER, strict mode and nopreempt."""
        value, _ = self.effective("preempt_delay", lambda text: within(decimal_number(text), 0.0, 1000.0), 0.0, 0.0)
        if self.initial_state == "MASTER" or self.is_strict or self.effective_nopreempt:
            return 0.0
        return value

    @property
    def effective_down_timer_adverts(self) -> int:
        """Missed adverts until a backup takes over; default 3, or vrrp_down_timer_adverts."""
        everywhere = self.global_defs.integer("vrrp_down_timer_adverts", 1, 100)
        default = everywhere.value if everywhere is not None and everywhere.value is not None else 3
        value, _ = self.effective("down_timer_adverts", lambda text: within(whole_number(text), 1, 100), default)
        return 3 if self.is_strict else value

    @property
    def effective_auth_type(self) -> str | None:
        """PASS or AH, None without authentication: no or wrong type, no password, version 3, strict mode."""
        kind, certain = self.authentication.effective(
            "auth_type", lambda text: text if text in ("PASS", "AH") else None, ""
        )
        password = self.auth_pass
        given = password is not None and (bool(password.raw) or not password.certain)
        if not kind or not certain or not given or self.effective_version == 3 or self.is_strict:
            return None
        return None if kind == "AH" and self.family == 6 else kind

    @property
    def is_unicast(self) -> bool | None:
        """Whether adverts go to listed peers: true with at least one usable peer, None when that is not known."""
        family = self.family
        peers = self.unicast_peers
        if any(peer.address is not None and peer.address.version == family for peer in peers):
            return True
        if family is None or any(not peer.certain for peer in peers):
            return None
        return None if any(block.children and not applies(block) for block in self.unicast_peer_blocks) else False

    @property
    def accepts(self) -> bool | None:
        """Whether packets to the virtual addresses are accepted on a master: the last of accept and no_accept,
        else yes unless strict mode is on.
        """
        wanted: bool | None = None
        for line in self.directive.children or ():
            if line.keyword in ("accept", "no_accept") and applies(line):
                wanted = line.keyword == "accept"
        owner, strict = self.effective_priority == 255, self.is_strict
        if wanted is None:
            return owner or (None if strict is None else not strict)
        return wanted and not (strict and not owner and self.effective_version == 2)

    @property
    def usable_vips(self) -> list[VirtualAddress]:
        """The advertised addresses that the daemon takes: valid, and of the instance's family."""
        family = self.family
        return [vip for vip in self.vips if vip.address is not None and vip.lost is None and vip.family == family]


_FAMILY_LINES = frozenset({"native_ipv6", "virtual_ipaddress", "unicast_peer", "unicast_src_ip", "mcast_src_ip"})


def _family_of(line: Directive) -> tuple[int | None, bool]:
    """The address family that a line settles, and whether it is certain that it does or does not."""
    sure = applies(line)
    if line.keyword == "native_ipv6":
        return (6, True) if sure else (None, False)
    if line.keyword in ("unicast_src_ip", "mcast_src_ip"):
        source = first_value(line, peer_address)
        return (source.value.version if source.value is not None else None), source.certain
    for entry, word in entries(line):
        if line.keyword == "unicast_peer":
            address, known = Peer(entry, word).address, not word.dynamic and applies(entry)
        else:
            vip = VirtualAddress(entry, word)
            address, known = (vip.address if vip.lost is None else None), vip.certain
        if address is not None:
            return address.version, True
        sure = sure and known
    return None, sure
