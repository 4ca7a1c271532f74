"""Distinguishing haproxy.cfg, keepalived.conf, and the configuration of Kubernetes' installers."""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePath

HAPROXY = "haproxy"
KEEPALIVED = "keepalived"
KINDS = (HAPROXY, KEEPALIVED)
"""The kinds of file that belong to a node."""
KUBERNETES = "kubernetes"
"""The kind of file that describes the cluster behind all nodes: a configuration of kubeadm."""

_SAMPLE = 100_000  # characters examined; the first block of either format is long before that

_KEEPALIVED_BLOCKS = frozenset(
    (
        *("global_defs", "vrrp_instance", "vrrp_script", "vrrp_sync_group", "vrrp_track_process", "track_file"),
        *("vrrp_track_file", "track_group", "virtual_server", "virtual_server_group", "bfd_instance", "garp_group"),
        *("static_ipaddress", "static_routes", "static_rules", "virtual_ipaddress", "unicast_peer", "track_script"),
    )
)
_KEEPALIVED_WORDS = frozenset(
    (
        *("virtual_router_id", "auth_pass", "auth_type", "advert_int", "unicast_src_ip", "state"),
        *("include", "includer", "includem", "includew", "includeb", "includea"),
    )
)
_TEMPLATE_SUFFIXES = (
    ".j2",
    ".jinja",
    ".jinja2",
    ".tmpl",
    ".tpl",
    ".template",
    ".erb",
    ".epp",
    ".ctmpl",
    ".mustache",
)
_YAML_SUFFIXES = (".yaml", ".yml")
_KUBEADM = r"^apiVersion:[ \t]*[\"']?kubeadm\.k8s\.io/"
# Backups, and formats in which something is called haproxy or keepalived without being its configuration: manifests,
# units, scripts, documents.
_OTHER_SUFFIXES = (
    *("~", ".bak", ".orig", ".swp"),
    *(".yaml", ".yml", ".json", ".toml", ".service", ".sh", ".py", ".md", ".rst", ".log"),
)


def is_template(path: str) -> bool:
    """Whether the file is a template by its name, not a configuration."""
    return path.lower().endswith(_TEMPLATE_SUFFIXES)


def kind_of(path: str, text: str) -> str | None:
    """HAPROXY, KEEPALIVED, KUBERNETES, or None if neither the content nor the name shows it.

    The content decides; the name decides if the content shows nothing (an empty file). A script is neither, whatever
    its name (`check-haproxy`).
    """
    if text.startswith("#!"):
        return None
    if "kubeadm.k8s.io/" in text and re.search(_KUBEADM, text, re.MULTILINE):
        return KUBERNETES
    keepalived = haproxy = 0
    lines = text[:_SAMPLE].split("\n")
    for number, line in enumerate(lines):
        words = line.split(None, 2)
        if words and words[0].startswith("@"):
            del words[0]
        if not words:
            continue
        first = words[0].rstrip("{")
        if first in _KEEPALIVED_BLOCKS:
            follows = lines[number + 1].lstrip() if number + 1 < len(lines) else ""
            keepalived += 3 * ("{" in line or follows.startswith("{"))
        elif first in _KEEPALIVED_WORDS:
            keepalived += len(words) > 1
        elif "{" in line or line.rstrip().endswith(";"):
            continue  # a block of another format (nginx has `listen 80;` too)
        elif first in _haproxy_headers()[len(words) > 1 and words[1][0] != "#"]:
            haproxy += 3
    if keepalived != haproxy:
        return KEEPALIVED if keepalived > haproxy else HAPROXY
    return _kind_by_name(path)


@cache
def _haproxy_headers() -> tuple[frozenset[str], frozenset[str]]:
    """The words that begin a section of haproxy.cfg: without a name after them, and with one."""
    from parsers.keywords.haproxy import NAMELESS_SECTIONS, OPTIONAL_NAME_SECTIONS, section_keywords

    return NAMELESS_SECTIONS | OPTIONAL_NAME_SECTIONS, section_keywords() - NAMELESS_SECTIONS


def _kind_by_name(path: str) -> str | None:
    name = PurePath(path).name.lower()
    found = [kind for kind in KINDS if kind in name] or [kind for kind in KINDS if kind in PurePath(path.lower()).parts]
    if len(found) == 1:
        return found[0]
    return HAPROXY if name.startswith("haproxy") else KEEPALIVED if name.startswith("keepalived") else None


def may_be_config(path: str) -> bool:
    """Whether a directory search should open the file, judging by its name."""
    name = PurePath(path).name.lower()
    if name.startswith("kubeadm") and name.endswith(_YAML_SUFFIXES):
        return True
    if name.startswith(".") or is_template(name) or name.endswith(_OTHER_SUFFIXES):
        return False
    return name.endswith((".cfg", ".conf", ".cnf")) or any(kind in name for kind in KINDS)
