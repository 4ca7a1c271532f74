"""Changes to a cluster that runs: one more load balancer, another machine for a control-plane node.

What the answers are then, and what is to be done on which machine in which order, in words. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rules.plan import PRIORITY_STEP, priority_after
from rules.report import printable
from rules.text import clipped, listed
from wizard.questions.answers import Answers, Place

LOWEST_PRIORITY = 2
_NEEDED = ("name", "address", "interface")
_DIGITS = 3  # of the highest VRRP priority, 254


class AnsweredMachine(NamedTuple):
    """A machine of the answers; `number` is its place in the list. Texts are as typed, "" for what is not there."""

    number: int
    name: str
    address: str

    @property
    def label(self) -> str:
        """`k8s-master1 (192.168.2.151)`, safe to print."""
        if not (self.name and self.address):
            return _safe(self.name or self.address)
        return _safe(f"{self.name} ({self.address})")


def machines(answers: Answers, table: str) -> tuple[AnsweredMachine, ...]:
    """The machines of "lb" or "control_plane" that have a name or an address."""
    found = (
        AnsweredMachine(number, answers[Place(table, number, "name")], answers[Place(table, number, "address")])
        for number in range(answers.count(table))
    )
    return tuple(machine for machine in found if machine.name or machine.address)


def has_cluster(answers: Answers) -> bool:
    """Whether there is a cluster to change: a control-plane node and a load balancer at least."""
    return bool(machines(answers, "control_plane") and machines(answers, "lb"))


# One more load balancer


def with_new_balancer(answers: Answers) -> tuple[Answers, Place]:
    """The answers with room for one more load balancer, and the place to begin at.

    A last row that is not finished is gone on with. The priority is put only where the usual one, a step below the row
    before, would not be the lowest. Raises ValueError with the words for the user when no priority is left.
    """
    count = answers.count("lb")
    if count > 1:
        gaps = [key for key in _NEEDED if not answers[Place("lb", count - 1, key)]]
        if gaps:
            return answers, Place("lb", count - 1, gaps[0])
    known = _priorities(answers)
    priority = priority_below(known)
    if known and priority_after(known[-1]) != priority:
        answers = answers.put(Place("lb", count, "priority"), str(priority))
    return answers, Place("lb", count, "name")


def priority_below(known: Sequence[int]) -> int:
    """A VRRP priority below all of these: a step where there is room, else half of the lowest one, never below 2.

    1 is out of use, as a load balancer that fails can't get below it. Raises ValueError with the words for the user
    when nothing is left.
    """
    lowest = min(known, default=None)
    if lowest is None or lowest >= LOWEST_PRIORITY + PRIORITY_STEP:
        return priority_after(lowest)
    if lowest <= LOWEST_PRIORITY:
        raise ValueError(
            f"a load balancer has the priority {lowest}, and none is left below that one more could have; "
            "raise the priorities in halb.toml, say to 110, 100, 90"
        )
    return max(lowest // 2, LOWEST_PRIORITY)


def _priorities(answers: Answers) -> list[int]:
    """The priorities as the plan has them: where nobody says one, a step below the load balancer before."""
    found: list[int] = []
    for number in range(answers.count("lb")):
        text = answers[Place("lb", number, "priority")]
        given = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
        found.append(int(text) if given else priority_after(found[-1] if found else None))
    return found


def adding(answers: Answers) -> tuple[str, ...]:
    """What one more load balancer means, before anything is typed."""
    return tuple(_peers_first(answers, _from_lowest(answers), ["the new one"]))


def _from_lowest(answers: Answers) -> list[AnsweredMachine]:
    """The load balancers, the one that the VIP is on first of all coming last."""
    priorities = _priorities(answers)
    return sorted(machines(answers, "lb"), key=lambda machine: (priorities[machine.number], -machine.number))


def _peers_first(answers: Answers, there: Sequence[AnsweredMachine], new: Sequence[str]) -> Iterator[str]:
    """The order that never has two holders of the VIP.

    With unicast, keepalived sends adverts to its peers alone: a node that the others do not list yet hears nobody, and
    takes the VIP although it is held. Adverts to a machine without keepalived do no harm.
    """
    last = listed(new)
    if answers[Place("vrrp", 0, "mode")] == "multicast":
        yield "The files of every load balancer change."
    else:
        names = listed(_safe(machine.name or machine.address) for machine in there)
        yield (
            f"Order: {last} comes last. Until the others list it as a peer it hears no other node and takes the VIP "
            "although another one has it: two machines with one address."
        )
        yield f"So the files of every load balancer change: the keepalived.conf of {names} gets the new peer."
    yield f"1. {_one_at_a_time(answers, there)} Wait until {_well(answers)} before the next."
    yield f"2. Only then sh install.sh on {last}."
    yield "3. 'ip -br address' on each: the VIP is on one machine only."


def _one_at_a_time(answers: Answers, balancers: Sequence[AnsweredMachine]) -> str:
    order = ", then ".join(_safe(machine.name or machine.address) for machine in balancers)
    how = "kubelet restarts" if _in_pods(answers) else "it restarts"
    return (
        f"sh install.sh on {order}: one at a time, the holder of the VIP last; {how} haproxy and keepalived, so "
        "connections through that machine break, and the holder's VIP moves."
    )


def _well(answers: Answers) -> str:
    if _in_pods(answers):
        return "'crictl ps' shows haproxy and keepalived running"
    return "'systemctl is-active haproxy keepalived' prints active twice"


def _in_pods(answers: Answers) -> bool:
    return answers[Place("haproxy", 0, "run")] == "static-pod"


# Another machine for a control-plane node


def replacing(answers: Answers, number: int) -> tuple[str, ...]:
    """What hangs on a control-plane node that another machine is to take the place of, and the order of steps."""
    nodes = machines(answers, "control_plane")
    old = next(node for node in nodes if node.number == number)
    return (
        *_of_the_name(answers, old),
        *_of_its_balancer(answers, old),
        *(_in_one_node(old) if len(nodes) == 1 else _in_several(old)),
        *_in_haproxy(answers, old),
    )


def _of_the_name(answers: Answers, old: AnsweredMachine) -> Iterator[str]:
    """What is special about the initial master: the name leads to it until the cutover."""
    if old.number:
        return
    name = _safe(answers[Place("cluster", 0, "endpoint")]) or "the endpoint's name"
    if answers[Place("cluster", 0, "phase")] == "cutover":
        yield f"It is the initial master, but {name} points to the VIP by now: no name depends on it."
    else:
        yield (
            f"It is the initial master: in the phase bootstrap {name} leads to it ({_safe(old.address)}). Before it "
            "goes, move the name to the VIP (the cutover step) or to another control-plane node: kubelets, kubectl and "
            "kubeadm join all use it."
        )
    yield "Do not run kubeadm init on the new machine: that makes another cluster. It joins, as every other node does."


def _of_its_balancer(answers: Answers, old: AnsweredMachine) -> Iterator[str]:
    for balancer in machines(answers, "lb"):
        if old.address and balancer.address == old.address:
            yield (
                f"Load balancer {balancer.label} is the same machine: change its address in the step of the load "
                "balancers too."
            )


def _join() -> str:
    return (
        "on a node that stays, 'kubeadm init phase upload-certs --upload-certs' prints the certificate key and "
        "'kubeadm token create --print-join-command' the command; on the new machine run that with --control-plane "
        "--certificate-key KEY (kubeadm join --control-plane)."
    )


def _in_one_node(old: AnsweredMachine) -> Iterator[str]:
    yield (
        f"{old.label} is the only control-plane node: all of etcd is on it. The new machine joins first, under "
        "another name. If the old one is dead already, nothing can join: restore an etcd snapshot."
    )
    yield f"1. Join: {_join()}"
    yield (
        "2. When the new one is Ready, on the old one: kubeadm reset, which takes it out of etcd. Then "
        f"'kubectl delete node {_safe(old.name) or 'NAME'}'."
    )


def _in_several(old: AnsweredMachine) -> Iterator[str]:
    """The old one goes first: kubeadm join refuses a node name that is taken, and an etcd with a dead member."""
    yield (
        f"1. {old.label} leaves etcd. If it runs, on it: kubeadm reset. If it is dead, with etcdctl on a node that "
        "stays: 'etcdctl member list', then 'etcdctl member remove ID'. (Where etcd has machines of its own: nothing.)"
    )
    yield f"2. kubectl delete node {_safe(old.name) or 'NAME'}"
    yield f"3. The new one joins: {_join()}"


def _in_haproxy(answers: Answers, old: AnsweredMachine) -> Iterator[str]:
    yield (
        f"Then the load balancers, as {_safe(old.name or old.address)} is a server of every haproxy.cfg: "
        f"{_one_at_a_time(answers, _from_lowest(answers))}"
    )


# After the files are written


def to_do(before: Answers, now: Answers) -> tuple[str, ...]:
    """What is to be done on the machines when the files of `now` take the place of those of `before`.

    Load balancers are the same where their address is, control-plane nodes where their place in the list is. Empty
    where no machine is new, or none was there, and where the endpoint is another: that is another cluster.
    """
    endpoint = Place("cluster", 0, "endpoint")
    if before[endpoint] != now[endpoint]:
        return ()
    return (*_added(before, now), *_exchanged(before, now))


def _added(before: Answers, now: Answers) -> Iterator[str]:
    known = {machine.address for machine in machines(before, "lb")}
    there = [machine for machine in _from_lowest(now) if machine.address in known]
    new = [_safe(machine.name or machine.address) for machine in _from_lowest(now) if machine.address not in known]
    if there and new:
        yield from _peers_first(now, there, new)


def _exchanged(before: Answers, now: Answers) -> Iterator[str]:
    nodes = machines(before, "control_plane")
    present = {node.number: node for node in machines(now, "control_plane")}
    gone = {node.address for node in nodes} - {node.address for node in present.values()}
    for old in nodes:
        new = present.get(old.number)
        if old.address in gone and new is not None and new.address not in {node.address for node in nodes}:
            yield f"{new.label} takes the place of {old.label}."
            yield from replacing(before, old.number)


def _safe(text: str) -> str:
    return clipped(printable(text))
