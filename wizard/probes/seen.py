"""What of the cluster answers right now, and who has the VIP. Pure, but for this machine's list of neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rules.live import IPAddress, LiveView, Target
from rules.plan import Phase

_COMPLETE = 0x2  # ATF_COM of <linux/if_arp.h>: the entry has an answer


class SeenCluster(NamedTuple):
    """What was seen: by address whether an API server answers there; the load balancer that has the VIP, "" where that
    can't be told from here; and where the name leads, None where that is not known.
    """

    answering: Mapping[str, bool] = {}
    holder: str = ""
    phase: Phase | None = None


def seen(view: LiveView, root: Path = Path("/")) -> SeenCluster:
    """What a look at the network says. `root` is where /proc is."""
    endpoint = view.endpoint
    targets = (*endpoint.control_plane, *endpoint.load_balancers, *endpoint.vips)
    probes = [(target, view.probe(target)) for target in targets]
    answering = {str(target.address): probe.alive for target, probe in probes if probe is not None}
    return SeenCluster(answering, _holder(view, root), view.found_phase)


def _holder(view: LiveView, root: Path) -> str:
    """The load balancer that has the VIP: this machine, or the one whose Ethernet address answers for it."""
    balancers = (*view.endpoint.load_balancers, *view.endpoint.not_queried)
    local = view.observed.vantage.local
    for vip in view.endpoint.vips:
        if vip.address in local:
            here = [machine.name for machine in balancers if machine.address in local]
            return here[0] if len(here) == 1 else ""
        if found := holder_of(vip.address, balancers, root):
            return found
    return ""


def holder_of(vip: IPAddress, balancers: Sequence[Target], root: Path = Path("/")) -> str:
    """The load balancer that has the Ethernet address of a VIP, by this machine's neighbours (/proc/net/arp, IPv4 on
    Linux); "" where they do not say, as from another network.

    The VIP has been asked a moment ago, so its entry is no older than that: keepalived announces each move (RFC 5798
    6.4.1). With `use_vmac` the VIP has an address of its own, which is nobody's.
    """
    known = dict(_neighbours(root))
    mine = known.get(str(vip))
    found = {machine.name for machine in balancers if mine is not None and known.get(str(machine.address)) == mine}
    return found.pop() if len(found) == 1 else ""


def _neighbours(root: Path) -> Iterator[tuple[str, str]]:
    """Address and Ethernet address of each neighbour that has answered."""
    try:
        lines = (root / "proc/net/arp").read_text(encoding="ascii", errors="replace").splitlines()[1:]
    except OSError:
        return
    for line in lines:
        words = line.split()
        if len(words) >= 4 and words[2].startswith("0x") and int(words[2], 16) & _COMPLETE:
            yield words[0], words[3].lower()
