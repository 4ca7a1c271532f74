"""Secrets are known by their place, so that no message shows them."""

from __future__ import annotations

import pytest

from parsers import parse_haproxy


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("listen x\n stats auth admin:geheim\n", ["geheim"]),
        ("listen x\n stats auth 'ad min:ge heim'\n", ["ge heim"]),
        ("listen x\n # stats auth admin:geheim\n", ["geheim"]),
        ("listen x\n stats auth admin\n", ["admin"]),
        ("userlist u\n user a insecure-password geheim groups g\n user b password $6$x$y\n", ["geheim", "$6$x$y"]),
        ("userlist u\n #user a insecure-password geheim\n", ["geheim"]),
        ('backend b\n http-check send uri / hdr Authorization "Bearer geheim" hdr Host x\n', ["geheim"]),
        ("backend b\n option httpchk GET / HTTP/1.0\\r\\nAuthorization:\\ Basic\\ Zm9v\n",
         ["HTTP/1.0\\r\\nAuthorization:\\ Basic\\ Zm9v"]),
        ("backend b\n http-request set-header Authorization geheim if x\n", ["geheim"]),
        ("backend b\n http-request set-header X-Forwarded-Proto https\n", []),
        ("backend b\n acl a req.hdr(Authorization) -m str geheim\n", ["geheim"]),
        ("backend b\n tcp-check send AUTH\\ geheim\\r\\n\n", ["AUTH\\ geheim\\r\\n"]),
        ("backend b\n tcp-check send PING\\r\\n\n", []),
        ("global\n setenv DB_PASSWORD geheim\n setenv VIP a\n presetenv API_TOKEN geheim\n", ["geheim", "geheim"]),
        ("backend b\n dynamic-cookie-key geheim\n", ["geheim"]),
        ("frontend f\n bind :1 tcp-md5sig geheim\n", ["geheim"]),
        ("frontend f\n bind :1\ttcp\\x2dmd5sig geheim\n", ["geheim"]),
        ("listen x\n stats\va'ut'h\tadmin:geheim\n", ["geheim"]),
        ('backend b\n http-request set-header X-To"ken" geheim\n', ["geheim"]),
        ("backend b\n http-request set-header X-To\\x6ben geheim\n", ["geheim"]),
    ],
)  # fmt: skip
def test_secret_spans(text: str, secrets: list[str]) -> None:
    assert [span.text for span in parse_haproxy(text).secrets] == secrets
