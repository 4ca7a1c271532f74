"""Running `halb-wizard` as a user does, against servers on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.rcode

from tests.live.dns.name_servers import loopback
from tests.live.scripted import Asked, Scripted, answer, scripted
from tests.live.tls.api_servers import ApiServer, Behaviour
from tests.live.tls.certificates import Authority
from tests.programs import ROOT, Done
from tests.wizard.verify.views import NAME

_LEFT_OUT = ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
SOA = "example.com. 60 IN SOA ns1.example.com. hostmaster.example.com. 1 3600 600 86400 60"


def environment(**more: str) -> dict[str, str]:
    """The environment of a run, free of what the caller's shell or CI sets."""
    env = {key: value for key, value in os.environ.items() if key not in _LEFT_OUT}
    return env | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | more


def run(*arguments: str, cwd: Path | None = None, **more: str) -> Done:
    """Run `halb-wizard` with these arguments."""
    done = subprocess.run(
        [sys.executable, "-m", "wizard", *arguments],
        cwd=cwd or ROOT,
        stdin=subprocess.DEVNULL,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Cluster:
    """An initial master and a resolver on loopback; what they answer can be changed at any time."""

    def __init__(self, folder: Path, resolver: Scripted, master: ApiServer, ca: Authority) -> None:
        self.folder = folder
        self.resolver = resolver
        self.master = master
        self.ca = ca
        self.led_to = ""
        self.ttl = 60

    @property
    def asking(self) -> tuple[str, ...]:
        """The arguments of `verify` that keep it on loopback."""
        server = self.resolver.server
        return ("verify", str(self.folder), "--timeout", "1", "--resolver", f"{server.address}:{server.port}")

    def issue(self, *names: str) -> None:
        """Give the master a certificate for these names."""
        self.master.certificate = self.ca.issue(names, [self.master.address])

    def script(self, asked: Asked) -> Iterable[bytes]:
        """What the resolver says."""
        if asked.name.lower() == NAME and not self.led_to:
            yield answer(asked, rcode=dns.rcode.NXDOMAIN, authority=[SOA])
        elif asked.name.lower() == NAME and asked.rdtype == "A":
            yield answer(asked, f"{NAME}. {self.ttl} IN A {self.led_to}")
        else:
            yield answer(asked, authority=[SOA])


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster that is not made yet: the name does not exist, and the API server answers nothing sensible."""
    made: list[Cluster] = []

    def script(asked: Asked) -> Iterable[bytes]:
        return made[0].script(asked)

    with (
        scripted(script, tcp=False) as resolver,
        ApiServer(loopback(), 0, behaviour=Behaviour.CLOSE) as master,
    ):
        made.append(Cluster(folder, resolver, master, Authority()))
        made[0].issue(NAME, "kubernetes")
        (folder / "halb.toml").write_text(
            f'[cluster]\nendpoint = "{NAME}"\nphase = "bootstrap"\n\n'
            f'[[control_plane]]\nname = "k8s-master1"\naddress = "{master.address}"\nport = {master.port}\n'
        )
        yield made[0]
