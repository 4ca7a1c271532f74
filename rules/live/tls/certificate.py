"""X.509: a server's certificate, parsed from its bytes.

The bytes come from whatever answered, so they are parsed strictly and no further than needed: DER elements (ITU-T
X.690) along the one path that RFC 5280 describes, without recursion and in time linear in their length. Why not a
library: halb installs as pure Python on machines without internet, where `cryptography` is not available, and the
standard library's ssl parses a certificate only after verifying it; here the certificates that do not verify are the
interesting ones.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address

from rules.live.observations import Certificate, IPAddress

_LARGEST = 256 * 1024  # OpenSSL itself accepts 100 kB of certificates at most
_LONGEST_OID = 64  # bytes; the longest ones in use have about 20

_BOOLEAN, _INTEGER, _BIT_STRING, _OCTET_STRING, _OID = 0x01, 0x02, 0x03, 0x04, 0x06
_UTC_TIME, _GENERALIZED_TIME, _SEQUENCE, _SET = 0x17, 0x18, 0x30, 0x31
_VERSION, _ISSUER_ID, _SUBJECT_ID, _EXTENSIONS = 0xA0, 0x81, 0x82, 0xA3  # [0], [1], [2], [3] of RFC 5280 section 4.1
_DNS_NAME, _IP_ADDRESS, _KEY_ID = 0x82, 0x87, 0x80  # sections 4.2.1.6 (GeneralName) and 4.2.1.1

_ALT_NAMES = bytes.fromhex("551d11")  # 2.5.29.17, subjectAltName
_AUTHORITY_KEY = bytes.fromhex("551d23")  # 2.5.29.35, authorityKeyIdentifier

# RFC 4514 section 3: the attribute types that have a short name.
_SHORT_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
}
# How the string types of ASN.1 are encoded; in practice TeletexString is Latin-1.
_CHARSETS = {0x0C: "utf-8", 0x12: "ascii", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1A: "ascii"} | {
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}


class _Elements:
    """The consecutive elements in `data`; `what` names them in errors (all are ValueError)."""

    def __init__(self, data: bytes, what: str) -> None:
        self.data = data
        self.what = what
        self.at = 0

    @property
    def tag(self) -> int | None:
        """The next element's tag, None after the last one."""
        return self.data[self.at] if self.at < len(self.data) else None

    def bad(self, why: str) -> ValueError:
        return ValueError(f"not a readable X.509 certificate: {self.what}: {why}")

    def take(self, tag: int) -> bytes:
        """The content of the next element, which must have this tag."""
        if self.tag is None:
            raise self.bad("ends too early")
        if self.tag != tag:
            raise self.bad(f"ASN.1 tag 0x{self.tag:02x} instead of 0x{tag:02x}")
        return self.any()[1]

    def any(self) -> tuple[int, bytes]:
        """Tag and content of the next element, whatever it is."""
        tag, start = self.tag, self.at + 2
        if tag is None or start > len(self.data):
            raise self.bad("ends too early")
        if tag & 0x1F == 0x1F:  # tags beyond 30 take several bytes; X.509 has none
            raise self.bad(f"unknown ASN.1 tag 0x{tag:02x}")
        length = self.data[start - 1]
        if length >= 0x80:
            start, length = self._long_length(start, length - 0x80)
        if length > len(self.data) - start:
            raise self.bad("ends too early")
        self.at = start + length
        return tag, self.data[start : self.at]

    def _long_length(self, start: int, size: int) -> tuple[int, int]:
        """Start and length of the content, for a length encoded in `size` bytes."""
        digits = self.data[start : start + size]
        if not 1 <= size <= 4 or len(digits) < size:
            raise self.bad("an invalid length")
        length = int.from_bytes(digits, "big")
        if length < 0x80 or digits[0] == 0:  # DER: the shortest form only
            raise self.bad("a length that is not in its shortest form")
        return start + size, length

    def skip(self, *tags: int) -> None:
        """Skip the next element if it has one of these tags."""
        if self.tag in tags:
            self.any()

    def inside(self, tag: int, what: str) -> _Elements:
        """The elements within the next element, which must have this tag."""
        return _Elements(self.take(tag), what)

    def end(self) -> None:
        """Raise if anything follows."""
        if self.tag is not None:
            raise self.bad("unexpected data after the end")


def read_certificate(der: bytes) -> Certificate:
    """The certificate's contents; its signature is not checked (that is OpenSSL's part, see `tls`).

    `der` is the whole certificate, as SSLSocket.getpeercert(binary_form=True) returns it. Of the subject alternative
    names only DNS names and IP addresses are read. Names that are not ASCII are escaped.

    Raises ValueError with the reason for anything that is not a certificate in DER (RFC 5280 section 4.1).
    """
    if len(der) > _LARGEST:
        raise ValueError(f"not a readable X.509 certificate: {len(der)} bytes are too many")
    outer = _Elements(der, "certificate")
    whole = outer.inside(_SEQUENCE, "certificate")
    outer.end()
    body = whole.inside(_SEQUENCE, "body")
    whole.take(_SEQUENCE)  # the signature's algorithm
    whole.take(_BIT_STRING)
    whole.end()

    body.skip(_VERSION)
    body.take(_INTEGER)  # the serial number
    body.take(_SEQUENCE)  # the signature's algorithm, once more
    issuer = _name(body.inside(_SEQUENCE, "issuer"))
    validity = body.inside(_SEQUENCE, "validity")
    not_before, not_after = _time(validity), _time(validity)
    validity.end()
    subject = _name(body.inside(_SEQUENCE, "subject"))
    body.take(_SEQUENCE)  # the public key
    body.skip(_ISSUER_ID)
    body.skip(_SUBJECT_ID)
    extensions = _extensions(body)
    body.end()
    names, addresses = _alt_names(extensions.get(_ALT_NAMES))
    return Certificate(
        names=names,
        addresses=addresses,
        subject=subject,
        issuer=issuer,
        issuer_key=_key_id(extensions.get(_AUTHORITY_KEY)),
        not_before=not_before,
        not_after=not_after,
        fingerprint=hashlib.sha256(der).hexdigest(),
    )


