"""From files to an import, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from rules import NodeFiles, Run, options_for
from rules.files import HAPROXY, KEEPALIVED, InputFile, group, is_template, kind_of
from rules.fleet import Fleet, Node
from rules.plan import KeyPath
from rules.text import clipped, counted
from wizard.importer import halb_lines
from wizard.importer.agreement import Agreement
from wizard.importer.haproxy.api import NodeApi, api_of
from wizard.importer.haproxy.proxies import HaproxyReader
from wizard.importer.keepalived.balancers import BalancerReader, layout_of
from wizard.importer.keepalived.routers import Choice, addresses, choose, concerned
from wizard.importer.keepalived.vrrp import VrrpReader
from wizard.importer.ledger import Ledger
from wizard.importer.merged import filled
from wizard.importer.model import Imported, Row
from wizard.importer.rest import sweep

if TYPE_CHECKING:
    from rules.plan import Cluster, IPAddress

_NO_CONFIGURATION = (".yaml", ".yml", ".json", ".toml", ".md", ".sh", ".service", ".service.d", ".rules")
_MANIFESTS = ("haproxy.yaml", "haproxy.yml", "keepalived.yaml", "keepalived.yml")


def import_files(
    files: Mapping[str, str],
    nodes: Sequence[NodeFiles] | None = None,
    cluster: Cluster | None = None,
    *,
    vip: IPAddress | None = None,
) -> Imported:
    """What the files (path -> text) of some load balancers say, as far as a plan can hold it. Never raises.

    `nodes` is the grouping, when it is known. `cluster` fills in what the files do not say, the endpoint's name above
    all. `vip` chooses between several virtual routers: see `Imported.candidates`.
    """
    run = Run(files, options_for(None, _nodes(files, nodes), config_ids={}))
    ledger, agreement = Ledger(run.secrets), Agreement()
    _note_unread(files, run, ledger)
    _note_problems(run, ledger)
    known = {path: setting.value for path, setting in cluster.values.items()} if cluster is not None else {}
    port = known.get(KeyPath("cluster", 0, "port"))
    wanted = {vip} if vip is not None else {v.ip for path, v in known.items() if path.table == "vip"}
    vips = wanted | _all_vips(run.fleet)
    apis = api_of(run.fleet, wanted or vips, port, ledger.notes)
    choice = choose(run.fleet, apis, wanted)
    _note_missing(run.fleet, apis, choice, ledger)
    nodes_concerned = concerned(run.fleet, choice)
    apis = [api for api in apis if api.node in nodes_concerned]
    tables = _tables(_Found(nodes_concerned, apis, choice, port, wanted), ledger, agreement)
    if any(_is_manifest(path) for path in files):
        tables["haproxy"][0]["run"] = "static-pod"
    ipv6 = any(member.instance.family == 6 for member in choice.members)
    newer = ipv6 or tables["vrrp"][0].get("takeover") == "fast"
    for node in run.fleet.nodes:
        sweep(ledger, node, several=bool(choice.candidates), newer=newer)
    hidden = run.secrets.anywhere
    return Imported(
        filled(tables, known, ledger.notes),
        ledger.leftovers,
        tuple(conflict.shown(hidden) for conflict in agreement.conflicts),
        tuple(dict.fromkeys(map(hidden, ledger.notes))),
        ledger.used,
        choice.candidates,
    )


class _Found(NamedTuple):
    """What was found out before the values are read."""

    nodes: list[Node]
    apis: list[NodeApi]
    choice: Choice
    port: int | None
    wanted: set[IPAddress]


def _tables(found: _Found, ledger: Ledger, agreement: Agreement) -> dict[str, list[Row]]:
    """What the files say, as rows of the tables of halb.toml."""
    choice = found.choice
    balancers = BalancerReader(ledger, agreement, choice)
    own = balancers.addresses()
    vips = addresses(choice.members)
    bound = {a.address for api in found.apis for a in api.addresses if a.address is not None}
    wanted = vips & found.wanted or vips & bound or vips
    choices, port, control_plane = HaproxyReader(ledger, agreement, vips).read(found.apis, found.port)
    vrrp = VrrpReader(ledger, agreement)
    first = bool(choice.router)
    addresses4 = [o.address for o in own.values() if o.address is not None]
    addresses6 = [o.address6 for o in own.values() if o.address6 is not None]
    vip = vrrp.vip(choice.router, wanted, addresses4, "address") if first else None
    vip6 = vrrp.vip(choice.second, wanted, addresses6, "address6") if choice.second else None
    machines = balancers.balancers(found.nodes, own)
    servers = {m["address"] for m in control_plane if m["address"] is not None}
    layout = layout_of(machines, servers, ledger.notes)
    return {
        "cluster": [{"port": port if found.apis else None, "layout": layout}],
        "control_plane": list(control_plane),
        "vip": [{"address": vip, "address6": vip6}],
        "vrrp": [vrrp.read(choice)],
        "lb": list(machines),
        "haproxy": [choices],
    }


def _nodes(files: Mapping[str, str], nodes: Sequence[NodeFiles] | None) -> list[NodeFiles]:
    """The grouping, without scripts and manifests that are named like a configuration."""
    if nodes is None:
        kinds = {path: kind_of(path, text) for path, text in files.items() if _is_configuration(path, text)}
        inputs = [
            InputFile(path, kind, path, kind == HAPROXY and "\nglobal" in f"\n{files[path]}")
            for path, kind in kinds.items()
            if kind is not None
        ]
        return group(inputs)

    def kept(paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(path for path in paths if path in files and _is_configuration(path, files[path]))

    found = [NodeFiles(node.name, kept(node.haproxy), kept(node.keepalived)) for node in nodes]
    return [node for node in found if node.haproxy or node.keepalived]


def _is_configuration(path: str, text: str) -> bool:
    return not (re.match(r"#![ \t]*/", text) or path.lower().endswith(_NO_CONFIGURATION) or is_template(path))


def _is_manifest(path: str) -> bool:
    """Whether the kubelet's folder for static pods holds haproxy or keepalived (kubeadm's HA document, option 2)."""
    place = PurePath(path)
    return place.name in _MANIFESTS and place.parent.name == "manifests"


def _all_vips(fleet: Fleet) -> set[IPAddress]:
    return {
        vip.address
        for node in fleet.nodes
        for instance in (node.keepalived.instances if node.keepalived else ())
        for vip in instance.usable_vips
        if vip.address is not None
    }


def _note_unread(files: Mapping[str, str], run: Run, ledger: Ledger) -> None:
    """The files that no node reads; halb's own script, manifests and kubeadm-config.yaml are made anew anyway."""
    read = {*run.owners, *run.unread, *(document.source.path for document in run.documents)}
    for path in files:
        if path not in read and not _is_manifest(path) and PurePath(path).name != halb_lines.CHECK_SCRIPT:
            ledger.notes.append(f"{path}: not read, no haproxy.cfg or keepalived.conf of a load balancer")


