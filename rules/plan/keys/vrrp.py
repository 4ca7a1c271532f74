"""The keys of `[vrrp]`."""

from __future__ import annotations

from rules.plan import defaults
from rules.plan.record import Record, key
from rules.plan.types import values
from rules.plan.types.readers import one_of, yes_or_no


class VrrpChoice(Record):
    """How the load balancers elect the holder of the VIP.

    `track` "process": vrrp_track_process on haproxy with weight 0 beside the script (keepalived 2.0.11 and later, not
    in containers); "script": the script alone. `preempt` false is the sticky form: BACKUP and nopreempt everywhere,
    weight 0. `advert_int` is in seconds. `takeover` "fast": VRRPv3 for IPv4 too, with adverts that come often enough
    for a takeover within a second. `auth_pass` None: no authentication.
    """

    virtual_router_id: int = key(
        "vrrp.virtual_router_id",
        values.virtual_router_id,
        "a number that is this VIP's alone on its network",
        usual=lambda known: defaults.virtual_router_id(known("cluster.name"), known("vip.address")),
        label="Virtual router ID",
        help="1 to 255; the same on all nodes, no other router's",
        explain="Adverts carry it. Two clusters with one ID in one network disturb each other. The default is made "
        "from the cluster's name and the VIP, and is never 51 or 1, which everybody else takes.",
        examples=("33",),
    )
    advert_int: float = key(
        "vrrp.advert_int",
        values.advert_int,
        "seconds between adverts",
        default=1.0,
        usual=lambda known: defaults.advert_int(known("vrrp.takeover")),
        label="Advert interval",
        help="seconds; whole ones with IPv4, unless takeover is fast",
        explain="After three intervals without an advert another load balancer takes the VIP. With an IPv4 VIP halb's "
        "files use VRRPv2, which has whole seconds only, unless the takeover is to be fast; VRRPv3, which is then used "
        "and for IPv6, has hundredths up to 40.95.",
        examples=("1",),
    )
    mode: str = key(
        "vrrp.mode",
        one_of(("unicast", "multicast")),
        "how adverts are sent: unicast or multicast",
        default="unicast",
        label="Adverts",
        help="unicast to the other nodes, or multicast to the network",
        explain="Unicast works everywhere, and no other machine hears it. Multicast needs no list of peers, but a "
        "network that lets it through.",
        examples=("unicast",),
    )
    preempt: bool = key(
        "vrrp.preempt",
        yes_or_no,
        "whether a load balancer of higher priority takes the VIP back",
        default=True,
        label="After repair",
        help="where the VIP is once the better node is healthy again",
        explain="Returns: when the better node is healthy again the VIP goes back to it, a second, short interruption. "
        "Stays: the VIP remains where it is; then a failing check takes a node out altogether, and if it fails on all, "
        "no node has the VIP.",
        choices={"true": "VIP returns", "false": "VIP stays"},
        examples=("true",),
    )
    takeover: str = key(
        "vrrp.takeover",
        one_of(("normal", "fast")),
        "how soon another load balancer takes over: normal or fast",
        default="normal",
        usual=lambda known: defaults.takeover(known.every("vrrp.advert_int")),
        label="Takeover",
        help="fast: within 1 s, with 5 adverts a second in VRRPv3",
        explain="Normal: VRRPv2 for IPv4, an advert a second; where a load balancer loses power, another one has the "
        "VIP after 2.6 to 3.6 seconds. Fast: VRRPv3, an advert every 0.2 seconds; it takes 0.5 to 0.7. The price: five "
        "packets a second to each other load balancer instead of one; a machine that stands still for half a second, "
        "as a virtual one does while it is moved or saved, loses the VIP and takes it back, which breaks connections "
        "twice; there is no password; and all load balancers have to change at once, as VRRPv2 and VRRPv3 do not "
        "understand each other.",
        choices={"normal": "within 4 seconds", "fast": "within a second"},
        examples=("normal",),
    )
    track: str = key(
        "vrrp.track",
        one_of(("process", "script")),
        "what is watched: haproxy's process too, or the script alone",
        default="process",
        usual=lambda known: defaults.track(known("haproxy.run")),
        label="Watch haproxy by",
        help="process: its end is seen at once; script: asked every 2 s",
        explain="With process, keepalived hears from the kernel that haproxy has ended, and the VIP moves after 0.9 "
        "seconds, unless it is back within 0.3; it needs keepalived 2.0.11 and no container. The script, which asks "
        "haproxy itself, is there in both cases; alone it moves the VIP 2 to 4 seconds later.",
        examples=("process",),
    )
    auth_pass: str | None = key(
        "vrrp.auth_pass",
        values.auth_pass,
        "VRRP's password, 8 characters at most",
        default=None,
        secret=True,
        label="Password",
        help="8 characters at most; empty: none",
        explain="Every advert carries it as plain text, so it keeps out misconfigured neighbours, but no attacker. "
        "VRRPv3, which an IPv6 VIP and a fast takeover need, has none.",
        examples=("s3cret4u",),
    )
    version: str | None = key(
        "vrrp.version",
        values.keepalived_release,
        "the oldest release of keepalived on the load balancers",
        default=None,
        in_files=False,
        label="Oldest keepalived",
        help="empty: any release from 2.0.11 on",
        explain="halb-lint judges the files by it, and install.sh refuses an older keepalived. It is not the "
        "version of VRRP, which follows from the VIP and the takeover: 2 for IPv4, 3 with IPv6 or a fast takeover.",
        examples=("2.2.7",),
    )
