"""Damaged, random and hostile certificates: read as `cryptography` reads them, or refused with ValueError."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from rules.live.observations import Certificate
from rules.live.tls.certificate import read_certificate
from tests.live.tls.certificates import alt_names
from tests.live.tls.der import WHATEVER, alternatives, element, expected, kubeadm_certificate, signed

pytestmark = pytest.mark.slow


def read_or_refuse(der: bytes) -> Certificate | None:
    """The certificate, or None for the one error that is allowed."""
    try:
        read = read_certificate(der)
    except ValueError as error:
        assert str(error).startswith("not a readable X.509 certificate: ")  # noqa: PT017
        return None
    "".join((read.subject, read.issuer, *read.names)).encode()  # no surrogates: nobody could print them
    return read


def test_every_truncation_is_refused() -> None:
    der = kubeadm_certificate()
    assert read_or_refuse(der) is not None
    assert not [length for length in range(len(der)) if read_or_refuse(der[:length]) is not None]


def damaged(der: bytes) -> Iterator[bytes]:
    """The certificate with each of its bits turned over in turn."""
    for at in range(len(der)):
        for bit in range(8):
            yield der[:at] + bytes([der[at] ^ 1 << bit]) + der[at + 1 :]


_ITS_ERRORS = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_every_flipped_bit_is_read_as_cryptography_reads_it_or_refused() -> None:
    both = 0
    for der in damaged(kubeadm_certificate()):
        read = read_or_refuse(der)
        try:
            wanted = expected(der)
        except _ITS_ERRORS:
            continue
        if read is not None:
            both += 1
            # A flipped bit makes values of unknown types, which are written differently
            assert read._replace(subject="", issuer="") == wanted._replace(subject="", issuer="")
    assert both > 1000


@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    read_or_refuse(data)
    read_or_refuse(element(0x30, data))


def nested(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """An element of a tag that certificates have, with others in it."""
    tags = st.sampled_from([0x30, 0x31, 0xA0, 0xA3, 0x04, 0x06, 0x02, 0x03, 0x17, 0x18, 0x0C, 0x1E, 0x1C, 0x82, 0x87])
    return st.builds(lambda tag, parts: element(tag, *parts), tags, st.lists(inner, max_size=6))


@given(st.recursive(st.binary(max_size=16), nested, max_leaves=30))
def test_random_structures(data: bytes) -> None:
    read_or_refuse(data)
    read_or_refuse(alternatives(data))
    read_or_refuse(signed(x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.35"), data)))


@given(st.data())
def test_several_damages_at_once(data: st.DataObject) -> None:
    der = bytearray(kubeadm_certificate())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(der) - 1))
        der[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    read_or_refuse(bytes(der))


LABELS = st.from_regex(r"(\*\.)?[A-Za-z0-9_-]{1,20}(\.[a-z]{1,5}){0,3}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(
    names=st.lists(LABELS, max_size=5),
    addresses=st.lists(st.ip_addresses().map(str), max_size=5),
    subject=st.lists(
        st.tuples(st.sampled_from([NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.TITLE, WHATEVER]), TEXTS),
        max_size=4,
    ),
    dates=st.lists(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), min_size=2, max_size=2),
)
def test_any_certificate_reads_as_with_cryptography(
    names: list[str], addresses: list[str], subject: list[tuple[ObjectIdentifier, str]], dates: list[datetime]
) -> None:
    first, last = sorted(date.replace(tzinfo=UTC, microsecond=0) for date in dates)
    extensions: Sequence[x509.ExtensionType] = [x509.SubjectAlternativeName(alt_names(names, addresses))]
    parts = x509.Name([x509.NameAttribute(kind, value, _validate=False) for kind, value in subject])
    der = signed(*extensions, subject=parts, not_before=first, not_after=last)
    assert read_certificate(der) == expected(der)


@pytest.mark.parametrize(
    "der",
    [
        b"\x30\x80" * 100_000,
        element(0x30, element(0x30) * 100_000),
        alternatives(element(0x30, element(0x82, b"a") * 80_000)),
        signed(subject=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, '"' * 60)] * 2000)),
        b"\x06\x83\x03\x00\x00" + b"\xff" * 196_608,
    ],
    ids=["open sequences", "empty sequences", "names", "subject", "object identifier"],
)
def test_hostile_bytes_take_no_time(der: bytes) -> None:
    begun = time.process_time()
    read_or_refuse(der)
    assert time.process_time() - begun < 2
