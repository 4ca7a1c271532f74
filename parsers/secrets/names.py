"""Names and keywords that say that what follows is a secret, misspelled ones too."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from parsers.secrets.lazy import lazy

_LONGEST = 64  # characters of a name; anything longer is a value

# A part of a name that marks a secret: `X-Api-Key`, `DB_PASSWORD`, `sessionId`; not `author`, `bypass`, `keepalive`.
_TELLING = lazy(
    r".*(?:token|secret|passw|passphrase|passcode|passkey|credential|cookie|session|sessid|authori[sz]|authent|oauth"
    r"|hmac).*|.*(?<!mon)(?<!don)(?<!tur)keys?|.*(?<!by)(?<!com)(?<!sur)pass|.*auth[nz]?|auth(?!or(?:s|ed|ity|ities|ing)?$).*"
    r"|.*pwd?|.*creds?|jwt|bearer|psk|sess|sid|otp|sig|signature|community|login",
    re.IGNORECASE,
)
_PARTS = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# What is said about a secret and is none: `auth_type`, `key-file`, `session-timeout`.
_ABOUT = frozenset(
    (
        *("type", "method", "file", "files", "path", "dir", "url", "uri", "realm", "group", "header", "headers"),
        *("timeout", "ttl", "len", "length", "size", "count", "rate", "interval", "alg", "algo", "base", "enabled"),
        *("expire", "expiry", "age", "max", "min", "store", "mode", "check", "required"),
    )
)
_ROUGH = lazy(r"pas|pw|sec|tok|key|cred|cook|ses|auth|hmac|jwt|bearer|psk|sid|otp|sig|comm|login", re.IGNORECASE)


@lru_cache(4096)
def telling(name: str) -> bool:
    """Whether a name of a header, variable, parameter or option says that its value is secret."""
    if not 2 < len(name) <= _LONGEST and name.lower() != "pw":
        return False
    if not _ROUGH().search(name):
        return False
    parts = _PARTS().findall(name)
    if not parts or parts[-1].lower() in _ABOUT:
        return False
    return any(_TELLING().fullmatch(part) for part in parts) or _TELLING().fullmatch("".join(parts)) is not None


# -- keywords

REST = frozenset(
    (
        *("auth_pass", "auth_key", "snmp_community", "snmp_user"),
        *("smtp_password", "smtp_user", "smtp_username", "smtp_auth", "smtp_login"),
    )
)
"""Everything after these is secret, to the end of the statement."""
NEXT = frozenset(
    (
        *(
            "password",
            "anonkey",
            "acme-vars",
            "insecure-password",
            "ca-sign-pass",
            "tcp-md5sig",
            "cluster-secret",
            "dynamic-cookie-key",
        ),
        *("eab-mac-key", "eab-key-id", "account-key"),
    )
)
"""The word after these is secret."""
SETTERS = frozenset(
    (
        *("set-header", "add-header", "replace-header", "replace-value", "setenv", "presetenv", "set-param"),
        *("set-cookie", "hdr", "name"),
    )
)
"""A name follows these, and then its value."""
CHECKS = frozenset(("mysql-check", "pgsql-check", "smtpchk", "ldap-check"))
"""Checks of `option` that log in, or say who they are."""
BODIES = frozenset(("body", "body-lf"))
SENDERS = frozenset(("http-check", "send"))
CRYPTO = frozenset(
    (
        *("hmac", "jwt_verify", "jwt_verify_cert", "aes_gcm_dec", "aes_gcm_enc", "aes_cbc_dec", "aes_cbc_enc"),
        *("jwt_decrypt_secret", "jwt_decrypt_jwk"),
    )
)
"""Converters with a key among their arguments."""
BLOCKS = frozenset(("auth_hmac", "authentication"))
"""Blocks of keepalived.conf whose lines hold keys."""
_ALL = REST | NEXT | SETTERS - {"hdr", "name"} | CHECKS | BODIES | {"http-check", "tcp-check"} | CRYPTO | BLOCKS


@cache
def _neighbours() -> dict[str, str]:
    """Every keyword, and every keyword without one of its letters -> the keyword."""
    found: dict[str, str] = {}
    for name in sorted(_ALL, key=len, reverse=True):
        found.update((name[:at] + name[at + 1 :], name) for at in range(len(name)))
    return {**found, **{name: name for name in (*_ALL, *SETTERS)}}


@lru_cache(4096)
def meant(word: str) -> str:
    """The keyword of this module that a word is, or was meant to be with one letter wrong, missing, too much, or two
    that changed places; "" for others.
    """
    word = word.lower()
    if not 2 < len(word) <= 24:
        return ""
    near = _neighbours()
    found = near.get(word)
    if found is None and len(word) > 3:
        found = next((near[less] for at in range(len(word)) if (less := word[:at] + word[at + 1 :]) in near), "")
    return found or ""
