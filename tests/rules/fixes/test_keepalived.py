"""Fixes in keepalived.conf where the file is not as plain as the examples: one line, a variable, an `@id`, comments."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import parse_keepalived
from rules import Options, lint
from rules.engine.examples import cases_of
from rules.engine.finding import Report
from rules.engine.registry import all_rules
from rules.fixes.applying import fix_all
from rules.fixes.edits import changed, changes_of
from tests.rules.engine.cases import CASES
from tests.rules.examples import NO_FILES, options_of
from tests.tables import each

FILE = "keepalived.conf"
INSTANCE = """\
vrrp_instance API {
    state BACKUP
    interface eth0
    virtual_router_id 33
    priority 110
    virtual_ipaddress {
        192.0.2.10/24
    }
}
"""


def fixed(files: Mapping[str, str], code: str, *, unsafe: bool = True) -> dict[str, str]:
    """The files after all fixes of one rule."""

    def judge(texts: Mapping[str, str]) -> Report:
        report = lint(texts, Options())
        for finding in report.findings:
            if finding.code != code:
                finding.fixes = ()
        return report

    return {**files, **fix_all(files, judge, unsafe=unsafe).texts}


def alone(text: str, code: str, *, unsafe: bool = True) -> str:
    assert any(finding.code == code for finding in lint({FILE: text}, Options()).findings)
    return fixed({FILE: text}, code, unsafe=unsafe)[FILE]


def with_lines(*lines: str) -> str:
    """The instance with further lines at its end."""
    return INSTANCE.removesuffix("}\n") + "".join(f"    {line}\n" for line in lines) + "}\n"


SCRIPT = """\
# haproxy must run
vrrp_script alive {  ! see the runbook
    script "/usr/bin/pgrep -x haproxy"
    # as often as it takes
    interval 2
}
"""
TRACKING = with_lines("track_script {", "    alive", "}")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_block_moves_with_the_comments_in_it(newline: str) -> None:
    comment, _, block = SCRIPT.partition("\n")
    assert alone((TRACKING + SCRIPT).replace("\n", newline), "KA035", unsafe=False) == (
        block + TRACKING + comment + "\n"
    ).replace("\n", newline)


def test_it_moves_above_the_first_of_those_that_track_it() -> None:
    second = TRACKING.replace("API", "OTHER").replace("33", "34").replace("192.0.2.10", "192.0.2.20")
    block = SCRIPT.partition("\n")[2]
    assert alone(TRACKING + second + block, "KA035") == block + TRACKING + second


def test_a_block_with_a_comment_is_not_removed() -> None:
    bare = 'vrrp_script alive {\n    script "/usr/bin/pgrep -x haproxy"\n    interval 2\n}\n'
    noted = bare.replace("interval 2", "interval 2 # as often as it takes")
    assert alone(bare + bare + TRACKING, "KA059", unsafe=False) == bare + TRACKING
    assert alone(bare + noted + TRACKING, "KA059") == bare + noted + TRACKING


# (what it is about, (code, the file))
LEFT_ALONE = {
    "a variable is not overwritten": (
        "KA009",
        '$LIMIT=10\nvrrp_script a {\n    script "/usr/bin/pgrep -x haproxy"\n    timeout $LIMIT\n}\n',
    ),
    "a block in one line has no place for a line": ("KA045", with_lines("authentication { auth_pass k8s }")),
    "a '#' would hide the end of the block": ("KA041", f"{INSTANCE}vrrp_script b {{\n    interval 2 often }}\n"),
    "a second address in a block of one line": (
        "KA041",
        INSTANCE.replace("{\n        192.0.2.10/24\n    }", "{ 192.0.2.10/24 192.0.2.11/24 }"),
    ),
    "a password is not quoted for anybody": (
        "KA039",
        with_lines("authentication {", "    auth_type PASS", "    auth_pass k8#VrrpP", "}"),
    ),
    "two ways to read one word": ("KA028", with_lines("unicast_peer {", "    192.0.2.12192.0.2.13", "}")),
    "a repeated line": ("KA038", INSTANCE.replace("state BACKUP", "~LST(S, SLAVE) state $S")),
}


def _is_left_alone(row: tuple[str, str]) -> None:
    code, text = row
    assert alone(text, code) == text


def test_what_a_person_has_to_look_at_is_left_alone() -> None:
    each(LEFT_ALONE.items(), _is_left_alone)


# (code, whether it takes --unsafe-fixes, the line that is wrong, what it becomes)
LINES = [
    ("KA038", False, "state SLAVE  # was down", "state BACKUP  # was down"),
    ("KA038", True, "state Master", "state MASTER"),
    ("KA041", False, "priority 110 -- the second", "priority 110 # -- the second"),
    ("KA041", True, "advert_int 1 nopreempt", "advert_int 1\n    nopreempt"),
    ("KA041", False, "dont_track_primary please", "dont_track_primary"),
    ("KA048", False, "garp_master_repeat 0", "garp_master_repeat 1"),
    ("KA048", True, "advert_int 2s", "advert_int 2"),
    ("KA027", True, "nopreemt", "nopreempt"),
    ("KA027", False, "\u00a0\u00a0lvs_sync_daemon_interface eth1", "lvs_sync_daemon_interface eth1"),
]


def _becomes(row: tuple[str, bool, str, str]) -> None:
    code, unsafe, line, after = row
    text = with_lines(line)
    assert alone(text, code) == with_lines(after)
    if unsafe:
        assert alone(text, code, unsafe=False) == text


def test_only_the_words_that_are_wrong_change() -> None:
    each([(line, (code, unsafe, line, after)) for code, unsafe, line, after in LINES], _becomes)


def test_a_fix_across_nodes_changes_the_file_of_the_other_node() -> None:
    third = {f"lb{n}/{FILE}": _node(n, [m for m in (1, 2, 3) if m != n]) for n in (1, 2, 3)}
    files = {path: text.replace("        192.0.2.13\n", "") for path, text in third.items()}
    assert fixed(files, "XN005", unsafe=False) == third


def _node(number: int, others: list[int]) -> str:
    return INSTANCE.replace("priority 110", f"priority {120 - number}").replace(
        "    virtual_ipaddress",
        f"    unicast_src_ip 192.0.2.1{number}\n    unicast_peer {{\n"
        + "".join(f"        192.0.2.1{other}\n" for other in others)
        + "    }\n    virtual_ipaddress",
    )


def test_the_line_of_one_node_stays_in_a_file_for_all() -> None:
    """`@lb2` before a line: another value may be written there, but the line can't be removed, which left the id."""
    text = INSTANCE.replace("    state BACKUP\n", "    @lb1 state BACKUP\n    @lb2 state BACKUP\n    @lb2 nopreempt\n")
    files = {f"{name}/{FILE}": text.replace("priority 110", f"priority {n}") for name, n in (("lb1", 110), ("lb2", 90))}
    assert any(finding.code == "XN013" for finding in lint(files, Options()).findings)
    assert fixed(files, "XN013") == files


