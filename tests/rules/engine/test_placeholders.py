"""Which words are placeholders, and which only look like one."""

from __future__ import annotations

import pytest

from rules.support.keepalived.placeholders import may_have_placeholders, placeholder


@pytest.mark.parametrize(
    "text",
    [
        "<PASSWORD>",
        "<--STATE-->",
        "VI_<floating-ip>",
        "{{ vip }}",
        "{% if master %}",
        "<%= @vip %>",
        "%MASTER%",
        "@@VIP@@",
        "@VIP@",
        "__VIP__",
        "CHANGEME",
        "change-me",
        "CHANGE_STATE",
        "REPLACE_ME",
        "YOUR_INTERFACE",
        "your_password_here",
        "192.168.1.x",
        "x.x.x.x/24",
        "XXX.XXX.XXX.XXX",
        "${STATE}",
    ],
)
def test_placeholders(text: str) -> None:
    assert placeholder(text)
    assert may_have_placeholders(f"state MASTER\nsomething {text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "eth0",
        "xxxxxxxx",
        "192.168.1.100",
        "fe80::1",
        "Ops <ops@example.com>",
        "a<b",
        "10%",
        "user@example.com",
        "_underlined_",
        "exchange_mex",
        "changed",
        "vrrp.1",
        "0x1.0x2",
        "yours",
        "your",
        "TODOS",
    ],
)
def test_ordinary_words(text: str) -> None:
    assert placeholder(text) is None


@pytest.mark.parametrize(
    "text", ["$HOME", "${HOME}", "cat <in >out", "</dev/tcp/10.0.0.1/80", "date +%H%M%S", "a || b"]
)
def test_commands(text: str) -> None:
    assert placeholder(text, command=True) is None
