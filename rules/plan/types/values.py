"""The values of a plan, each checked by one function: for halb.toml, for the command line and for forms alike.

All of them are types in the sense of `rules.plan.types.readers`: called with a value as TOML has it, they return it
read, or raise ValueError with what is wrong and what to write.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from parsers.source import bytes_of
from rules.plan.defaults import HAPROXY_RELEASE, KEEPALIVED_RELEASE
from rules.plan.model import IPAddress, Phase
from rules.plan.types.readers import MeantError, ValueType, one_of, release, shown, strings, value_type, whole_number

SCHEMA_NUMBER = 1
"""The form of halb.toml that this halb reads and writes; a file that says nothing has it."""

_EXAMPLE = "kube-control.example.com"
_OF_NAMES = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_NODE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")

port_number = whole_number(1, 65535)
virtual_router_id = whole_number(1, 255)
priority = whole_number(
    1, 254, "255 belongs to the machine whose own address the VIP is (RFC 9568), and makes keepalived ignore weights"
)
"""A VRRP priority. 255 is the address owner's (RFC 9568 section 5.2.4): with it keepalived 2.2.7 ignores the weights
of tracked scripts and clears nopreempt."""


_schema_number = whole_number(1, 10**9)


@value_type({"type": "integer", "const": SCHEMA_NUMBER})
def schema_number(value: Any) -> int:
    """The form of the file; a later one holds what this halb does not know."""
    if _schema_number(value) > SCHEMA_NUMBER:
        raise ValueError(
            f"written by a later halb (schema {value}); this one knows {SCHEMA_NUMBER}: upgrade halb-wizard"
        )
    return SCHEMA_NUMBER


@value_type({"type": "number", "minimum": 0.01, "maximum": 255})
def advert_int(value: Any) -> float:
    """Seconds between adverts: 0.01 to 255, as keepalived 2.2.7 takes them."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0.01 <= value <= 255:
        return float(value)
    raise ValueError(f"must be a number of seconds from 0.01 to 255, not {shown(value)}")


_phase = one_of(tuple(Phase))
phase = ValueType(lambda value: Phase(_phase(value)), _phase.schema)
"""Where the endpoint's name leads."""


_V1BETA3 = (1, 22)


def _kubernetes_release(value: Any) -> str:
    """A release of Kubernetes, with or without its `v`, whose kubeadm reads v1beta3 or v1beta4."""
    text = value.removeprefix("v") if isinstance(value, str) else value
    try:
        found = release(text)
    except ValueError:
        raise ValueError(f'must be a release of Kubernetes such as "1.33", not {shown(value)}') from None
    if _numbers(found)[:2] < _V1BETA3:
        raise ValueError(f"can't be {shown(value)}: its kubeadm reads no form that halb writes; take 1.22 or later")
    return found


kubernetes_release = ValueType(_kubernetes_release, {"type": "string", "pattern": r"^v?[0-9]+\.[0-9]+(?:\.[0-9]+)?$"})
"""A release of Kubernetes, "1.33" or "1.33.4": from 1.22 on (v1beta3 came with it, v1beta4 with 1.31)."""


def _from(oldest: str, daemon: str) -> Callable[[Any], str]:
    """A release of a daemon that takes the files halb writes."""

    def read(value: Any) -> str:
        if daemon == "keepalived" and str(value) in ("2", "3"):
            raise ValueError(
                f'must be a release of keepalived such as "2.2.7", not {shown(value)}; VRRP has version 2, and 3 with '
                "an IPv6 VIP, without being told"
            )
        found = release(value)
        if _numbers(found) < _numbers(oldest):
            raise ValueError(
                f"can't be {shown(found)}: {daemon} takes the files that halb writes from {oldest} on; install that or "
                "a later one"
            )
        return found

    return read


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


haproxy_release = ValueType(_from(HAPROXY_RELEASE, "haproxy"), release.schema)
"""A release of haproxy, "2.8" or "2.8.10", from 2.4 on."""
keepalived_release = ValueType(_from(KEEPALIVED_RELEASE, "keepalived"), release.schema)
"""A release of keepalived, "2.2.7", from 2.0.11 on."""


@value_type({"type": "string", "minLength": 1, "maxLength": 8, "pattern": "^[!#-~]*$"})
def auth_pass(value: Any) -> str:
    """VRRP's password; no message holds it. keepalived drops what follows the eighth byte (measured with 2.2.7).

    A space ends a word of keepalived.conf, and a `"` can be written neither inside quotes nor outside.
    """
    if not isinstance(value, str):
        raise ValueError("must be a string in quotes")
    if not value:
        raise ValueError("must not be empty; leave the key out for VRRP without a password")
    if not re.fullmatch(r"[!-~]*", value):
        raise ValueError("must have no spaces, and only printable ASCII characters")
    if '"' in value:
        raise ValueError("must not hold a double quote, which keepalived.conf has no way to write")
    if len(value) > 8:
        raise ValueError("must have 8 characters at most; keepalived drops what follows the eighth")
    return value


@value_type({"type": "string", "minLength": 1, "maxLength": 15, "pattern": r"^[^\s/:]+$"})
def interface(value: Any) -> str:
    """The name of a network interface: 15 bytes at most, no slash, colon or space (dev_valid_name in Linux)."""
    if not isinstance(value, str):
        raise ValueError(f'must be a string, as in "ens160", not {shown(value)}')
    if not value:
        raise ValueError("must not be empty; 'ip -br link' shows the names")
    if ":" in value:
        name = value.partition(":")[0]
        text = f"{shown(value)} has a ':', which belongs to an address label, not to an interface"
        if _valid_interface(name):
            raise MeantError(f"{text}; write '{name}', keepalived adds the address to it", name)
        raise ValueError(text)
    if len(bytes_of(value)) > 15:
        raise ValueError(f"{shown(value)} is longer than the 15 characters that Linux allows for an interface's name")
    if not _valid_interface(value):
        raise ValueError(f"{shown(value)} is not the name of an interface; 'ip -br link' shows the names")
    if value == "lo":  # keepalived 2.2.7 exits with status 2
        raise ValueError("'lo' is the loopback interface, where keepalived starts no instance; write the machine's own")
    return value


