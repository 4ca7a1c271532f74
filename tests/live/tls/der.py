"""Certificates byte by byte, and what `cryptography` reads from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier

from rules.live.observations import Certificate
from tests.live.tls.certificates import Authority

KEY = ed25519.Ed25519PrivateKey.generate()
NOW = datetime(2026, 5, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WHATEVER = ObjectIdentifier("1.2.3.4.5")


def expected(der: bytes) -> Certificate:
    """What `cryptography` reads."""
    certificate = x509.load_der_x509_certificate(der)
    names: tuple[str, ...] = ()
    addresses: tuple[object, ...] = ()
    issuer_key = ""
    try:
        sans = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(name.lower() for name in sans.get_values_for_type(x509.DNSName))
        addresses = tuple(sans.get_values_for_type(x509.IPAddress))
    except x509.ExtensionNotFound:
        pass
    try:
        identifier = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        issuer_key = (identifier.key_identifier or b"").hex()
    except x509.ExtensionNotFound:
        pass
    return Certificate(
        names=names,
        addresses=addresses,  # type: ignore[arg-type]
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        issuer_key=issuer_key,
        not_before=(certificate.not_valid_before_utc - EPOCH).total_seconds(),
        not_after=(certificate.not_valid_after_utc - EPOCH).total_seconds(),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def signed(
    *extensions: x509.ExtensionType,
    subject: x509.Name | None = None,
    not_before: datetime = NOW,
    not_after: datetime = NOW + timedelta(days=1),
) -> bytes:
    """A certificate with just these extensions."""
    name = x509.Name([]) if subject is None else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, None).public_bytes(Encoding.DER)


def alternatives(content: bytes) -> bytes:
    """A certificate with these bytes as its subject alternative names."""
    return signed(x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.17"), content))


def element(tag: int, *contents: bytes) -> bytes:
    """A DER element."""
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes(4, "big").lstrip(b"\0")
    return bytes([tag, 0x80 | len(size)]) + size + content


DATE = element(0x17, b"260501000000Z")  # NOW


def by_hand(*, date: bytes = DATE, issuer: bytes = b"", rest: bytes = b"") -> bytes:
    """A certificate with this element as its first date, this as its issuer's content, `rest` after the public key."""
    validity = element(0x30, date, DATE)
    names = element(0x30, issuer), validity, element(0x30)
    body = element(0x30, element(0x02, b"\x01"), element(0x30), *names, element(0x30), rest)
    return element(0x30, body, element(0x30), element(0x03, b"\0"))


@cache
def kubeadm_certificate() -> bytes:
    """What kube-apiserver has: five names, two addresses, a key identifier."""
    names = ["k8s-master1", "kube.example.com", "kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    return Authority().issue(names, ["10.96.0.1", "fd00::151"]).der
