"""What one program tests: a table of the programs that checks are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from itertools import pairwise

from rules.support.commands.programs import Executed
from rules.support.commands.tree import PIDOF, Constant, ProbeKind, SingleTest, Test

Reader = Callable[[Executed], Test]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Patterns are compiled when they are needed, which makes startup faster.
_URL = r"(?i)(?:(https?)://)?(?:[^\s/@]*@)?(\[[^\]\s]*\]|[^\s/:?#'\"]+)(?::(\d{1,5}))?(?=[/?#\s'\"]|$)"
_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_CURL_VALUES = _words(
    "-A -b -c -C -d -D -e -E -F -h -H -K -m -o -P -Q -r -t -T -u -U -w -x -X -y -Y -z --cacert --capath --cert "
    "--cert-type --ciphers --config --connect-timeout --connect-to --cookie --data --data-binary --data-raw "
    "--data-urlencode --form --header --interface --key --max-time --noproxy --output --pass --proxy --request "
    "--resolve --retry --retry-delay --retry-max-time --range --unix-socket --user --user-agent --write-out"
)
_WGET_VALUES = _words("-O -o -T -t -w -U -P -e --output-document --timeout --tries --header --user-agent")
_PGREP_VALUES = _words("-F -G -P -U -d -g -o -s -t -u --pidfile --group --parent --euid --uid --session")
_NC_VALUES = _words("-w -i -p -q -s -x -X -W -e -c -T --wait")
_ELSEWHERE = frozenset(
    ("ip", "ifconfig", "ethtool", "chronyc", "ntpq", "mount", "mountpoint", "df", "free", "uptime", "nmcli", "route",
     "arp", "iptables", "nft", "ipvsadm", "dig", "nslookup", "host", "hostname", "uname", "date", "id", "who")
)  # fmt: skip
_ALWAYS_FINE = frozenset(("true", ":", "echo", "printf", "logger", "wc", "sort", "tee", "cd", "export", "set", "unset"))
_NEED_ARGUMENTS = frozenset(
    ("pgrep", "pkill", "pidof", "killall", "kill", "curl", "wget", "ping", "nc", "ncat", "telnet", "test", "[", "grep",
     "stat", "service")
)  # fmt: skip
_PING_VALUES = _words("-c -W -w -i -I -s -t -M -m -Q -S")
_FILE_TESTS = _words("-e -f -s -S -r -w -x -d -p -L -h -b -c")


def is_haproxy(name: str) -> bool:
    """Whether the name of a process, service, file or container is one of haproxy, not of an exporter beside it."""
    return "haproxy" in name.lower() and "exporter" not in name.lower()


def host_of(text: str) -> str:
    """A host in its usual form: addresses as Python writes them, names in lower case; "" for this machine's own."""
    bare = text.strip("[]").lower()
    if bare in ("localhost", "localhost.localdomain", "ip6-localhost", "*"):
        return ""
    try:
        address = ip_address(bare)
    except ValueError:
        return bare
    return "" if address.is_loopback or address.is_unspecified else str(address)


