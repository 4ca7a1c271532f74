"""Real and troubled pairs, from import to written files: nothing is a dead end, and nothing of theirs stays behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from parsers.facts.haproxy import HaproxyConfig, Proxy, haproxy_facts
from parsers.haproxy import parse_haproxy
from rules import lint
from tests.examples import ALL
from tests.programs import ROOT
from tests.shared import shared
from tests.tables import each
from tests.wizard.importer.answering import Taken, pairs_below, take_over
from tests.wizard.render.daemons import haproxy_says, keepalived_says
from wizard.merge.sections import header, key_of

pytestmark = pytest.mark.slow

OWN = ROOT / "tests" / "cases"


def check(taken: Taken) -> None:
    """Everything that holds of any pair that was taken over."""
    assert taken.outcome.report is not None
    assert [str(finding) for finding in taken.outcome.report.findings if finding.severity.word == "error"] == []
    for path, text in taken.new("haproxy.cfg").items():
        _check_no_rest(taken, path, text)
    _check_no_error_of_halb(taken)
    for section in taken.lost:
        assert any(f"{section} (" in line for line in taken.dropped), f"{section} is lost without a word"
    _check_values(taken)


def _check_no_rest(taken: Taken, path: str, text: str) -> None:
    """No section of others leads to the API servers on the endpoint's port, or is there for nobody."""
    config = haproxy_facts([parse_haproxy(text)])
    own = {key_of(section) for section in haproxy_facts([parse_haproxy(taken.outcome.files[path])]).sections}
    servers = {str(node.address) for node in taken.outcome.plan.control_plane} if taken.outcome.plan else set()
    for proxy in config.proxies:
        if key_of(proxy.section) in own or not servers & _targets(config, proxy):
            continue
        label = header(proxy.section)
        if proxy.is_frontend:
            ports = {address.port_start for bind in proxy.binds for address in bind.addresses}
            assert taken.outcome.plan is not None
            assert taken.outcome.plan.port not in ports, f"{label} is still on the endpoint's port"
        else:
            assert config.feeders(proxy) or any(label in note for note in taken.notes), f"{label} is there for nobody"


def _targets(config: HaproxyConfig, proxy: Proxy) -> set[str]:
    routes = [target for _, target in config.routes(proxy) if target is not None] if proxy.is_frontend else []
    return {str(server.address) for backend in (proxy, *routes) for server in backend.servers if server.address}


def _check_no_error_of_halb(taken: Taken) -> None:
    """The linter finds no error in the written files but on lines that stood in theirs before."""
    texts = {**taken.new("haproxy.cfg"), **taken.new("keepalived.conf")}
    theirs = {line.strip() for text in taken.old.values() for line in text.splitlines()}
    for finding in lint(texts).findings:
        line = texts[finding.location.file].split("\n")[finding.location.line - 1].strip()
        assert finding.severity.word != "error" or line in theirs, f"{finding.location.file}: {finding.message}"


def _check_values(taken: Taken) -> None:
    """The virtual router is that of the files, and no machine of theirs is missing."""
    plan, draft = taken.outcome.plan, taken.imported.draft
    assert plan is not None
    if draft.vrrp.virtual_router_id is not None:
        assert plan.vrrp.virtual_router_id == draft.vrrp.virtual_router_id
    assert len(plan.load_balancers) >= len(draft.load_balancers)


def test_own_pairs_are_taken_over(tmp_path: Path) -> None:
    def row(pair: Path) -> None:
        check(take_over(pair, tmp_path / pair.name))

    each(pairs_below(OWN), row)


def test_every_labelled_pair_of_the_corpus_is_taken_over(tmp_path: Path) -> None:
    def row(pair: Path) -> None:
        check(take_over(pair, tmp_path / pair.name))

    each(pairs_below(shared() / "corpus" / "pairs"), row)


def test_every_pair_with_a_known_trouble_is_taken_over(tmp_path: Path) -> None:
    def row(pair: Path) -> None:
        check(take_over(pair, tmp_path / pair.name))

    pairs = list(pairs_below(shared() / "hunt" / "cases"))
    each(pairs if ALL else pairs[::4], row)


@pytest.mark.root
@pytest.mark.daemon("haproxy", "keepalived")
def test_the_daemons_take_what_a_pair_has_become(tmp_path: Path) -> None:
    taken = take_over(OWN / "demo-pair", tmp_path / "pair")
    assert taken.lost == ()
    for text in taken.new("haproxy.cfg").values():
        status, output = haproxy_says(tmp_path, text)
        assert status == 0, output
    assert taken.outcome.plan is not None
    assert [status for _, status, _ in keepalived_says(tmp_path / "files", taken.outcome.plan)] == [0, 0]
