"""Verifying the chain of an API server's certificate, and the files of CA certificates for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from rules.live.observations import Contact
from rules.live.tls.servers import check_ca_file, probe
from tests.live.dns.asking import AUTHORITY, LOOPBACK, NAME, ask, issued, quiet, within
from tests.live.tls.api_servers import ApiServer
from tests.live.tls.certificates import Authority, Issued, self_signed

__all__ = ["quiet"]  # a fixture
pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer(LOOPBACK, 0, issued()) as server:
        yield server


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    return AUTHORITY.write(tmp_path)


DAY = timedelta(days=1)


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize(
    ("make", "verified"),
    [
        (lambda: AUTHORITY.issue(["other.example.com"]), ""),  # names are for the rules to judge
        (lambda: AUTHORITY.issue(not_before=_now() - 2 * DAY, not_after=_now() - DAY), "certificate has expired"),
        (lambda: AUTHORITY.issue(not_before=_now() + DAY), "certificate is not yet valid"),
        (lambda: Authority().issue([NAME]), "unable to get local issuer certificate"),
        (lambda: Authority().issue([NAME], key_identifier=False), "certificate signature failure"),
        (lambda: self_signed([NAME]), "self-signed certificate"),
        (lambda: Authority("another").issue([NAME]), "unable to get local issuer certificate"),
    ],
    ids=["good", "expired", "not yet", "same issuer name", "same without key id", "self-signed", "other issuer"],
)
def test_the_chain_is_verified_beside_it(
    server: ApiServer, ca_file: str, make: Callable[[], Issued], verified: str
) -> None:
    server.certificate = make()
    answer = ask(server, ca_file=ca_file)
    assert answer.contact is Contact.HTTP
    assert answer.verified == verified
    assert ask(server).verified is None


def test_an_intermediate_ca_is_enough(server: ApiServer, tmp_path: Path) -> None:
    intermediate = Authority("intermediate", signed_by=AUTHORITY)
    server.certificate = intermediate.issue([NAME])
    assert ask(server, ca_file=intermediate.write(tmp_path)).verified == ""
    assert ask(server, ca_file=AUTHORITY.write(tmp_path)).verified == "unable to get local issuer certificate"
    leaf = server.certificate
    server.certificate = leaf._replace(certificate=leaf.certificate + intermediate.pem)
    assert ask(server, ca_file=AUTHORITY.write(tmp_path)).verified == ""


def test_without_a_verdict_the_reason_is_in_the_detail(server: ApiServer, ca_file: str) -> None:
    server.served = 1
    answer = ask(server, 0.7, ca_file=ca_file)
    assert (answer.contact, answer.verified) == (Contact.HTTP, None)
    assert answer.detail == "the certificate could not be verified: no answer within the timeout"


def test_a_ca_file_that_holds_certificates(tmp_path: Path) -> None:
    check_ca_file(AUTHORITY.write(tmp_path))
    text = "# Kubernetes-CA für alle\n".encode()
    (tmp_path / "two.crt").write_bytes(text + AUTHORITY.pem + text + Authority().pem)
    check_ca_file(str(tmp_path / "two.crt"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it contains no certificate (-----BEGIN CERTIFICATE-----)"),
        (issued().key, "it contains no certificate (-----BEGIN CERTIFICATE-----)"),
        (b"\x00\xff" * 100, "it contains no certificate (-----BEGIN CERTIFICATE-----)"),
        (issued().der, "it is in DER form; convert it to PEM with 'openssl x509 -inform der'"),
        (AUTHORITY.pem.replace(b"MII", b"AAA"), "it contains a damaged certificate"),
        (AUTHORITY.pem[:300], "it contains a damaged certificate"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # keys are made anew by each worker
)
def test_a_ca_file_that_holds_something_else(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "ca.crt"
    path.write_bytes(content)
    with pytest.raises(ValueError) as raised:
        check_ca_file(str(path))
    assert str(raised.value) == f"{path}: {why}"


def test_a_ca_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(OSError) as missing:
        check_ca_file(f"{tmp_path}/none.crt")
    assert str(missing.value) == f"{tmp_path}/none.crt: no such file or directory"
    with pytest.raises(ValueError, match="not a regular file; expected a file of CA certificates"):
        check_ca_file(str(tmp_path))
    with pytest.raises(OSError):
        within(5, lambda deadline: probe(ip_address(LOOPBACK), 1, NAME, deadline, ca_file=f"{tmp_path}/none.crt"))
