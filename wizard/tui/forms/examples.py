"""What an empty field shows as an example: of the networks that the answers are in, and nobody's yet. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address, ip_interface, ip_network

from rules.plan import SCHEMA, IPAddress
from wizard.questions.answers import Answers, Place
from wizard.questions.known.derived import is_stacked
from wizard.questions.known.mending import read
from wizard.tui.forms.machine_rows import names_of, next_name

_NEAR = {4: 24, 6: 64}  # the prefix length of a network that is likely the same
_FURTHEST = 256  # addresses that are tried


def example(place: Place, usual: str, answers: Answers) -> str:
    """An example for a field in place of the `usual` one; "" where there is none: all control-plane nodes are load
    balancers already.
    """
    if place.table == "lb" and place.key in ("name", "address") and is_stacked(read(answers).values):
        return _of_masters(place, answers)
    if place.key == "name" and SCHEMA[place.table].many:
        return _name(_first(place), place.number, names_of(place.table, answers))
    if place.key in ("address", "address6"):
        return _address(place, answers)
    return usual


def _first(place: Place) -> str:
    """The example of the first machine."""
    return str(SCHEMA[place.table].keys[place.key].examples[0])


def _of_masters(place: Place, answers: Answers) -> str:
    """A control-plane node that is no load balancer yet: that of the row, if it names one, else the first one."""
    key = "address" if place.key == "name" else "name"
    known = answers[place._replace(key=key)]
    nodes = [Place("control_plane", number, place.key) for number in range(answers.count("control_plane"))]
    taken = {answers[Place("lb", number, place.key)] for number in range(answers.count("lb"))}
    free = [node for node in nodes if answers[node] and answers[node] not in taken]
    meant = [node for node in free if known and answers[node._replace(key=key)] == known]
    return answers[meant[0]] if meant else answers[free[0]] if free and not known else ""


def _name(first: str, number: int, taken: set[str]) -> str:
    """The first example counted up to the row, and on to one that is nobody's."""
    name = first
    for _ in range(number):
        name = next_name(name, set())
    return next_name(name, taken) if name in taken else name


def _address(place: Place, answers: Answers) -> str:
    """An address that is nobody's, in the network of the machines that are there; the usual example without any."""
    start, prefix = ip_interface(_first(place)), "/" in _first(place)
    known = dict(_known(answers))
    near = [at for at, address in known.items() if address.version == start.version]
    # The network of the row above, else of the same list, the VIP, any machine.
    near.sort(key=lambda at: (at.table != place.table, at.table != "vip", at.number > place.number, -at.number))
    if near:
        base, steps = known[near[0]], max(place.number - near[0].number, 1) if near[0].table == place.table else 1
    else:
        base, steps = start.ip, place.number
    network = ip_network(f"{base}/{_NEAR[base.version]}", strict=False)
    last = network.broadcast_address
    for number in range(_FURTHEST):
        found = network[(int(base) - int(network[0]) + steps + number) % network.num_addresses]
        if found not in known.values() and found not in (network[0], last):
            return f"{found}/{network.prefixlen}" if prefix else str(found)
    return ""


def _known(answers: Answers) -> Iterator[tuple[Place, IPAddress]]:
    """Every address of a machine, and the VIPs."""
    right = read(answers).right
    for place in right:
        if place.key in ("address", "address6") and place.table in ("control_plane", "lb", "vip"):
            with suppress(ValueError):
                yield place, ip_address(right[place].partition("/")[0])
