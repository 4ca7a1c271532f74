"""What is no longer there once halb's files replace others: all of it, the worst first, without secrets."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine.finding import NodeFiles
from tests.examples import times
from tests.wizard.importer.pairs import HAPROXY, keepalived, pair
from wizard.importer.dropped import dropped
from wizard.importer.model import LeftoverKind

NODES = [NodeFiles(name, (f"{name}/haproxy.cfg",), (f"{name}/keepalived.conf",)) for name in ("lb1", "lb2")]
WEB = "\n# the shop\nfrontend web\n    bind :80\n    stats auth admin:hunter2!\n"


def test_a_service_comes_before_a_password_and_a_password_before_a_comment() -> None:
    old = pair(HAPROXY + "    stats auth admin:hunter2!\n" + WEB, authentication="authentication {\nauth_type AH\n}")
    found = dropped(old, {}, NODES)
    kinds = [left.kind for left in found]
    assert kinds[0] is LeftoverKind.OTHER
    assert kinds[-1] is LeftoverKind.COMMENT
    texts = [left.line() for left in found]
    assert "hunter2" not in "".join(texts)
    password = next(number for number, text in enumerate(texts) if "stats auth admin:***" in text)
    assert password == 1
    assert texts[0].startswith("lb1/haproxy.cfg:25, lb2/haproxy.cfg:25: frontend web (")


def test_what_the_plan_holds_and_what_stays_is_not_dropped() -> None:
    assert dropped(pair(), pair(), NODES) == ()
    lines = [left.line() for left in dropped(pair(), {}, NODES)]
    assert not any("server cp1" in line or "virtual_router_id" in line for line in lines)


_LINES = st.sampled_from(
    ["# note", "    maxconn 7", "    acl x src 10.0.0.1", "frontend y", "    bind :81", "    option tcplog", "", "}"]
)


@settings(max_examples=times(60))
@given(st.lists(_LINES, max_size=12), st.integers(0, 30))
def test_every_line_is_kept_held_by_the_plan_or_listed(lines: list[str], at: int) -> None:
    whole = HAPROXY.splitlines()
    text = "\n".join([*whole[:at], *lines, *whole[at:]])
    old = {"lb1/haproxy.cfg": text, "lb1/keepalived.conf": keepalived(11, 12)}
    found = dropped(old, {}, NODES[:1])
    from wizard.importer import import_files

    imported = import_files(old, NODES[:1])
    listed = {place for left in found for place in left.places}
    inside = {(left.file, n) for left in imported.leftovers for n in range(left.line, left.last + 1)}
    for number, line in enumerate(text.split("\n"), 1):
        place = ("lb1/haproxy.cfg", number)
        content = line.strip(" {};")
        assert not content or place in imported.used or place in inside or place in listed
