"""The values that a halb.toml adds to what the files say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from wizard.plan.draft import BalancerDraft, Draft, HaproxyDraft, MachineDraft, VrrpDraft

Machine = TypeVar("Machine", MachineDraft, BalancerDraft)
Choice = TypeVar("Choice", VrrpDraft, HaproxyDraft)


def filled(draft: Draft, known: Draft, notes: list[str]) -> Draft:
    """The draft with what `known` says where the draft says nothing; the files win where both speak.

    A machine of both is found by its address; its name is then the one of halb.toml.
    """
    result = Draft(
        name=known.name,
        endpoint=known.endpoint,
        phase=known.phase,
        port=draft.port or known.port,
        layout=draft.layout or known.layout,
        control_plane=_named(draft.control_plane, known.control_plane) or known.control_plane,
        vip=draft.vip or known.vip,
        vip6=draft.vip6 or known.vip6,
        load_balancers=_named(draft.load_balancers, known.load_balancers) or known.load_balancers,
        vrrp=_choices(draft.vrrp, known.vrrp),
        haproxy=_choices(draft.haproxy, known.haproxy),
    )
    for key, read, said in (("vip.address", draft.vip, known.vip), ("vip.address6", draft.vip6, known.vip6)):
        if read is not None and said is not None and read != said:
            notes.append(f"{key} is {said} in halb.toml and {read} in the files; the files count")
    return result


def _choices(draft: Choice, known: Choice) -> Choice:
    values = {name: value for name, value in draft._asdict().items() if value is not None}
    return known._replace(**values)


def _named(machines: Sequence[Machine], known: Sequence[Machine]) -> tuple[Machine, ...]:
    by_address = {machine.address: machine for machine in known if machine.address is not None}
    by_name = {machine.name: machine for machine in known if machine.name is not None}

    def found(machine: Machine) -> Machine | None:
        return by_address.get(machine.address) if machine.address is not None else by_name.get(machine.name or "")

    return tuple(_joined(machine, found(machine)) for machine in machines)


def _joined(machine: Machine, known: Machine | None) -> Machine:
    if known is None:
        return machine
    values = {name: value for name, value in machine._asdict().items() if value not in (None, ())}
    return known._replace(**(values | {"name": known.name}))
