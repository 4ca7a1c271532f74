"""What the values of a plan say against each other, however few are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.plan.complete import Values, count, machine_of
from rules.plan.errors import PlanError
from rules.plan.model import KeyPath


def together(values: Values, *, fold: bool = True) -> Iterator[PlanError]:
    """The clashes, in the order of halb.toml's tables.

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
        if address is not None and address.version == 6 and path._replace(key="address6") in values:
            advice = "write the IPv4 address here, or leave address6 out"
            yield PlanError(path, f"'{address}' is IPv6, as address6 is; {advice}", machine_of(path, values))


def _owned_vips(values: Values) -> Iterator[PlanError]:
    owners = {
        values[path]: machine_of(path, values)
        for path in values
        if path.table in ("control_plane", "lb") and path.key in ("address", "address6")
    }
    for key in ("address", "address6"):
        path = KeyPath("vip", 0, key)
        vip = values.get(path)
        if vip is not None and vip.ip in owners:
            yield PlanError(
                path,
                f"'{vip}' is the address of {owners[vip.ip]} itself, and keepalived would delete that machine's own "
                "address; write one that no machine has",
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
                reason = f"two [[{table}]] tables have the name '{name}'; write another"
                yield PlanError(path, reason, text=reason, other=first)
        for key in ("address", "address6"):
            path = KeyPath(table, number, key)
            address = values.get(path)
            if address is None:
                continue
            first = owners.setdefault(address, path)
            if first is not path:
                reason = f"'{address}' is the address of {machine_of(first, values)} already"
                yield PlanError(path, reason, machine_of(path, values), other=first)
