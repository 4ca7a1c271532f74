"""Secrets among the arguments of a command: `curl -u user:password`, `--token x`, `mysql -px`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from parsers.secrets.lazy import lazy
from parsers.secrets.names import telling
from parsers.secrets.pieces import Piece, Place
from parsers.secrets.shapes import literals, looks_secret

_SECRET_FLAGS: Mapping[str, tuple[str, ...]] = {
    "curl": ("-u", "--user", "-U", "--proxy-user", "-b", "-d", "-F", "--data", "--data-raw", "--data-binary", "--json"),
    "wget": ("--post-data", "--body-data", "--user"),
    "http": ("-a", "--auth"),
    "redis-cli": ("-a",),
    "ldapsearch": ("-w",),
    "ldapwhoami": ("-w",),
    "snmpget": ("-c", "-A", "-X"),
    "snmpset": ("-c", "-A", "-X"),
    "snmpwalk": ("-c", "-A", "-X"),
    "snmptrap": ("-c", "-A", "-X"),
    "mosquitto_pub": ("-P",),
    "swaks": ("-ap", "-au"),
    "sendemail": ("-xp", "-xu"),
    "smbclient": ("-U",),
    "openssl": ("-pass", "-k"),
    "etcdctl": ("--user",),
    "mysql": ("-p",),
    "mysqladmin": ("-p",),
    "mariadb": ("-p",),
    "mariadb-admin": ("-p",),
    "mongo": ("-p",),
    "mongosh": ("-p",),
    "sshpass": ("-p",),
}
# Options -p that are a port, a protocol, a process.
_OTHER_P = frozenset(
    (
        *("iptables", "ip6tables", "nft", "ss", "netstat", "ps", "pgrep", "pkill", "nc", "ncat", "nmap", "ssh", "scp"),
        *("dig", "mkdir", "install", "cp", "ping", "kill", "redis-cli", "psql", "snmptrap", "haproxy", "keepalived"),
        *("nice", "perl", "sed", "tcpdump", "ipvsadm", "arping", "vtysh", "sysctl", "curl", "wget", "telnet", "socat"),
    )
)
_GLUED = {"mysql": "-p", "mysqladmin": "-p", "mariadb": "-p", "mariadb-admin": "-p", "sshpass": "-p", "curl": "-u"}
_BARE = frozenset(("password", "passwd", "pass", "secret", "token", "login"))
"""Words that need no dash to say that the next one is secret."""
_OPTION = lazy(r"--?([A-Za-z][\w-]*)\Z")
_FILE = lazy(r"/(?:[a-z0-9_.-]+/)+[a-z0-9_.-]+\Z")
_PORT_OR_PATH = lazy(r"\d{1,5}\Z|/|-|(?:tcp|udp|icmp|vrrp|ah|esp|all)\Z")
_SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh", "ksh", "sudo", "env", "timeout", "nice", "flock", "exec"))


def is_command(word: str) -> bool:
    """Whether a word is the program of a command: an absolute path, or a well-known name."""
    return (word[:1] == "/" and len(word) > 1) or word in _SECRET_FLAGS or word in _SHELLS or word in _OTHER_P


def command_places(words: Sequence[Piece]) -> Iterator[Place]:
    """The secret arguments of a command with these words."""
    program, before, generic = "", "", True
    for word in words:
        value = word.value
        name = value.rpartition("/")[2]
        if name in _SECRET_FLAGS and name != program:
            program, generic = name, name not in _OTHER_P
        elif name in _OTHER_P:
            program, generic = name, False
        elif is_command(value) and name not in _SHELLS and not program:
            program, generic = name, True
        if before:
            yield from _argument(word, before, program, generic)
        glued = _GLUED.get(program)
        if glued and value.startswith(glued) and len(value) > len(glued) and value[:2] != "--":
            yield word.at(len(glued), len(value))
        before = value if (value[:1] == "-" and "=" not in value) or value.lower() in _BARE else ""


def _argument(word: Piece, option: str, program: str, generic: bool) -> Iterator[Place]:
    """The secret part of what follows an option."""
    value = word.value
    if (option.lower() in _BARE and looks_secret(value)) or option in _SECRET_FLAGS.get(program, ()):
        found = literals(value, 0, len(value))
    elif (match := _OPTION().match(option)) and len(match[1]) > 2 and telling(match[1]):
        if value[:1] == "-" or _FILE().match(value):
            return
        found = literals(value, 0, len(value))
    elif option in ("-u", "--user", "-U", "--proxy-user") and ":" in value:
        found = literals(value, value.index(":") + 1, len(value))
    elif option in ("-p", "-P", "-W") and generic and not _PORT_OR_PATH().match(value):
        found = literals(value, 0, len(value))
    else:
        return
    yield from (word.at(*place) for place in found)
