"""The real haproxy and the real keepalived take what is rendered, without a word of complaint."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.daemons import program
from tests.examples import times
from tests.net.plugging import plugged
from tests.wizard.plans import ARTICLE, plans
from tests.wizard.render.daemons import haproxy_says, keepalived_says
from tests.wizard.rendered import put_files
from wizard.plan.plan import Plan
from wizard.rehearsal.lab.machine import Machine, end
from wizard.rehearsal.lab.network import Net
from wizard.render.files import render

pytestmark = [pytest.mark.root, pytest.mark.daemon("haproxy", "keepalived"), pytest.mark.slow]

_SETTINGS = settings(
    max_examples=times(12),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def test_haproxy_takes_the_article_without_a_warning(tmp_path: Path) -> None:
    assert haproxy_says(tmp_path, render(ARTICLE)["haproxy-lb1/etc/haproxy/haproxy.cfg"].text) == (0, "")


@pytest.mark.slow
@_SETTINGS
@given(plan=plans())
def test_haproxy_takes_every_plan_without_a_warning(tmp_path: Path, plan: Plan) -> None:
    text = render(plan)[f"{plan.load_balancers[0].name}/etc/haproxy/haproxy.cfg"].text
    assert haproxy_says(tmp_path, text) == (0, "")


def test_keepalived_takes_the_article_without_a_word(tmp_path: Path) -> None:
    assert keepalived_says(tmp_path, ARTICLE) == [("haproxy-lb1", 0, ""), ("haproxy-lb2", 0, "")]


@pytest.mark.slow
@_SETTINGS
@given(plan=plans())
def test_keepalived_takes_every_plan_without_a_word(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> None:
    said = keepalived_says(tmp_path_factory.mktemp("plan"), plan)
    assert said == [(lb.name, 0, "") for lb in plan.load_balancers]


@pytest.mark.parametrize("interface", ["größe", "e+th-0.7", "br@x"])
def test_keepalived_finds_an_interface_with_an_odd_name(tmp_path: Path, interface: str) -> None:
    odd = tuple(lb._replace(interface=interface) for lb in ARTICLE.load_balancers)
    assert [status for _, status, _ in keepalived_says(tmp_path, ARTICLE._replace(load_balancers=odd))] == [0, 0]


def test_keepalived_notices_when_the_interface_is_another_one(tmp_path: Path) -> None:
    """The tests above would pass with a keepalived that looks at nothing."""
    etc = tmp_path / "haproxy-lb1" / "etc" / "keepalived"
    put_files(tmp_path, render(ARTICLE))
    with Net() as net:
        machine = plugged(net, "lb", "eth7", mounts={"/etc/keepalived": etc})
        done = machine.run(str(program("keepalived")), "-t", "-f", "/etc/keepalived/keepalived.conf")
    assert done.status != 0
    assert "ens160" in done.stdout + done.stderr


@contextmanager
def serving(machine: Machine, config: Path) -> Iterator[None]:
    """haproxy, on the machine."""
    process = machine.start(str(program("haproxy")), "-db", "-f", str(config), log=machine.folder / "log")
    try:
        yield
    finally:
        end(process)


def _until(machine: Machine, status: int, path: str | None = None) -> bool:
    """Whether check-haproxy gives the status within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if machine.run("sh", "/etc/keepalived/check-haproxy", path=path).status == status:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    "client", [pytest.param(name, marks=pytest.mark.daemon(name, "sh", "timeout")) for name in ("curl", "wget", "bash")]
)
def test_the_check_asks_haproxy_for_a_living_api_server(tmp_path: Path, client: str) -> None:
    """With each of the programs that the check knows; the API server is haproxy's own health port, over TCP."""
    small = ARTICLE.haproxy._replace(check="tcp", inter="100ms", maxconn=100, fall=1, rise=1)
    one = ARTICLE.control_plane[0]
    nodes = tuple(one._replace(name=lb.name, address=lb.address, port=7443) for lb in ARTICLE.load_balancers)
    plan = ARTICLE._replace(layout="stacked", haproxy=small, control_plane=nodes)
    files = render(plan)
    check = files["haproxy-lb1/etc/keepalived/check-haproxy"].text
    others = {"curl", "wget", "bash"} - {client}
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in {client, "sh", "timeout"}:
        (tools / name).symlink_to(program(name))
    # The script sets its own PATH; here that one has only the program in question.
    start, end = check.index("PATH="), check.index("\n", check.index("PATH="))
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "check-haproxy").write_text(f"{check[:start]}PATH={tools}{check[end:]}")
    config = tmp_path / "haproxy.cfg"
    # Without syslog and the package's folders, which the test does not need.
    text = files["haproxy-lb1/etc/haproxy/haproxy.cfg"].text
    own = ("chroot", "user", "group", "stats socket", "log /dev")
    lines = [line for line in text.split("\n") if not line.strip().startswith(own)]
    server = "\nlisten api from k8s-tcp\n    bind 192.168.2.141:7443\n    server self 192.168.2.141:7443\n"
    api = tmp_path / "api.cfg"
    api.write_text("\n".join(lines).split("frontend kube-apiserver")[0] + server)
    config.write_text("\n".join(lines))
    assert not any((tools / name).exists() for name in others)
    with Net() as net:
        machine = plugged(net, "lb", "ens160", "192.168.2.141/24", mounts={"/etc/keepalived": etc})
        assert _until(machine, 1), "no haproxy"
        with serving(machine, config):
            assert _until(machine, 1), "haproxy without API server"
            with serving(machine, api):
                assert _until(machine, 0), "haproxy with API server"
            assert _until(machine, 1), "the API server is gone"
