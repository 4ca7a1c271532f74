"""What a machine shows, written as text: the notation in the examples of the rules about it.

A line per thing seen, `subject: what`:

    local: yes
    interface ens160: 192.0.2.11/24 192.0.2.10/24
    interface ens192 down also enp3s0:
    sysctl net.ipv4.ip_nonlocal_bind: 0
    lasting net.ipv4.ip_nonlocal_bind: 1
    listening *:6443: kube-apiserver
    listening 192.0.2.11:8443: ?
    running haproxy since 1000: haproxy -Ws -f /etc/haproxy/haproxy.cfg
    unit haproxy.service: loaded active disabled changed 1000
    iptables: :INPUT DROP [0:0]
    frontend: firewalld
    script /etc/keepalived/check.sh: 0755 0 0
    folder /etc/keepalived: 0777 0 0
    script /etc/keepalived/other.sh: missing
    interpreter /etc/keepalived/check.sh: /bin/bash missing
    lacks /etc/keepalived/check.sh: curl
    label /etc/keepalived/check.sh: system_u:object_r:etc_t:s0
    config /etc/keepalived/keepalived.conf: 0644 changed 900
    stray: /etc/haproxy/haprox.cfg
    source 192.0.2.12: 192.0.2.10
    networkd ens160: /run/systemd/network/10-netplan-ens160.network keeps static
    platform: AWS
    selinux: enforcing, haproxy_connect_any off
    arp 192.0.2.10: 00:00:5e:00:01:21 ens160
    advert ens160: 192.0.2.77 VRID 33 priority 100 for 192.0.2.200
    unknown firewall: the packet filter's rules are shown to root only

A folder is above the scripts whose paths begin with it. Times are seconds. `?`: the program can't be seen. What is not
said was looked for and not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from rules.live.machine.observed import (
    Advert,
    Answer,
    Daemon,
    Held,
    ListeningSocket,
    MachineObservations,
    Managed,
    Nic,
    Rulesets,
    SeenConfig,
    SeenFile,
    SeenScript,
    Selinux,
    Unit,
)

_Lines = list[tuple[list[str], str]]


def read_machine(text: str) -> MachineObservations:
    """What the text says that was seen; raises ValueError with the invalid line."""
    lines = list(_parted(text))
    unknown = {words[0] for words, _ in lines} - _SUBJECTS
    if unknown:
        raise ValueError(f"unknown subjects {sorted(unknown)}")

    def of(subject: str) -> _Lines:
        return [(words[1:], what) for words, what in lines if words[0] == subject]

    iptables = "*filter\n" + "".join(f"{what}\n" for _, what in of("iptables"))
    return MachineObservations(
        hostname="machine",
        local=bool(of("local")),
        unknown={words[0]: what for words, what in of("unknown")},
        interfaces=tuple(_nic(number, *line) for number, line in enumerate(of("interface"), start=2)),
        sysctls={words[0]: what for words, what in of("sysctl")},
        lasting={words[0]: what for words, what in of("lasting")},
        listeners=tuple(_listener(words[0], what) for words, what in of("listening")),
        daemons=tuple(
            Daemon(words[0], number, float(words[2]), tuple(what.split()))
            for number, (words, what) in enumerate(of("running"), start=100)
        ),
        units=tuple(_unit(words[0], what.split()) for words, what in of("unit")),
        rulesets=Rulesets((), {4: iptables} if of("iptables") else {}, tuple(what for _, what in of("frontend"))),
        scripts=tuple(_scripts(of)),
        configs=tuple(
            SeenConfig(words[0], int(what.split()[0], 8), float(what.split()[2]), words[0])
            for words, what in of("config")
        ),
        strays=tuple(what for _, what in of("stray")),
        sources={ip_address(words[0]): ip_address(what) for words, what in of("source")},
        managed=tuple(_managed(words[0], what) for words, what in of("networkd")),
        platform=next((what for _, what in of("platform")), ""),
        selinux=next((_selinux(what) for _, what in of("selinux")), Selinux(False)),
        answers=tuple(Answer(ip_address(words[0]), *what.split()) for words, what in of("arp")),
        adverts=tuple(_advert(words[0], what) for words, what in of("advert")),
        listened=3.0,
    )


_SUBJECTS = set(re.findall(r"^    ([a-z]+)[ :]", __doc__, re.MULTILINE))


def _parted(text: str) -> Iterator[tuple[list[str], str]]:
    for line in text.splitlines():
        subject, colon, what = line.partition(": ") if ": " in line else line.partition(":")
        if not colon:
            raise ValueError(f"'{line}': write 'subject: what'")
        yield subject.split(), what.strip()


def _nic(number: int, words: list[str], what: str) -> Nic:
    name, *options = words
    held = tuple(Held(ip_address(word.split("/")[0]), int(word.split("/")[1])) for word in what.split())
    others = tuple(options[options.index("also") + 1 :]) if "also" in options else ()
    return Nic(name, number, "down" not in options, held, others)


def _listener(socket: str, process: str) -> ListeningSocket:
    host, _, port = socket.rpartition(":")
    address = None if host in ("*", "[::]") else ip_address(host.strip("[]"))
    family = 6 if host.startswith("[") else 4
    return ListeningSocket(address, int(port), family, process.strip("?"), both=family == 6)


def _unit(name: str, words: list[str]) -> Unit:
    return Unit(name, words[0], words[1], words[2], float(words[4]) if len(words) > 3 else None)


def _seen_file(path: str, what: str, folder: bool) -> SeenFile:
    mode, owner, group = what.split()
    return SeenFile(path, int(mode, 8), int(owner), int(group), folder)


def _scripts(of: object) -> Iterator[SeenScript]:
    assert callable(of)
    about = {subject: {words[0]: what for words, what in of(subject)} for subject in ("interpreter", "lacks", "label")}
    for words, what in of("script"):
        path = words[0]
        if what in ("missing", "unreadable"):
            yield SeenScript(path, what)
            continue
        above = [_seen_file(w[0], how, True) for w, how in of("folder") if path.startswith(w[0] + "/")]
        interpreter = about["interpreter"].get(path, "").split()
        yield SeenScript(
            path,
            "",
            (_seen_file(path, what, False), *above),
            interpreter[0] if interpreter else "",
            "missing" not in interpreter,
            tuple(about["lacks"].get(path, "").split()),
            about["label"].get(path, ""),
        )


def _managed(interface: str, what: str) -> Managed:
    file, _, keep = what.partition(" keeps ")
    return Managed(interface, file, keep)


def _selinux(what: str) -> Selinux:
    return Selinux("enforcing" in what, None if "haproxy_connect_any" not in what else what.endswith("on"))


def _advert(interface: str, what: str) -> Advert:
    source, _, vrid, _, priority, _, *addresses = what.split()
    found = tuple(map(ip_address, addresses))
    return Advert(interface, ip_address(source), int(vrid), 2, int(priority), found)
