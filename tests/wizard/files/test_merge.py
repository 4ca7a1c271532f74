"""Halb's sections in a haproxy.cfg that has sections of others."""

from __future__ import annotations

import pytest

from parsers.source import Source
from tests.wizard.importer.merging import (
    BODIES,
    DATABASE,
    HEAD,
    NEWER,
    OURS,
    OWN_DEFAULTS,
    RENDERED,
    WEB,
    effective,
    facts,
    kinds,
    merged_text,
)
from wizard.merge import SectionChange, merge_haproxy


def test_an_empty_file_becomes_the_rendered_one() -> None:
    merged = merge_haproxy("", RENDERED)
    assert merged.text == RENDERED
    assert [change.section for change in merged.changes] == list(OURS)
    assert merged_text(RENDERED) == RENDERED


def test_a_file_of_comments_gets_the_rendered_one_with_global_below() -> None:
    assert merged_text("# managed by us\n") == f"# managed by us\n\n{RENDERED}"


def test_missing_sections_go_to_the_end_in_their_order_and_global_stays() -> None:
    merged = merge_haproxy(HEAD, RENDERED)
    assert merged.text == HEAD + "\n" + "\n".join(BODIES.values())
    assert merged.notes == ()
    first = merged.text[: merged.text.index("defaults k8s-tcp")].count("\n") + 1
    assert merged.changes[0] == SectionChange("added", "defaults k8s-tcp", first)


def test_halbs_sections_are_replaced_where_they_stand() -> None:
    existing = f"{HEAD}\n{''.join(BODIES.values())}{OWN_DEFAULTS}{DATABASE}"
    merged = merge_haproxy(existing, NEWER)
    changed = {"defaults k8s-tcp", "backend kube-apiservers"}
    assert kinds(merged) == {header: "replaced" if header in changed else "kept" for header in OURS}
    assert merged.text == existing.replace("timeout client 1h", "timeout client 2h").replace(
        "server cp3 10.0.0.23:6443", "server cp3 10.0.0.33:6443\n    server cp4 10.0.0.34:6443"
    )
    assert merge_haproxy(merged.text, RENDERED).text == existing


def test_comments_above_the_next_header_and_behind_the_last_statement_stay() -> None:
    body = BODIES["backend kube-apiservers"]
    edited = body.replace("10.0.0.21", "10.0.0.99")
    frame = "{}{}{}# server cp4 10.0.0.24:6443\n\n\n# ours\n# since 2019\n" + f"{WEB}{{}}"
    first = BODIES["defaults k8s-tcp"] + BODIES["frontend kube-apiserver"]
    last = BODIES["defaults local-http"] + BODIES["frontend lb-health"]
    existing = frame.format(first, "# the API\n", edited, last)
    assert merged_text(existing) == frame.format(first, "# the API\n", body, last)


def test_a_section_that_was_deleted_comes_back_at_the_end() -> None:
    existing = HEAD + "".join(body for header, body in BODIES.items() if not header.startswith("backend"))
    assert merged_text(existing) == f"{existing}\n{BODIES['backend kube-apiservers']}"


def test_sections_move_behind_the_defaults_that_they_name() -> None:
    """haproxy refuses a `from` whose `defaults` comes later."""
    existing = f"{BODIES['frontend kube-apiserver']}\n{HEAD}\n{BODIES['backend kube-apiservers']}"
    text = merged_text(existing)
    assert text == f"{HEAD}\n" + "\n".join(BODIES.values())
    merged = merge_haproxy(existing, RENDERED)
    assert kinds(merged) == dict.fromkeys(OURS, "added") | {
        "frontend kube-apiserver": "replaced",
        "backend kube-apiservers": "replaced",
    }


def test_carriage_returns_stay_and_new_sections_have_them_too() -> None:
    existing = HEAD.replace("\n", "\r\n")
    text = merged_text(existing)
    assert text == (HEAD + "\n" + "\n".join(BODIES.values())).replace("\n", "\r\n")
    newer = merged_text(text, NEWER)
    assert newer.count("\r\n") == newer.count("\n")
    assert newer.replace("\r\n", "\n") == merged_text(merged_text(HEAD), NEWER)


@pytest.mark.parametrize(("last", "added"), [("", "\n"), ("\r", "\n")])
def test_a_missing_newline_at_the_end_is_added_and_noted(last: str, added: str) -> None:
    existing = HEAD.removesuffix("\n") + last
    merged = merge_haproxy(existing, RENDERED)
    assert merged.text.startswith(existing + added)
    assert [note.kind for note in merged.notes] == ["missing-final-newline"]
    whole = HEAD + "".join(BODIES.values())
    assert merge_haproxy(whole.removesuffix("\n"), RENDERED).text == whole


def test_bytes_that_are_no_utf8_tabs_and_a_byte_order_mark_stay() -> None:
    data = b"\xef\xbb\xbf# caf\xe9 \xff\n\tglobal  # \xc3\xa9\n \x0b\tmaxconn 30000\t\n\n\n"
    existing = Source.from_bytes("haproxy.cfg", data).text
    text = merged_text(existing)
    assert Source("haproxy.cfg", text).to_bytes().startswith(data)


def test_a_byte_order_mark_before_a_section_of_halb_stays() -> None:
    edited = "\ufeff" + BODIES["defaults k8s-tcp"].replace("1h", "3h")
    rest = OWN_DEFAULTS + WEB
    assert merged_text(edited + rest).startswith("\ufeff" + BODIES["defaults k8s-tcp"] + rest)


# -- global, and mistakes of the caller


@pytest.mark.parametrize(
    ("existing", "notes"),
    [
        ("global\n  log stdout local0\n  maxconn 4000\n",
         ["'maxconn 4000' of global (line 3) is less than the plan's 20000"]),
        ("global\n  log stdout local0\n  maxconn 20000\n", []),
        ("global\n  log stdout local0\n", []),
        ('global\n  log stdout local0\n  maxconn "$MAX"\n', []),
        ("global\n  daemon\n", ["global has no 'log' line, so halb's sections log nothing"]),
        (WEB, ["the file has no 'global' section, so halb's sections log nothing; halb adds none to an existing file"]),
    ],
)  # fmt: skip
def test_what_global_lacks_is_noted_and_not_edited(existing: str, notes: list[str]) -> None:
    merged = merge_haproxy(existing, RENDERED)
    assert merged.text.startswith(existing)
    assert merged.problems == ()
    assert [note.message for note in merged.notes] == notes


@pytest.mark.parametrize("rendered", ["defaults\n  mode tcp\n", f"{RENDERED}frontend lb-health from local-http\n"])
def test_a_rendered_section_without_a_name_of_its_own_is_refused(rendered: str) -> None:
    with pytest.raises(ValueError, match="needs a name of its own"):
        merge_haproxy(HEAD, rendered)


def test_values_of_others_stay_beside_the_older_and_the_newer_sections() -> None:
    existing = OWN_DEFAULTS + DATABASE + WEB
    text = merged_text(merged_text(existing), NEWER)
    assert effective(facts(text)) == effective(facts(existing))
    assert "timeout client 2h" in text
