"""Telling a haproxy.cfg from a keepalived.conf."""

from __future__ import annotations

import re
from pathlib import PurePath

HAPROXY = "haproxy"
KEEPALIVED = "keepalived"
KINDS = (HAPROXY, KEEPALIVED)

_SAMPLE = 100_000  # characters looked at; the first block of either format stands long before

_KEEPALIVED_BLOCK = re.compile(
    r"^[ \t]*+(?:@\S++[ \t]++)?(?:global_defs|vrrp_instance|vrrp_script|vrrp_sync_group|vrrp_track_process"
    r"|track_file|vrrp_track_file|track_group|virtual_server(?:_group)?|bfd_instance|garp_group"
    r"|static_(?:ipaddress|routes|rules)|virtual_ipaddress|unicast_peer|track_script)\b[^\n{]*+(?:\n\s*+)?\{",
    re.MULTILINE,
)
_KEEPALIVED_LINE = re.compile(
    r"^[ \t]*+(?:virtual_router_id|auth_pass|auth_type|advert_int|unicast_src_ip|include[bmrwa]?|state)[ \t]",
    re.MULTILINE,
)
_HAPROXY_SECTION = re.compile(
    r"^[ \t]*+(?:(?:global|defaults)|(?:frontend|backend|listen|userlist|peers|resolvers|mailers|cache"
    r"|http-errors|ring|log-forward|fcgi-app|crt-store|program)[ \t]++[\w.:\"'$<%-]++)(?:[ \t\r][^\n{;]*+)?+$",
    re.MULTILINE,
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


def is_template(path: str) -> bool:
    """Whether the name says that the file is the source of a template, not a configuration."""
    return path.lower().endswith(_TEMPLATE_SUFFIXES)


def kind_of(path: str, text: str) -> str | None:
    """HAPROXY, KEEPALIVED, or None when neither the content nor the name tells.

    The content decides; the name decides where the content says nothing (an empty file).
    """
    sample = text[:_SAMPLE]
    keepalived = 3 * len(_KEEPALIVED_BLOCK.findall(sample)) + len(_KEEPALIVED_LINE.findall(sample))
    haproxy = 3 * len(_HAPROXY_SECTION.findall(sample))
    if keepalived != haproxy:
        return KEEPALIVED if keepalived > haproxy else HAPROXY
    return _kind_by_name(path)


def _kind_by_name(path: str) -> str | None:
    name = PurePath(path).name.lower()
    found = [kind for kind in KINDS if kind in name] or [kind for kind in KINDS if kind in path.lower()]
    if len(found) == 1:
        return found[0]
    return HAPROXY if name.startswith("haproxy") else KEEPALIVED if name.startswith("keepalived") else None


def may_be_config(path: str) -> bool:
    """Whether a directory search should open the file: by its name, before reading it."""
    name = PurePath(path).name.lower()
    if name.startswith(".") or is_template(name) or name.endswith(("~", ".bak", ".orig", ".swp")):
        return False
    return name.endswith((".cfg", ".conf", ".cnf")) or any(kind in name for kind in KINDS)
