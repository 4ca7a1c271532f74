"""What single fetches and converters want of their arguments, beyond the type. From haproxy 2.6.12 to 3.2.26."""

from __future__ import annotations

import re
from functools import cache

from parsers.records import NamedTuple


class Wanted(NamedTuple):
    """A pattern for a whole argument, and how messages call what it stands for."""

    pattern: str
    words: str


_VARIABLE = r"(?:p?(?:sess|txn|req|res)|proc|check)\.[A-Za-z0-9_.]+"
_NUMBER = r"[+-]?\d*"
_VARIABLE_NAME = Wanted(_VARIABLE, "a variable such as 'txn.NAME'")
_OPTIONAL_VARIABLE = Wanted(rf"(?:{_VARIABLE})?", _VARIABLE_NAME.words)
_OPERAND = Wanted(rf"{_VARIABLE}|{_NUMBER}", "a number or a variable such as 'txn.NAME'")
_KEY = Wanted(rf"(?:{_VARIABLE})?|(?:[A-Za-z0-9+/=]{{4}})+", "a text in base64, or a variable such as 'txn.NAME'")
_DIGEST = Wanted(
    r"(?i:(?:rsa-|id-)?(?:md|sha|blake|rmd|rip|sm|mdc|whirlpool|shake|ssl|keccak|streebog|gost|null).*)",
    "a digest of OpenSSL such as 'sha256'",
)
_INT_ONLY = Wanted("(?:int)?", "'int'")
_ANYTHING = Wanted(r"[\s\S]*", "")
_NOT_EMPTY = Wanted(r"[\s\S]+", "a text that is not empty")
_NOT_ZERO = Wanted(r"(?!\+?-?0+\Z).*", "a number other than 0")
_DATE_UNIT = Wanted("s|ms|us", "'s', 'ms' or 'us'")
_TIME_UNIT = Wanted("us|ms", "'us' or 'ms'")
_DN = (_ANYTHING, _ANYTHING, Wanted("(?:rfc2253)?", "'rfc2253'"))
_OCCURRENCE = (_ANYTHING, Wanted(r"(?!-(?:1[1-9]|[2-9]\d|\d{3,}))[\s\S]*", "a number from -10 on"))
_BLOCK = (Wanted(r"head|tail|first|\d+", "a number, 'head', 'tail' or 'first'"),)
_PAYLOAD = (
    Wanted(r"\+?\d+|-0+", "a number from 0 on"),
    _NOT_ZERO,
    Wanted(_NUMBER, "a number"),
)
_TOKEN = (Wanted(r"[\s\S]{4}", "a name of 4 characters"),)
_CHUNK = (_ANYTHING, Wanted(r"\+?[1-8]", "a number from 1 to 8"), Wanted(r"\+?[01]?|-0", "0 or 1"))
_HEX_CHUNK = (_ANYTHING, Wanted(r"\+?0*[1-9]\d*|0", "a number from 1 on"), Wanted(r"\+?[01]?|-0", "0 or 1"))
_PROTOBUF = (
    _ANYTHING,
    Wanted(
        "u?int(?:32|64)|sint(?:32|64)|bool|enum|s?fixed(?:32|64)|float|double|string|bytes",
        "a type of protocol buffers such as 'int32'",
    ),
)
_BITS = Wanted("128|192|256", "128, 192 or 256")
_CONDITION = Wanted(
    "if(?:not)?(?:exists|empty|set)|ifgt|iflt", "a condition such as 'ifexists', 'ifnotexists' or 'ifempty'"
)
_SET = (_VARIABLE_NAME, *(_CONDITION,) * 4)

