"""The global_defs blocks."""

from __future__ import annotations

from parsers.facts.keepalived.settings import Address, Settings, whole_number, within
from parsers.facts.values import Value


class GlobalDefs(Settings):
    """All global_defs blocks together; later values win."""

    @property
    def vrrp_version(self) -> Value[int] | None:
        """2 or 3."""
        return self.integer("vrrp_version", 2, 3)

    @property
    def effective_vrrp_version(self) -> int | None:
        """The last valid vrrp_version, 2 without one, None when not known."""
        value, certain = self.effective("vrrp_version", lambda text: within(whole_number(text), 2, 3), 2)
        return value if certain else None

    @property
    def vrrp_strict(self) -> Value[bool] | None:
        """Whether vrrp_strict is there (an argument, even `off`, is ignored)."""
        return self.flag("vrrp_strict")

    @property
    def vrrp_mcast_group4(self) -> Value[Address] | None:
        """The IPv4 group of adverts."""
        return self.address("vrrp_mcast_group4")

    @property
    def vrrp_mcast_group6(self) -> Value[Address] | None:
        """The IPv6 group of adverts."""
        return self.address("vrrp_mcast_group6")

    @property
    def vrrp_check_unicast_src(self) -> Value[bool] | None:
        """Whether vrrp_check_unicast_src is there."""
        return self.flag("vrrp_check_unicast_src")

    @property
    def dynamic_interfaces(self) -> Value[bool] | None:
        """Whether dynamic_interfaces is there."""
        return self.flag("dynamic_interfaces")
