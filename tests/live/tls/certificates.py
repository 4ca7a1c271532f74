"""Certificate authorities and server certificates as clusters have them, made with `cryptography`."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class Issued(NamedTuple):
    """A certificate with its private key, both PEM; `certificate` may hold a chain, the server's own first."""

    certificate: bytes
    key: bytes

    @property
    def der(self) -> bytes:
        """The server's own certificate."""
        return x509.load_pem_x509_certificate(self.certificate).public_bytes(Encoding.DER)

    def write(self, folder: Path, name: str = "apiserver") -> tuple[Path, Path]:
        """Write `NAME.crt` and `NAME.key`; gives both paths."""
        certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
        certificate.write_bytes(self.certificate)
        key.write_bytes(self.key)
        key.chmod(0o600)
        return certificate, key


def named(common_name: str) -> x509.Name:
    """`CN=common_name`."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def alt_names(names: Sequence[str], addresses: Sequence[str]) -> list[x509.GeneralName]:
    """The subject alternative names as `cryptography` wants them."""
    return [
        *(x509.DNSName(name) for name in names),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in addresses),
    ]


def pem_key(key: PrivateKey) -> bytes:
    """The private key, unencrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, not_before: datetime | None, not_after: datetime | None
) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before or now - timedelta(hours=1))
        .not_valid_after(not_after or now + timedelta(days=365))
    )


def _hash(key: PrivateKey) -> hashes.SHA256 | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()


class Authority:
    """A cluster's CA. Two of them have the same name and different keys, as those of two kubeadm clusters do."""

    def __init__(self, name: str = "kubernetes", *, signed_by: Authority | None = None) -> None:
        self.name = named(name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        parent = signed_by or self
        # Like kubeadm's CA: it lives for ten years, and began a while ago so that certificates of the past are valid
        now = datetime.now(UTC)
        builder = _builder(self.name, parent.name, self.key, now - timedelta(days=3650), now + timedelta(days=3650))
        self.certificate = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .sign(parent.key, hashes.SHA256())
        )
        self.pem = self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_id(self) -> str:
        """What the certificates it issues hold as authority key identifier, in hex."""
        return x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()).digest.hex()

    def write(self, folder: Path, name: str = "ca.crt") -> str:
        """Write its certificate; gives the path."""
        (folder / name).write_bytes(self.pem)
        return str(folder / name)

    def issue(
        self,
        names: Sequence[str] = (),
        addresses: Sequence[str] = (),
        *,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        subject: str = "kube-apiserver",
        key_identifier: bool = True,
    ) -> Issued:
        """A server certificate for these DNS names and IP addresses; without a time given it is valid now."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(named(subject), self.name, key, not_before, not_after).add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        if key_identifier:
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
            builder = builder.add_extension(identifier, critical=False)
        if names or addresses:
            sans = x509.SubjectAlternativeName(alt_names(names, addresses))
            builder = builder.add_extension(sans, critical=False)
        return Issued(builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM), pem_key(key))


def self_signed(
    names: Sequence[str] = (),
    addresses: Sequence[str] = (),
    *,
    key: PrivateKey | None = None,
    subject: x509.Name | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> Issued:
    """A certificate that nobody vouches for, with a key of any kind and a subject of any form."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = named("kube-apiserver") if subject is None else subject
    builder = _builder(subject, subject, key, not_before, not_after)
    if names or addresses:
        builder = builder.add_extension(x509.SubjectAlternativeName(alt_names(names, addresses)), critical=False)
    return Issued(builder.sign(key, _hash(key)).public_bytes(Encoding.PEM), pem_key(key))
