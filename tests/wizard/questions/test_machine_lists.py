"""Lists of machines, as people paste them: every word of one is in a machine, in a comment, or said to be unread."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wizard.questions.sessions import answer_sets
from wizard.questions.answers import Answers, Place
from wizard.questions.reading.machine_lists import (
    MOST,
    ListedMachine,
    MachinesRead,
    is_list,
    read_machines,
    with_machines,
)

THREE = ("192.168.2.151", "192.168.2.152", "192.168.2.153")
NAMES = ("k8s-master1", "k8s-master2", "k8s-master3")
NAMED = tuple(map(ListedMachine, NAMES, THREE))
HOSTS = """\
127.0.0.1\tlocalhost
::1 localhost ip6-localhost
# the control plane
192.168.2.151 k8s-master1   # the first
192.168.2.152\tk8s-master2

192.168.2.153 k8s-master3
"""


@pytest.mark.parametrize(
    "text",
    [
        "192.168.2.151-153",
        "192.168.2.151-192.168.2.153",
        "192.168.2.151, 192.168.2.152,192.168.2.153",
        "192.168.2.151 192.168.2.152 192.168.2.153",
        "192.168.2.151\n192.168.2.152\r\n\n192.168.2.153",
        "192.168.2.151-152; 192.168.2.153",
        '["192.168.2.151", "192.168.2.152", "192.168.2.153"]',
        "- 192.168.2.151\n- 192.168.2.152\n- 192.168.2.153",
        "192.168.2.151/24 192.168.2.152/24 192.168.2.153/24",
    ],
)
def test_addresses_in_every_way_in_which_they_are_written(text: str) -> None:
    assert read_machines(text) == MachinesRead(tuple(ListedMachine(address=address) for address in THREE))


@pytest.mark.parametrize(
    "text",
    [
        "k8s-master1=192.168.2.151 k8s-master2=192.168.2.152 k8s-master3=192.168.2.153",
        "k8s-master1 = 192.168.2.151\nk8s-master2 = 192.168.2.152\nk8s-master3 = 192.168.2.153",
        "k8s-master1 192.168.2.151, k8s-master2 192.168.2.152, k8s-master3 192.168.2.153",
        "k8s-master1 192.168.2.151 k8s-master2 192.168.2.152 k8s-master3 192.168.2.153",
        "192.168.2.151 k8s-master1 192.168.2.152 k8s-master2 192.168.2.153 k8s-master3",
        "k8s-master1 ansible_host=192.168.2.151\nk8s-master2 ansible_host=192.168.2.152\n"
        "k8s-master3 ansible_host=192.168.2.153",
    ],
)
def test_names_with_addresses(text: str) -> None:
    assert read_machines(text) == MachinesRead(NAMED)


def test_a_hosts_file_as_it_is() -> None:
    assert read_machines(HOSTS) == MachinesRead(NAMED, ("127.0.0.1 localhost", "::1 localhost ip6-localhost"))


def test_aliases_are_said_to_be_left_out() -> None:
    assert read_machines("192.168.2.151 k8s-master1.example.com k8s-master1 m1") == MachinesRead(
        (ListedMachine("k8s-master1.example.com", "192.168.2.151"),), ("k8s-master1", "m1")
    )


def test_ipv6_ranges_count_in_hexadecimal() -> None:
    found = read_machines("fd00:2::19-1b, [fd00:2::151]")
    assert [machine.address for machine in found.machines] == ["fd00:2::19", "fd00:2::1a", "fd00:2::1b", "fd00:2::151"]


def test_load_balancers_may_come_with_their_interface() -> None:
    text = "haproxy-lb1 192.168.2.141 ens160\nhaproxy-lb2 192.168.2.142 ens192"
    assert read_machines(text, interfaces=True) == MachinesRead(
        (
            ListedMachine("haproxy-lb1", "192.168.2.141", "ens160"),
            ListedMachine("haproxy-lb2", "192.168.2.142", "ens192"),
        )
    )
    assert read_machines(text).unread == ("ens160", "ens192")


@pytest.mark.parametrize(
    "text", ["192.168.2.153-151", "192.168.2.1-999", "10.0.0.0-10.0.255.0", "192.168.2.", "192.168.2.151:6443", "a!b"]
)
def test_what_is_no_machine_is_unread(text: str) -> None:
    assert read_machines(text) == MachinesRead((), (text,))


def test_a_range_is_never_longer_than_a_slip_would_make_it() -> None:
    assert len(read_machines(f"10.0.0.1-{MOST}").machines) == MOST
    assert read_machines(f"10.0.0.1-{MOST + 1}").machines == ()


words = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=12).filter(
    lambda word: not re.search(r"[,;#=]", word) and word.strip("\"'`()[]{}<>")
)
lines = st.lists(words | st.sampled_from([*THREE, *NAMES, "fd00::1", "192.168.2.1-3", "ens160"]), max_size=5)


@given(st.lists(lines, max_size=5), st.sampled_from([" ", "\t", ", ", "; "]), st.booleans())
def test_no_word_is_lost(text: list[list[str]], gap: str, interfaces: bool) -> None:
    found = read_machines("\n".join(gap.join(line) for line in text), interfaces=interfaces)
    kept = {cell for machine in found.machines for cell in machine} | set(" ".join(found.unread).split())
    for word in (word.strip("\"'`()[]{}<>") for line in text for word in line):
        if word == "192.168.2.1-3":
            assert word in kept or {"192.168.2.1", "192.168.2.2", "192.168.2.3"} <= kept
        elif word not in {"-", "*"}:
            assert word in kept or _other_spelling(word) in kept


def _other_spelling(word: str) -> str:
    """The word as an address in its usual form, if it is one."""
    try:
        return str(ip_address(word.partition("/")[0]))
    except ValueError:
        return word


@given(st.text(max_size=300), st.booleans())
def test_any_text_is_read(text: str, interfaces: bool) -> None:
    found = read_machines(text, interfaces=interfaces)
    assert all(machine.name or machine.address for machine in found.machines)


addresses = st.integers(1, 2**32 - 2).map(IPv4Address) | st.integers(1, 2**128 - 1).map(IPv6Address)
usable = addresses.filter(lambda address: not (address.is_loopback or address.is_multicast or address.is_unspecified))
names = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


@given(
    st.lists(st.tuples(names, usable), min_size=1, max_size=6),
    st.sampled_from(["{name}={address}", "{name} {address}", "{address} {name}", "{address}\t{name} # {address} x"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_comes_back(machines: list[tuple[str, IPv4Address | IPv6Address]], form: str, end: str) -> None:
    text = end.join(form.format(name=name, address=address) for name, address in machines)
    assert read_machines(text) == MachinesRead(tuple(ListedMachine(name, str(address)) for name, address in machines))


# Where the machines of a list go


def lb(number: int, key: str) -> Place:
    return Place("lb", number, key)


def test_one_value_is_no_list() -> None:
    for key, text in (("name", "lb1"), ("address", "192.168.2.141"), ("interface", "ens160"), ("name", "a b!")):
        assert not is_list(lb(0, key), text)
    assert not is_list(Place("vip", 0, "address"), "192.168.2.140-141")
    assert is_list(lb(0, "name"), "192.168.2.141")
    assert is_list(lb(0, "address"), "192.168.2.141-142")


def test_addresses_come_beside_the_names_that_are_there() -> None:
    answers = Answers({lb(0, "name"): "a", lb(1, "name"): "b"})
    found, numbers = with_machines(answers, lb(0, "address"), read_machines("10.0.0.1-2").machines)
    assert numbers == (0, 1)
    assert found == answers.put(lb(0, "address"), "10.0.0.1").put(lb(1, "address"), "10.0.0.2")


@given(answer_sets, st.integers(0, 2), st.sampled_from(["name", "address"]), st.lists(st.tuples(names, usable)))
def test_nothing_is_overwritten_and_every_machine_has_a_row(
    answers: Answers, number: int, key: str, machines: list[tuple[str, IPv4Address | IPv6Address]]
) -> None:
    listed = [ListedMachine(name, str(address)) for name, address in machines]
    found, rows = with_machines(answers, lb(number, key), listed)
    assert [(found[lb(row, "name")], found[lb(row, "address")]) for row in rows] == [machine[:2] for machine in listed]
    texts = sorted(answers[place] for place in answers)
    assert sorted([*texts, *(cell for machine in listed for cell in machine[:2])]) == sorted(found[p] for p in found)
    assert list(rows) == sorted(rows)
