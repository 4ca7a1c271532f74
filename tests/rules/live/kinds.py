"""The table of the kinds of DNS answers, as docs/live.md shows it."""

from __future__ import annotations

from typing import NamedTuple

from rules.live.observations import ReplyKind


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
