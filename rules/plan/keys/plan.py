"""The plan: the keys of `[cluster]` and `[vip]`, and all other tables below them."""

from __future__ import annotations

from rules.plan import defaults
from rules.plan.keys.haproxy import HaproxyChoice
from rules.plan.keys.machines import ApiServer, Balancer
from rules.plan.keys.vrrp import VrrpChoice
from rules.plan.model import API_PORT, IPInterface, KeyPath, Phase
from rules.plan.record import Record, aside, key, part, rows
from rules.plan.types import addresses, values
from rules.plan.types.readers import one_of, string


class FormOfFile(Record):
    """What halb.toml says about itself."""

    schema: int = key("cluster.schema", values.schema_number, "the form of this file", default=values.SCHEMA_NUMBER)


class Plan(Record, kw_only=True):
    """A cluster's endpoint, complete.

    `layout` "dedicated": the load balancers are machines of their own; "stacked": they are the control-plane nodes, so
    haproxy needs another port than the API server's, or the VIP alone. The first control-plane node is the initial
    master. `vip6` is the second family's VIP (then `vip` is IPv4). Load balancers stand in the order of priority;
    `order` are their numbers among the tables of halb.toml, where that is another order.
    """

    name: str = key(
        "cluster.name",
        string("kacang"),
        "what the cluster is called",
        usual=lambda known: defaults.cluster_name(known("cluster.endpoint")),
        in_files=False,
        label="Cluster",
        help="what you call it; goes into comments and file headers",
        explain="A word for people. The virtual router ID is made from it and the VIP, so that two clusters in one "
        "network get different ones.",
        examples=("kubernetes",),
    )
    endpoint: str = key(
        "cluster.endpoint",
        values.endpoint_name,
        "the DNS name given to kubeadm as control-plane endpoint",
        in_files=False,
        label="DNS name",
        help="in a zone where you can set records; it can't be changed later",
        explain="The control-plane endpoint: it goes into every kubelet's configuration and into the certificates, and "
        "kubeadm has no supported way to change it later. Take a name for this cluster alone, even if there is one "
        "control-plane node only. Not in .local, which belongs to multicast DNS.",
        examples=("kube-control.example.com",),
        option="--endpoint NAME[:PORT]",
    )
    port: int = key(
        "cluster.port",
        values.port_number,
        f"the port that clients and kubeadm use, and haproxy binds ({API_PORT})",
        usual=lambda known: defaults.endpoint_port(known("cluster.layout"), known("haproxy.bind")),
        help="what clients use and haproxy listens on",
        explain="6443 on load balancers of their own. Where haproxy runs on the control-plane nodes, their API servers "
        "have 6443 already: then 8443, or haproxy on the VIP alone.",
        examples=("6443",),
    )
    phase: Phase = key(
        "cluster.phase",
        values.phase,
        "where the name leads: bootstrap (initial master) or cutover (VIP)",
        default=Phase.BOOTSTRAP,
        usual=lambda known: defaults.phase(known.every("lb.imported")),
        needed_if=lambda known: any(known.every("lb.imported")),
        in_files=False,
        help="where the name points: to the initial master, or to the VIP",
        explain="'halb-wizard verify' and 'halb-lint --live' check what is due in this phase. Nothing is "
        "assumed of a cluster that was imported: it may be in use, with the name at the VIP.",
        examples=("cutover",),
        option="--phase PHASE",
    )
    layout: str = key(
        "cluster.layout",
        one_of(("dedicated", "stacked")),
        "dedicated load balancers, or stacked on the control-plane nodes",
        usual=lambda known: defaults.layout(known.every("lb.address"), known.every("control_plane.address")),
        help="dedicated: machines of its own; stacked: on the control plane",
        examples=("dedicated",),
    )
    kubernetes: str | None = key(
        "cluster.kubernetes",
        values.kubernetes_release,
        "the Kubernetes release that kubeadm-config.yaml is written for",
        default=None,
        in_files=False,
        label="Kubernetes",
        help="its release; empty: 1.31 or later",
        explain="kubeadm of 1.31 and later reads the form v1beta4, one from 1.22 to 1.30 v1beta3. A release with "
        "three numbers is also the one that 'kubeadm init' installs.",
        examples=("1.33",),
    )
    control_plane: tuple[ApiServer, ...] = rows(ApiServer)
    vip: IPInterface = key(
        "vip.address",
        addresses.vip_address,
        "the VIP with its prefix length, IPv4 or IPv6",
        label="Address / prefix",
        help="free, with the prefix length of its network",
        explain="keepalived adds this address to the network card of the load balancer that is master, and takes it "
        "away from the others. Reserve it where addresses are handed out (IPAM, DHCP). It must not be any machine's "
        "own address: keepalived would delete that.",
        examples=("192.168.2.140/24",),
        option="--vip ADDR",
    )
    vip6: IPInterface | None = key(
        "vip.address6",
        addresses.vip_address6,
        "the second family's VIP for dual stack, with its prefix length",
        default=None,
        label="Second VIP (IPv6)",
        help="for dual stack; empty: none",
        explain="With it every load balancer needs an IPv6 address too. keepalived runs one instance per family, in a "
        "sync group, so that both addresses are always on the same machine.",
        examples=("fd00:2::140/64",),
    )
    vrrp: VrrpChoice = part(VrrpChoice)
    load_balancers: tuple[Balancer, ...] = rows(Balancer)
    haproxy: HaproxyChoice = part(HaproxyChoice, default=HaproxyChoice())
    order: tuple[int, ...] = aside(default=())

    def at(self, where: str, number: int = 0) -> KeyPath:
        """The key `where` ("lb.interface") of halb.toml; `number` is that of a machine in the plan."""
        table, _, name = where.partition(".")
        if table == "lb" and len(self.order) == len(self.load_balancers):
            number = self.order[number] if number < len(self.order) else number
        return KeyPath(table, number, name)
