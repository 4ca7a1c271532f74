"""Reading certificates: the same as `cryptography` reads, and in words what is wrong with others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID, ObjectIdentifier

from rules.live.tls.certificate import read_certificate
from tests.live.tls.certificates import Authority, PrivateKey, alt_names, self_signed
from tests.live.tls.der import (
    EPOCH,
    NOW,
    WHATEVER,
    alternatives,
    by_hand,
    element,
    expected,
    kubeadm_certificate,
    signed,
)

KEY_ID = element(0x30, element(0x80, b"\xab\xcd"))


def test_an_api_servers_certificate_is_read() -> None:
    authority = Authority()
    issued = authority.issue(["Kube.Example.com", "*.example.com"], ["192.168.2.140", "fd00:2::140"], not_before=NOW)
    read = read_certificate(issued.der)
    assert read.names == ("kube.example.com", "*.example.com")
    assert [str(address) for address in read.addresses] == ["192.168.2.140", "fd00:2::140"]
    assert (read.subject, read.issuer) == ("CN=kube-apiserver", "CN=kubernetes")
    assert read.issuer_key == authority.key_id
    assert read.not_before == NOW.timestamp()
    assert read == expected(issued.der)


def test_two_clusters_differ_in_the_issuers_key_alone() -> None:
    here, there = (read_certificate(Authority().issue(["kube.example.com"]).der) for _ in range(2))
    assert here.issuer == there.issuer
    assert here.issuer_key != there.issuer_key


@pytest.mark.parametrize(
    "make",
    [
        lambda: rsa.generate_private_key(65537, 2048),
        lambda: ec.generate_private_key(ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.generate,
    ],
)
def test_any_kind_of_key(make: Callable[[], PrivateKey]) -> None:
    der = self_signed(["kube.example.com"], ["::1"], key=make()).der
    assert read_certificate(der) == expected(der)


def test_without_alternative_names_and_key_identifier() -> None:
    der = Authority().issue(key_identifier=False).der
    read = read_certificate(der)
    assert (read.names, read.addresses, read.issuer_key) == ((), (), "")
    assert read == expected(der)


def test_the_oldest_version_has_no_extensions() -> None:
    read = read_certificate(by_hand())
    assert read.not_before == read.not_after == NOW.timestamp()
    assert (read.subject, read.issuer, read.names) == ("", "", ())


def test_the_unique_identifiers_of_old_are_gone_over() -> None:
    extensions = element(0xA3, element(0x30, element(0x30, element(0x06, b"\x55\x1d\x23"), element(0x04, KEY_ID))))
    for old in (b"", element(0x81, b"\0a"), element(0x82, b"\0b"), element(0x81, b"\0a") + element(0x82, b"\0b")):
        assert read_certificate(by_hand(rest=old + extensions)).issuer_key == "abcd"


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1950, 1, 1, tzinfo=UTC),  # the first and the last that UTCTime can say
        datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(1949, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2050, 1, 1, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2000, 2, 29, 12, 0, 1, tzinfo=UTC),
        datetime(2100, 12, 31, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_dates(moment: datetime) -> None:
    seconds = (moment - EPOCH).total_seconds()
    if moment.year >= 1950:  # `cryptography` does not write older ones
        assert read_certificate(signed(not_before=moment, not_after=moment)).not_after == seconds
    text = moment.strftime("%Y%m%d%H%M%SZ").encode()
    assert read_certificate(by_hand(date=element(0x18, text))).not_before == seconds


@pytest.mark.parametrize(
    "written",
    [
        element(0x17, b"2605010000Z"),
        element(0x17, b"260501000000+0200"),
        element(0x17, b"26050100000Z0"),
        element(0x17, b"261301000000Z"),
        element(0x17, b"260230000000Z"),
        element(0x17, b"260501000060Z"),
        element(0x17, b"-60501000000Z"),
        element(0x17, "٢60501000000Z".encode()),
        element(0x18, b"260501000000Z"),
        element(0x18, b"20260501000000.5Z"),
        element(0x18, b"00000101000000Z"),
        element(0x17, b""),
        element(0x0C, b"260501000000Z"),
    ],
)
def test_dates_that_are_none_are_refused(written: bytes) -> None:
    with pytest.raises(ValueError, match=r"^not a readable X\.509 certificate: validity: "):
        read_certificate(by_hand(date=written))


ODD_SUBJECTS = [
    [(NameOID.COMMON_NAME, 'a,b+c"d\\e<f>g;h#i=j'), (NameOID.ORGANIZATION_NAME, "#first")],
    [(NameOID.COMMON_NAME, " spaces "), (NameOID.ORGANIZATION_NAME, "Bücher Ωmega 日本")],
    [(NameOID.EMAIL_ADDRESS, "root@example.com"), (NameOID.USER_ID, "u"), (NameOID.DOMAIN_COMPONENT, "example")],
    [(NameOID.COUNTRY_NAME, "ID"), (NameOID.STATE_OR_PROVINCE_NAME, "Jawa"), (NameOID.STREET_ADDRESS, "Jl. 1")],
    [(NameOID.COMMON_NAME, "nul\0inside"), (NameOID.LOCALITY_NAME, "x"), (WHATEVER, "y")],
    [],
]


@pytest.mark.parametrize("subject", ODD_SUBJECTS)
def test_odd_subjects(subject: list[tuple[ObjectIdentifier, str]]) -> None:
    der = signed(subject=x509.Name([x509.NameAttribute(kind, value) for kind, value in subject]))
    assert read_certificate(der) == expected(der)


@pytest.mark.parametrize("kind", [_ASN1Type.BMPString, _ASN1Type.UniversalString, _ASN1Type.T61String])
def test_texts_in_old_encodings(kind: _ASN1Type) -> None:
    name = x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver", _type=kind)
    der = signed(subject=x509.Name([name]))
    assert read_certificate(der).subject == expected(der).subject == "CN=kube-apiserver"


def test_a_part_of_several_values() -> None:
    one = x509.NameAttribute(NameOID.COMMON_NAME, "a")
    two = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "b")
    der = signed(subject=x509.Name([x509.RelativeDistinguishedName([one, two]), x509.RelativeDistinguishedName([one])]))
    assert read_certificate(der) == expected(der)


def named_by(identifier: bytes, value: bytes) -> bytes:
    """A certificate whose issuer has one attribute, of this type and with this element as value."""
    return by_hand(issuer=element(0x31, element(0x30, element(0x06, identifier), value)))


def test_a_value_that_is_no_text_is_shown_in_hex() -> None:
    assert read_certificate(named_by(b"\x55\x04\x2d", element(0x03, b"\0\xab"))).issuer == "2.5.4.45=#00ab"


@pytest.mark.parametrize(
    ("identifier", "dotted"),
    [
        (b"\x55\x04\x03", "CN"),
        (b"\x00", "0.0"),
        (b"\x27\x7f", "0.39.127"),
        (b"\x28\x81\x00", "1.0.128"),
        (b"\x78", "2.40"),
        (b"\x88\x37\x03", "2.999.3"),
        (b"\xff" * 63 + b"\x7f", f"2.{(1 << 64 * 7) - 1 - 80}"),
    ],
)
def test_attribute_types(identifier: bytes, dotted: str) -> None:
    assert read_certificate(named_by(identifier, element(0x0C, b"x"))).issuer == f"{dotted}=x"


@pytest.mark.parametrize("identifier", [b"", b"\x55\x84", b"\x55\x80\x03", b"\x80\x01", b"\xff" * 64 + b"\x7f"])
def test_attribute_types_that_are_none(identifier: bytes) -> None:
    with pytest.raises(ValueError, match=r"issuer: an (invalid )?object identifier"):
        read_certificate(named_by(identifier, element(0x0C, b"x")))


def test_other_kinds_of_alternative_names_are_left_out() -> None:
    names = [
        x509.RFC822Name("root@example.com"),
        x509.UniformResourceIdentifier("https://kube.example.com"),
        x509.RegisteredID(WHATEVER),
        x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube")])),
        x509.OtherName(WHATEVER, element(0x0C, b"text")),
        *alt_names(["kube.example.com"], ["10.0.0.1"]),
    ]
    der = signed(x509.SubjectAlternativeName(names))
    assert read_certificate(der).names == ("kube.example.com",)
    assert read_certificate(der) == expected(der)


def test_the_key_identifier_among_other_parts() -> None:
    issuer = [x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kubernetes")]))]
    for identifier in (x509.AuthorityKeyIdentifier(b"\1\2", issuer, 7), x509.AuthorityKeyIdentifier(None, issuer, 7)):
        der = signed(identifier)
        assert read_certificate(der) == expected(der)


def test_a_name_that_is_not_ascii_comes_escaped() -> None:
    assert read_certificate(alternatives(element(0x30, element(0x82, b"k\xfcbe")))).names == ("k\\xfcbe",)


@pytest.mark.parametrize(
    ("der", "why"),
    [
        (b"", "ends too early"),
        (b"-----BEGIN CERTIFICATE-----", "ASN.1 tag 0x2d instead of 0x30"),
        (b"\x30", "ends too early"),
        (b"\x30\x80\0\0", "an invalid length"),  # BER's indefinite length
        (b"\x30\x85\0\0\0\0\0", "an invalid length"),
        (b"\x30\x81\x05\0\0\0\0\0", "not in its shortest form"),
        (b"\x30\x82\0\x80" + b"\0" * 128, "not in its shortest form"),
        (b"\x30\x84\xff\xff\xff\xff", "ends too early"),
        (b"\x3f\x01\0", "ASN.1 tag 0x3f"),
        (element(0x30), "ends too early"),
        (bytes(300_000), "300000 bytes are too many"),
        (alternatives(element(0x30, element(0x87, b"12345"))), "an IP address of 5 bytes"),
        (alternatives(element(0x30, element(0x82, b"a")) + b"\5\0"), "unexpected data after the end"),
        (alternatives(element(0x04, b"a")), "subject alternative names: ASN.1 tag 0x04"),
        (alternatives(element(0x30, b"\x9f\x01\x00")), "unknown ASN.1 tag 0x9f"),
        (alternatives(b""), "subject alternative names: ends too early"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # keys are made anew by each worker
)
def test_what_is_wrong_is_said(der: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=r"^not a readable X\.509 certificate: ") as raised:
        read_certificate(der)
    assert why in str(raised.value)


def test_an_extension_that_is_there_twice_is_refused() -> None:
    first = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.99"), element(0x30))
    der = signed(first, x509.SubjectAlternativeName([x509.DNSName("kube.example.com")]))
    with pytest.raises(ValueError, match="a duplicate extension"):
        read_certificate(der.replace(b"\x55\x1d\x63", b"\x55\x1d\x11"))


def test_more_after_the_certificate_is_refused() -> None:
    with pytest.raises(ValueError, match="unexpected data after the end"):
        read_certificate(kubeadm_certificate() + b"\0")
