"""What the network answered, as plain data without sockets: the input of the rules and the checklist.

Everything here comes from outside and is untrusted: texts may contain anything, and are made printable where they are
shown.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from parsers.records import NamedTuple

IPAddress = IPv4Address | IPv6Address


class Role(StrEnum):
    """The role of a name server: queried as a resolver, or as an authoritative server of the zone."""

    RESOLVER = "resolver"
    AUTHORITY = "authority"


class ReplyKind(StrEnum):
    """The result of one DNS query; the value is the word used in messages."""

    ANSWER = "answer"
    ALIAS = "CNAME without address"  # a CNAME whose target's addresses the server did not add
    NODATA = "NODATA"  # the name exists, no record of this type (RFC 2308)
    NXDOMAIN = "NXDOMAIN"
    SERVFAIL = "SERVFAIL"
    REFUSED = "REFUSED"
    RCODE = "error code"  # any other response code; `detail` names it
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"  # nothing listens, or no route; `detail` says which
    TRUNCATED = "truncated"  # truncated over UDP, and no answer over TCP either
    LAME = "lame"  # an authoritative server that does not answer authoritatively for the zone
    GARBAGE = "garbage"  # not a DNS message
    OTHER_QUESTION = "answer to another question"
    UNRELATED = "unrelated answer"  # the answer section does not lead from the name to its records
    LOOP = "CNAME loop"


class NameServer(NamedTuple):
    """A server that was queried. `name` is its host name if it was found through NS records, else ""."""

    address: str
    port: int = 53
    role: Role = Role.RESOLVER
    name: str = ""

    @property
    def label(self) -> str:
        """Its name in messages: `10.0.0.53`, `10.0.0.53 port 5353`, `ns1.example.com (192.0.2.1)`."""
        where = self.address if self.port == 53 else f"{self.address} port {self.port}"
        return f"{self.name.rstrip('.')} ({where})" if self.name else where


class AddressRecord(NamedTuple):
    """One A or AAAA record: `ttl` in seconds is what this server returned (a cache returns the remaining time)."""

    address: IPAddress
    ttl: int


class Alias(NamedTuple):
    """One CNAME of a chain; names are lower case without the final dot."""

    name: str
    target: str
    ttl: int


class Reply(NamedTuple):
    """One server's reply to one query.

    `question` is "A" or "AAAA". `negative_ttl` is how long a resolver may cache that there is nothing, in seconds (the
    smaller of the SOA's own TTL and its minimum field, RFC 2308 section 5), None without an SOA. `zone` is the owner of
    that SOA, or "". `authoritative` is the AA bit, `tcp` whether it came over TCP, `elapsed` seconds from the first
    query to the answer, `detail` what went wrong in words. `bogus` is true for a SERVFAIL that becomes an answer with
    DNSSEC checking disabled.
    """

    server: NameServer
    question: str
    kind: ReplyKind
    records: tuple[AddressRecord, ...] = ()
    chain: tuple[Alias, ...] = ()
    negative_ttl: int | None = None
    zone: str = ""
    authoritative: bool = False
    tcp: bool = False
    elapsed: float = 0.0
    detail: str = ""
    bogus: bool = False

    @property
    def addresses(self) -> tuple[IPAddress, ...]:
        """The addresses, in order of value."""
        return tuple(sorted((record.address for record in self.records), key=lambda a: (a.version, int(a))))

    @property
    def ttl(self) -> int | None:
        """For how many seconds the whole answer may be cached: the smallest TTL of the chain; None without one."""
        ttls = [record.ttl for record in self.records] + [alias.ttl for alias in self.chain]
        return min(ttls, default=None)


class HostsEntry(NamedTuple):
    """A line of this machine's hosts file with the endpoint's name. Offsets are those of the name in the file's
    text.
    """

    address: IPAddress
    line: int
    start: int
    end: int


class SystemView(NamedTuple):
    """How this machine itself resolves the endpoint.

    `addresses` is what the C library (getaddrinfo) returned, None if it was not called; `error` why it returned
    nothing. `hosts` are the lines of the hosts file at `hosts_path` (whole text: `hosts_text`) with the endpoint's
    name; `order` the sources on the `hosts:` line of nsswitch.conf ("files", "dns", ...), empty if there is none.
    """

    addresses: tuple[IPAddress, ...] | None = None
    error: str = ""
    hosts: tuple[HostsEntry, ...] = ()
    hosts_path: str = "/etc/hosts"
    hosts_text: str = ""
    order: tuple[str, ...] = ()


class DnsView(NamedTuple):
    """All answers about the endpoint's name.

    `wildcard` has the addresses that an authoritative server returned for a sibling name that no one would create: then
    the zone answers for every name. `zone` is the zone's name, "" if it was not found. `notes` say what could not be
    queried ("no authoritative server was found: ...").
    """

    replies: tuple[Reply, ...] = ()
    system: SystemView | None = None
    zone: str = ""
    wildcard: tuple[IPAddress, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, role: Role, question: str | None = None) -> tuple[Reply, ...]:
        """The replies of the servers in one role, to one query or all."""
        return tuple(r for r in self.replies if r.server.role is role and question in (None, r.question))


class Contact(StrEnum):
    """How far a connection to an API server got; the value is the word used in messages."""

    TIMEOUT = "no answer"  # no TCP connection within the timeout
    REFUSED = "connection refused"
    UNREACHABLE = "unreachable"
    RESET = "connection reset"  # during the TLS handshake
    CLOSED = "connection closed"  # accepted, then closed before a TLS handshake: a proxy without servers does this
    SILENT = "no TLS answer"  # accepted, and nothing more within the timeout
    PLAIN = "plain HTTP"  # answers without TLS
    TLS_ERROR = "TLS error"
    TLS = "TLS without HTTP answer"  # handshake done, no (valid) HTTP response
    HTTP = "HTTP"  # `status` holds the code


class Certificate(NamedTuple):
    """The contents of a server's certificate. Times are seconds since 1970 UTC.

    `names` are the DNS names, lower case, and `addresses` the IP addresses of the subject alternative names.
    `issuer_key` is the authority key identifier in hex, "" without one: it distinguishes one cluster's CA from
    another's, which the issuer's name (`CN=kubernetes` with kubeadm) does not. `fingerprint` is the SHA-256 of the
    certificate in hex.
    """

    names: tuple[str, ...] = ()
    addresses: tuple[IPAddress, ...] = ()
    subject: str = ""
    issuer: str = ""
    issuer_key: str = ""
    not_before: float = 0.0
    not_after: float = 0.0
    fingerprint: str = ""

    def covers_name(self, name: str) -> bool:
        """Whether the certificate is for this DNS name (RFC 6125: a leading `*.` stands for one label)."""
        name = name.lower().rstrip(".")
        parent = name.partition(".")[2]
        return name in self.names or (bool(parent) and f"*.{parent}" in self.names)


class Probe(NamedTuple):
    """What answered at one address and port to a request for `/readyz` with the endpoint as server name.

    `certificate` is set once the TLS handshake is done, unless it could not be read (then `detail` says why).
    `verified` is None without a CA file or without a result, "" if the chain verifies, else the reason why not.
    `connect` and `handshake` are the seconds that each took, None for what was not reached. `local`: the address is on
    this machine, so the request never left it.
    """

    address: IPAddress
    port: int
    contact: Contact
    status: int | None = None
    certificate: Certificate | None = None
    verified: str | None = None
    connect: float | None = None
    handshake: float | None = None
    local: bool = False
    detail: str = ""

    @property
    def accepts(self) -> bool:
        """Whether the TCP connection was accepted."""
        return self.contact not in (Contact.TIMEOUT, Contact.REFUSED, Contact.UNREACHABLE)

    @property
    def alive(self) -> bool:
        """Whether an API server answers: 401 and 403 come from clusters that reject requests without credentials."""
        return self.contact is Contact.HTTP and self.status in (200, 401, 403)


class Vantage(NamedTuple):
    """Where the queries came from: the machine's name, and which of the cluster's addresses it has."""

    hostname: str
    local: frozenset[IPAddress] = frozenset()


class Observations(NamedTuple):
    """All answers of one run. `taken_at` is the time of the run in seconds since 1970 UTC, `timeout` in seconds."""

    taken_at: float
    timeout: float
    vantage: Vantage
    dns: DnsView | None = None
    probes: tuple[Probe, ...] = ()

    def probe(self, address: IPAddress, port: int) -> Probe | None:
        """What answered there, or None if it was not queried."""
        return next((p for p in self.probes if p.address == address and p.port == port), None)


NOTHING = Observations(0.0, 0.0, Vantage(""))
"""The answers of a run that queried nothing."""
