"""The phase of an imported pair, found out from real name servers: by command and on the screen."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.dns.name_servers import Daemon, dnsmasq, knot, loopback, unbound, zone
from tests.programs import ROOT
from tests.wizard.running import run
from tests.wizard.tui.support.ends import at_step, play, wizard
from tests.wizard.tui.support.pilot import sees, text, until
from wizard.commands.opening import import_answers
from wizard.questions.answers import Answers, Place
from wizard.questions.phase import PLACE, is_open

pytestmark = [
    pytest.mark.slow,
    pytest.mark.daemon("knotd", "dnsmasq", "unbound"),
    pytest.mark.xdist_group("import-live"),
]

VIP, MASTER, SECOND = "10.20.0.10", "10.20.0.21", "10.20.0.22"
ZONE = f"""\
vip A {VIP}
alias CNAME vip
master A {MASTER}
both A {VIP}
both A {MASTER}
second A {SECOND}
text TXT nothing
"""
PHASES = {"vip": "cutover", "alias": "cutover", "master": "bootstrap"}
OPEN = {
    "both": f"not {MASTER} or {VIP}",
    "second": f"{SECOND}, not {MASTER} or {VIP}",
    "text": "the name has no address yet",
    "missing": "no such name yet",
}


@pytest.fixture(scope="module")
def resolvers() -> Iterator[tuple[Daemon, Daemon]]:
    """Two kinds of resolver in front of the zone's own server."""
    with (
        knot({"example.com": zone("example.com", ZONE, {"ns1": loopback()})}) as authority,
        dnsmasq(authority.server) as first,
        unbound(authority.server, "example.com") as second,
    ):
        yield first, second


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    for name in ("lb1", "lb2"):
        shutil.copytree(ROOT / "tests" / "cases" / "blog-pair" / name, tmp_path / name)
    return tmp_path


def place(server: Daemon) -> str:
    return f"{server.address}:{server.port}"


def imported(folder: Path, name: str, *servers: Daemon, timeout: str = "20") -> tuple[str | None, str]:
    """The phase in the halb.toml that was made, and what was said on stderr."""
    asked = [word for server in servers for word in ("--resolver", place(server))]
    options = ("--endpoint", f"{name}.example.com", "--live", "--timeout", timeout, *asked, "--force")
    done = run("import", "lb1", "lb2", *options, cwd=folder)
    assert done.status == 0, done.stderr
    return tomllib.loads((folder / "halb.toml").read_text())["cluster"].get("phase"), done.stderr


def test_where_the_name_leads_is_the_phase(pair: Path, resolvers: tuple[Daemon, Daemon]) -> None:
    for name, phase in PHASES.items():
        found, said = imported(pair, name, *resolvers)
        assert (found, f"so the phase is {phase}\n" in said) == (phase, True), name
        assert said.count("DNS: ") >= 2


def test_where_it_leads_elsewhere_or_nowhere_the_phase_is_asked(pair: Path, resolvers: tuple[Daemon, Daemon]) -> None:
    for name, why in OPEN.items():
        found, said = imported(pair, name, *resolvers)
        assert found is None, name
        assert why in said
        assert "DNS does not tell the phase\n" in said
        assert '[cluster] phase = "cutover": where the name leads' in said


def test_a_resolver_that_is_silent_costs_its_own_answer_alone(pair: Path, resolvers: tuple[Daemon, Daemon]) -> None:
    first, second = resolvers
    first.pause()
    try:
        assert imported(pair, "vip", first, timeout="1")[0] is None
        found, said = imported(pair, "vip", first, second, timeout="2")
    finally:
        first.resume()
    assert found == "cutover"
    assert f"DNS: {first.address} port {first.port} does not answer" in said, said


def test_the_form_takes_the_phase_from_dns_and_leaves_an_open_one_open(
    pair: Path, resolvers: tuple[Daemon, Daemon]
) -> None:
    answers = import_answers([str(pair / "lb1"), str(pair / "lb2")]).answers
    servers = [place(server) for server in resolvers]

    def named(name: str) -> Answers:
        return answers.put(Place("cluster", 0, "endpoint"), f"{name}.example.com")

    async def known(name: str, phase: str, drawn: str) -> None:
        async with at_step("dns", pair, named(name), offline=False, resolvers=servers) as pilot:
            await until(pilot, lambda: wizard(pilot).session.answers[PLACE] == phase)
            await sees(pilot, drawn)

    async def unknown() -> None:
        async with at_step("dns", pair, named("both"), offline=False, resolvers=servers) as pilot:
            await sees(pilot, f"{MASTER} or {VIP}")
            assert is_open(wizard(pilot).session.answers)
            assert "VIP, if cutover" in text(pilot)

    play(known("vip", "cutover", f"└─▶ {VIP} VIP"))
    play(known("master", "bootstrap", f"├─▶ cp1 {MASTER} initial master"))
    play(unknown())
