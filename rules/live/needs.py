"""What has to be known of an endpoint before it can be judged, and what to say where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.plan.model import KeyPath, Phase

if TYPE_CHECKING:
    from rules.live.endpoint import Endpoint

_KEYS = {
    "endpoint": KeyPath("cluster", 0, "endpoint"),
    "vip": KeyPath("vip", 0, "address"),
    "control-plane": KeyPath("control_plane", 0, "address"),
}
_WORDS = {"endpoint": "DNS name", "vip": "VIP", "control-plane": "control-plane node"}
_IN_A_PHASE = {
    None: ("endpoint",),
    Phase.BOOTSTRAP: ("endpoint", "control-plane"),
    Phase.CUTOVER: ("endpoint", "vip"),
}


def unknown_parts(endpoint: Endpoint) -> Iterator[str]:
    """The parts that are not known, in the words of `Rule.needs`: "endpoint", "vip", "control-plane"."""
    known = {"endpoint": endpoint.name, "vip": endpoint.vips, "control-plane": endpoint.control_plane}
    yield from (need for need in _KEYS if not known[need])


def lacking(endpoint: Endpoint, phase: Phase | None) -> str:
    """The first part without which nothing can be asked in a phase (None: in whichever is due); "" for none."""
    unknown = set(unknown_parts(endpoint))
    first = next((need for need in _IN_A_PHASE[phase] if need in unknown), "")
    return first or ("" if endpoint.vips or endpoint.control_plane else "control-plane")


def words_for(need: str) -> str:
    """What messages call a part of the endpoint: `DNS name`."""
    return _WORDS[need]


def to_write(need: str) -> str:
    """What to write in halb.toml so that it is known: `endpoint = "kube-control.example.com" under [cluster]`."""
    from rules.plan.schema import SCHEMA, header

    path = _KEYS[need]
    table = SCHEMA[path.table]
    wanted = [key for key in table.keys.values() if key.needed] if table.many else [table.keys[path.key]]
    return " and ".join(f'{key.name} = "{key.examples[0]}"' for key in wanted) + f" under {header(path.table)}"


def how_to_tell(need: str) -> str:
    """Where to say it: on the command line, in halb.toml, or in the files of the nodes."""
    from rules.plan.schema import key_at

    option = key_at(_KEYS[need]).option
    elsewhere = "" if option else ", or the API servers to haproxy.cfg"
    pass_it = f"pass '{option}' or " if option else ""
    return f"{pass_it}{'write' if option else 'add'} {to_write(need)} in halb.toml{elsewhere}"
