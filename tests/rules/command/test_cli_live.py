"""`halb-lint --live` from the command line, against name servers and an API server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from rules.engine.registry import all_rules
from rules.live.observations import NameServer
from tests.live.dns.name_servers import free_port, loopback
from tests.live.scripted import scripted, serving, silent
from tests.programs import run

NAME = "kube.example.com"
# Loopback addresses: asking there stays on this machine.
VIP, MASTER = "127.200.0.10", "127.200.0.21"
KEEPALIVED = f"""\
vrrp_instance kube {{
    interface lo
    virtual_router_id 61
    priority 110
    unicast_src_ip 127.200.0.11
    unicast_peer {{
        127.200.0.12
    }}
    virtual_ipaddress {{
        {VIP}/32
    }}
}}
"""
HAPROXY = f"""\
frontend kube-apiserver
    mode tcp
    bind *:6443
    default_backend kube-apiservers
backend kube-apiservers
    mode tcp
    server cp1 {MASTER}:6443 check
"""
QUICK = ("--timeout", "0.4", "--no-config")
LIVE = {rule.code for rule in all_rules() if "network" in rule.needs}


@pytest.fixture
def node(tmp_path: Path) -> str:
    """A folder with the two files of a load balancer."""
    folder = tmp_path / "lb1"
    folder.mkdir()
    (folder / "keepalived.conf").write_text(KEEPALIVED)
    (folder / "haproxy.cfg").write_text(HAPROXY)
    return str(folder)


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def resolver(servers: ExitStack, *addresses: str, ttl: int = 60) -> str:
    """`--resolver`'s value for a server that gives these addresses for the name; without any, NXDOMAIN."""
    records = [f"{NAME}. {ttl} IN A {address}" for address in addresses]
    return _shown(servers.enter_context(scripted(serving({(NAME, "A"): records} if records else {}))).server)


def _shown(server: NameServer) -> str:
    return f"{server.address}:{server.port}"


def report(*arguments: str) -> dict[str, Any]:
    done = run("--format", "json", *arguments)
    assert done.status in (0, 1), done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def skipped(found: dict[str, Any]) -> dict[str, str]:
    return {item["code"]: item["reason"] for item in found["skipped"]}


def test_without_live_every_rule_that_asks_is_listed_as_skipped(node: str) -> None:
    reasons = skipped(report("--no-config", node))
    assert {code for code, reason in reasons.items() if "--live" in reason} == LIVE
    assert len(LIVE) >= 17


def test_what_is_not_selected_is_not_listed_as_skipped(node: str) -> None:
    assert set(skipped(report("--no-config", "--select", "KA,DN00", node))) == {
        "XN",  # there is one node only
        *(f"DN00{n}" for n in range(1, 10)),
    }


def test_without_an_endpoint_nobody_is_asked_and_it_says_so(node: str) -> None:
    done = run("--live", "--no-config", "--fail-on", "never", node)
    assert done.status == 0
    assert "no DNS name is known" in done.stderr
    assert "--endpoint" in skipped(report("--live", "--no-config", node))["DN002"]


def test_a_finding_on_the_name_stands_on_the_command_line_when_that_is_where_the_name_is(
    servers: ExitStack, node: str
) -> None:
    where = resolver(servers)
    done = run("--live", "--endpoint", NAME, "--resolver", where, *QUICK, "--select", "DN", "--format", "full", node)
    assert done.status == 1
    assert "--> <command line>:1:12" in done.stdout
    assert f"--endpoint {NAME}" in done.stdout
    assert "NXDOMAIN" in done.stdout


def test_the_vip_of_the_files_is_the_place_of_what_is_wrong_with_the_vip(servers: ExitStack, node: str) -> None:
    where = resolver(servers, VIP)
    found = report("--live", "--endpoint", NAME, "--resolver", where, *QUICK, "--select", "DN008", node)
    [finding] = found["findings"]
    assert finding["file"].endswith("keepalived.conf")
    assert finding["node"] == "lb1"
    assert VIP in finding["message"]


