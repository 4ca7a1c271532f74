"""The keys of `[[control_plane]]` and `[[lb]]`: one table for each machine."""

from __future__ import annotations

from rules.plan import defaults
from rules.plan.model import API_PORT, IPAddress
from rules.plan.record import Record, key
from rules.plan.types import addresses, values
from rules.plan.types.readers import one_of

SYSTEMS = ("debian", "ubuntu", "rhel", "suse", "alpine")
"""The families of distributions whose files halb knows; a word for each, as /etc/os-release has it."""


class ApiServer(Record):
    """One control-plane node: where its API server answers."""

    name: str = key(
        "control_plane.name",
        values.node_name,
        "the node's name; the first node is the initial master",
        named=True,
        help="its host name",
        explain="The name of the machine; haproxy's server gets the same one, so that its log is easy to read.",
        examples=("k8s-master1", "k8s-master2"),
    )
    address: IPAddress = key(
        "control_plane.address",
        addresses.node_address,
        "the address on which its API server answers",
        help="where its API server answers",
        explain="The address on which kube-apiserver listens, as in --apiserver-advertise-address: the machine's own, "
        "never the VIP.",
        examples=("192.168.2.151", "192.168.2.152"),
    )
    port: int = key(
        "control_plane.port",
        values.port_number,
        f"the port of its API server ({API_PORT})",
        default=API_PORT,
        label="API port",
    )


class Balancer(Record):
    """One load balancer. `address6` is there exactly when the plan is dual stack."""

    name: str = key(
        "lb.name",
        values.node_name,
        "the load balancer's name, and that of its folder",
        named=True,
        help="its host name",
        explain="Its files are written into a folder of this name.",
        examples=("haproxy-lb1", "haproxy-lb2"),
    )
    address: IPAddress = key(
        "lb.address",
        addresses.node_address,
        "its own address",
        help="its own, in the VIP's subnet",
        explain="The address that VRRP adverts come from and go to. It is the machine's own, never the VIP.",
        examples=("192.168.2.141", "192.168.2.142"),
    )
    interface: str = key(
        "lb.interface",
        values.interface,
        "the network interface that gets the VIP",
        help="the network card; 'ip -br address' shows it",
        explain="The card that has the address above, and gets the VIP. It may differ between machines. "
        "'ip -br address' on that machine lists them.",
        examples=("ens160",),
    )
    priority: int = key(
        "lb.priority",
        values.priority,
        "its VRRP priority; the highest gets the VIP",
        usual=lambda known: defaults.priority(known.above("lb.priority")),
        explain="The healthy load balancer with the highest priority holds the VIP. The default is 110 for the first "
        "one, and 10 less for each one after it.",
        examples=("110", "100"),
    )
    address6: IPAddress | None = key(
        "lb.address6",
        addresses.node_address6,
        "its own IPv6 address, for dual stack",
        default=None,
        before="interface",
        needed_if=lambda known: known("vip.address6"),
        label="IPv6 address",
        examples=("fd00:2::141", "fd00:2::142"),
    )
    imported: tuple[str, ...] | None = key(
        "lb.imported",
        values.paths,
        "the files that it had before halb wrote any, relative to halb.toml",
        default=None,
        in_files=False,
        label="Imported from",
        help="the files it had before; halb shows what changes in them",
        explain="Where 'import' found its haproxy.cfg and keepalived.conf. halb never changes these: until it has "
        "written files of its own, it compares with them, and merges into a copy of them.",
        examples=("lb1/haproxy.cfg, lb1/keepalived.conf",),
    )
    os: str = key(
        "lb.os",
        one_of(SYSTEMS),
        "the distribution that it runs, by its family",
        default="debian",
        in_files=False,
        label="System",
        help="its distribution: the files and install.sh are made for it",
        explain="Where files and sockets are, how services start, SELinux and the firewall differ. rhel is also Rocky, "
        "Alma, CentOS Stream and Oracle Linux, suse is SLES, Leap and Tumbleweed. install.sh refuses any other system.",
        examples=("debian",),
    )


class BalancerFiles(Record):
    """Where halb-lint finds the files of a load balancer."""

    files: tuple[str, ...] = key(
        "lb.files",
        values.paths,
        "its haproxy.cfg and keepalived.conf, relative to halb.toml",
        default=(),
        help="its haproxy.cfg and keepalived.conf, for halb-lint",
        examples=("lb1/haproxy.cfg, lb1/keepalived.conf",),
    )