def is_address(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def unknown(program: Executed, why: str) -> SingleTest:
    """A test of which nothing is known."""
    return SingleTest(ProbeKind.UNKNOWN, program.path, why=why, text=program.text)


def operands(args: Sequence[str], valued: frozenset[str] = frozenset()) -> list[str]:
    """The words that are no options, nor the values of those that take one."""
    found: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            return [*found, *words]
        if word in valued:
            next(words, None)
        elif not word.startswith("-") or word == "-":
            found.append(word)
    return found


def probe_of(program: Executed, timeout: float | None = None) -> Test:
    """What a program tests. `timeout`: the seconds after which keepalived stops it, which counts as a failure."""
    name = program.name
    if name == "sleep":
        return _sleep(program, timeout)
    if name == "false":
        return Constant(False, f"'{program.path}' always fails")
    if not program.args and name in _NEED_ARGUMENTS:
        return Constant(False, f"'{name}' without arguments always fails")
    if name in _ALWAYS_FINE:
        return Constant(True, f"'{name}' always succeeds")
    if "/init.d/" in program.path:
        return _process(program, [name]) if program.args[:1] == ("status",) else _acts(program)
    reader = _READERS.get(name)
    if reader is not None:
        return reader(program)
    if name in _ELSEWHERE:
        return SingleTest(ProbeKind.OTHER, name, text=program.text)
    path = program.file or program.path
    if is_haproxy(path.rpartition("/")[2]) or any(is_haproxy(word.rpartition("/")[2]) for word in program.args):
        return SingleTest(ProbeKind.SCRIPT, path, text=program.text)
    return unknown(program, f"what '{path}' tests is not in the files")


# -- processes


def _process(program: Executed, names: Sequence[str], *, signals: bool = False) -> Test:
    if not names:
        return unknown(program, f"'{program.name}' names no process")
    fragile = PIDOF if program.name == "pidof" and not program.through else ""
    words = " ".join(names)
    return SingleTest(ProbeKind.PROCESS, words, signals=signals, fragile=fragile, user=program.user, text=program.text)


def _pgrep(program: Executed) -> Test:
    if program.name == "pkill" and not _signal_zero(program.args):
        return _acts(program)
    names = operands(program.args, _PGREP_VALUES)
    if not names and "-F" in program.args[:-1]:
        names = [program.args[program.args.index("-F") + 1]]
    return _process(program, names[:1], signals=program.name == "pkill")


def _signal_zero(args: Sequence[str]) -> bool:
    pairs = pairwise((*args, ""))
    return any(a in ("-0", "-s0", "--signal=0") or (a in ("-s", "--signal") and b == "0") for a, b in pairs)


def _killall(program: Executed) -> Test:
    if not _signal_zero(program.args):
        return _acts(program)
    names = [word for word in operands(program.args, frozenset(("-s", "--signal", "-u", "--user"))) if word != "0"]
    return _process(program, names, signals=True)


def _kill(program: Executed) -> Test:
    if not _signal_zero(program.args):
        return _acts(program)
    return _process(program, [word for word in program.args if not word.startswith("-")], signals=True)


def _pidof(program: Executed) -> Test:
    return _process(program, operands(program.args, frozenset(("-o", "-S"))))


def _systemctl(program: Executed) -> Test:
    words = operands(program.args, frozenset(("-H", "-M", "-p", "-n", "-o", "-t")))
    verb, units = (words[0], words[1:]) if words else ("", [])
    if verb in ("is-active", "status"):
        return _process(program, [unit.removesuffix(".service") for unit in units])
    if verb in ("is-enabled", "is-system-running", "show", "cat", "list-units"):
        return SingleTest(ProbeKind.OTHER, "systemctl", text=program.text)
    return _acts(program)


def _service(program: Executed) -> Test:
    words = operands(program.args)
    if len(words) > 1 and words[1] in ("status", "onestatus"):
        return _process(program, words[:1])
    return _acts(program)


def _acts(program: Executed) -> Test:
    return unknown(program, f"'{program.text}' changes something, it does not test it")


def _ps(program: Executed) -> Test:
    for option in ("-C", "-p", "--pid"):
        if option in program.args[:-1]:
            return _process(program, [program.args[program.args.index(option) + 1]])
    return Constant(True, "'ps' succeeds whatever runs")


def _container(program: Executed) -> Test:
    if any(is_haproxy(word) for word in program.args):
        if program.args[:1] == ("ps",):
            return Constant(True, f"'{program.name} ps' succeeds also if it finds nothing")
        return SingleTest(ProbeKind.SCRIPT, program.path, text=program.text)
    return unknown(program, f"what '{program.text}' tests is not in the files")


# -- the network


def _port(program: Executed, host: str, port: str, scheme: str = "") -> Test:
    if not port.isdecimal() or not 0 < int(port[:6]) < 65536:
        return unknown(program, f"the port that '{program.name}' asks is not known")
    return SingleTest(ProbeKind.PORT, host_of(host), int(port[:6]), scheme, text=program.text)


def _url(program: Executed, valued: frozenset[str]) -> Test:
    if "--unix-socket" in program.args[:-1]:
        return _socket(program, program.args[program.args.index("--unix-socket") + 1])
    given = operands(program.args, valued)
    if "--url" in program.args[:-1]:
        given.append(program.args[program.args.index("--url") + 1])
    found = re.match(_URL, given[-1]) if given else None
    if found is None or "$" in given[-1]:
        return unknown(program, f"the address that '{program.name}' asks is not known")
    scheme, host, port = (found[1] or "http").lower(), found[2], found[3]
    return _port(program, host, port or ("443" if scheme == "https" else "80"), scheme)


def _curl(program: Executed) -> Test:
    return _url(program, _CURL_VALUES)


def _wget(program: Executed) -> Test:
    return _url(program, _WGET_VALUES)


def _netcat(program: Executed) -> Test:
    if "-U" in program.args:
        return _socket(program, (operands(program.args, _NC_VALUES) or [""])[-1])
    words = operands(program.args, _NC_VALUES)
    if len(words) == 2:
        return _port(program, words[0], words[1])
    return unknown(program, f"the address that '{program.name}' asks is not known")


def _openssl(program: Executed) -> Test:
    if "-connect" in program.args[:-1]:
        host, _, port = program.args[program.args.index("-connect") + 1].rpartition(":")
        return _port(program, host, port)
    return unknown(program, "what 'openssl' tests is not known")


def _socket(program: Executed, path: str) -> Test:
    """A UNIX socket: haproxy's own answers only while haproxy runs."""
    if is_haproxy(path):
        return SingleTest(ProbeKind.PROCESS, path, text=program.text)
    return unknown(program, f"who answers at '{path}' is not known")


def _socat(program: Executed) -> Test:
    for word in program.args:
        if is_haproxy(word):
            return _socket(program, word)
        kind, _, rest = word.partition(":")
        if kind.upper() in ("TCP", "TCP4", "TCP6", "OPENSSL", "SSL"):
            host, _, port = rest.partition(",")[0].rpartition(":")
            return _port(program, host, port)
    return unknown(program, "what 'socat' connects to is not known")


def _ping(program: Executed) -> Test:
    words = operands(program.args, _PING_VALUES)
    return SingleTest(ProbeKind.PING, host_of(words[-1]) if words else "", text=program.text)


def _listing(program: Executed) -> Test:
    return Constant(True, f"'{program.name}' succeeds also if nothing listens")


def _open_files(program: Executed) -> Test:
    """`lsof -i :6443`, `fuser 6443/tcp`."""
    found = re.search(r"(?::|\b)(\d{2,5})(?:/tcp\b|\b)", " ".join(program.args))
    return _port(program, "", found[1]) if found else unknown(program, f"what '{program.name}' looks for is not known")


# -- files


def _test(program: Executed) -> Test:
    words = [word for word in program.args if word != "]"]
    while words and words[0] == "!":
        words = words[1:]
    if len(words) == 2 and words[0] in _FILE_TESTS and "$" not in words[1]:
        return SingleTest(ProbeKind.FILE, words[1], text=program.text)
    if any(is_haproxy(word) for word in words):
        return SingleTest(ProbeKind.SCRIPT, program.path, text=program.text)
    return unknown(program, f"what '{program.text}' compares is not known")


def _file(program: Executed) -> Test:
    words = operands(program.args)
    return SingleTest(ProbeKind.FILE, words[-1] if words else "", text=program.text)


def _sleep(program: Executed, timeout: float | None) -> Test:
    number = re.fullmatch(_NUMBER, program.args[0], re.ASCII) if program.args else None
    if number is None or timeout is None:
        return unknown(program, "how long it sleeps is not known")
    if float(number.group()) > timeout:
        return Constant(False, f"it is stopped after {timeout:g} s, before '{program.text}' ends")
    return Constant(True, f"'{program.text}' always succeeds")


def _haproxy(program: Executed) -> Test:
    """`haproxy -c` looks at the file, not at the process."""
    return SingleTest(ProbeKind.OTHER, "haproxy", text=program.text)


_READERS: dict[str, Reader] = {
    **dict.fromkeys(("pgrep", "pkill"), _pgrep),
    **dict.fromkeys(("systemctl",), _systemctl),
    **dict.fromkeys(("service", "rc-service", "invoke-rc.d"), _service),
    **dict.fromkeys(("docker", "podman", "nerdctl", "crictl"), _container),
    **dict.fromkeys(("nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "telnet"), _netcat),
    **dict.fromkeys(("ping", "ping6", "arping", "fping", "fping6"), _ping),
    **dict.fromkeys(("ss", "netstat"), _listing),
    **dict.fromkeys(("lsof", "fuser"), _open_files),
    **dict.fromkeys(("test", "["), _test),
    **dict.fromkeys(("stat", "ls", "cat", "head", "tail", "grep", "egrep", "fgrep", "zgrep"), _file),
    **dict.fromkeys(("haproxy",), _haproxy),
    "killall": _killall,
    "kill": _kill,
    "pidof": _pidof,
    "ps": _ps,
    "curl": _curl,
    "wget": _wget,
    "openssl": _openssl,
    "socat": _socat,
}
