"""What a merge refuses to do, and what is taken over instead."""

from __future__ import annotations

import pytest

from tests.wizard.importer.merging import (
    BODIES,
    DATABASE,
    HEAD,
    NEWER,
    OWN_DEFAULTS,
    RENDERED,
    WEB,
    kinds,
    merged_text,
    messages,
)
from wizard.merge import SectionChange, merge_haproxy


def test_a_section_of_others_on_the_same_port_is_a_problem_that_names_both_lines() -> None:
    existing = f"{HEAD}frontend k8s\n    bind *:6443\n    mode tcp\n    timeout client 5s\n"
    merged = merge_haproxy(existing, RENDERED)
    (message,) = messages(merged, existing)
    assert message == (
        "'*:6443' of frontend 'k8s' (line 10) and '*:6443' of halb's frontend 'kube-apiserver' "
        "(line 29 of the rendered file) are the same port"
    )
    assert merged.problems[0].help == "give one of them another port, or take over 'frontend k8s'"
    assert merged.problems[0].span.text == "*:6443"


@pytest.mark.parametrize(
    "line",
    [
        "bind 10.0.0.5:6443", "bind :80,:6443", "bind :6000-7000", "bind :::6443", "bind [::]:6443 v4v6",
        "bind ipv4@*:6443", "bind 127.0.0.1:8405", "bind *:8405",
    ],
)  # fmt: skip
def test_addresses_that_meet(line: str) -> None:
    existing = f"{HEAD}listen x\n  {line}\n"
    assert "are the same port" in messages(merge_haproxy(existing, RENDERED), existing)[0]


@pytest.mark.parametrize(
    "lines",
    [
        "bind :6444", "bind localhost:6443", "bind :::6443 v6only", "bind [fd00::1]:6443", "bind quic4@:6443 ssl crt x",
        "bind /run/6443",
        "bind :6443 interface eth1", "bind :6443 namespace blue", 'bind "$VIP:6443"', "bind :6443\n  disabled",
        "bind 127.0.0.2:8405", "bind :+6443", "server s 10.0.0.1:6443", ".if defined(X)\n  bind :6443\n  .endif",
    ],
)  # fmt: skip
def test_addresses_that_do_not_meet_or_are_not_known(lines: str) -> None:
    assert merge_haproxy(f"{HEAD}listen x\n  {lines}\n", RENDERED).problems == ()


def test_the_vip_alone_beside_another_address_is_no_clash() -> None:
    rendered = RENDERED.replace("bind *:6443", "bind 192.168.2.140:6443")
    existing = f"{HEAD}listen x\n  bind {{}}:6443\n"
    assert merge_haproxy(existing.format("192.168.2.151"), rendered).problems == ()
    for address in ("192.168.2.140", "*", "0.0.0.0"):
        assert merge_haproxy(existing.format(address), rendered).problems


def test_a_stats_socket_on_the_same_port_is_a_problem() -> None:
    existing = "global\n  stats socket ipv4@127.0.0.1:8405 level admin\n"
    merged = merge_haproxy(existing, RENDERED)
    assert "of global (line 2)" in messages(merged, existing)[0]
    assert merged.problems[0].help == "give one of them another port"


@pytest.mark.parametrize(
    "header",
    ["frontend kube-apiserver", "frontend kube-apiserver from d", "listen kube-apiserver", "listen kube-apiservers",
     "defaults local-http from d"],
)  # fmt: skip
def test_a_section_of_the_same_name_that_halb_did_not_write_is_a_problem(header: str) -> None:
    existing = f"{OWN_DEFAULTS}{header}\n  timeout client 3s\n"
    merged = merge_haproxy(existing, RENDERED)
    (message,) = messages(merged, existing)
    assert "(line 6) was not written by halb" in message
    taken = " ".join(header.split()[:2])
    assert merged.problems[0].help == f"rename it, or take over '{taken}'"
    over = merge_haproxy(existing, RENDERED, take_over=[taken])
    assert over.problems == ()
    assert over.text == OWN_DEFAULTS + "\n".join(BODIES.values())


def test_a_backend_may_have_the_name_of_a_frontend() -> None:
    assert merge_haproxy(f"{HEAD}backend kube-apiserver\n  mode tcp\n", RENDERED).problems == ()


def test_a_section_of_halb_that_stands_twice_is_a_problem() -> None:
    existing = RENDERED + BODIES["frontend lb-health"]
    assert messages(merge_haproxy(existing, RENDERED), existing) == [
        "frontend 'lb-health' is there twice, in lines 52 and 59"
    ]


@pytest.mark.parametrize("header", ["frontend web", "frontend web from k8s-tcp", "defaults mine from k8s-tcp"])
def test_a_section_of_others_that_would_change_with_halbs_defaults_is_a_problem(header: str) -> None:
    existing = f"{BODIES['defaults k8s-tcp']}\n{header}\n"
    merged = merge_haproxy(existing, NEWER)
    (message,) = messages(merged, existing)
    assert "inherits from halb's defaults 'k8s-tcp' (line 1), and would change with it" in message
    assert ("has no 'from'" in message) == ("from" not in header)
    assert "add 'from'" in merged.problems[0].help
    assert merged.problems[0].span.line == existing[: existing.index(header)].count("\n") + 1


def test_a_section_that_uses_halbs_defaults_without_from_is_noted_while_it_does_not_change() -> None:
    existing = f"global\n  log stdout local0\n{BODIES['defaults k8s-tcp']}\nfrontend web\n"
    merged = merge_haproxy(existing, RENDERED)
    assert merged.problems == ()
    assert [note.message for note in merged.notes] == [
        "frontend 'web' has no 'from', so it inherits from halb's defaults 'k8s-tcp'"
    ]