# -- whatever the file

EXAMPLES = [
    (case.files, options_of(case))
    for rule in all_rules()
    if rule.code.startswith(("KA", "XN0", "PA"))
    for case in cases_of(rule.examples)
    if case.bad and not set(NO_FILES) & set(case.files)
]
PAIRS = [
    ({str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.c*f*")}, Options())
    for folder in CASES
]


def test_no_fix_shows_a_secret() -> None:
    for files, options in (*EXAMPLES, *PAIRS):
        secrets = {
            span.text.strip("\"'")
            for path, text in files.items()
            if path.endswith(".conf")
            for span in parse_keepalived(text, path).secrets
        }
        for finding in lint(files, options).findings:
            fix = finding.fix
            if fix is not None:
                shown = " ".join([fix.title, *(change.text for change in changes_of(fix))])
                assert not [secret for secret in secrets if len(secret) > 2 and secret in shown], finding


INSERTED = ("", "{", "}", "\n", " ", "#", '"', "$X", "@lb1 ", "\r\n", "~SEQ(N, 1, 2) ", "weight")


@given(st.sampled_from(EXAMPLES), st.data())
def test_a_fix_can_be_made_or_not_whatever_the_file_is(
    example: tuple[dict[str, str], Options], data: st.DataObject
) -> None:
    files, options = example
    path = data.draw(st.sampled_from(sorted(files)))
    text = files[path]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    new = data.draw(
        st.sampled_from(["", "{", "}", "\n", " ", "#", '"', "$X", "@lb1 ", "\r\n", "~SEQ(N, 1, 2) ", "weight"])
    )
    texts = {**files, path: text[:start] + new + text[end:]}
    for finding in lint(texts, options).findings:
        fix = finding.fix
        changes = changes_of(fix) if fix is not None else ()
        assert set(changed(texts, changes)) == {change.path for change in changes}