def test_the_phase_that_the_answers_show_is_told(servers: ExitStack, node: str) -> None:
    where = resolver(servers, MASTER)
    asked = ("--live", "--endpoint", NAME, "--initial-master", MASTER, "--resolver", where, *QUICK)
    done = run(*asked, "--select", "DN", node)
    assert done.status == 0, done.stdout
    assert f"DNS is in the bootstrap phase: {NAME} points to the initial master ({MASTER})" in done.stderr
    assert "queried from " in done.stderr


def test_it_works_without_any_file(servers: ExitStack, tmp_path: Path) -> None:
    (tmp_path / "halb.toml").write_text(f'[cluster]\nendpoint = "{NAME}"\n')
    where = resolver(servers, MASTER)
    done = run("--live", "--resolver", where, "--timeout", "0.4", cwd=tmp_path)
    assert done.status == 0
    assert done.stdout == ""
    assert "nothing found in the answers" in done.stderr


def test_halb_toml_holds_the_place_and_an_ignore_comment_there_counts(servers: ExitStack, tmp_path: Path) -> None:
    where = resolver(servers)
    plan = tmp_path / "halb.toml"
    plan.write_text(f'[cluster]\nendpoint = "{NAME}"\n')
    asked = ("--live", "--resolver", where, "--timeout", "0.4")
    assert run(*asked, cwd=tmp_path).stdout.startswith(f"{plan}:2:12: DN001 ")
    plan.write_text(f'[cluster]\nendpoint = "{NAME}"  # halb: ignore[DN001] not yet\n')
    done = run(*asked, cwd=tmp_path)
    assert (done.status, done.stdout) == (0, "")
    assert "1 suppressed" in done.stderr


def test_a_password_in_halb_toml_is_never_shown(servers: ExitStack, tmp_path: Path) -> None:
    where = resolver(servers)
    text = f'vrrp = {{ auth_pass = "s3cr3tpw" }}\ncluster = {{ endpoint = "{NAME}" }}\n'
    (tmp_path / "halb.toml").write_text(text)
    for shape in ("full", "concise", "json", "github"):
        done = run("--live", "--resolver", where, "--timeout", "0.4", "--format", shape, cwd=tmp_path)
        assert "DN001" in done.stdout
        assert "s3cr3tpw" not in done.stdout + done.stderr


def test_a_dead_resolver_among_living_ones_is_named(servers: ExitStack, node: str) -> None:
    alive = resolver(servers, MASTER)
    address = loopback()
    dead = f"{address}:{free_port(address)}"
    asked = ("--live", "--endpoint", NAME, "--resolver", alive, "--resolver", dead, *QUICK, "--select", "DN")
    done = run(*asked, node)
    assert "DN001" in done.stdout
    assert address in done.stdout


def test_silent_resolvers_are_waited_for_together(servers: ExitStack, node: str) -> None:
    alive = resolver(servers, MASTER)
    mute = [_shown(servers.enter_context(scripted(silent)).server) for _ in range(2)]
    options = [word for where in (alive, *mute) for word in ("--resolver", where)]
    found = report("--live", "--endpoint", NAME, *options, *QUICK, "--select", "DN001", node)
    [finding] = found["findings"]
    assert all(where.partition(":")[0] in finding["message"] for where in mute)
    assert finding["severity"] == "warning"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--resolver", "192.0.2.53"), "add --live"),
        (("--ca-file", "ca.crt"), "add --live"),
        (("--live", "--resolver", "ns1.example.com"), "'ns1.example.com' is not an address"),
        (("--live", "--resolver", "192.0.2.53:99999"), "1 to 65535"),
        (("--live", "--timeout", "soon"), "invalid --timeout 'soon'"),
        (("--live", "--timeout", "nan"), "invalid --timeout 'nan'"),
        (("--live", "--ca-file", "missing.crt"), "missing.crt: no such file"),
        (("--phase", "done"), "bootstrap or cutover"),
        (("--endpoint", "https://kube.example.com"), "write 'kube.example.com'"),
    ],
)
def test_wrong_usage_says_what_is_wanted(arguments: tuple[str, ...], words: str, node: str) -> None:
    done = run("--no-config", *arguments, node)
    assert done.status == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
