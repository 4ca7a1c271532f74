"""What a check tells of: whether it fails when haproxy is dead, and how long that takes to be seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from rules.failover.model import Seconds, Subject

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.facts.keepalived import BfdInstance, TrackProcess, VrrpScript

# Programs that look at processes and services; the name of one stands behind them.
_LOOKS_AT_PROCESSES = (
    r"\b(?:pgrep|pidof|killall5?|pkill|ps|systemctl|service|rc-service|supervisorctl|monit|podman|docker|crictl)\b"
)
_HAPROXY = r"(?i)\bhaproxy\b"
_URL = r"(?i)\b(https?)://(\[[^\]]*\]|[^\s/:'\"]+)(?::(\d+))?"
_DEV_TCP = r"/dev/tcp/([^/\s]+)/(\d+)"
_NETCAT = r"\b(?:nc|ncat|netcat|telnet)\b(?:\s+-\S+(?:\s+\d+(?=\s+[-\w.:]+\s+\d))?)*\s+([\w.:-]+)\s+(\d+)\b"
_LISTENING = r"\b(?:ss|netstat|lsof)\b.*?(?:sport\s*=\s*:?|[:\s])(\d{2,5})\b"
# Programs that never have to do with haproxy, whatever their arguments.
_ELSEWHERE = frozenset(("ping", "ping6", "arping", "fping", "ip", "ifconfig", "ethtool", "chronyc", "mount", "df"))
_FILE_TESTS = frozenset(("test", "[", "stat", "ls", "cat"))
_SHELLS = frozenset(("sh", "bash", "dash", "ash", "ksh"))


class Told(NamedTuple):
    """What a check tells of. `assumed`: what it does could not be told, so it is taken for a check of haproxy."""

    subject: Subject
    assumed: bool = False


_ASSUMED = Told(Subject.HAPROXY, True)


class Listening(NamedTuple):
    """What is known of the haproxy beside keepalived: the ports that it binds, and its servers' addresses.

    `complete`: these are all of them.
    """

    ports: frozenset[int] = frozenset()
    servers: frozenset[str] = frozenset()
    complete: bool = False

    @classmethod
    def of(cls, config: HaproxyConfig | None) -> Listening:
        """What the facts say; nothing without any."""
        if config is None:
            return cls()
        addresses = [a for proxy in config.proxies for bind in proxy.binds for a in bind.addresses]
        ports = {
            p
            for a in addresses
            if a.port_start
            for p in range(a.port_start, min(a.port_end or 0, a.port_start + 64) + 1)
        }
        servers = {str(s.address) for proxy in config.proxies for s in proxy.servers if s.address is not None}
        certain = config.complete and all(a.port_start is not None or a.kind != "ip" for a in addresses)
        return cls(frozenset(ports), frozenset(servers), certain)

    def answers(self, host: str, port: int) -> Told:
        """Whether it is haproxy that answers there."""
        if host in self.servers:
            return Told(Subject.OTHER)
        if port in self.ports:
            return Told(Subject.HAPROXY)
        return Told(Subject.OTHER) if self.complete else _ASSUMED


def subject_of_script(argv: Sequence[str], haproxy: Listening, timeout: float | None = None) -> Told:
    """What a command tells of, as far as its own words say; what a script file does is not looked into.

    `timeout`: seconds after which keepalived stops it, which counts as a failure.
    """
    if not argv:
        return _ASSUMED
    program = argv[0].rpartition("/")[2]
    text = " ".join(argv)
    if len(argv) == 1 and program in ("true", ":"):
        return Told(Subject.NOTHING)
    if len(argv) == 1 and program == "false":
        return Told(Subject.ALWAYS)
    if program == "sleep" and len(argv) > 1 and argv[1].isdecimal() and timeout is not None:
        return Told(Subject.ALWAYS if int(argv[1]) > timeout else Subject.NOTHING)
    looks = re.search(_LOOKS_AT_PROCESSES, text)
    if looks is not None:
        if re.search(_HAPROXY, text[looks.end() :]):
            return Told(Subject.HAPROXY)
        return _ASSUMED if program in _SHELLS else Told(Subject.OTHER)
    asked = _asked(text)
    if asked is not None:
        return haproxy.answers(*asked)
    if program in _ELSEWHERE or (program in _FILE_TESTS and not re.search(_HAPROXY, text)):
        return Told(Subject.OTHER)
    return _ASSUMED


def _asked(text: str) -> tuple[str, int] | None:
    """The host and port that a command connects to or looks at."""
    if found := re.search(_URL, text):
        scheme, host, port = found.groups()
        return _host(host), int(port or (443 if scheme.lower() == "https" else 80))
    for pattern in (_DEV_TCP, _NETCAT):
        if found := re.search(pattern, text):
            return _host(found[1]), int(found[2])
    if found := re.search(_LISTENING, text):
        return "", int(found[1])
    return None


def _host(text: str) -> str:
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        return text


def subject_of_process(process: TrackProcess) -> Told:
    """What a vrrp_track_process tells of; a path by itself never matches a process (KA051)."""
    argv = process.argv
    if not argv or process.process is None or not process.process.certain:
        return _ASSUMED
    if process.never_matches:
        return Told(Subject.ALWAYS)
    return Told(Subject.HAPROXY if re.search(_HAPROXY, argv[0].rpartition("/")[2]) else Subject.OTHER)


def script_times(script: VrrpScript) -> tuple[Seconds, Seconds] | None:
    """How long it takes until keepalived counts the script as bad, and as good again; None when not known.

    Of `fall` runs the first comes up to one interval after the failure; a run's own time is not in it, as a
    connection to a dead process is refused at once.
    """
    interval, fall, rise = script.effective_interval, script.effective_fall, script.effective_rise
    if interval is None or fall is None or rise is None:
        return None
    return (
        Seconds((fall - 1) * interval, fall * interval),
        Seconds((rise - 1) * interval, rise * interval),
    )


def process_times(process: TrackProcess) -> tuple[Seconds, Seconds]:
    """The same for a process: at once, unless `delay`, `terminate_delay` or `fork_delay` says otherwise."""
    both = process.delay
    ends = process.decimal("terminate_delay") or both
    starts = process.decimal("fork_delay") or both
    gone = ends.value if ends is not None and ends.value is not None else 0.0
    back = starts.value if starts is not None and starts.value is not None else 0.0
    return Seconds(gone, gone), Seconds(back, back)


def bfd_times(bfd: BfdInstance) -> tuple[Seconds, Seconds]:
    """The same for a BFD session: at most `multiplier` packets at the slower of the two intervals (RFC 5880 6.8.4)."""

    def number(keyword: str, default: int) -> int:
        value = bfd.integer(keyword, 1)
        return value.value if value is not None and value.value is not None else default

    slowest = max(number("min_rx", 10), number("min_tx", 10))
    return Seconds(0.0, number("multiplier", 5) * slowest / 1000), Seconds(0.0, number("idle_tx", 1000) / 1000)
