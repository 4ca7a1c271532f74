"""Passwords: where they are, and that no message shows them."""

from __future__ import annotations

import pytest

from parsers.keepalived import parse_keepalived


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("authentication {\n auth_pass s3cret\n}", ["s3cret"]),
        ("auth_pass a{b}c", ["a{b}c"]),
        ("auth_pass x#y", ["x#y"]),
        ('auth_pass "open', ['"open']),
        ("authentication { auth_type PASS auth_pass s3cret }", ["s3cret }"]),
        ("# auth_pass old", ["old"]),
        ("auth_pass\ts3cret more", ["s3cret more"]),
        ("auth_pass", []),
        ("SSL {\n password s3cret\n}", ["s3cret"]),
        ("auth_hmac {\n key 1 s3cret\n}", ["s3cret"]),
        ("SSL {\n key /etc/key\n}", []),
        ("$P=s3cret\nauth_pass $P", ["s3cret", "$P"]),
        ("$P=${Q}x\n$Q=abc\nauth_pass ${P}", ["${Q}x", "abc", "${P}"]),
        ("@lb1 $P=one\n@lb2 $P=two\nauth_pass $P", ["one", "two", "$P"]),
        ("$K=auth_pass\n$K s3cret", ["$K s3cret", "auth_pass"]),
        ("$P=no\nrouter_id $P", []),
        ("~LST(P, s1, s2) auth_pass $P", ["~LST(P, s1, s2) ", "$P"]),
    ],
)
def test_where_secrets_stand(text: str, expected: list[str]) -> None:
    assert sorted(span.text for span in parse_keepalived(text).secrets) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "vrrp_instance A {\n authentication {\n auth_pass s3{s3cret}s3cret\n}\n}\n",
        "vrrp_instance A {\n authentication {\n auth_pass s3}s3cret\n}\n}\n",
        "vrrp_instance A {\n authentication {\n auth_pass x{s3cret\n }\n priority 1\n}\n",
        'auth_pass "s3cret\n',
        "auth_pass x {\n s3cret\n",
        "auth_pass s3cret {\n",
        "auth_pass x\nx auth_pass s3cret {\n",
    ],
)
def test_messages_do_not_show_them(text: str) -> None:
    document = parse_keepalived(text)
    assert document.problems
    after = text.partition("auth_pass")[2].partition("\n")[0]
    for problem in document.problems:
        shown = [problem.message, problem.help, *(note for _, note in problem.related)]
        if "s3cret" in after:
            assert not any("s3cret" in part for part in shown)
