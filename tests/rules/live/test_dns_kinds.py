"""Which rule speaks for which kind of reply: a table, complete, that can be printed."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple

import pytest

from rules.live.observations import AddressRecord, NameServer, Reply, ReplyKind, Role
from tests.rules.live.names import BOOTSTRAP, MASTER, findings, replies_only, words

ONE, OTHER = NameServer("192.0.2.53"), NameServer("192.0.2.54")
NS1 = NameServer("192.0.2.1", role=Role.AUTHORITY, name="ns1.example.com")
NS2 = NameServer("192.0.2.2", role=Role.AUTHORITY, name="ns2.example.com")


class Row(NamedTuple):
    """What is found when this kind of reply comes from the only resolver; from one of two; from one of two
    authoritative servers; from the only one. All others answer with the right address.
    """

    only: str
    one_of_two: str
    authority: str
    only_authority: str


_DENIED = Row("DN001 error", "DN006 warning", "DN006 warning", "DN006 warning")
_FAILED = Row("DN001 error", "DN001 warning", "DN013 info", "")
TABLE = {
    ReplyKind.ANSWER: Row("", "", "", ""),
    ReplyKind.ALIAS: Row("DN001 error", "DN006 warning", "", ""),
    ReplyKind.NODATA: _DENIED,
    ReplyKind.NXDOMAIN: _DENIED,
    ReplyKind.SERVFAIL: _FAILED,
    ReplyKind.REFUSED: _FAILED,
    ReplyKind.RCODE: _FAILED,
    ReplyKind.TIMEOUT: _FAILED,
    ReplyKind.UNREACHABLE: _FAILED,
    ReplyKind.TRUNCATED: _FAILED,
    ReplyKind.LAME: _FAILED,
    ReplyKind.GARBAGE: _FAILED,
    ReplyKind.OTHER_QUESTION: _FAILED,
    ReplyKind.UNRELATED: _FAILED,
    ReplyKind.LOOP: _FAILED,
}
BOGUS = Row("DN013 error", "DN013 warning", "DN013 info", "")


def kinds_table() -> str:
    """The table as markdown: a row per kind of reply, the codes that speak for it in each place."""
    head = [
        "reply to A",
        "from the only resolver",
        "from one of two resolvers",
        "from one of two authoritative servers",
    ]
    head.append("from the only authoritative server")
    rows = [[f"`{kind.value}`", *row] for kind, row in TABLE.items()]
    rows.insert(list(TABLE).index(ReplyKind.SERVFAIL) + 1, ["`SERVFAIL`, DNSSEC bogus", *BOGUS[:2], "", ""])
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell or '-' for cell in line)} |\n" for line in lines)


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
