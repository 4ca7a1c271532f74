"""Running `halb-wizard` as a user does, against servers on loopback."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.rcode

from tests import programs
from tests.live.dns.name_servers import loopback
from tests.live.scripted import Asked, Scripted, answer, scripted
from tests.live.tls.api_servers import ApiServer, Behaviour
from tests.live.tls.certificates import Authority
from tests.programs import Done
from tests.wizard.verify.views import NAME

SOA = "example.com. 60 IN SOA ns1.example.com. hostmaster.example.com. 1 3600 600 86400 60"


def environment(**more: str) -> dict[str, str]:
    """The environment of a run whose output is read while it goes on."""
    return programs.environment(PYTHONUNBUFFERED="1", **more)


def run(*arguments: str, cwd: Path | None = None, **more: str) -> Done:
    """Run `halb-wizard` with these arguments."""
    return programs.run(*arguments, cwd=cwd, stdin=b"", module="wizard", **more)


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
