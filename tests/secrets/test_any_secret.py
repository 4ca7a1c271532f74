"""Whatever a secret looks like, it is hidden where a line is understood."""

from __future__ import annotations

import string

from hypothesis import example, given
from hypothesis import strategies as st

from parsers import parse_haproxy, parse_keepalived

SECRETS = st.text(string.ascii_letters + string.digits + "+/=._~!%^&*:,;?@", min_size=8, max_size=24)
HAPROXY = (
    "stats auth admin:{}",
    "user bob insecure-password {}",
    "cluster-secret {}",
    "server s 192.0.2.1:80 tcp-md5sig {}",
    "http-request set-header X-Token {}",
    "http-request set-header Authorization 'Bearer {}' if ok",
    "http-check send hdr X-Api-Key {} hdr Host x",
    "acl a req.hdr(Authorization) -m str x{}",
    "setenv DB_PASSWORD {}",
    "# stats auth admin:{}",
)
KEEPALIVED = ("auth_pass {}", "auth_pas {}", "$PASSWORD={}", 'script "/bin/check --token x{}"', "# auth_pass {}")


@given(SECRETS)
@example("dG9rZW4=")
@example("token=ab%[x]")
def test_any_secret_is_hidden(secret: str) -> None:
    for kind, lines in (("haproxy", HAPROXY), ("keepalived", KEEPALIVED)):
        for line in lines:
            text = f"{line.format(secret)}\n"
            document = parse_haproxy(f"backend b\n{text}") if kind == "haproxy" else parse_keepalived(text)
            shown = document.source.text
            for span in reversed(document.secrets):
                shown = shown[: span.start] + shown[span.end :]
            assert not any(secret[at : at + 8] in shown for at in range(len(secret) - 7)), line
