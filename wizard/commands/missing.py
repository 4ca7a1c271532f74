"""What a draft lacks before it is a plan, with the key to fill."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.plan.draft import Draft


def missing(draft: Draft) -> Iterator[str]:
    """A line for each answer that nobody can guess, in the order of halb.toml."""
    if draft.endpoint is None:
        yield '[cluster] endpoint = "kube.example.com": the DNS name given to kubeadm (or --endpoint NAME)'
    if not draft.control_plane:
        yield '[[control_plane]] name = "k8s-master1" and its address: the first one is the initial master'
    for node in draft.control_plane:
        yield from _of_machine("control_plane", node.name, node.address, ("address", node.address, "192.168.2.151"))
    if draft.vip is None:
        yield '[vip] address = "192.168.2.140/24": the VIP with its prefix length'
    if len(draft.load_balancers) < 2:
        more = "two load balancers at least" if not draft.load_balancers else "a second load balancer"
        yield f'[[lb]] name = "lb2", its address and interface: {more}'
    for lb in draft.load_balancers:
        yield from _of_machine(
            "lb",
            lb.name,
            lb.address,
            ("address", lb.address, "192.168.2.141"),
            ("interface", lb.interface, "ens160"),
            *([("address6", lb.address6, "fd00:2::141")] if draft.vip6 else []),
        )


def _of_machine(table: str, name: str | None, address: object, *answers: tuple[str, object, str]) -> Iterator[str]:
    who = name or (f"the one at {address}" if address else "one without a name")
    if not name:
        yield f'[[{table}]] {who}: name = "...": its host name'
    for key, value, example in answers:
        if value is None:
            yield f'[[{table}]] {who}: {key} = "{example}" or the like'