def _valid_interface(name: str) -> bool:
    return bool(name) and name.isprintable() and name not in (".", "..") and not re.search(r"[\s/:]", name)


@value_type({"type": "string", "maxLength": 253, "pattern": f"^{_NODE_NAME.pattern}$"})
def node_name(value: Any) -> str:
    """A machine's name, which becomes a host name in files and the name of a folder."""
    if not isinstance(value, str):
        raise ValueError(f'must be a string, as in "lb1", not {shown(value)}')
    if not value:
        raise ValueError("must not be empty; write the machine's host name")
    if len(value) > 253:
        raise ValueError(f"{shown(value)} is longer than the 253 characters of a host name")
    if _NODE_NAME.fullmatch(value):
        return value
    wrong = next((c for c in value if not re.fullmatch(r"[A-Za-z0-9._-]", c)), None)
    if wrong is not None:
        raise ValueError(
            f"{shown(value)} has the character {shown(wrong)}; a name has letters, digits, '-', '_' and '.'"
        )
    raise ValueError(f"{shown(value)} can't name a machine and a folder; start and end it with a letter or a digit")


@value_type({"type": "array", "items": {"type": "string", "minLength": 1}})
def paths(value: Any) -> tuple[str, ...]:
    """A list of paths of files."""
    found = strings('["lb1/haproxy.cfg", "lb1/keepalived.conf"]')(value)
    for path in found:
        if not path or "\0" in path:
            raise ValueError(f"{shown(path)} can't be the path of a file")
    return found


@value_type({"type": "string", "maxLength": 253, "pattern": r"^[0-9a-z-]+(\.[0-9a-z-]+)+$"})
def endpoint_name(value: Any) -> str:
    """The DNS name that kubeadm gets as control-plane endpoint, without its port.

    A lower-case RFC 1123 subdomain, as kubeadm's ParseHostPort wants it, of two labels at least:
    a single one is completed by each machine's own search list.
    """
    if not isinstance(value, str):
        raise ValueError(f'must be a string, as in "{_EXAMPLE}", not {shown(value)}')
    if not value:
        raise ValueError(f'must not be empty; write a DNS name such as "{_EXAMPLE}"')
    name, port = _meant(value)
    address = _address(name)
    if address is not None:
        raise ValueError(
            f"{shown(value)} is an IP address; write a DNS name, which can lead to the initial master now and to the "
            "VIP later"
        )
    wrong = _fault(value)
    if not wrong:
        return value
    also = f", and the port on its own: {port}" if port else ""
    if _fault(name):
        raise ValueError(f"{shown(value)} {wrong}; write a name such as '{_EXAMPLE}'{also}")
    # What is put for an underscore is a guess; the rest is how names are copied from a browser or a kubeconfig.
    certain = "_" not in value
    text = f"{shown(value)} {wrong}; write '{name}'{also}"
    raise MeantError(text, name, certain=certain, more={"port": port} if port else None)


def _meant(value: str) -> tuple[str, str]:
    """The name that was most likely meant, and the port that was written with it, or ""."""
    name = value.strip().partition("://")[2] or value.strip()
    name = re.split("[/?#]", name, maxsplit=1)[0]
    if bracketed := re.fullmatch(r"\[([^\]]*)\](?::([0-9]{1,5}))?", name):
        return bracketed[1], bracketed[2] or ""
    port = ""
    if name.count(":") == 1:
        name, _, port = name.partition(":")
    name = name.lower().replace("_", "-").removesuffix(".")
    return name, port if re.fullmatch("[0-9]{1,5}", port) and 1 <= int(port) <= 65535 else ""


def _address(text: str) -> IPAddress | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _fault(name: str) -> str:
    """What is wrong with a name that is not an IP address, or "" when nothing is."""
    labels = name.split(".")
    odd = next((c for c in name if c not in _OF_NAMES), "")
    long = next((label for label in labels if len(label) > 63), "")
    dashed = next((label for label in labels if label.startswith("-") or label.endswith("-")), "")
    faults = {
        "is a URL": "://" in name,
        "has a port in it": bool(re.search(r":[0-9]*$", name)),
        "has a path in it": "/" in name,
        "ends in a dot": name.endswith("."),
        "is not in lower case": name.isascii() and name != name.lower(),
        "has an underscore, which a host name can't have": "_" in name,
        "has a space in it": any(c.isspace() for c in name),
        "is not in ASCII, and has to be written in its xn-- form": not name.isascii(),
        f"has the character {shown(odd)}, which a host name can't have": bool(odd),
        "has an empty label: two dots in a row, or one in front": "" in labels,
        f"has a label of {len(long)} characters, where DNS allows 63": bool(long),
        f"has the label {shown(dashed)}, which starts or ends with '-'": bool(dashed),
        f"has {len(name)} characters, where DNS allows 253": len(name) > 253,
        "has a single label, which each machine completes in its own way": len(labels) == 1,
        "ends in a number, as only an IP address does": labels[-1].isdigit(),
    }
    return next((text for text, true in faults.items() if true), "")