def test_a_comment_in_halbs_defaults_may_change_under_a_section_of_others() -> None:
    existing = f"{BODIES['defaults k8s-tcp']}\nfrontend web from k8s-tcp\n  bind :80\n"
    rendered = RENDERED.replace("# TLS passthrough", "# pass TLS through")
    merged = merge_haproxy(existing, rendered)
    assert merged.problems == ()
    assert "# pass TLS through, tcp everywhere\n" in merged.text


@pytest.mark.parametrize(
    ("existing", "kind"),
    [
        (f"{HEAD}.if defined(X)\n", "conditional-directive"),
        ("global\0\n", "nul-character"),
        ("g\0l\0o\0b\0a\0l\0", "nul-character"),
        ("global\r  daemon\r", "text-after-carriage-return"),
        (f".if defined(X)\n{BODIES['defaults k8s-tcp']}.endif\n", "condition"),
        (f".if defined(X)\n{HEAD}{BODIES['backend kube-apiservers']}.endif\n", "condition"),
        (f"{BODIES['defaults k8s-tcp']}.if defined(X)\n  retries 4\n.endif\n", "condition"),
        (f"{HEAD}{{% for x in y %}}\nfrontend {{{{ x }}}}\n", "changed"),
    ],
)
def test_files_whose_lines_cannot_be_told_are_left_alone(existing: str, kind: str) -> None:
    merged = merge_haproxy(existing, RENDERED)
    assert merged.text == existing
    assert merged.changes == ()
    assert kind in {problem.kind for problem in merged.problems}


def test_a_condition_behind_a_section_of_halb_belongs_to_the_next_one() -> None:
    edited = BODIES["defaults k8s-tcp"].replace("1h", "3h")
    rest = f"\n.if defined(X)\n{WEB.replace('web', 'web from d')}.endif\n"
    assert merged_text(edited + rest).startswith(BODIES["defaults k8s-tcp"] + rest)


def test_sections_of_a_branch_that_never_applies_are_text_like_any_other() -> None:
    existing = f"{HEAD}.if 0\n{BODIES['frontend kube-apiserver']}.endif\n"
    assert merged_text(existing).startswith(existing)


# -- taking over


ARTICLE = f"""\
{HEAD}
# the cluster's API
frontend k8s
    bind *:6443
    mode tcp
    timeout client 5s
    default_backend masters

backend masters
    server m1 10.0.0.21:6443
# the end
"""


def test_a_section_that_is_taken_over_goes_with_the_comments_above_it() -> None:
    merged = merge_haproxy(ARTICLE, RENDERED, take_over=["frontend k8s", "masters"])
    assert merged.problems == ()
    assert merged.text == f"{HEAD}\n# the end\n\n" + "\n".join(BODIES.values())
    assert merged.changes[:2] == (
        SectionChange("removed", "frontend k8s", 11),
        SectionChange("removed", "backend masters", 17),
    )
    again = merge_haproxy(merged.text, RENDERED, take_over=["frontend k8s", "masters"])
    assert again.text == merged.text
    assert [note.kind for note in again.notes] == ["take-over", "take-over"]


def test_a_backend_that_others_send_to_is_not_taken_over_alone() -> None:
    existing = ARTICLE.replace("6443\n    mode", "7443\n    mode")
    merged = merge_haproxy(existing, RENDERED, take_over=["masters"])
    assert messages(merged, existing) == [
        "frontend 'k8s' sends to backend 'masters' (line 17), which the merge removes"
    ]
    assert merged.problems[0].help == "take over 'frontend k8s' too"


def test_defaults_that_others_inherit_from_are_not_taken_over_alone() -> None:
    existing = OWN_DEFAULTS + DATABASE
    merged = merge_haproxy(existing, RENDERED, take_over=["defaults d"])
    assert messages(merged, existing) == ["listen 'db' inherits from defaults 'd' (line 1), which the merge removes"]
    assert merge_haproxy(existing, RENDERED, take_over=["defaults d", "db"]).problems == ()


def test_a_section_with_a_condition_inside_is_not_cut_out() -> None:
    existing = ARTICLE.replace("    mode tcp\n", "    .if defined(X)\n    mode tcp\n    .endif\n")
    merged = merge_haproxy(existing, RENDERED, take_over=["frontend k8s"])
    assert messages(merged, existing) == ["'.if defined(X)' (line 13) is inside frontend 'k8s', which would be cut"]


def test_a_name_that_is_not_there_is_noted_with_what_was_meant() -> None:
    merged = merge_haproxy(HEAD, RENDERED, take_over=["frontend wep", "global", "frontend kube-apiserver"])
    assert merged.text.startswith(HEAD)
    assert [note.message for note in merged.notes] == [
        f"there is no section '{name}' to take over" for name in ("frontend wep", "global", "frontend kube-apiserver")
    ]
    assert merged.notes[0].help == "did you mean 'frontend web'?"
    again = merge_haproxy(merged.text, RENDERED, take_over=["frontend kube-apiserver"])
    assert again.notes == ()
    assert set(kinds(again).values()) == {"kept"}


def test_the_path_is_in_the_places() -> None:
    merged = merge_haproxy(ARTICLE, RENDERED, path="lb1/haproxy.cfg")
    assert merged.problems[0].span.source.path == "lb1/haproxy.cfg"
    assert merged.problems[0].related[0][0].source.path == "rendered lb1/haproxy.cfg"
