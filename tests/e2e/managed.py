"""A load balancer whose services a stand-in for systemctl starts: the real haproxy and keepalived, as Debian's units.

install.sh runs there as its user runs it, with the machine's own /etc/haproxy, /etc/keepalived, /etc/systemd/system and
/var/backups.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.daemons import program
from tests.e2e.cluster import Network, last_host, load_balancer, serve
from tests.net.waiting import until
from tests.programs import Done
from tests.wizard.rendered import put_files
from wizard.plan.plan import Plan
from wizard.rehearsal.lab.addresses import AddressWatch
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net
from wizard.render.files import render

# Debian's units: haproxy -Ws, reloaded by USR2 after -c; keepalived in the foreground, reloaded by HUP. Process events
# come to the initial network namespace only: keepalived starts there and moves itself (-s); HALB_HOME is the descriptor
# of that namespace. `asked` has what was asked, `limit` is LimitNOFILE, `hands-off-NAME` keeps a service from starting.
_SYSTEMCTL = """\
#!/bin/sh
state=@state@
echo "$@" >>$state/asked
verb=; names=; value=
for word; do
    case $word in
        --quiet | --value) ;;
        --property) value=next ;;
        *) if [ "$value" = next ]; then value=$word
           elif [ ! "$verb" ]; then verb=$word
           else names="$names $word"; fi ;;
    esac
done
pid() { cat $state/$1.pid 2>/dev/null || echo 0; }
alive() { [ "$(pid $1)" != 0 ] && kill -0 $(pid $1) 2>/dev/null && ! grep -qs '^State:.*Z' /proc/$(pid $1)/status; }
start() {
    ! alive $1 || return 0
    [ ! -e $state/hands-off-$1 ] || return 1
    case $1 in
        haproxy)
            haproxy -c -q -f /etc/haproxy/haproxy.cfg >>$state/haproxy.log 2>&1 || return 1
            setsid haproxy -Ws -f /etc/haproxy/haproxy.cfg >>$state/haproxy.log 2>&1 </dev/null & ;;
        keepalived)
            [ -s /etc/keepalived/keepalived.conf ] || return 0
            rm -f $state/parent.pid $state/vrrp.pid
            setsid nsenter --net=/proc/self/fd/$HALB_HOME keepalived -n -l -D -P -s @space@ -p $state/parent.pid \\
                -r $state/vrrp.pid >>$state/keepalived.log 2>&1 </dev/null & ;;
    esac
    echo $! >$state/$1.pid
    sleep 0.3
    alive $1
}
for name in $names; do
    case $verb in
        is-active) alive $name || exit 3 ;;
        is-enabled) [ -e $state/$name.enabled ] || exit 1 ;;
        enable) : >$state/$name.enabled ;;
        disable) rm -f $state/$name.enabled ;;
        start) start $name || exit 1 ;;
        stop)
            if alive $name; then
                stopped=$(pid $name)
                kill $stopped
                # Somebody else, such as a kubelet, may start it again before this is seen.
                while [ "$(pid $name)" = $stopped ] && alive $name; do sleep 0.05; done
            fi ;;
        reload)
            alive $name || exit 1
            case $name in
                haproxy)
                    haproxy -c -q -f /etc/haproxy/haproxy.cfg >>$state/haproxy.log 2>&1 || exit 1
                    kill -USR2 $(pid haproxy) ;;
                keepalived) kill -HUP $(pid keepalived) ;;
            esac ;;
        show) case $value in MainPID) pid $name ;; LimitNOFILE) cat $state/limit 2>/dev/null || echo 524288 ;; esac ;;
    esac
