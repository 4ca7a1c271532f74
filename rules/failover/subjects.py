"""What a check tests: whether it fails when haproxy is dead, and how long it takes to notice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from rules.failover.model import Seconds, Subject

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.facts.keepalived import BfdInstance, TrackProcess, VrrpScript

# Programs that inspect processes and services; their arguments name one.
_INSPECTS_PROCESSES = (
    r"\b(?:pgrep|pidof|killall5?|pkill|ps|systemctl|service|rc-service|supervisorctl|monit|podman|docker|crictl)\b"
)
_HAPROXY = r"(?i)\bhaproxy\b"
_URL = r"(?i)\b(https?)://(\[[^\]]*\]|[^\s/:'\"]+)(?::(\d+))?"
_DEV_TCP = r"/dev/tcp/([^/\s]+)/(\d+)"
_NETCAT = r"\b(?:nc|ncat|netcat|telnet)\b(?:\s+-\S+(?:\s+\d+(?=\s+[-\w.:]+\s+\d))?)*\s+([\w.:-]+)\s+(\d+)\b"
_LISTENING = r"\b(?:ss|netstat|lsof)\b.*?(?:sport\s*=\s*:?|[:\s])(\d{2,5})\b"
# Programs that never concern haproxy, whatever their arguments.
_ELSEWHERE = frozenset(("ping", "ping6", "arping", "fping", "ip", "ifconfig", "ethtool", "chronyc", "mount", "df"))
_FILE_TESTS = frozenset(("test", "[", "stat", "ls", "cat"))
_SHELLS = frozenset(("sh", "bash", "dash", "ash", "ksh"))


class Tested(NamedTuple):
    """What a check tests. `assumed`: what it does is not known, so it is assumed to check haproxy."""

    subject: Subject
    assumed: bool = False


_ASSUMED = Tested(Subject.HAPROXY, True)


class Listening(NamedTuple):
    """What is known about the haproxy on the same node: the ports that it binds, and its servers' addresses.

    `complete`: these are all of them.
    """

    ports: frozenset[int] = frozenset()
    servers: frozenset[str] = frozenset()
    complete: bool = False

    @classmethod
    def of(cls, config: HaproxyConfig | None) -> Listening:
        """What the facts show; nothing without any."""
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

    def answers(self, host: str, port: int) -> Tested:
        """Whether it is haproxy that answers there."""
        if host in self.servers:
            return Tested(Subject.OTHER)
        if port in self.ports:
            return Tested(Subject.HAPROXY)
        return Tested(Subject.OTHER) if self.complete else _ASSUMED


def subject_of_script(argv: Sequence[str], haproxy: Listening, timeout: float | None = None) -> Tested:
    """What a command tests, judging by its own words; script files are not read.

    `timeout`: seconds after which keepalived stops it, which counts as a failure.
    """
    if not argv:
        return _ASSUMED
    program = argv[0].rpartition("/")[2]
    text = " ".join(argv)
    if len(argv) == 1 and program in ("true", ":"):
        return Tested(Subject.NOTHING)
    if len(argv) == 1 and program == "false":
        return Tested(Subject.ALWAYS)
    if program == "sleep" and len(argv) > 1 and argv[1].isdecimal() and timeout is not None:
        return Tested(Subject.ALWAYS if int(argv[1]) > timeout else Subject.NOTHING)
    inspects = re.search(_INSPECTS_PROCESSES, text)
    if inspects is not None:
        if re.search(_HAPROXY, text[inspects.end() :]):
            return Tested(Subject.HAPROXY)
        return _ASSUMED if program in _SHELLS else Tested(Subject.OTHER)
    endpoint = _endpoint(text)
    if endpoint is not None:
        return haproxy.answers(*endpoint)
    if program in _ELSEWHERE or (program in _FILE_TESTS and not re.search(_HAPROXY, text)):
        return Tested(Subject.OTHER)
    return _ASSUMED


def _endpoint(text: str) -> tuple[str, int] | None:
    """The host and port that a command connects to or inspects."""
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


def subject_of_process(process: TrackProcess) -> Tested:
    """What a vrrp_track_process tests; a path by itself never matches a process (KA051)."""
    argv = process.argv
    if not argv or process.process is None or not process.process.certain:
        return _ASSUMED
    if process.never_matches:
        return Tested(Subject.ALWAYS)
    return Tested(Subject.HAPROXY if re.search(_HAPROXY, argv[0].rpartition("/")[2]) else Subject.OTHER)


def script_times(script: VrrpScript) -> tuple[Seconds, Seconds] | None:
    """How long it takes until keepalived counts the script as failed, and as succeeded again; None if not known.

    The first of `fall` runs starts up to one interval after the failure; the duration of a run is not included, as a
    connection to a dead process is refused immediately.
    """
    interval, fall, rise = script.effective_interval, script.effective_fall, script.effective_rise
    if interval is None or fall is None or rise is None:
        return None
    return (
        Seconds((fall - 1) * interval, fall * interval),
        Seconds((rise - 1) * interval, rise * interval),
    )


def process_times(process: TrackProcess) -> tuple[Seconds, Seconds]:
    """The same for a process: immediately, unless `delay`, `terminate_delay` or `fork_delay` is set."""
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
