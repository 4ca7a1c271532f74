"""Where a secret can stand, and how the line around it can be written or spoiled.

`S` is the secret; the words after `~` are keywords, which variants misspell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

HAPROXY = {
    "backend": """
        ~http-check ~send meth GET uri / ~hdr Authorization "Bearer S" hdr Host x
        ~http-check ~send meth GET uri / ~hdr X-Auth-Token S
        ~http-check ~send meth GET uri / ~hdr Api-Key S
        ~http-check ~send meth GET uri / ~hdr Cookie "session=S"
        ~http-check ~send meth POST uri /login ~body S
        ~http-check ~send meth POST uri /login ~body "{\\"user\\":\\"a\\",\\"password\\":\\"S\\"}"
        ~http-check ~send meth GET uri /health?token=S
        ~http-check ~expect hdr name "X-Auth" value S
        ~option ~httpchk GET /health?api_key=S
        ~option ~httpchk GET / HTTP/1.1\\r\\nAuthorization:\\ Basic\\ S
        ~option ~httpchk GET / HTTP/1.1\\r\\nHost:\\ x\\r\\nX-Api-Key:\\ S\\r\\nAccept:\\ x
        ~http-request ~set-header Authorization S if TRUE
        ~http-request ~set-header Authorization "Basic S" if TRUE
        ~http-request ~add-header X-App-Token S
        ~http-request ~add-header X-Session-Id S unless TRUE
        ~http-request ~replace-header Cookie (.*) S
        ~http-request ~set-header Proxy-Authorization "%[str(S)]"
        ~http-request ~set-header X-Pass S
        ~http-response ~set-header X-Credential S
        ~http-response ~add-header Set-Cookie "sid=S; Secure"
        ~http-request ~set-header X-Secret S
        ~acl bad req.hdr(Authorization) -m str S
        ~acl bad req.hdr(X-Api-Key) S
        ~acl bad urlp(token) -m str S
        ~acl bad url_param(access_token) S
        ~acl bad req.cook(session) -i S
        ~acl bad http_auth_pass -m str S
        ~http-request deny unless { req.hdr(X-Secret) -m str S }
        ~use_backend x if { hdr(x-auth-key) S }
        ~http-request ~redirect location https://user:S@api.example.com/
        ~http-request ~redirect location https://api.example.com/?access_token=S code 302
        ~http-request ~return status 200 content-type text/plain string "password=S"
        ~http-request ~return status 200 content-type text/plain string ok ~hdr X-Token S
        ~http-request set-var(txn.digest) "req.hdr(x),~hmac(sha256,S)"
        ~http-request set-var(txn.ok) "req.hdr(x),~jwt_verify(HS256,\\"S\\")"
        ~http-request set-var(txn.plain) "var(txn.x),~aes_gcm_dec(128,txn.n,S,txn.t)"
        ~http-request set-var(txn.api_key) str(S)
        ~http-request deny unless { req.hdr(x),~hmac(sha256,S),hex -m str x }
        ~dynamic-cookie-key S
        ~option ~mysql-check ~user S post-41
        ~option ~pgsql-check ~user S
        ~option ~smtpchk EHLO S
        ~tcp-check ~send AUTH\\ S\\r\\n
        ~tcp-check ~send "PASS S"
        ~server s1 192.0.2.1:80 check ~tcp-md5sig S
        ~external-check ~command "/usr/bin/curl -u admin:S https://x/"
    """,
    "listen": """
        ~stats ~auth admin:S
        ~bind :8443 ~tcp-md5sig S
        ~bind :8444 ssl crt /x.pem ~ca-sign-pass S
    """,
    "userlist": """
        ~user bob ~insecure-password S
        ~user bob ~password S groups g
    """,
    "global": """
        ~cluster-secret S
        ~setenv DB_PASSWORD S
        ~presetenv API_TOKEN S
        ~setenv SESSION_KEY S
    """,
    "fcgi-app": """
        ~set-param DB_PASSWORD S
        ~set-param HTTP_AUTHORIZATION "Bearer S"
    """,
    "program": """
        ~command /usr/bin/curl -u admin:S https://192.0.2.9/
        ~command /usr/local/bin/agent --token S --port 80
        ~command /usr/local/bin/agent -p S
        ~command /usr/bin/env PASSWORD=S /usr/local/bin/agent
        ~command /usr/bin/curl -H "Authorization: Bearer S" https://192.0.2.9/
        ~command /usr/bin/curl --data token=S https://192.0.2.9/
        ~command /usr/bin/mysql -uroot -pS
    """,
    "acme": """
        ~eab-mac-key S
        ~account-key S
    """,
}
KEEPALIVED = {
    "vrrp_instance V {\n authentication {\n auth_type PASS": """
        ~auth_pass S
        ~auth_pass "S"
    """,
    "vrrp_instance V {\n auth_hmac {\n type hmac-sha256": """
        ~key 1 S
    """,
    "SSL {": """
        ~password S
    """,
    "vrrp_script c {": """
        ~script "/usr/bin/curl -u admin:S https://192.0.2.9/"
        ~script "/usr/bin/curl -H 'Authorization: Bearer S' https://192.0.2.9/"
        ~script "/usr/bin/curl https://admin:S@192.0.2.9/"
        ~script "/usr/bin/curl https://192.0.2.9/healthz?token=S"
        ~script "/usr/local/bin/check --token S --fast"
        ~script "/usr/local/bin/check --password=S"
        ~script "/usr/local/bin/check -p S"
        ~script "/usr/bin/env PASSWORD=S /usr/local/bin/check"
        ~script "/bin/sh -c 'MYSQL_PWD=S mysqladmin ping'"
        ~script "/usr/bin/snmpget -v2c -c S 192.0.2.9 1.3.6"
        ~script "/usr/bin/redis-cli -a S ping"
    """,
    "vrrp_instance W {": """
        ~notify_master "/usr/local/bin/tell --api-key S"
        ~notify "/usr/bin/snmptrap -v 2c -c S 192.0.2.9 x"
        ~notify_fault "/usr/bin/swaks --to a@example.com -au me -ap S"
    """,
    "global_defs {": """
        ~smtp_server mailer:S@192.0.2.9
        ~smtp_password S
        ~snmp_community S
    """,
    "": """
        $PASS=S
        $VRRP_SECRET=S
    """,
}
_SPOT = re.compile(r"(?<![A-Za-z])S(?![A-Za-z_-])|(?<=-p)S\b")
SHAPES = ("base64", "hex", "short", "odd")


class Canary(NamedTuple):
    """A line with a secret: `placement` is the line as it should be, `variant` what was done to it, `change` the kind
    of that, `shape` what the secret looks like.
    """

    kind: str
    placement: str
    variant: str
    shape: str
    section: str
    line: str
    secret: str

    @property
    def change(self) -> str:
        """The variant without the word that was misspelled."""
        return self.variant.rpartition(": ")[2]


def secret_of(where: str, shape: str) -> str:
    """A secret of this shape that no other placement has."""
    from base64 import b64encode

    digest = blake2b(f"{where}{shape}".encode(), digest_size=15).digest()
    if shape == "base64":
        return b64encode(digest[:13]).decode().replace("+", "x")[:9] + "/" + b64encode(digest).decode()[9:14] + "9z=="
    if shape == "hex":
        return digest.hex()
    short = re.sub("[^A-Za-z0-9]", "q", b64encode(digest).decode())[:7]
    return f"{short}7" if shape == "short" else f"{short[:3]}%{short[3:6]}!{short[4:]}Z8"


def placements() -> Iterator[tuple[str, str, str]]:
    """Kind, section and line of every placement."""
    for kind, sections in (("haproxy", HAPROXY), ("keepalived", KEEPALIVED)):
        for section, lines in sections.items():
            yield from ((kind, section, line.strip()) for line in lines.strip().split("\n"))


def misspellings(word: str) -> Iterator[tuple[str, str]]:
    """A keyword with a letter missing, one twice, and two in the wrong order."""
    middle = max(1, len(word) // 2)
    yield "a letter missing", word[:middle] + word[middle + 1 :]
    yield "a letter twice", word[:middle] + word[middle] + word[middle:]
    swapped = word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]
    yield "two letters swapped", swapped if swapped != word else word[1] + word[0] + word[2:]


def variants(kind: str, section: str, line: str) -> Iterator[tuple[str, str, str]]:
    """Name, section and line of every variant of a placement."""
    plain = line.replace("~", "")
    yield "as it is", section, plain
    words = re.findall(r"~([\w-]+)", line)
    for word in words:
        for name, wrong in misspellings(word):
            yield f"{word}: {name}", section, plain.replace(word, wrong, 1)
    yield "wrong section", ("resolvers" if kind == "haproxy" else "virtual_server_group g {"), plain
    yield "before any section", "-", plain
    if '"' not in plain and "\\" not in plain and "$" not in plain:
        quoted = re.sub(r"\S*S\S*", lambda match: f'"{match[0]}"', plain) if "S" in plain.split()[-1] else plain
        yield "in quotes", section, quoted
        if kind == "haproxy":
            yield "in single quotes", section, quoted.replace('"', "'")
            yield "escaped", section, _SPOT.sub(lambda _: "S\\ x", plain)
    head, _, tail = plain.rpartition(" ")
    if head:
        yield "continued", section, f"{head} \\\n    {tail}"
    yield "in a comment", section, f"# {plain}"
    yield "in a comment without a blank", section, f"#{plain}"
    yield "after other words in a comment", section, f"timeout client 5s # {plain}"
    yield "in a template", section, f"{{% if x %}}{plain}{{% endif %}}"
    yield "in a template, on lines of its own", section, f"{{% if x %}}\n    {plain}\n{{% endif %}}"
    yield "as a template's default", section, re.sub(r"(?<![\w])S(?!\w)", "{{ api_token | default('S') }}", plain)


PROSE = (
    "the password is S",
    "password: S",
    "old password S",
    "token=S",
    "login with admin:S@192.0.2.1",
    "api key: S",
    "secret S",
    "Authorization: Bearer S",
)
"""Comments that name a secret."""


def canaries(*, all_shapes: bool = True) -> Iterator[Canary]:
    """Every placement in every variant, with secrets of every shape, or of one shape after the other."""
    for number, (kind, section, line) in enumerate(placements()):
        name = line.replace("~", "")
        for index, (variant, place, text) in enumerate(variants(kind, section, line)):
            for shape in SHAPES if all_shapes else (SHAPES[(number + index) % len(SHAPES)],):
                secret = secret_of(f"{kind}{name}{variant}", shape)
                yield Canary(kind, name, variant, shape, place, _put(text, secret), secret)
    for kind in ("haproxy", "keepalived"):
        for text in PROSE:
            for shape in SHAPES:
                secret = secret_of(f"{kind}{text}", shape)
                yield Canary(kind, f"# {text}", "words in a comment", shape, "", f"# {_put(text, secret)}", secret)


def _put(text: str, secret: str) -> str:
    return _SPOT.sub(lambda _: secret, text)
