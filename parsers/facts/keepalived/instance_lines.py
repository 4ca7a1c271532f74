"""vrrp_instance: what the file says, line by line."""

from __future__ import annotations

from parsers.facts.keepalived.checks import Named
from parsers.facts.keepalived.entries import Peer, Tracker, VirtualAddress, entries, trackers_of
from parsers.facts.keepalived.global_defs import GlobalDefs
from parsers.facts.keepalived.settings import Address, Settings
from parsers.facts.values import Value
from parsers.records import cached_property
from parsers.tree import Directive

_STATES = ("MASTER", "BACKUP")


class InstanceLines(Named):
    """The settings of one vrrp_instance block as written; of several lines with a keyword the last counts."""

    def __init__(self, directive: Directive, global_defs: GlobalDefs) -> None:
        super().__init__(directive)
        self.global_defs = global_defs

    # Settings as written.

    @property
    def state(self) -> Value[str] | None:
        """MASTER or BACKUP; value None for any other word."""
        return self.read("state", lambda text: text if text in _STATES else None)

    @property
    def interface(self) -> Value[str] | None:
        """The interface."""
        return self.get("interface")

    @property
    def virtual_router_id(self) -> Value[int] | None:
        """1 to 255."""
        return self.integer("virtual_router_id", 1, 255)

    @property
    def priority(self) -> Value[int] | None:
        """1 to 255."""
        return self.integer("priority", 1, 255)

    @property
    def advert_int(self) -> Value[float] | None:
        """Seconds between adverts, 0.01 to 255."""
        return self.decimal("advert_int", 0.01, 255)

    @property
    def version(self) -> Value[int] | None:
        """The `version` line, 2 or 3."""
        return self.integer("version", 2, 3)

    @property
    def unicast_src_ip(self) -> Value[Address] | None:
        """The address adverts are sent from and received on."""
        return self.address("unicast_src_ip")

    @property
    def mcast_src_ip(self) -> Value[Address] | None:
        """The source address of multicast adverts."""
        return self.address("mcast_src_ip")

    @property
    def nopreempt(self) -> Value[bool] | None:
        """Whether `nopreempt` is there."""
        return self.flag("nopreempt")

    @property
    def preempt(self) -> Value[bool] | None:
        """Whether `preempt` is there."""
        return self.flag("preempt")

    @property
    def preempt_delay(self) -> Value[float] | None:
        """Seconds, 0 to 1000."""
        return self.decimal("preempt_delay", 0, 1000)

    @property
    def dont_track_primary(self) -> Value[bool] | None:
        """Whether `dont_track_primary` is there."""
        return self.flag("dont_track_primary")

    @property
    def no_accept(self) -> Value[bool] | None:
        """Whether `no_accept` is there."""
        return self.flag("no_accept")

    @property
    def strict_mode(self) -> Value[bool] | None:
        """The `strict_mode` line."""
        return self.boolean("strict_mode")

    @property
    def use_vmac(self) -> Value[bool] | None:
        """Whether `use_vmac` is there."""
        return self.flag("use_vmac")

    # Blocks.

    def _entries(self, keyword: str) -> list[VirtualAddress]:
        return [
            VirtualAddress(line, word)
            for block in self.lines(keyword)
            if block.children
            for line, word in entries(block)
        ]

    @cached_property
    def vips(self) -> list[VirtualAddress]:
        """The addresses of all virtual_ipaddress blocks, wrong ones too."""
        return self._entries("virtual_ipaddress")

    @cached_property
    def excluded_vips(self) -> list[VirtualAddress]:
        """The addresses of all virtual_ipaddress_excluded blocks."""
        return self._entries("virtual_ipaddress_excluded")

    @property
    def unicast_peer_blocks(self) -> list[Directive]:
        """The unicast_peer blocks."""
        return list(self.lines("unicast_peer"))

    @cached_property
    def unicast_peers(self) -> list[Peer]:
        """The lines of all unicast_peer blocks, wrong ones too."""
        return [
            Peer(line, word) for block in self.lines("unicast_peer") if block.children for line, word in entries(block)
        ]

    @cached_property
    def trackers(self) -> list[Tracker]:
        """Everything tracked, in file order."""
        return trackers_of(self.directive)

    @cached_property
    def authentication(self) -> Settings:
        """The settings of all authentication blocks."""
        return Settings([block for block in self.lines("authentication") if block.children is not None])

    @property
    def auth_type(self) -> Value[str] | None:
        """PASS or AH; value None for any other word."""
        return self.authentication.read("auth_type", lambda text: text if text in ("PASS", "AH") else None)

    @property
    def auth_pass(self) -> Value[str] | None:
        """The password. SECRET: for comparing only, never for a message."""
        return self.authentication.get("auth_pass")
