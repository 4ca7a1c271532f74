"""What differs between the distributions that load balancers run: one row for each `os` of `[[lb]]`.

docs/distributions.md says where each fact comes from, and what was run. Debian was measured here (12, 13, unstable);
the others are as their own packages have it: unit files, spec files, init scripts, SELinux and AppArmor policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rules.plan import HAPROXY_RELEASE, KEEPALIVED_RELEASE

CHECK_SCRIPT = "check-haproxy"
_SYSLOG = (("/dev/log", "local0"), ("/dev/log", "local1", "notice"))
_JOURNAL = (("stdout", "format", "short", "local0"),)


class Distribution(NamedTuple):
    """A family of distributions.

    `names` are for people. `ids` are the words of ID and ID_LIKE in /etc/os-release that tell it. `install` is the
    command that installs packages, `packages` the names of haproxy, keepalived and a client for the check, and `tools`
    what RUNBOOK.md's checks need. `script_folder` is where keepalived may run a script. `log` are the words after each
    `log` of haproxy.cfg, and `read_log` shows what arrives there. `chroot`: haproxy can log from within one.
    `stats_socket` is in a folder that the package makes. `manager` starts services. `selinux`: a policy confines
    haproxy and keepalived. `kubelet_options` is the file with KUBELET_EXTRA_ARGS. `releases` says which haproxy and
    keepalived its releases have.
    """

    names: str
    ids: tuple[str, ...]
    install: str
    packages: tuple[str, ...] = ("haproxy", "keepalived", "curl")
    tools: tuple[str, ...] = ("tcpdump",)
    script_folder: str = "etc/keepalived"
    log: tuple[tuple[str, ...], ...] = _SYSLOG
    read_log: str = "journalctl -u haproxy"
    chroot: bool = True
    stats_socket: str = "/var/lib/haproxy/stats"
    manager: str = "systemd"
    selinux: bool = False
    kubelet_options: str = "/etc/sysconfig/kubelet"
    releases: str = ""

    @property
    def layout(self) -> Distribution:
        """What files and install.sh depend on: systems of one layout take each other's files."""
        return self._replace(names="", ids=(), releases="")

    @property
    def check_script(self) -> str:
        """The check script's path, from the machine's root."""
        return f"{self.script_folder}/{CHECK_SCRIPT}"

    def service(self, order: str, *names: str) -> str:
        """The command line that gives a service manager an order, such as "restart"."""
        if self.manager == "openrc":
            return " && ".join(f"rc-service {name} {order}" for name in names)
        return f"systemctl {order} {' '.join(names)}"


_DEBIAN = Distribution(
    names="Debian",
    ids=("debian",),
    install="apt-get install",
    tools=("iputils-arping", "tcpdump"),
    # The package's tmpfiles.d entry makes the folder; its unit puts /dev/log into the chroot.
    stats_socket="/run/haproxy/admin.sock",
    kubelet_options="/etc/default/kubelet",
    releases="Debian 12 has haproxy 2.6 and keepalived 2.2.7, Debian 13 has 3.0 and 2.3.3",
)

DISTRIBUTIONS: Mapping[str, Distribution] = {
    "debian": _DEBIAN,
    "ubuntu": _DEBIAN._replace(
        names="Ubuntu",
        ids=("ubuntu",),
        releases="Ubuntu 22.04 has haproxy 2.4 and keepalived 2.2.4, Ubuntu 24.04 has 2.8 and 2.2.8",
    ),
    "rhel": Distribution(
        names="RHEL, Rocky, Alma, CentOS Stream or Oracle Linux",
        ids=("rhel", "fedora", "centos"),
        install="dnf install",
        tools=("iputils", "tcpdump"),
        # The policy lets keepalived run scripts of this folder alone, unconfined.
        script_folder="usr/libexec/keepalived",
        # No /dev/log in the chroot: the journal has what the service prints.
        log=_JOURNAL,
        selinux=True,
        releases="RHEL 9 has haproxy 2.4 and keepalived 2.2, RHEL 10 has haproxy 3.0",
    ),
    "suse": Distribution(
        names="SLES, openSUSE Leap or Tumbleweed",
        ids=("suse", "sles", "opensuse"),
        install="zypper install",
        tools=("iputils", "tcpdump"),
        log=_JOURNAL,
        releases="see 'zypper info haproxy keepalived'",
    ),
    "alpine": Distribution(
        names="Alpine",
        ids=("alpine",),
        install="apk add",
        packages=("haproxy", "keepalived", "curl", "iproute2"),
        tools=("iputils-arping", "tcpdump"),
        read_log="grep haproxy /var/log/messages",
        # OpenRC starts haproxy as a daemon, without standard output, and nothing puts /dev/log into a chroot.
        chroot=False,
        manager="openrc",
        kubelet_options="/etc/conf.d/kubelet",
        releases="Alpine 3.22 has haproxy 3.2 and keepalived 2.3.1, Alpine 3.23 has 3.2 and 2.3.4",
    ),
}
"""By the values of `[[lb]] os`."""


def needed_releases(haproxy: str | None, keepalived: str | None) -> tuple[str, str]:
    """The oldest haproxy and keepalived that the files may meet: what the plan says, else what the files need."""
    return haproxy or HAPROXY_RELEASE, keepalived or KEEPALIVED_RELEASE