def _note_problems(run: Run, ledger: Ledger) -> None:
    """What the parsers did not understand, one note for each file."""
    for document in run.documents:
        problems = document.problems
        if not problems:
            continue
        first = problems[0]
        text = clipped(run.secrets.message(first.message, [first.span]))
        more = f", and {counted(len(problems) - 1, 'problem')} more" if len(problems) > 1 else ""
        ledger.notes.append(f"{first.span.source.path}:{first.span.line}: {text}{more}; 'halb-lint' shows them")


def _note_missing(fleet: Fleet, apis: Sequence[NodeApi], choice: Choice, ledger: Ledger) -> None:
    notes = ledger.notes
    if not fleet.nodes:
        notes.append(f"no configuration of {HAPROXY} or {KEEPALIVED} was given")
        return
    if any(node.haproxy for node in fleet.nodes) and not apis:
        notes.append("no backend of haproxy serves the Kubernetes API (port 6443)")
    if choice.candidates:
        words = ", ".join(", ".join(c.vips) or c.name for c in choice.candidates)
        notes.append(f"several virtual routers, and nothing tells which is the endpoint's: {words}")
    elif not choice.router:
        notes.append("no vrrp_instance was found: the VIP is unknown")
    nodes = concerned(fleet, choice)
    of_api, of_router = {id(api.node) for api in apis}, {id(node) for node in nodes}
    serving = [node.name for node in nodes if id(node) in of_api]
    without = [node.name for node in nodes if id(node) not in of_api]
    others = [node.name for node in fleet.nodes if id(node) not in of_router]
    if serving and without:
        notes.append(f"no haproxy serves the API on {', '.join(without)}")
    if others and nodes:
        notes.append(f"{', '.join(others)}: of another virtual router, no load balancer of this endpoint")
    if serving:
        notes.append("the first server is taken for the initial master; put another one first in halb.toml if not")