_FETCHES = {
    "accept_date": (_DATE_UNIT,), "request_date": (_DATE_UNIT,), "date": (_ANYTHING, _DATE_UNIT),
    "bool": (Wanted("(?i:true|false|0|1)", "'true' or 'false'"),),
    "bin": (Wanted("(?:[0-9A-Fa-f]{2})+", "an even number of hexadecimal digits"),),
    "meth": (Wanted(r"[A-Za-z0-9!#$%&'*+.^_`|~-]*", "an HTTP method such as 'GET'"),),
    "uuid": (Wanted("[47]", "4"),), "var": (_VARIABLE_NAME,),
    "query": (Wanted("(?:with_qm)?", "'with_qm'"),),
    "distcc_body": _TOKEN, "distcc_param": _TOKEN,
    "payload_lv": _PAYLOAD, "req.payload_lv": _PAYLOAD, "res.payload_lv": _PAYLOAD,
    "fc_pp_tlv": (
        Wanted(
            "(?i:alpn|authority|crc32c|noop|unique_id|ssl(?:_version|_cn|_cipher|_sig_alg|_key_alg)?|netns|)|0[xX].*|[0-9]+",
            "a type such as 'AUTHORITY' or its number",
        ),
    ),
    **dict.fromkeys(("bc_rtt", "bc_rttvar", "fc_rtt", "fc_rttvar"), (_TIME_UNIT,)),
    **{f"ssl_{side}_{kind}_dn": _DN for side in "cfs" for kind in ("i", "r", "s")},
    **dict.fromkeys(
        (f"{side}{tail}" for side in ("hdr", "shdr", "req.hdr", "res.hdr") for tail in ("", "_ip", "_val")), _OCCURRENCE
    ),
    "req.fhdr": _OCCURRENCE, "res.fhdr": _OCCURRENCE,
    **{f"internal.htx_blk.{name}": _BLOCK for name in ("data", "hdrname", "hdrval", "size", "start_line", "type")},
}  # fmt: skip
_CONVERTERS = {
    **dict.fromkeys(("add", "and", "div", "mod", "mul", "or", "sub", "xor"), (_OPERAND,)),
    "add_item": (_ANYTHING, _OPTIONAL_VARIABLE), "concat": (_ANYTHING, _OPTIONAL_VARIABLE),
    "aes_gcm_dec": (_BITS, _KEY, _KEY, _KEY), "aes_gcm_enc": (_BITS, _KEY, _KEY, _VARIABLE_NAME),
    "be2dec": _CHUNK, "le2dec": _CHUNK, "be2hex": _HEX_CHUNK,
    "bytes": (
        Wanted(rf"{_VARIABLE}|\+?\d*|-0+", "a number from 0 on, or a variable"),
        Wanted(rf"{_VARIABLE}|\+?0*[1-9]\d*", "a number from 1 on, or a variable"),
    ),
    "digest": (_DIGEST,), "hmac": (_DIGEST, _KEY),
    "field": (_NOT_ZERO, _NOT_EMPTY), "word": (_NOT_ZERO, _NOT_EMPTY),
    "http_date": (_ANYTHING, _DATE_UNIT),
    "has_ctl": (Wanted("any|http|[+-]?(?:0[xX][0-9A-Fa-f]+|[0-9]+)|", "'any', 'http' or a number"),),
    "json": (Wanted("(?:ascii|utf8|utf8s|utf8p|utf8ps)?", "'ascii', 'utf8', 'utf8s', 'utf8p' or 'utf8ps'"),),
    "json_query": (_NOT_EMPTY, _INT_ONLY),
    "jwt_header_query": (_ANYTHING, _INT_ONLY), "jwt_payload_query": (_ANYTHING, _INT_ONLY),
    "jwt_verify": (
        Wanted(rf"{_VARIABLE}|(?:HS|RS|ES|PS)(?:256|384|512)|none", "an algorithm such as 'RS256', or a variable"),
    ),
    "param": (_ANYTHING, Wanted(r"[\s\S]|0[xX][0-9A-Fa-f]{2}", "one character")),
    "protobuf": _PROTOBUF, "ungrpc": _PROTOBUF,
    "regsub": (_NOT_EMPTY, _ANYTHING, Wanted("[ig]*", "the flags 'i' and 'g'")),
    "secure_memcmp": (_VARIABLE_NAME,), "strcmp": (_VARIABLE_NAME,),
    "set-var": _SET, "unset-var": (_VARIABLE_NAME,),
    "sha2": (Wanted(r"\+?(?:224|256|384|512)", "224, 256, 384 or 512"),),
    "url_enc": (Wanted("(?:query)?", "'query'"),),
    "when": (Wanted("!?(?:stopping|normal|error|forwarded|toapplet|processed|acl)", "a condition such as 'error'"),),
    "mqtt_field_value": (
        Wanted("(?i:connect|connack|publish|puback|pubrec|pubrel|pubcomp|subscribe|suback|unsubscribe|unsuback|pingreq"
               "|pingresp|disconnect|auth)|[0-9]+", "a packet type of MQTT such as 'connect'"),
    ),
}  # fmt: skip
# Whether the file is there is another machine's matter.
_MAP = (Wanted(r"[\s\S]+", "the name of a file"),)
_ADDRESS_MAP = (*_MAP, Wanted(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", "an address"))
# Converters whose arguments are checked although they may be left out, and are missing then.
_NEEDED = {"be2dec": 2, "le2dec": 2, "add_item": 2}


def wanted(name: str, fetch: bool) -> tuple[Wanted, ...]:
    """What is wanted of each argument; nothing for names that take every value of the type."""
    if not fetch and name.startswith("map"):
        return _ADDRESS_MAP if name.endswith("_ip") and name != "map_ip" else _MAP
    return (_FETCHES if fetch else _CONVERTERS).get(name, ())


def needed(name: str) -> int:
    """The number of arguments that have to be there, if that is more than haproxy lists."""
    return _NEEDED.get(name, 0)


def is_as_wanted(kind: Wanted, text: str) -> bool:
    """Whether an argument is of this kind."""
    return _compiled(kind.pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
