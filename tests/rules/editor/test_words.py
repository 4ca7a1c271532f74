"""Hover, completion and definitions, without a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from parsers.keywords.haproxy import haproxy_table
from parsers.keywords.keepalived import keepalived_table
from parsers.keywords.meanings import haproxy_meanings, keepalived_meanings
from rules.editor.words.completion import completion_at
from rules.editor.words.hover import hover_at
from rules.editor.words.places import targets
from rules.engine.settings import RuleSettings
from tests.rules.editor.asking import HAPROXY, MARK, Files

KEEPALIVED = """vrrp_script check {{
    script /bin/true
}}
vrrp_instance api {{
    {line}
    virtual_router_id 51
    authentication {{
        auth_type PASS
        auth_pass hunter22
    }}
}}
"""


def proposed(tmp_path: Path, name: str, text: str, settings: RuleSettings | None = None) -> list[str]:
    files = Files(tmp_path, settings)
    offset = files.open(name, text)
    return [proposal.word for proposal in completion_at(files.view(name), offset).proposals]


@pytest.mark.parametrize(
    ("line", "words", "never"),
    [
        ("timeout c‸", ["connect", "client"], ["server"]),
        ("option tcp‸", ["tcplog", "tcp-check"], ["httplog"]),
        ("default_b‸", ["default_backend"], ["backend"]),
        ("default_backend ‸", ["servers", "other"], ["api"]),
        ("use_backend servers if ‸", ["inside", "TRUE", "{"], ["servers"]),
        ("use_backend servers if !in‸", ["inside"], ["src"]),
        ("use_backend servers if { sr‸", ["src", "src_port"], ["inside"]),
        ("acl x ‸", ["src", "path_beg"], ["inside"]),
        ("acl x path -‸", ["-i", "-m"], ["path"]),
        ("acl x path -m ‸", ["beg", "reg"], ["-i"]),
        ("bind :1 ss‸", ["ssl"], ["check"]),
        ("http-request ‸", ["deny", "set-header"], ["connection"]),
        ("tcp-request ‸", ["connection", "content", "inspect-delay"], ["accept"]),
        ("tcp-request content ‸", ["accept", "reject"], ["deny"]),
        ("log-format %[sr‸", ["src"], []),
        ("no opt‸", ["option"], ["timeout"]),
        ("# timeout ‸", [], ["connect"]),
    ],
)
def test_completion_in_a_frontend(tmp_path: Path, line: str, words: list[str], never: list[str]) -> None:
    found = proposed(tmp_path, "lb1/haproxy.cfg", HAPROXY.format(front=line, back=""))
    assert set(words) <= set(found)
    assert not set(never) & set(found)
    assert bool(found) == bool(words)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("server cp3 192.0.2.23:6443 ch‸", ["check", "check-ssl"]),
        ("server cp3 192.0.2.23:6443 resolvers ‸", ["dns"]),
        ("server cp3 192.0.2.23:6443 check on-marked-down ‸", ["shutdown-sessions"]),
        ("use-server ‸", ["cp1"]),
        ("balance ‸", ["leastconn", "roundrobin"]),
    ],
)
def test_completion_in_a_backend(tmp_path: Path, line: str, words: list[str]) -> None:
    assert set(words) <= set(proposed(tmp_path, "lb1/haproxy.cfg", HAPROXY.format(front="", back=line)))


def test_headers_are_proposed_where_they_may_stand_and_names_after_from(tmp_path: Path) -> None:
    text = HAPROXY.format(front="", back="")
    assert {"frontend", "backend"} <= set(proposed(tmp_path, "lb1/haproxy.cfg", text + MARK))
    assert proposed(tmp_path, "lb1/haproxy.cfg", f"{text}backend x from {MARK}\n") == ["base"]


@pytest.mark.parametrize(
    ("line", "words", "never"),
    [
        ("‸", ["priority", "virtual_ipaddress", "track_script"], ["vrrp_script", "router_id"]),
        ("pri‸", ["priority"], ["state"]),
        ("state ‸", ["MASTER", "BACKUP"], ["priority"]),
        ("track_script {\n        ‸\n    }", ["check"], ["priority"]),
        ("track_script { ‸ }", ["check"], ["priority"]),
        ("track_script {\n        check ‸\n    }", ["weight"], ["check"]),
        ("virtual_ipaddress {\n        192.0.2.1/24 ‸\n    }", ["dev", "label"], ["state"]),
        ("! pri‸", [], ["priority"]),
    ],
)
def test_completion_in_an_instance(tmp_path: Path, line: str, words: list[str], never: list[str]) -> None:
    found = proposed(tmp_path, "lb1/keepalived.conf", KEEPALIVED.format(line=line))
    assert set(words) <= set(found)
    assert not set(never) & set(found)


def test_the_release_decides_what_is_proposed(tmp_path: Path) -> None:
    text = HAPROXY.format(front="", back="").replace("log stdout", f"stats-f{MARK}\n    log stdout")
    assert "stats-file" in proposed(tmp_path, "lb1/haproxy.cfg", text)
    assert "stats-file" not in proposed(tmp_path, "lb1/haproxy.cfg", text, RuleSettings("2.6"))
    line = KEEPALIVED.format(line=f"thread_t{MARK}")
    new = [word for word in proposed(tmp_path, "lb1/keepalived.conf", line) if word.startswith("thread_t")]
    old = proposed(tmp_path, "lb1/keepalived.conf", line, RuleSettings(None, "1.2.20"))
    assert not set(new) & set(old)


def hovered(tmp_path: Path, name: str, text: str) -> str:
    files = Files(tmp_path)
    offset = files.open(name, text)
    found = hover_at(files.view(name), offset)
    return found.text if found is not None else ""


def test_a_keyword_says_what_it_means_its_default_and_since_when(tmp_path: Path) -> None:
    text = hovered(tmp_path, "lb1/haproxy.cfg", HAPROXY.format(front="", back=f"bal{MARK}ance leastconn"))
    assert "How connections are spread" in text
    assert "Default: roundrobin" in text
    assert "haproxy 2.6 and later" in text
    text = hovered(tmp_path, "lb1/haproxy.cfg", HAPROXY.format(front="", back=f"timeout ser{MARK}ver 1m"))
    assert text.startswith("**timeout server**")
    text = hovered(
        tmp_path, "lb1/haproxy.cfg", HAPROXY.format(front="", back="").replace("log", f"ke{MARK}y-base /x\nlog", 1)
    )
    assert "Since haproxy 3.0." in text
    text = hovered(tmp_path, "lb1/keepalived.conf", KEEPALIVED.format(line=f"pri{MARK}ority 100"))
    assert "highest priority becomes MASTER" in text
    assert "From 1 to 255." in text
    assert hovered(tmp_path, "lb1/keepalived.conf", KEEPALIVED.format(line=f"unknown{MARK} 1")) == ""


def test_a_name_shows_its_definition_without_secrets(tmp_path: Path) -> None:
    text = HAPROXY.format(front="", back="")
    shown = hovered(
        tmp_path, "lb1/haproxy.cfg", text.replace("default_backend servers", f"default_backend ser{MARK}vers")
    )
    assert "backend servers" in shown
    assert "server cp1 192.0.2.21:6443" in shown
    shown = hovered(tmp_path, "lb1/haproxy.cfg", text.replace("http_auth(admins)", f"http_auth(adm{MARK}ins)"))
    assert "userlist admins" in shown
    assert "sup3rsecret" not in shown
    both = KEEPALIVED.format(line="track_script {\n        check\n    }")
    shown = hovered(tmp_path, "lb1/keepalived.conf", both.replace("        check\n", f"        che{MARK}ck\n"))
    assert "script /bin/true" in shown
    for line in range(both.count("\n")):
        offset = len("".join(both.splitlines(keepends=True)[: line + 1])) - 1
        assert "hunter22" not in hovered(tmp_path, "lb1/keepalived.conf", both[:offset] + MARK + both[offset:])


@pytest.mark.parametrize(
    ("at", "line"),
    [
        ("default_backend ser‸vers", "backend servers"),
        ("use_backend oth‸er", "backend other"),
        ("if ins‸ide", "acl inside"),
        ("check resolvers d‸ns", "resolvers dns"),
        ("http_auth(adm‸ins", "userlist admins"),
        ("nbsrv(serv‸ers", "backend servers"),
        ("track servers/c‸p1", "server cp1"),
        ("track ser‸vers/cp1", "backend servers"),
        ("from ba‸se", "defaults base"),
    ],
)
def test_definitions_in_haproxy(tmp_path: Path, at: str, line: str) -> None:
    files = Files(tmp_path)
    text = HAPROXY.format(front="", back="")
    assert text.count(at.replace(MARK, "")) == 1
    offset = files.open("lb1/haproxy.cfg", text.replace(at.replace(MARK, ""), at))
    (found,) = targets(files.view("lb1/haproxy.cfg"), offset)
    assert found.span is not None
    assert line in found.span.source.line(found.span.line)


def test_a_script_in_a_copy_of_a_machine_leads_to_its_file_there(tmp_path: Path) -> None:
    script = tmp_path / "lb1/etc/keepalived/check.sh"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    (script.parent / "more.conf").write_text("vrrp_script other {\n    script /bin/true\n}\n")
    files = Files(tmp_path)
    name = "lb1/etc/keepalived/keepalived.conf"
    text = 'include more.c‸onf\n$VRID=51\nvrrp_script c {\n    script "/etc/keepalived/check.sh"\n}\n'
    offset = files.open(name, text)
    (found,) = targets(files.view(name), offset)
    assert Path(found.path) == script.parent / "more.conf"
    offset = files.open(name, text.replace(MARK, "").replace("check.sh", f"che{MARK}ck.sh"))
    (found,) = targets(files.view(name), offset)
    assert Path(found.path) == script
    offset = files.open(name, text.replace(MARK, "") + f"vrrp_instance i {{\n    virtual_router_id $VR{MARK}ID\n}}\n")
    (found,) = targets(files.view(name), offset)
    assert found.span is not None
    assert found.span.line == 2


def test_every_meaning_is_of_a_keyword_that_the_tables_have() -> None:
    assert [key for key in keepalived_meanings() if keepalived_table().keyword(*key) is None] == []
    table = haproxy_table()
    proxies = [table.section(keyword) for keyword in ("frontend", "backend", "listen", "defaults")]
    unknown = []
    for title, name in haproxy_meanings():
        blocks = proxies if title == "proxy" else [table.block(title)]
        if not any(block is not None and block.exact(name) is not None for block in blocks):
            unknown.append((title, name))
    assert unknown == []
    for meaning in (*haproxy_meanings().values(), *keepalived_meanings().values()):
        assert not meaning.text[0].islower()
        assert meaning.text.endswith(".")
