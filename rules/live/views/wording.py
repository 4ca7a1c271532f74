"""Answers in words: the same in findings, in the checklist and in the wizard."""

from __future__ import annotations

from datetime import UTC, datetime

from rules.live.observations import Certificate, Contact, IPAddress, Probe, Reply, ReplyKind, Vantage
from rules.text.wording import listed, socket_name

# What a kind of reply means, for readers who have never read RFC 1035.
_MEANING = {
    ReplyKind.ALIAS: "answers with a CNAME whose target has no address",
    ReplyKind.NODATA: "knows the name, but has no such record (NODATA)",
    ReplyKind.NXDOMAIN: "answers that the name does not exist (NXDOMAIN)",
    ReplyKind.SERVFAIL: "failed to resolve it (SERVFAIL)",
    ReplyKind.REFUSED: "refuses the query (REFUSED)",
    ReplyKind.RCODE: "answers with an error",
    ReplyKind.TIMEOUT: "does not answer",
    ReplyKind.UNREACHABLE: "can't be reached",
    ReplyKind.TRUNCATED: "truncates its answer, and does not return it over TCP either",
    ReplyKind.LAME: "does not answer for the zone (lame delegation)",
    ReplyKind.GARBAGE: "answers with something that is not a DNS message",
    ReplyKind.OTHER_QUESTION: "answers a different query",
    ReplyKind.UNRELATED: "answers with records that don't belong to the name",
    ReplyKind.LOOP: "answers with a CNAME loop",
}


def duration(seconds: float) -> str:
    """A time span for a message: `41 s`, `5 min`, `1 h 30 min`, `2 days`."""
    whole = max(round(seconds), 0)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 120:
        return f"{minutes} min" if not rest or minutes >= 10 else f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} days"


def addresses(found: tuple[IPAddress, ...], most: int = 8) -> str:
    """`192.168.2.140`, `192.168.2.140 and 192.168.2.151`; of many, the first `most`."""
    return listed(found) if len(found) <= most else listed((*found[:most], f"{len(found) - most} more"))


def reply_words(reply: Reply) -> str:
    """A reply in words, as the rest of a sentence that begins with the server: `answers 192.168.2.151 (TTL 41 s)`."""
    if reply.kind is ReplyKind.ANSWER:
        ttl = "" if reply.ttl is None else f" (TTL {duration(reply.ttl)})"
        return f"answers {addresses(reply.addresses)}{ttl}"
    text = _MEANING[reply.kind]
    if reply.bogus:
        text = "rejects the DNSSEC signatures (SERVFAIL, but an answer with checking disabled)"
    if reply.kind in (ReplyKind.NXDOMAIN, ReplyKind.NODATA) and reply.negative_ttl is not None:
        text += f", and may cache that for {duration(reply.negative_ttl)}"
    return f"{text}: {reply.detail}" if reply.detail and not reply.bogus else text


def probe_words(probe: Probe) -> str:
    """What answered at an address, as a short phrase: `connection refused`, `TLS, /readyz 200`."""
    if probe.contact is Contact.HTTP:
        return f"TLS, /readyz {probe.status}"
    return f"{probe.contact.value} ({probe.detail})" if probe.detail else probe.contact.value


def advice(probe: Probe) -> str:
    """What to check if an API server does not answer, as a command or a short sentence."""
    where = f"{probe.address} port {probe.port}"
    at = socket_name(probe.address, probe.port)
    advices = {
        Contact.TIMEOUT: f"is the machine up, and does a firewall in between block port {probe.port}?",
        Contact.REFUSED: f"nothing listens on {where}: start it, or check which address and port it listens on",
        Contact.UNREACHABLE: f"no route to {probe.address} from here: check the routes and the machine",
        Contact.RESET: f"something on {where} resets TLS connections: check its log",
        Contact.CLOSED: "a proxy without a healthy server closes connections like this: check haproxy's servers",
        Contact.SILENT: f"{where} accepts connections but hangs: check the process, or haproxy's servers",
        Contact.PLAIN: f"{where} speaks plain HTTP, but the API speaks TLS: something else listens there",
        Contact.TLS_ERROR: f"'openssl s_client -connect {at}' shows more",
        Contact.TLS: f"'openssl s_client -connect {at}' shows more",
        Contact.HTTP: f"'curl -k https://{at}/readyz?verbose' shows what is not ready",
    }
    return advices[probe.contact]


def record(name: str, address: IPAddress, ttl: int = 60) -> str:
    """The resource record to create, as in a zone file: `kube.example.com. 60 IN A 192.168.2.140`."""
    return f"{name}. {ttl} IN {'AAAA' if address.version == 6 else 'A'} {address}"


def kubeadm_init(name: str, port: int) -> str:
    """The command that creates the cluster under the endpoint's name (kubeadm init, high-availability guide)."""
    return f"kubeadm init --control-plane-endpoint={name}:{port} --upload-certs"


def day(seconds: float) -> str:
    """A date in UTC: `2027-11-01`; for dates outside the calendar, the number."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (OverflowError, OSError, ValueError):
        return f"{seconds:.0f} s after 1970"


def names_of(certificate: Certificate, most: int = 6) -> str:
    """What a certificate is for: up to `most` of its names and addresses."""
    everything = [*certificate.names, *map(str, certificate.addresses)]
    shown = ", ".join(everything[:most]) or "nothing (it has no subject alternative names)"
    return shown if len(everything) <= most else f"{shown} and {len(everything) - most} more"


def asked_from(vantage: Vantage, names: tuple[str, ...]) -> str:
    """Where the queries came from: this machine is these nodes, or none of them."""
    if names:
        return f"queried from {vantage.hostname}, which is {listed(names)}"
    return f"queried from {vantage.hostname}, which is none of the nodes"
