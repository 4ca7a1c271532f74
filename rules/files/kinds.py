"""Distinguishing haproxy.cfg, keepalived.conf, and the configuration of Kubernetes' installers."""

from __future__ import annotations

from functools import cache
from pathlib import PurePath

HAPROXY = "haproxy"
KEEPALIVED = "keepalived"
KINDS = (HAPROXY, KEEPALIVED)
"""The kinds of file that belong to a node."""
KUBERNETES = "kubernetes"
"""The kind of file that describes the cluster behind all nodes: for kubeadm, k0s, RKE2, K3s, Talos, or kubectl."""

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
_BLANK = (" ", "\t", "\r", "\n", "\ufeff")
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
    if describes_cluster(path, text):
        return KUBERNETES
    lines = text[:_SAMPLE].split("\n")
    keepalived = haproxy = 0
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


def describes_cluster(path: str, text: str) -> bool:
    """Whether it is YAML about a cluster, by its content: for kubeadm, k0s, RKE2, K3s or Talos, or a manifest."""
    at = 0
    while text[at : at + 1] in _BLANK or text[at : at + 1] in ("#", "!"):
        end = text.find("\n", at) if text[at] in "#!" else at
        at = end + 1
        if end < 0 or at >= min(len(text), _SAMPLE):
            return False
    first = text[at : at + 200].partition("\n")[0]
    # The first line that is no comment: `key:`, or the mark of a document.
    key, colon, _ = f"{first.rstrip()} ".partition(": ")
    if not first.startswith(("---", "%YAML")) and (not colon or any(c in " {}()" for c in key)):
        return False
    from rules.files.cluster_kinds import tool_of

    return tool_of(path, text) != ""


@cache
def _haproxy_headers() -> tuple[frozenset[str], frozenset[str]]:
    """The words that begin a section of haproxy.cfg: without a name after them, and with one."""
    from parsers.keywords.haproxy import NAMELESS_SECTIONS, OPTIONAL_NAME_SECTIONS, section_keywords

    return NAMELESS_SECTIONS | OPTIONAL_NAME_SECTIONS, section_keywords() - NAMELESS_SECTIONS


def _kind_by_name(path: str) -> str | None:
    name = PurePath(path).name.lower()
    if name.endswith((*_YAML_SUFFIXES, ".json")):
        return None  # a manifest for haproxy or keepalived, not a configuration of either
    found = [kind for kind in KINDS if kind in name] or [kind for kind in KINDS if kind in PurePath(path.lower()).parts]
    if len(found) == 1:
        return found[0]
    return HAPROXY if name.startswith("haproxy") else KEEPALIVED if name.startswith("keepalived") else None


def may_be_config(path: str) -> bool:
    """Whether a directory search should open the file, judging by its name."""
    name = PurePath(path).name.lower()
    if name.endswith(_YAML_SUFFIXES) and not name.startswith("."):
        from rules.files.cluster_kinds import by_name

        return by_name(path)
    if name.startswith(".") or is_template(name) or name.endswith(_OTHER_SUFFIXES):
        return False
    return name.endswith((".cfg", ".conf", ".cnf")) or any(kind in name for kind in KINDS)