done
exit 0
"""
_JOURNALCTL = """\
#!/bin/sh
tail -n 300 @state@/$2.log | sed 's/^[A-Z][a-z][a-z] [A-Z][a-z][a-z] [ 0-9:]*: //'
"""

# A run that is killed leaves its folder: not on the host.
_MKTEMP = """\
#!/bin/sh
exec /usr/bin/mktemp -d @state@/scratch.XXXXXX
"""


class Managed:
    """A load balancer with a service manager. `folder` is what halb has rendered for it."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine = machine
        self.source = folder
        self.state = machine.folder / "state"
        self.etc = machine.folder / "root"
        for name in ("haproxy", "keepalived", "systemd/system"):
            (self.etc / name).mkdir(parents=True)
            machine.mounts[f"/etc/{name}"] = self.etc / name
        for place in ("/var/backups", "/run/haproxy"):
            folder = machine.folder / place.strip("/")
            folder.mkdir(parents=True)
            machine.mounts[place] = folder
        self.state.mkdir()
        self._tools = machine.folder / "bin"
        self._tools.mkdir()
        for name, text in (("systemctl", _SYSTEMCTL), ("journalctl", _JOURNALCTL), ("mktemp", _MKTEMP)):
            tool = self._tools / name
            tool.write_text(text.replace("@state@", str(self.state)).replace("@space@", machine.space))
            tool.chmod(0o755)
        for name in ("haproxy", "keepalived"):
            assert program(name).exists()

    def lay(self, place: str) -> Path:
        """A folder of the machine's own over a place of the system's."""
        folder = self.machine.folder / place.strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        self.machine.mounts[place] = folder
        return folder

    @property
    def tools(self) -> Path:
        """The folder that programs are looked up in first."""
        return self._tools

    @property
    def name(self) -> str:
        """The machine's name."""
        return self.machine.name

    @property
    def backups(self) -> list[Path]:
        """The backups that are there."""
        return sorted((self.machine.folder / "var" / "backups").iterdir())

    def asked(self) -> list[str]:
        """What systemctl was told to do, but for what it was only asked."""
        lines = (self.state / "asked").read_text().splitlines() if (self.state / "asked").exists() else []
        return [line for line in lines if not line.startswith(("is-", "show", "reset-failed"))]

    def forget(self) -> None:
        """Forget what systemctl was told so far."""
        (self.state / "asked").unlink(missing_ok=True)

    def systemctl(self, *words: str) -> Done:
        """Tell the service manager something."""
        return self.run(["systemctl", *words])

    def put(self, files: Mapping[str, str]) -> None:
        """Write files by their paths below /etc."""
        for path, text in files.items():
            (self.etc / path).write_text(text)

    def tree(self) -> dict[str, str]:
        """All files below /etc that are the machine's own."""
        return {str(p.relative_to(self.etc)): p.read_text() for p in sorted(self.etc.rglob("*")) if p.is_file()}

    def install(self, *arguments: str, env: Mapping[str, str] | None = None, shell: str = "sh") -> Done:
        """Run install.sh of the rendered folder."""
        command = [shell, str(self.source / "install.sh"), *arguments]
        return self.run(command, env)

    def run(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> Done:
        """Run a command with the stand-ins."""
        with open("/proc/self/ns/net") as home:
            env = {**os.environ, **(env or {}), "HALB_HOME": str(home.fileno())}
            return self.machine.run(*command, path=str(self._tools), env=env, files=[home.fileno()])

    def log(self, service: str) -> str:
        """What a service has said."""
        path = self.state / f"{service}.log"
        return path.read_text(errors="replace") if path.exists() else ""


class Pair(NamedTuple):
    """The load balancers of a plan, from the highest priority to the lowest, a client, and who has the VIP."""

    plan: Plan
    balancers: list[Managed]
    client: Machine
    watch: AddressWatch

    @property
    def vip(self) -> str:
        """The VIP."""
        return str(self.plan.vip.ip)

    def holders(self) -> list[str]:
        """The load balancers that have the VIP."""
        return self.watch.owners()[self.vip]

    def comes_to(self, name: str) -> None:
        """Wait until the VIP is at this load balancer alone."""
        until(lambda: self.holders() == [name], self.state)

    def render(self, plan: Plan) -> None:
        """Put what halb renders for another plan into the folders that install.sh runs in."""
        put_files(self.balancers[0].source.parent, render(plan))

    def state(self) -> str:
        """Who has the VIP, and the last words of the daemons."""
        words = [f"== {lb.name}\n{lb.log('haproxy')[-1500:]}\n{lb.log('keepalived')[-2500:]}" for lb in self.balancers]
        return "\n".join([f"holders: {self.holders()}", *words])


@contextmanager
def machines_of(plan: Plan, *, status: int | None = 200) -> Iterator[Pair]:
    """The machines of a plan, with its API servers (none where `status` is None), and no service started yet."""
    with Net(Path("/var/lib")) as net:
        put_files(net.folder / "rendered", render(plan))
        network = Network(net)
        machines = {lb.name: load_balancer(plan, network, lb) for lb in plan.load_balancers}
        client = network.machine("client", last_host(plan.vip.network))
        balancers = [Managed(machine, net.folder / "rendered" / name) for name, machine in machines.items()]
        if status is not None:
            serve(plan, network, machines, status)
        with AddressWatch(machines.values(), [str(plan.vip.ip)]) as watch:
            try:
                yield Pair(plan, balancers, client, watch)
            finally:
                for balancer in balancers:
                    balancer.systemctl("stop", "keepalived", "haproxy")


def start_with(pair: Pair, files: Mapping[str, Mapping[str, str]]) -> None:
    """Start both services everywhere with these files, by load balancer, and wait until the first has the VIP."""
    for balancer in pair.balancers:
        balancer.put(files[balancer.name])
        for service in ("haproxy", "keepalived"):
            balancer.systemctl("enable", service)
            done = balancer.systemctl("start", service)
            assert done.status == 0, f"{done}\n{pair.state()}"
        balancer.forget()
    pair.comes_to(pair.balancers[0].name)
