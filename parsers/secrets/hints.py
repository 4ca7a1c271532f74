"""A first look at a text, which costs next to nothing: whether there can be a secret in it at all."""

from __future__ import annotations

from collections.abc import Callable

# A line with none of these holds no secret that anything marks; keywords have parts that stay when one letter is wrong.
_HINTS = (
    *(
        "pas",
        "pw",
        "secr",
        "cret",
        "tok",
        "key",
        "kye",
        "cred",
        "cook",
        "sess",
        "ession",
        "auth",
        "atuh",
        "uath",
        "mac",
        "jwt",
        "bearer",
    ),
    *("psk", "sid", "otp", "sig", "munity", "login", "ident", "basic", "digest", "word", "bod", "ody", "bdy", "boyd"),
    *("@", "=", "$", "{{", "{%", "eq(", "eyj", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat", "xox", "akia"),
    *("k_live", "k_test", "hvs.", "stats", "sq", "smt", "smp", "mtp", "snmp", "ldap"),
    *(
        "crypt",
        "hm",
        "amc",
        "aes",
        "_dec(",
        "_enc(",
        "verify",
        "binary",
        "md5",
        "cluster-",
        "account-",
        "eab-",
        "anon",
        "acme",
    ),
    *(" --", " -u", " -p", " -a", " -w", " -c", " -h", " -b", " -d", " -x", " -k"),
)


def may_hold(text: str) -> bool:
    """Whether anything in a text could mark a secret, with quotes in its words or escapes too."""
    plain = text.lower().replace('"', "").replace("'", "")
    return "\\x" in plain or "\\\n" in plain or "\\\r" in plain or any(hint in plain for hint in _HINTS)


def marked_lines(text: str) -> Callable[[str], bool]:
    """A quick test for the lines of a text: whether anything in one could mark a secret."""
    whole = text.lower()
    hints = [hint for hint in _HINTS if hint in whole]

    def marked(line: str) -> bool:
        lower = line.lower()
        return any(hint in lower for hint in hints)

    return marked
