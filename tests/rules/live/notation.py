"""Answers of the network written as text: the notation in the examples of live rules.

A line per answer, `subject: answer`:

    at: 2026-11-22
    resolver 192.0.2.53 A: 192.0.2.21 ttl 40
    resolver 192.0.2.53 AAAA: NODATA negative 300
    resolver 192.0.2.54 A: SERVFAIL bogus
    authority ns1.example.com 192.0.2.1 A: CNAME cp1.example.com ttl 300, 192.0.2.21 ttl 300
    hosts: 192.0.2.21 kube.example.com
    nsswitch: files dns
    this machine: 192.0.2.21
    wildcard: 192.0.2.9
    local: 192.0.2.11
    probe 192.0.2.10:6443: HTTP 200 names kube.example.com,192.0.2.10 until 2027-11-01 key 0a1b
    probe 192.0.2.11:6443: connection refused

The words are those of `ReplyKind` and `Contact`. Certificates are issued by `CN=kubernetes` and end a year after `at`
`issuer` and `until` are given; `print` sets the fingerprint, `verified` the reason why a CA file does not verify it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

from rules.live.observations import (
    AddressRecord,
    Alias,
    Certificate,
    Contact,
    DnsView,
    HostsEntry,
    IPAddress,
    NameServer,
    Observations,
    Probe,
    Reply,
    ReplyKind,
    Role,
    SystemView,
    Vantage,
)

_SERVER = re.compile(r"(resolver|authority)(?: ([a-z][\w.-]*[a-z]))? ([0-9a-f.:]+) (A|AAAA)")
_PROBE = re.compile(r"probe \[?([0-9a-f.:]+?)\]?:(\d+)")
_YEAR = 365 * 86400


def read_observations(text: str, name: str) -> Observations:
    """The answers in a text, for an endpoint called `name`.

    Raises ValueError with the invalid line.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = dict(_parted(line) for line in lines)
    now = _seconds(found.get("at", "2026-11-22"))
    replies, probes = [], []
    for subject, answer in map(_parted, lines):
        try:
            if server := _SERVER.fullmatch(subject):
                replies.append(_reply(server, answer, name))
            elif probe := _PROBE.fullmatch(subject):
                probes.append(_probe(ip_address(probe[1]), int(probe[2]), answer, now))
            elif subject not in ("at", "hosts", "nsswitch", "this machine", "wildcard", "local"):
                raise ValueError("unknown subject")
        except (ValueError, KeyError, IndexError) as error:
            raise ValueError(f"'{subject}: {answer}': {error}") from error
    system = _system([answer for subject, answer in map(_parted, lines) if subject == "hosts"], found, name)
    dns = DnsView(tuple(replies), system, wildcard=_addresses(found.get("wildcard", "")))
    local = frozenset(_addresses(found.get("local", "")))
    return Observations(now, 3.0, Vantage("workstation", local), dns, tuple(probes))


def _parted(line: str) -> tuple[str, str]:
    subject, colon, answer = line.partition(": ")
    if not colon:
        raise ValueError(f"'{line}': write 'subject: answer'")
    return subject.strip(), answer.strip()


def _addresses(text: str) -> tuple[IPAddress, ...]:
    return tuple(ip_address(word) for word in text.split())


def _seconds(day: str) -> float:
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """`key value` pairs; the last one may have no value."""
    for index in range(0, len(words), 2):
        yield words[index], words[index + 1] if index + 1 < len(words) else ""


def _reply(match: re.Match[str], answer: str, name: str) -> Reply:
    server = NameServer(match[3], 53, Role(match[1]), match[2] or "")
    kind = next((kind for kind in ReplyKind if kind is not ReplyKind.ANSWER and answer.startswith(kind.value)), None)
    chain: list[Alias] = []
    records: list[AddressRecord] = []
    options: dict[str, str] = {}
    if kind is not None:
        options = dict(_options(answer.removeprefix(kind.value).split()))
    else:
        for part in answer.split(", "):
            words = part.split()
            if words[0] == "CNAME":
                chain.append(Alias(chain[-1].target if chain else name, words[1], int(words[3])))
            else:
                records.append(AddressRecord(ip_address(words[0]), int(words[2])))
    return Reply(
        server,
        match[4],
        kind or ReplyKind.ANSWER,
        tuple(records),
        tuple(chain),
        negative_ttl=int(options["negative"]) if "negative" in options else None,
        authoritative=server.role is Role.AUTHORITY,
        bogus="bogus" in options,
    )


def _probe(address: IPAddress, port: int, answer: str, now: float) -> Probe:
    contact = max((c for c in Contact if answer.startswith(c.value)), key=lambda c: len(c.value))
    words = answer.removeprefix(contact.value).split()
    status = int(words.pop(0)) if contact is Contact.HTTP else None
    options = dict(_options(words))
    certificate = None
    if "names" in options:
        names = options["names"].split(",")
        ips = [word for word in names if re.fullmatch(r"[0-9.]+|[0-9a-f]*:[0-9a-f:]*", word)]
        certificate = Certificate(
            names=tuple(word for word in names if word not in ips),
            addresses=tuple(map(ip_address, ips)),
            issuer=options.get("issuer", "CN=kubernetes"),
            issuer_key=options.get("key", "0a1b"),
            not_before=now - 86400,
            not_after=_seconds(options["until"]) if "until" in options else now + _YEAR,
            fingerprint=options.get("print", f"{address}"),
        )
    verified = options["verified"].replace("-", " ") if "verified" in options else None
    return Probe(address, port, contact, status, certificate, verified)


def _system(hosts: list[str], found: dict[str, str], name: str) -> SystemView | None:
    if not hosts and "this machine" not in found and "nsswitch" not in found:
        return None
    text = "".join(f"{line}\n" for line in hosts)
    entries = []
    at = 0
    for number, line in enumerate(hosts, start=1):
        start = line.find(name)
        if start >= 0:
            entries.append(HostsEntry(ip_address(line.split()[0]), number, at + start, at + start + len(name)))
        at += len(line) + 1
    asked = _addresses(found["this machine"]) if "this machine" in found else None
    return SystemView(
        asked, hosts=tuple(entries), hosts_text=text, order=tuple(found.get("nsswitch", "files dns").split())
    )
