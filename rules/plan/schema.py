"""The tables and keys of halb.toml, as data: how each value is read, and what it says.

Whatever reads, asks for or writes a plan works from this; a key is added here and nowhere else (the keys of the
other tables have fields of the same names in `rules.plan.model` too).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from rules.plan import addresses, values
from rules.plan.readers import (
    Reader,
    one_of,
    release,
    shown,
    string,
    strings,
    strings_by_glob,
    time,
    whole_number,
    yes_or_no,
)
from rules.text.suggestions import hint
from rules.text.wording import listed

_CODES = '["KA", "XN002"]'


class Key(NamedTuple):
    """One key: `read` takes the value as TOML gives it and returns it checked, or raises ValueError with the reason.

    `what` is one line for people. A `secret` is never shown. A `required` key must be in each of its tables.
    """

    read: Reader
    what: str
    secret: bool = False
    required: bool = False


class Table(NamedTuple):
    """One table; `many`: an array of tables, written `[[name]]`, one for each `what`."""

    what: str
    keys: Mapping[str, Key]
    many: bool = False


SCHEMA: Mapping[str, Table] = {
    "cluster": Table(
        "the endpoint",
        {
            "schema": Key(values.schema_number, "the form of this file"),
            "name": Key(string("kacang"), "what the cluster is called"),
            "endpoint": Key(values.endpoint_name, "the DNS name given to kubeadm as control-plane endpoint"),
            "port": Key(values.port_number, "the port that clients and kubeadm use, and haproxy binds (6443)"),
            "phase": Key(values.phase, "where the name leads: bootstrap (initial master) or cutover (VIP)"),
            "layout": Key(
                one_of(("dedicated", "stacked")), "dedicated load balancers, or stacked on the control-plane nodes"
            ),
        },
    ),
    "control_plane": Table(
        "control-plane node",
        {
            "name": Key(values.node_name, "the node's name; the first node is the initial master", required=True),
            "address": Key(addresses.node_address, "the address on which its API server answers"),
            "port": Key(values.port_number, "the port of its API server (6443)"),
        },
        many=True,
    ),
    "vip": Table(
        "the VIP",
        {
            "address": Key(addresses.vip_address, "the VIP with its prefix length, IPv4 or IPv6"),
            "address6": Key(addresses.vip_address6, "the second family's VIP for dual stack, with its prefix length"),
        },
    ),
    "vrrp": Table(
        "how keepalived elects the load balancer that holds the VIP",
        {
            "virtual_router_id": Key(values.virtual_router_id, "a number that is this VIP's alone on its network"),
            "advert_int": Key(values.advert_int, "seconds between adverts"),
            "mode": Key(one_of(("unicast", "multicast")), "how adverts are sent: unicast or multicast"),
            "preempt": Key(yes_or_no, "whether a load balancer of higher priority takes the VIP back"),
            "track": Key(one_of(("process", "script")), "what is watched: haproxy's process too, or the script alone"),
            "auth_pass": Key(values.auth_pass, "VRRP's password, 8 characters at most", secret=True),
        },
    ),
    "lb": Table(
        "load balancer",
        {
            "name": Key(values.node_name, "the load balancer's name, and that of its folder", required=True),
            "address": Key(addresses.node_address, "its own address"),
            "address6": Key(addresses.node_address6, "its own IPv6 address, for dual stack"),
            "interface": Key(values.interface, "the network interface that gets the VIP"),
            "priority": Key(values.priority, "its VRRP priority; the highest gets the VIP"),
            "files": Key(values.paths, "its haproxy.cfg and keepalived.conf, relative to halb.toml"),
        },
        many=True,
    ),
    "haproxy": Table(
        "how haproxy forwards to the API servers",
        {
            "check": Key(one_of(("readyz", "tcp")), "what a server must answer: readyz (200 over TLS) or tcp"),
            "balance": Key(
                one_of(("leastconn", "roundrobin", "static-rr", "first", "source", "random")),
                "how a server is chosen",
            ),
            "maxconn": Key(whole_number(1, 10_000_000), "connections at a time, of all clients together"),
            "retries": Key(whole_number(0, 100), "how often a failed connection to a server is tried again"),
            "inter": Key(time, "time between two checks of a server"),
            "fall": Key(whole_number(1, 1000), "failed checks in a row after which a server is down"),
            "rise": Key(whole_number(1, 1000), "passed checks in a row after which a server is up"),
            "timeout-connect": Key(time, "longest wait for a connection to a server"),
            "timeout-client": Key(time, "longest silence of a client; watches are silent for long"),
            "timeout-server": Key(time, "longest silence of a server; watches are silent for long"),
            "timeout-client-fin": Key(time, "the same for a client that has closed its half of the connection"),
            "timeout-server-fin": Key(time, "the same for a server that has closed its half of the connection"),
            "timeout-queue": Key(time, "longest wait for a free place at a server"),
            "timeout-check": Key(time, "longest wait for the answer to a check"),
            "bind": Key(one_of(("any", "vip")), "where haproxy listens: any address of the machine, or the vip alone"),
            "health-port": Key(values.port_number, "the local port on which keepalived asks haproxy for its health"),
            "run": Key(one_of(("package", "static-pod")), "how haproxy and keepalived run: package or static-pod"),
        },
    ),
    "lint": Table(
        "what halb-lint looks at",
        {
            "select": Key(strings(_CODES), "the rules to run: codes, names or prefixes"),
            "ignore": Key(strings(_CODES), "the rules to leave out"),
            "per-file-ignores": Key(strings_by_glob, "the rules to leave out, by a pattern of file names"),
            "haproxy-version": Key(release, "the release of haproxy to lint for"),
            "keepalived-version": Key(release, "the release of keepalived to lint for"),
        },
    ),
}
"""The tables by their names, in the order in which a plan is written."""


def header(table: str) -> str:
    """How the table's header is written: `[vip]`, `[[lb]]`."""
    return f"[[{table}]]" if SCHEMA[table].many else f"[{table}]"


