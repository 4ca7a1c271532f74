"""What the values of a plan say against each other, however few are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.plan.complete import Values, count, machine_of
from rules.plan.errors import PlanError
from rules.plan.model import KeyPath

_WHAT = {"control_plane": "control-plane node", "lb": "load balancer"}


def together(values: Values, *, fold: bool = True) -> Iterator[PlanError]:
    """The clashes, in the order of halb.toml's tables, each at the key that has to change.

    Names and addresses are there once, `address` is IPv4 where there is an `address6`, and no machine has the VIP.
    A load balancer may have the address of a control-plane node: then haproxy runs on the control plane itself.
    `fold`: names that differ by case alone are the same, as host names are.
    """
    yield from _once("control_plane", values, fold=fold)
    wrong = list(_families("vip", values))
    yield from wrong
    yield from _owned_vips(values)
    if not wrong:
        yield from _families("lb", values)
    yield from _once("lb", values, fold=fold)


def _families(table: str, values: Values) -> Iterator[PlanError]:
    for number in range(count(values, table)):
        path = KeyPath(table, number, "address")
        address = values.get(path)
        second = path._replace(key="address6")
        if address is not None and address.version == 6 and second in values:
            advice = "write the IPv4 address here, or leave the IPv6 one below it out"
            yield PlanError(
                path,
                f"'{address}' is IPv6, as the second address is; {advice}",
                machine_of(path, values),
                in_file=f"'{address}' is IPv6, as address6 is; write the IPv4 address here, or leave address6 out",
            )


def _owned_vips(values: Values) -> Iterator[PlanError]:
    """A VIP that a control-plane node has is wrong; a load balancer that has the VIP has to say its own address."""
    owners: dict[Any, list[KeyPath]] = {}
    for path, value in values.items():
        if path.table in _WHAT and path.key in ("address", "address6"):
            owners.setdefault(value, []).append(path)
    for key in ("address", "address6"):
        path = KeyPath("vip", 0, key)
        vip = values.get(path)
        having = sorted(owners.get(vip.ip, [])) if vip is not None else []
        nodes = [owner for owner in having if owner.table == "control_plane"]
        if nodes:
            yield PlanError(
                path,
                f"'{vip}' is the address of {machine_of(nodes[0], values)} itself, and keepalived would delete that "
                "machine's own address; write one that no machine has",
                others=having,
            )
            continue
        for owner in having:
            yield PlanError(
                owner,
                f"'{values[owner]}' is the VIP, and keepalived would delete the machine's own address with it; write "
                "the address that this machine keeps",
                machine_of(owner, values),
                others=(path,),
            )


def _once(table: str, values: Values, *, fold: bool) -> Iterator[PlanError]:
    """Names and addresses that two machines have."""
    names: dict[str, KeyPath] = {}
    owners: dict[Any, KeyPath] = {}
    for number in range(count(values, table)):
        path = KeyPath(table, number, "name")
        name = values.get(path)
        if name is not None:
            first = names.setdefault(name.lower() if fold else name, path)
            if first is not path:
                reason = f"'{name}' is the name of {_WHAT[table]} number {first.number + 1} already; write another"
                text = f"two [[{table}]] tables have the name '{name}'; write another"
                yield PlanError(path, reason, text=text, others=(first,))
        for key in ("address", "address6"):
            path = KeyPath(table, number, key)
            address = values.get(path)
            if address is None:
                continue
            first = owners.setdefault(address, path)
            if first is not path:
                reason = f"'{address}' is the address of {machine_of(first, values)} already"
                yield PlanError(path, reason, machine_of(path, values), others=(first,))
