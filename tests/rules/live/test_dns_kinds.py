"""Which rule speaks for which kind of reply: a table, complete, that can be printed."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from rules.live.observations import AddressRecord, NameServer, Reply, ReplyKind, Role
from tests.rules.live.kinds import BOGUS, TABLE, Row, kinds_table
from tests.rules.live.names import BOOTSTRAP, MASTER, findings, replies_only, words

ONE, OTHER = NameServer("192.0.2.53"), NameServer("192.0.2.54")
NS1 = NameServer("192.0.2.1", role=Role.AUTHORITY, name="ns1.example.com")
NS2 = NameServer("192.0.2.2", role=Role.AUTHORITY, name="ns2.example.com")


def right(server: NameServer) -> Reply:
    records = (AddressRecord(ip_address(MASTER), 60),)
    return Reply(server, "A", ReplyKind.ANSWER, records, authoritative=server.role is Role.AUTHORITY)


def reply(server: NameServer, kind: ReplyKind, bogus: bool = False) -> Reply:
    if kind is ReplyKind.ANSWER:
        return right(server)
    return Reply(
        server, "A", kind, negative_ttl=300 if kind in (ReplyKind.NODATA, ReplyKind.NXDOMAIN) else None, bogus=bogus
    )


def found(*replies: Reply) -> str:
    return ", ".join(words(findings(BOOTSTRAP, replies_only(replies))))


def test_table_has_every_kind() -> None:
    assert list(TABLE) == list(ReplyKind)


@pytest.mark.parametrize(("kind", "row"), TABLE.items(), ids=[kind.name for kind in TABLE])
def test_kind_is_reported_by_its_rule(kind: ReplyKind, row: Row) -> None:
    assert found(reply(ONE, kind)) == row.only
    assert found(right(ONE), reply(OTHER, kind)) == row.one_of_two
    assert found(right(ONE), right(NS1), reply(NS2, kind)) == row.authority
    assert found(right(ONE), reply(NS1, kind)) == row.only_authority


def test_wrong_signatures_are_reported_by_their_rule() -> None:
    assert found(reply(ONE, ReplyKind.SERVFAIL, bogus=True)) == BOGUS.only
    assert found(right(ONE), reply(OTHER, ReplyKind.SERVFAIL, bogus=True)) == BOGUS.one_of_two


@pytest.mark.parametrize(
    "kind", [kind for kind in ReplyKind if kind is not ReplyKind.ANSWER], ids=lambda kind: kind.name
)
def test_message_tells_the_kinds_apart(kind: ReplyKind) -> None:
    others = [other for other in ReplyKind if other is not ReplyKind.ANSWER]
    messages: dict[ReplyKind, str] = {
        other: findings(BOOTSTRAP, replies_only([reply(ONE, other)]))[0].message for other in others
    }
    same = [other for other in others if messages[other] == messages[kind]]
    assert same == [kind]


def test_table_can_be_printed() -> None:
    lines = kinds_table().splitlines()
    assert len(lines) == len(ReplyKind) + 3
    assert {line.count("|") for line in lines} == {6}
    assert "| `timeout` | DN001 error | DN001 warning | DN013 info | - |" in lines
    assert "| `SERVFAIL`, DNSSEC bogus | DN013 error | DN013 warning | - | - |" in lines
