"""The files of every distribution with other releases of the daemons, in roots of Debian 13 and unstable."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from rules.plan.keys.machines import SYSTEMS
from tests.net.plugging import plugged
from tests.net.waiting import until
from tests.roots import IN_CI, SUITES, root_of
from tests.wizard.plans import ARTICLE
from tests.wizard.render.kinds import DUAL
from tests.wizard.render.systems import on
from tests.wizard.rendered import put_files
from wizard.plan.plan import Plan
from wizard.rehearsal.lab.network import Net
from wizard.render.files import render

pytestmark = [pytest.mark.root, pytest.mark.slow, pytest.mark.xdist_group("namespaces")]

RELEASES = [
    pytest.param(release, marks=pytest.mark.release(release))
    for release in (SUITES if os.environ.get("HALB_RELEASES") == "all" else [IN_CI])
]
FEW = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(maxconn=100))  # whatever limits this machine has


def laid(folder: Path, plan: Plan, root: Path) -> dict[str, Path]:
    """The first load balancer's files over the places of a root."""
    put_files(folder, render(plan))
    lb = folder / plan.load_balancers[0].name
    found = {place: lb / place for place in ("etc/haproxy", "etc/keepalived", "usr/libexec/keepalived")}
    for path in (folder, lb, *found.values()):
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o755)
    for own in (root / "etc" / "keepalived").glob("*.config-opts"):  # what 2.3.3 was built with, which it reads
        shutil.copy(own, lb / "etc" / "keepalived")
    libexec = root / "usr" / "libexec" / "keepalived"
    libexec.mkdir(exist_ok=True)
    return {str(root / place): path for place, path in found.items()}


@pytest.mark.parametrize("release", RELEASES)
def test_the_daemons_of_another_release_take_the_files_of_every_system(tmp_path: Path, release: str) -> None:
    root = root_of(release)
    for name in SYSTEMS:
        for kind, plan in (("article", on(name)), ("dual", on(name, DUAL))):
            mounts = laid(tmp_path / name / kind, plan, root.path)
            with Net() as net:
                machine = plugged(net, "lb", "ens160", mounts=mounts)
                done = machine.run(*root.inside(["keepalived", "-t", "-f", "/etc/keepalived/keepalived.conf"]))
                assert (name, kind, done.status, done.stdout + done.stderr) == (name, kind, 0, "")
                done = machine.run(*root.inside(["haproxy", "-c", "-q", "-f", "/etc/haproxy/haproxy.cfg"]))
                assert (name, kind, done.status, done.stdout + done.stderr) == (name, kind, 0, "")


@pytest.mark.parametrize("release", RELEASES)
def test_haproxy_of_another_release_starts_as_its_unit_starts_it(tmp_path: Path, release: str) -> None:
    root = root_of(release)
    run = tmp_path / "run"
    run.mkdir(mode=0o755)
    mounts = laid(tmp_path / "out", FEW, root.path) | {"/run/haproxy": run}
    with Net() as net:
        machine = plugged(net, "lb", "ens160", "192.168.2.141/24", mounts=mounts)
        machine.start(*root.inside(["haproxy", "-Ws", "-f", "/etc/haproxy/haproxy.cfg"]), log=tmp_path / "log")
        until((run / "admin.sock").exists, (tmp_path / "log").read_text)
        with socket.socket(socket.AF_UNIX) as stats:
            stats.connect(str(run / "admin.sock"))
            stats.sendall(b"show info\n")
            assert stats.recv(20).startswith(b"Name: HAProxy")