def key_of(table: str, key: str) -> Key:
    """The key of a known table; ValueError says which keys there are, or where this one belongs."""
    keys = SCHEMA[table].keys
    if key in keys:
        return keys[key]
    homes = [header(name) for name, other in SCHEMA.items() if key in other.keys]
    advice = f"it belongs in {listed(homes, 'or')}" if homes else hint(key, keys, f"known are {', '.join(keys)}")
    raise ValueError(f"unknown key {shown(key)} in {header(table)}; {advice}")


def check_value(table: str, key: str, value: Any) -> Any:
    """One value, as TOML gives it, read: the same checks and the same words as for the whole file.

    Raises ValueError with the text alone; `rules.plan.readers.about` puts the key before it.
    """
    return key_of(table, key).read(value)


def check_table(name: str, value: Any) -> None:
    """Whether a name at the top of the file is that of a table, and the value has its form; else ValueError."""
    if name in SCHEMA:
        many = SCHEMA[name].many
        if many and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            raise ValueError(f"'{name}' must be written as [[{name}]], one table per {SCHEMA[name].what}")
        if not many and not isinstance(value, dict):
            raise ValueError(f"'{name}' must be a table: write [{name}]")
        return
    if isinstance(value, (dict, list)):
        advice = hint(name, SCHEMA, f"known are {', '.join(SCHEMA)}")
        raise ValueError(f"unknown table {shown(name)}; {advice}")
    homes = [header(table) for table, other in SCHEMA.items() if name in other.keys]
    advice = (
        f"it belongs below {listed(homes, 'or')}" if homes else f"every key belongs in a table: {', '.join(SCHEMA)}"
    )
    raise ValueError(f"unknown key {shown(name)} outside of any table; {advice}")
