"""The article's cluster from nothing to the VIP, with real name servers, API servers and a real HAProxy.

`Life` has a method for every thing that people do on the way; tests and the transcript in docs/live.md go through
them in order. The machines are network namespaces (`tests.live.lab`).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.daemons import program
from tests.live.dns.name_servers import Daemon, Knot, dnsmasq, knot, zone
from tests.live.lab import Lab, lab
from tests.live.tls.certificates import Authority
from tests.programs import ROOT, Done

ZONE = "example.com"
NAME = f"kube-control.{ZONE}"
AUTHORITY = "192.168.2.53"
RESOLVERS = ("10.0.0.53", "10.0.1.53")
MASTERS = {"k8s-master1": "192.168.2.151", "k8s-master2": "192.168.2.152", "k8s-master3": "192.168.2.153"}
BALANCERS = {"haproxy-lb1": "192.168.2.141", "haproxy-lb2": "192.168.2.142"}
VIP = "192.168.2.140"
TTL = 6  # seconds; people take 60
PATIENCE = 30.0  # seconds

_HAPROXY = """\
global
    maxconn 100
defaults
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h
frontend kube-apiserver
    bind {own}:6443
    bind {vip}:6443 transparent
    default_backend kube-apiservers
backend kube-apiservers
    option httpchk GET /readyz
    http-check expect status 200
    default-server check check-ssl verify none inter 200ms fastinter 100ms
{servers}"""


class Life:
    """The cluster's machines, as far as they are there."""

    def __init__(self, place: Lab, authority: Knot, resolvers: list[Daemon]) -> None:
        self.lab = place
        self.authority = authority
        self.resolvers = resolvers
        self._serial = 1
        self._ca = Authority()

    @property
    def plan(self) -> Path:
        return self.lab.folder / "halb.toml"

    def write_plan(self, phase: str) -> None:
        """Write halb.toml, as one would before anything is there."""
        parts = [
            f'[cluster]\nname = "kacang"\nendpoint = "{NAME}"\nphase = "{phase}"\n',
            f'[vip]\naddress = "{VIP}/24"\n',
        ]
        parts += [f'[[control_plane]]\nname = "{name}"\naddress = "{a}"\n' for name, a in MASTERS.items()]
        parts += [f'[[lb]]\nname = "{name}"\naddress = "{a}"\n' for name, a in BALANCERS.items()]
        self.plan.write_text("\n".join(parts), encoding="utf-8")

    def set_record(self, address: str) -> None:
        """Change the name's record in the zone file, and have it served."""
        self._serial += 1
        self.authority.write(ZONE, _zone(f"kube-control {TTL} A {address}", self._serial))

    def forget(self, resolver: int) -> None:
        """Empty a resolver's cache (dnsmasq does it on SIGHUP)."""
        daemon = self.resolvers[resolver]
        since = len(daemon.log.read_text())
        daemon.process.send_signal(1)
        daemon.wait_for("cleared cache", since)

    def start_masters(self, *names: str) -> None:
        """Start the API servers of these nodes; their certificates are as kubeadm makes them with the VIP added."""
        for name in names:
            own = MASTERS[name]
            certificate, key = self._ca.issue([NAME, "kubernetes", name], [own, VIP, "10.96.0.1"]).write(
                self.lab.folder, name
            )
            self._serve([sys.executable, "-m", "tests.live.tls.api_servers", own, "6443", str(certificate), str(key)])

    def _serve(self, command: list[str]) -> None:
        process = self.lab.cluster.start(*command, cwd=ROOT)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"

    def start_balancer(self, name: str) -> None:
        """Start the HAProxy of a load balancer; it also serves the VIP, when it has it."""
        servers = "".join(f"    server {server} {address}:6443\n" for server, address in MASTERS.items())
        config = self.lab.folder / f"{name}.cfg"
        config.write_text(_HAPROXY.format(own=BALANCERS[name], vip=VIP, servers=servers), encoding="utf-8")
        self.lab.cluster.start(
            *(str(program("haproxy")), "-W", "-db", "-f", str(config)), log=self.lab.cluster.folder / f"{name}.log"
        )

    def take_vip(self) -> None:
        """Give the VIP to the load balancers' machine, as keepalived does on the one that becomes MASTER."""
        self.lab.add_address(VIP)

    def verify(self, *arguments: str) -> Done:
        return self.lab.run("wizard", "verify", *arguments)

    def verify_until(self, condition: Callable[[Done], bool], *arguments: str) -> Done:
        """Run `verify` until it says what is waited for: caches and health checks take their time."""
        return _until(condition, lambda: self.verify(*arguments))

    def lint_until(self, condition: Callable[[Done], bool], *arguments: str) -> Done:
        """Run the linter until it says what is waited for."""
        return _until(condition, lambda: self.lint(*arguments))

    def watch(self, *arguments: str) -> Done:
        """Run `verify --watch` with a poll every half second until it ends."""
        with self.lab.started("wizard", "verify", "--watch", "--interval", "0.5", *arguments) as process:
            shown, _ = process.communicate(timeout=60)
        return Done(process.returncode, shown.decode(), "")

    def lint(self, *arguments: str) -> Done:
        return self.lab.run("rules", "--live", *arguments)


def _until(condition: Callable[[Done], bool], run: Callable[[], Done]) -> Done:
    deadline = time.monotonic() + PATIENCE
    while not condition(done := run()):
        assert time.monotonic() < deadline, done.stdout + done.stderr
    return done


def _zone(records: str, serial: int) -> str:
    return zone(ZONE, records, {"ns1": AUTHORITY}, serial=serial, minimum=2, soa_ttl=2)


@contextmanager
def life() -> Iterator[Life]:
    """The cluster before anything is there: a zone without the name, and two resolvers."""
    with tempfile.TemporaryDirectory(prefix="halb-life-") as folder, lab(Path(folder)) as place, ExitStack() as stack:
        place.add_address(AUTHORITY, *RESOLVERS, *MASTERS.values(), *BALANCERS.values())
        place.route("10.0.0.0/16")
        place.write_etc("resolv.conf", "".join(f"nameserver {address}\n" for address in RESOLVERS))
        prefix = place.cluster.prefix
        authority = stack.enter_context(knot({ZONE: _zone("", 1)}, address=AUTHORITY, port=53, prefix=prefix))
        resolvers = [
            stack.enter_context(dnsmasq(authority.server, address=a, port=53, prefix=prefix)) for a in RESOLVERS
        ]
        yield Life(place, authority, resolvers)
