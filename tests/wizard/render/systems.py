"""Machines of other distributions, as far as install.sh looks at them: what they call themselves, and their tools.

The tools are stand-ins that remember what they are told in files, as the real ones do across a restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rules.plan.keys.machines import SYSTEMS
from tests.net.plugging import plugged
from tests.programs import Done
from tests.wizard.plans import ARTICLE
from tests.wizard.rendered import put_files
from wizard.plan.plan import Plan
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net
from wizard.render.files import render

OS_RELEASES: Mapping[str, str] = {
    "debian 12": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n',
    "ubuntu 24.04": 'NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n',
    "mint": 'ID=linuxmint\nID_LIKE="ubuntu debian"\n',
    "rhel 9": 'ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"\n',
    "rocky 9": 'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\n',
    "alma 10": 'ID="almalinux"\nID_LIKE="rhel centos fedora"\n',
    "oracle 9": 'ID="ol"\nID_LIKE="fedora"\n',
    "sles 15": 'ID="sles"\nID_LIKE="suse"\n',
    "leap": 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n',
    "tumbleweed": 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n',
    "alpine": 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.1\n',
    "arch": "ID=arch\n",
}
"""/etc/os-release of some distributions, shortened: the words after ID, ID_LIKE and VERSION_ID as they are there."""

FAMILY = {
    "debian": "debian 12", "ubuntu": "ubuntu 24.04", "rhel": "rocky 9", "suse": "leap", "alpine": "alpine",
}  # fmt: skip
"""A distribution for each value of `[[lb]] os`."""

_TOOLS: Mapping[str, str] = {
    "systemctl": 'echo "systemctl $*" >>$state/asked',
    "rc-service": 'echo "rc-service $*" >>$state/asked',
    "restorecon": 'echo "restorecon $*" >>$state/asked',
    "getenforce": "echo Enforcing",
    "getsebool": 'echo "$1 --> $(cat $state/$1)"',
    "setsebool": '[ "$1" = -P ] && echo "$3" >"$state/$2"',
    "firewall-cmd": """
kept=runtime
for word; do
    case $word in
        --permanent) kept=permanent ;;
        --get-zone-of-interface=*) echo internal; exit ;;
        --query-*) grep -qxF "${word#--query-}" $state/$kept; exit ;;
        --add-*) echo "${word#--add-}" >>$state/$kept ;;
        --remove-*) grep -vxF "${word#--remove-}" $state/$kept >$state/new; mv $state/new $state/$kept ;;
    esac
done""",
    "ufw": """
[ "$1" != --dry-run ] || { trying=yes; shift; }
case $1 in
    status) echo "Status: $(cat $state/ufw)" ;;
    allow)
        if grep -qxF "$*" $state/rules; then echo "Skipping adding existing rule"; exit; fi
        case "$*" in *vrrp*) [ ! -e $state/old ] || { echo "ERROR: Unsupported protocol 'vrrp'"; exit 1; } ;; esac
        [ "$trying" ] || echo "$*" >>$state/rules
        echo "Rule added" ;;
    delete) shift; grep -vxF "$*" $state/rules >$state/new; mv $state/new $state/rules ;;
esac""",
}


def put_tools(folder: Path, state: Path, *tools: str) -> None:
    """Write stand-ins into a folder; what they remember is in the folder `state`."""
    for tool in tools:
        place = folder / tool
        place.write_text(f"#!/bin/sh\nstate={state}\n{_TOOLS[tool]}\n")
        place.chmod(0o755)


def on(system: str, plan: Plan = ARTICLE) -> Plan:
    """The plan with every load balancer on this `os`."""
    assert system in SYSTEMS
    return plan._replace(load_balancers=tuple(lb._replace(os=system) for lb in plan.load_balancers))


def rendered_for(folder: Path, plan: Plan) -> Path:
    """The folder of the plan's first load balancer."""
    put_files(folder, render(plan))
    return folder / plan.load_balancers[0].name


class System:
    """A machine with install.sh's surroundings: `folder` has its files, `state` what the stand-ins remember."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.machine = machine

    def run(self, source: Path, *arguments: str) -> Done:
        """install.sh of a rendered folder."""
        return self.machine.run("sh", str(source / "install.sh"), *arguments, path=str(self.folder / "bin"))

    def remembered(self) -> dict[str, str]:
        """All that the stand-ins remember, but what they were asked."""
        return {path.name: path.read_text() for path in sorted(self.state.iterdir()) if path.name != "asked"}


@contextmanager
def system(folder: Path, name: str, *tools: str, **state: str) -> Iterator[System]:
    """The article's first load balancer on a distribution, with these stand-ins and what they remember."""
    own = ("/etc/haproxy", "/etc/keepalived", "/run", "/var/backups", "/usr/libexec/keepalived", "/var/lib/haproxy")
    mounts = {here: folder / here.strip("/") for here in own}
    for path in (*mounts.values(), folder / "bin", folder / "state"):
        path.mkdir(parents=True)
    folder.chmod(0o755)
    release = folder / "os-release"
    release.write_text(OS_RELEASES[name])
    put_tools(folder / "bin", folder / "state", *tools)
    for key, text in state.items():
        (folder / "state" / key).write_text(text)
    with Net() as net:
        mounts["/usr/lib/os-release"] = release
        yield System(folder, plugged(net, "lb", "ens160", "192.168.2.141/24", mounts=mounts))