def _extensions(body: _Elements) -> dict[bytes, bytes]:
    """The extensions' values by their object identifier. RFC 5280 section 4.2 allows each of them once."""
    found: dict[bytes, bytes] = {}
    if body.tag != _EXTENSIONS:
        return found
    wrapper = body.inside(_EXTENSIONS, "extensions")
    listed = wrapper.inside(_SEQUENCE, "extensions")
    wrapper.end()
    while listed.tag is not None:
        extension = listed.inside(_SEQUENCE, "extension")
        kind = extension.take(_OID)
        extension.skip(_BOOLEAN)  # critical or not
        value = extension.take(_OCTET_STRING)
        extension.end()
        if kind in found:
            raise extension.bad("a duplicate extension")
        found[kind] = value
    return found


def _alt_names(value: bytes | None) -> tuple[tuple[str, ...], tuple[IPAddress, ...]]:
    """The DNS names in lower case, and the IP addresses, of a subjectAltName extension."""
    names: list[str] = []
    addresses: list[IPAddress] = []
    if value is None:
        return (), ()
    outer = _Elements(value, "subject alternative names")
    listed = outer.inside(_SEQUENCE, outer.what)
    outer.end()
    while listed.tag is not None:
        tag, content = listed.any()
        if tag == _DNS_NAME:
            names.append(content.decode("ascii", "backslashreplace").lower())
        elif tag == _IP_ADDRESS:
            if len(content) not in (4, 16):
                raise listed.bad(f"an IP address of {len(content)} bytes")
            addresses.append(IPv4Address(content) if len(content) == 4 else IPv6Address(content))
    return tuple(names), tuple(addresses)


def _key_id(value: bytes | None) -> str:
    """The key identifier of an authorityKeyIdentifier extension in hex, "" if it has none."""
    if value is None:
        return ""
    outer = _Elements(value, "authority key identifier")
    inner = outer.inside(_SEQUENCE, outer.what)
    outer.end()
    key = inner.take(_KEY_ID) if inner.tag == _KEY_ID else b""
    while inner.tag is not None:
        inner.any()
    return key.hex()


def _time(validity: _Elements) -> float:
    """Seconds since 1970 of the next time: RFC 5280 section 4.1.2.5 has them in UTC, to the second, ending in Z."""
    long = validity.tag == _GENERALIZED_TIME
    content = validity.take(_GENERALIZED_TIME if long else _UTC_TIME)
    digits = content[:-1]
    if len(content) != (15 if long else 13) or not digits.isdigit() or content[-1:] != b"Z":
        raise validity.bad("a date that is not in the format of RFC 5280")
    text = digits.decode("ascii")
    if not long:  # two digits: 50 to 99 are in the last century, 00 to 49 in this one
        text = ("19" if text >= "50" else "20") + text
    numbers = [int(text[:4]), *(int(text[i : i + 2]) for i in range(4, 14, 2))]
    year, month, day, hour, minute, second = numbers
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        raise validity.bad(f"{text} is not a date") from None


def _name(parts: _Elements) -> str:
    """A distinguished name as RFC 4514 writes it, the last part first: `CN=kube-apiserver,O=example`.

    Unlike there, attributes without a short name have readable values too.
    """
    texts = []
    while parts.tag is not None:
        part = parts.inside(_SET, parts.what)
        pairs = []
        while part.tag is not None:
            pair = part.inside(_SEQUENCE, parts.what)
            kind = _dotted(pair, pair.take(_OID))
            pairs.append(f"{_SHORT_NAMES.get(kind, kind)}={_text(*pair.any())}")
            pair.end()
        texts.append("+".join(pairs))
    return ",".join(reversed(texts))


def _dotted(pair: _Elements, oid: bytes) -> str:
    """An object identifier as numbers with dots (X.690 section 8.19)."""
    if not oid or len(oid) > _LONGEST_OID or oid[-1] & 0x80:
        raise pair.bad("an invalid object identifier")
    numbers, value = [], 0
    for byte in oid:
        if byte == 0x80 and value == 0:
            raise pair.bad("an object identifier that is not in its shortest form")
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def _text(tag: int, content: bytes) -> str:
    """An attribute's value, escaped according to RFC 4514 section 2.4; `#` and hex for what is not text."""
    if tag not in _CHARSETS:
        return "#" + content.hex()
    text = content.decode(_CHARSETS[tag], "replace").replace("\\", "\\\\")
    for char in '",+;<>':
        text = text.replace(char, "\\" + char)
    text = text.replace("\0", "\\00")
    if text.startswith(("#", " ")):
        text = "\\" + text
    if text.endswith(" ") and text != "\\ ":
        text = text[:-1] + "\\ "
    return text
