"""Texts into nodes: each file is parsed once, and its facts go to the nodes that read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rules.files.grouping import InputFile, group
from rules.files.includes import MappingIncludes
from rules.files.kinds import KINDS, KUBERNETES, describes_cluster, kind_of
from rules.fleet.fleet import Fleet
from rules.fleet.node import Node

if TYPE_CHECKING:
    from parsers.facts.kubernetes import KubernetesFacts
    from parsers.haproxy import HaproxyDocument
    from parsers.keepalived.tree import KeepalivedDocument
    from parsers.tree import Document
    from rules.engine.finding import NodeFiles
    from rules.engine.options import Options
    from rules.plan.model import Cluster, IPAddress


class ParsedFiles:
    """The files of a run, parsed: `node_files` says which are one node's, `fleet` what they say.

    `documents` are in the order in which the nodes read them, each once, and then those of the cluster behind them:
    `kubernetes` is what these say (None without any), `unread` are their paths if PyYAML is missing.
    """

    def __init__(self, files: Mapping[str, str], options: Options) -> None:
        self._files = files
        self._options = options
        self._include = options.include or MappingIncludes(files)
        self._haproxy: dict[str, HaproxyDocument] = {}
        self.documents: list[Document] = []
        self.node_files = list(options.nodes) if options.nodes is not None else self._grouped()
        # In the order of their names: which of two nodes a rule calls the first must not depend on how they were given.
        nodes = sorted((self._node(node) for node in self.node_files), key=lambda node: node.name)
        addresses, restarted = known_addresses(options.cluster), self._restarted()
        self.fleet = Fleet(nodes, options.settings.keepalived_version, addresses, restarted)
        self.unread: list[str] = []
        self.kubernetes: KubernetesFacts | None = self._read_cluster()

    def _restarted(self) -> frozenset[str]:
        """The nodes that start keepalived again, as drop-ins of its unit among the files say."""
        if not any("/keepalived.service.d/" in path for path in self._files):
            return frozenset()
        from rules.fleet.restarts import restarted_nodes

        return restarted_nodes(self.node_files, self._files)

    def _about_cluster(self) -> Iterator[str]:
        """The files that belong to no node."""
        for path, text in self._files.items():
            known = self._options.kinds.get(path)
            if known == KUBERNETES or (known is None and describes_cluster(path, text)):
                yield path

    def _read_cluster(self) -> KubernetesFacts | None:
        paths = list(self._about_cluster())
        if not paths:
            return None
        from parsers.facts.kubernetes import kubernetes_facts
        from parsers.kubernetes import YamlMissingError, parse_kubernetes

        try:
            documents = [parse_kubernetes(self._files[path], path) for path in paths]
        except YamlMissingError:
            self.unread = paths
            return None
        self.documents += documents
        return kubernetes_facts(documents)

    def _grouped(self) -> list[NodeFiles]:
        kinds = {path: self._options.kinds.get(path) or kind_of(path, text) for path, text in self._files.items()}
        return group([InputFile(path, kind, path) for path, kind in kinds.items() if kind in KINDS])

    def _node(self, files: NodeFiles) -> Node:
        haproxy = keepalived = None
        if files.haproxy:
            from parsers.facts.haproxy import haproxy_facts

            haproxy = haproxy_facts([self._haproxy_document(path) for path in files.haproxy])
        if files.keepalived:
            from parsers.facts.keepalived import keepalived_facts

            keepalived = keepalived_facts(self._keepalived_document(files))
        return Node(files, haproxy, keepalived, self._endpoint_port())

    def _endpoint_port(self) -> int | None:
        cluster = self._options.cluster
        if cluster is None or not cluster.endpoint:
            return None
        from rules.plan.ports import known_port

        return known_port(cluster)

    def _haproxy_document(self, path: str) -> HaproxyDocument:
        from parsers.haproxy import parse_haproxy

        if path not in self._haproxy:
            self._haproxy[path] = parse_haproxy(self._files[path], path)
            self.documents.append(self._haproxy[path])
        return self._haproxy[path]

    def _keepalived_document(self, files: NodeFiles) -> KeepalivedDocument:
        from parsers.keepalived import parse_keepalived

        path = files.keepalived[0]
        config_id = self._options.config_ids.get(files.name)
        document = self._options.documents.get(path)
        if document is None:
            document = parse_keepalived(self._files[path], path, config_id=config_id, include=self._include)
        elif config_id is not None:
            document = document.as_node(config_id)
        if config_id is None and files.name in document.conditions:
            # The file has lines for a machine with the node's name, so that is the machine.
            document = document.as_node(files.name)
        self.documents.append(document)
        return document


def known_addresses(cluster: Cluster | None) -> dict[str, list[IPAddress]]:
    """Load balancer -> its addresses in halb.toml."""
    if cluster is None:
        return {}
    return {
        lb.name.value: [setting.value for setting in (lb.address, lb.address6) if setting is not None]
        for lb in cluster.load_balancers
    }


def documents_of(node: Node) -> Iterator[Document]:
    """The documents that a node's facts were read from."""
    if node.haproxy:
        yield from node.haproxy.documents
    if node.keepalived:
        yield node.keepalived.document
