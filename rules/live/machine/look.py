"""Looking at everything at once: each source in its own thread, and what it can't say as a reason."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Any

from parsers.records import NamedTuple
from rules.live.machine import interfaces as addresses_of
from rules.live.machine import kernel, listening, networkd, rulesets, scripts, services, sockets
from rules.live.machine.observed import IPAddress, MachineObservations, NotKnownError

ARP_SECONDS = 1.0


class LookFor(NamedTuple):
    """What the rules want to know of: the VIPs with the names of their interfaces, the scripts' paths, the
    configuration files, and the addresses that this machine will connect to. `local`: the files are those of this
    machine's daemons.
    """

    vips: tuple[tuple[IPAddress, str], ...] = ()
    scripts: tuple[str, ...] = ()
    configs: tuple[str, ...] = ()
    others: tuple[IPAddress, ...] = ()
    local: bool = False


_ALL = ("interfaces", "sysctls", "sockets", "processes", "systemd", "firewall", "scripts", "files", "routes",
        "networkd", "platform", "selinux", "arp", "vrrp")  # fmt: skip


def look_around(wanted: LookFor, *, seconds: float) -> MachineObservations:
    """What this machine shows. Adverts are listened for `seconds`; nothing is changed, and nothing raises.

    The only packets that are sent are ARP probes for the VIPs and the announcements of a multicast membership.
    """
    if sys.platform != "linux":
        reason = "this is known on Linux only"
        return MachineObservations(addresses_of.hostname(), wanted.local, dict.fromkeys(_ALL, reason))
    unknown: dict[str, str] = {}
    nics = _known("interfaces", unknown, addresses_of.interfaces, ())
    seen: dict[str, Any] = {"interfaces": nics}
    asks: list[tuple[str, str, Callable[[], Any]]] = [
        ("sysctls", "sysctls", kernel.sysctls),
        ("sysctls", "lasting", kernel.lasting_sysctls),
        ("sockets", "listeners", sockets.listeners),
        ("processes", "daemons", sockets.daemons),
        ("systemd", "units", services.units),
        ("firewall", "rulesets", rulesets.rulesets),
        ("scripts", "scripts", lambda: scripts.look_at_scripts(wanted.scripts)),
        ("scripts", "script_account", scripts.script_account),
        ("files", "configs", lambda: scripts.look_at_configs(wanted.configs)),
        ("files", "strays", scripts.strays),
        ("routes", "sources", lambda: addresses_of.sources(wanted.others)),
        ("networkd", "managed", lambda: networkd.managed(nics)),
        ("platform", "platform", kernel.platform),
        ("selinux", "selinux", kernel.selinux),
        ("arp", "answers", lambda: listening.arp_answers(_asked(wanted.vips, nics), ARP_SECONDS)),
        ("vrrp", "adverts", lambda: listening.heard_adverts(nics, seconds)),
    ]
    with ThreadPoolExecutor(len(asks)) as pool:
        running = [(source, field, pool.submit(ask)) for source, field, ask in asks]
        for source, field, future in running:
            answer = _known(source, unknown, future.result, None)
            if answer is not None:
                seen[field] = answer
    return MachineObservations(addresses_of.hostname(), wanted.local, unknown, listened=seconds, **seen)


def _known(source: str, unknown: dict[str, str], ask: Callable[[], Any], otherwise: Any) -> Any:
    """What `ask` returns; where it can't say, the reason is noted."""
    try:
        return ask()
    except NotKnownError as error:
        unknown[source] = str(error)
    except Exception as error:  # what a machine shows can be anything; the other sources still count
        unknown[source] = f"it could not be read: {error or type(error).__name__}"
    return otherwise


def _asked(vips: Iterable[tuple[IPAddress, str]], nics: Iterable[Any]) -> list[Any]:
    by_name = {name: nic for nic in nics for name in (nic.name, *nic.other_names)}
    found = []
    for address, name in vips:
        with suppress(KeyError):
            if isinstance(address, IPv4Address) and by_name[name].up:
                found.append((address, by_name[name]))
    return found
