"""Lists of machines as people have them: ranges, words between commas or blanks, lines of a hosts file. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import pairwise
from typing import NamedTuple

from rules.plan import SCHEMA
from wizard.questions.answers import Answers, Place, fault

MOST = 64
"""Machines that a range may stand for: one of more is a slip."""

_ENTRIES = re.compile(r"[,;]")
_AROUND = "\"'`()[]{}<>"
_NUMBERS = re.compile(r"[0-9.-]*\.[0-9.-]*")  # half an address, say: no name that a machine has
_SIGNS = {"-", "=", "*"}
_VARIABLES = {"ansible_host", "ansible_ssh_host"}  # of an inventory: the name is the word before
_NAME = Place("lb", 0, "name")
_INTERFACE = Place("lb", 0, "interface")


class ListedMachine(NamedTuple):
    """What a list says of one machine, by the keys of halb.toml; "" where it says nothing."""

    name: str = ""
    address: str = ""
    interface: str = ""


class MachinesRead(NamedTuple):
    """The machines of a list in its order, and the words in it that nothing could be made of."""

    machines: tuple[ListedMachine, ...] = ()
    unread: tuple[str, ...] = ()


class _Word(NamedTuple):
    """A word, and the addresses that it stands for: none of them is another word."""

    text: str
    addresses: tuple[str, ...] = ()


def read_machines(text: str, *, interfaces: bool = False) -> MachinesRead:
    """Read a list of machines; every word of it is in a machine, in `unread`, or in a comment.

    Understood are `192.168.2.151-153` and `fd00::151-153` (the end of the last group), `192.168.2.151-192.168.2.153`,
    `name=address`, `name address`, and `address name` as in /etc/hosts; between machines are commas, semicolons, blanks
    or line ends, and `#` begins a comment. With `interfaces` the word after `name address` is the network interface.
    Addresses of loopback and multicast, which a hosts file has too, are no machine's.
    """
    machines: list[ListedMachine] = []
    unread: list[str] = []
    for line in text.splitlines():
        for entry in _ENTRIES.split(line.partition("#")[0]):
            words = list(_words(entry))
            for group in _groups(words):
                _read_group(group, machines, unread, interfaces=interfaces)
    return MachinesRead(tuple(machines), tuple(unread))


def is_list(place: Place, text: str) -> bool:
    """Whether a text, typed where one machine's `place` belongs, is a list of machines, all of which can be read.

    An address in the place of a name is one, as no machine is called so.
    """
    if not SCHEMA[place.table].many or place.key not in ListedMachine._fields:
        return False
    if place.key != "name" and not fault(place, text):
        return False
    found = read_machines(text, interfaces=place.table == "lb")
    if found.unread or not found.machines:
        return False
    first = found.machines[0]
    return len(found.machines) > 1 or bool(first.address and (first.name or place.key == "name"))


def with_machines(answers: Answers, at: Place, machines: Sequence[ListedMachine]) -> tuple[Answers, tuple[int, ...]]:
    """The answers with these machines from the row of `at` on, and the numbers of their rows.

    A machine goes into the next row that has nothing yet where it has something, so that a list of addresses comes
    beside names that are there; where a row has, the machine gets a new one before it. Nothing is overwritten.
    """
    number = at.number
    rows: list[int] = []
    for machine in machines:
        cells = {at._replace(number=number, key=key): text for key, text in machine._asdict().items() if text}
        if any(answers[place] for place in cells):
            if not rows:  # the row in which the list was typed stays as it is
                number += 1
                cells = {place._replace(number=number): text for place, text in cells.items()}
            if any(answers[place] for place in cells):
                answers = answers.with_room(at.table, number)
        for place, text in cells.items():
            answers = answers.put(place, text)
        rows.append(number)
        number += 1
    return answers, tuple(rows)


def _words(entry: str) -> Iterator[_Word]:
    """The words of an entry; `name=address` is two."""
    for text in re.sub(r"\s=\s", " ", entry).split():
        left, sign, right = text.partition("=")
        if sign and _addresses(_bare(right)):
            if _bare(left) and _bare(left) not in _VARIABLES:
                yield _Word(_bare(left))
            yield _Word(_bare(right), _addresses(_bare(right)))
        elif (bare := _bare(text)) and text not in _SIGNS:
            yield _Word(bare, _addresses(bare))


def _bare(text: str) -> str:
    return text.strip(_AROUND)


def _addresses(text: str) -> tuple[str, ...]:
    """The addresses that a word stands for: one, or a range of them."""
    first, sign, last = text.partition("-")
    start = _address(first)
    if start is None:
        return ()
    if not sign:
        return (str(start),)
    end = _address(last) or _address(_with_end(first, last))
    if end is None or end.version != start.version or not 0 <= int(end) - int(start) < MOST:
        return ()
    return tuple(str(start + step) for step in range(int(end) - int(start) + 1))


def _with_end(address: str, end: str) -> str:
    """The address with another last group; the prefix length after the address, if there is one, is not in it."""
    bare = address.partition("/")[0]
    return bare[: max(bare.rfind("."), bare.rfind(":")) + 1] + end


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a text is; a prefix length behind it is no part of it."""
    text, sign, length = text.partition("/")
    if sign and not (length.isascii() and length.isdecimal()):
        return None
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return None if "%" in text else found


def _groups(words: Sequence[_Word]) -> Iterator[Sequence[_Word]]:
    """The words of each machine: where names come first, the last one before an address belongs to it."""
    at = [index for index, word in enumerate(words) if word.addresses]
    if not at:
        yield from ([word] for word in words)
        return
    names_first = at[0] > 0
    starts = [0, *(max(index - names_first, before + 1) for before, index in pairwise(at))]
    for start, end in zip(starts, [*starts[1:], len(words)], strict=True):
        yield words[start:end]


def _read_group(group: Sequence[_Word], machines: list[ListedMachine], unread: list[str], *, interfaces: bool) -> None:
    """Put the machines of one group of words, which has one address or range at most, where they belong."""
    found = next((word for word in group if word.addresses), None)
    if found is None:
        machines.extend(ListedMachine(word.text) for word in group if _is_name(word.text))
        unread.extend(word.text for word in group if not _is_name(word.text))
        return
    before, after = list(group[: group.index(found)]), list(group[group.index(found) + 1 :])
    if any(_is_nobodys(address) for address in found.addresses):
        unread.append(" ".join(word.text for word in group))
        return
    named = next((rest.pop(0).text for rest in (before, after) if rest and _is_name(rest[0].text)), "")
    card = ""
    if interfaces and after and group[0] is not found and not fault(_INTERFACE, after[0].text):
        card = after.pop(0).text
    unread.extend(word.text for word in (*before, *after))
    for number, address in enumerate(found.addresses):
        machines.append(ListedMachine("" if number else named, address, card))


def _is_name(text: str) -> bool:
    return not fault(_NAME, text) and not _NUMBERS.fullmatch(text)


def _is_nobodys(text: str) -> bool:
    address = ip_address(text)
    return address.is_loopback or address.is_multicast or address.is_unspecified
