"""The tables of keywords, the inventories that they are made of, and what the installed daemons say to those."""

from __future__ import annotations

import pytest

from tests.daemons import program
from tests.tools.keywords import (
    HAPROXY,
    KEEPALIVED,
    make_samples,
    probe_haproxy,
    probe_keepalived,
    read_haproxy,
    read_keepalived,
    write_haproxy,
)
from tests.tools.keywords import make_haproxy as make_haproxy_keywords
from tests.tools.keywords import make_keepalived as make_keepalived_keywords
from tests.tools.keywords.haproxy_notes import PHANTOMS, REFUSED
from tests.tools.keywords.haproxy_registered import SAMPLES, inventory_of, read_registered, read_samples, write_samples

# Of the inventory's names only those that depend on how keepalived was built.
_BUILT = {"vrrp_ipsets"}


def test_the_tables_are_what_the_tools_make() -> None:
    """`make renew WHAT=keywords` after a change of an inventory."""
    made = make_haproxy_keywords.render(read_haproxy(HAPROXY.read_text(encoding="utf-8")))
    assert made == make_haproxy_keywords.TABLE.read_text(encoding="utf-8")
    made = make_keepalived_keywords.render(read_keepalived(KEEPALIVED.read_text(encoding="utf-8")))
    assert made == make_keepalived_keywords.TABLE.read_text(encoding="utf-8")
    made = make_samples.render(read_samples(SAMPLES.read_text(encoding="utf-8")))
    assert made == make_samples.TABLE.read_text(encoding="utf-8")


def test_an_inventory_that_is_written_is_the_one_that_was_read() -> None:
    data = read_haproxy(HAPROXY.read_text(encoding="utf-8"))
    assert read_haproxy(write_haproxy(data, "# head")) == data
    text = SAMPLES.read_text(encoding="utf-8")
    assert write_samples(read_samples(text)) == text


@pytest.mark.daemon("haproxy")
def test_what_haproxy_registers_is_in_the_inventory_of_samples() -> None:
    haproxy = probe_haproxy.Haproxy(program("haproxy"))
    column = ".".join(haproxy.version().split(".")[:2])
    known = read_samples(SAMPLES.read_text(encoding="utf-8"))
    if column not in known.versions:
        pytest.skip(f"the inventory of samples has no column for haproxy {column}")
    output = haproxy.registered()
    seen = inventory_of([(column, output)], known)
    assert len(read_registered(output)["fetches"]) > 400
    for block in ("fetches", "converters", "acls"):
        there = {name for (name, _), versions in known.blocks[block].items() if column in versions}
        missing = {name for name, _ in seen.blocks[block]} - there
        assert {name for name in missing if not name.startswith(("lua.", "51d.", "da-csv", "wurfl-"))} == set()


@pytest.mark.slow
@pytest.mark.daemon("haproxy")
def test_haproxy_says_what_the_inventory_and_its_notes_say() -> None:
    haproxy = probe_haproxy.Haproxy(program("haproxy"))
    column = ".".join(haproxy.version().split(".")[:2])
    data = read_haproxy(HAPROXY.read_text(encoding="utf-8"))
    if column not in data:
        pytest.skip(
            f"the inventory has no column for haproxy {column}: python -m tests.tools.keywords.probe_haproxy --write"
        )
    noted = {*(n for names in PHANTOMS.values() for n in names), *(n for names in REFUSED.values() for n in names)}
    seen = probe_haproxy.observe(haproxy, data[column], ("global", "frontend"))
    told = probe_haproxy.differences(data[column], seen)
    assert [line for line in told if line.split("'")[1] not in noted] == []
    assert len(told) >= len(REFUSED["frontend"])  # it was asked


@pytest.mark.slow
@pytest.mark.daemon("keepalived")
def test_keepalived_knows_the_names_of_its_release_and_no_others() -> None:
    told = probe_keepalived.differences(probe_keepalived.Keepalived(program("keepalived")))
    assert [line for line in told if line.split("'")[1] not in _BUILT] == []
