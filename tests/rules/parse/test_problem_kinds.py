"""Every kind of problem that a parser can report belongs to exactly one rule, and is reported at its place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import parsers
from parsers import parse_haproxy, parse_keepalived
from rules import Options, lint
from rules.engine.finding import NodeFiles, Report

_PROXY = "defaults\n    mode tcp\nlisten api\n    bind *:6443\n"
_INSTANCE = "vrrp_instance api {\n    priority 100\n}\n"

HAPROXY = {
    "byte-order-mark": ("PA002", "\ufeff" + _PROXY),
    "conditional-directive": ("PA007", ".if 1\n" + _PROXY),
    "empty-word": ("PA009", _PROXY + '    server a "" 10.0.0.1:80\n'),
    "invalid-escape": ("PA004", _PROXY + "    description \\xyz\n"),
    "invalid-variable": ("PA013", _PROXY + '    description "$"\n'),
    "missing-final-newline": ("HA024", _PROXY + "    maxconn 9"),
    "nul-character": ("PA001", _PROXY + "    maxconn 9\0\n"),
    "section-header": ("PA011", "backend\n"),
    "text-after-carriage-return": ("PA008", _PROXY + "    maxconn 9\rmaxconn 8\n"),
    "text-outside-section": ("PA006", "maxconn 9\n" + _PROXY),
    "too-many-words": ("PA005", _PROXY + "    acl a src" + " 10.0.0.1" * 70 + "\n"),
    "unknown-dot-directive": ("PA007", ".include a\n" + _PROXY),
    "unterminated-quote": ("PA003", _PROXY + "    description it's\n"),
}
KEEPALIVED = {
    "byte-order-mark": ("PA002", "\ufeff" + _INSTANCE),
    "extra-close-brace": ("KA026", _INSTANCE + "}\n"),
    "extra-open-brace": ("KA026", "vrrp_instance api {\n    {\n    priority 100\n}\n"),
    "include-cycle": ("KA044", "include keepalived.conf\n" + _INSTANCE),
    "include-missing": ("KA044", "include /etc/keepalived/absent.conf\n" + _INSTANCE),
    "include-unreadable": ("KA044", "include /etc/keepalived/locked.conf\n" + _INSTANCE),
    "invalid-definition": ("PA012", "$A =1\n" + _INSTANCE),
    "line-too-long": ("PA010", f"# {'x' * 1100}\n" + _INSTANCE),
    "missing-close-brace": ("KA026", _INSTANCE.removesuffix("}\n")),
    "missing-open-brace": ("KA026", _INSTANCE.replace(" {", "")),
    "nul-character": ("PA001", _INSTANCE.replace("100", "100\0")),
    "too-many-lines": ("PA015", "~SEQ(A, 1, 4000000) # $A\n" + _INSTANCE),
    "unterminated-quote": ("PA003", 'vrrp_script a {\n    script "/bin/true\n}\n' + _INSTANCE),
}


class _Files:
    """The include files of the samples: one that is not there, one that can't be read."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, pattern: str, base: str, variant: str) -> list[parsers.keepalived.IncludedFile]:
        reason = {"absent": "missing", "locked": "unreadable"}.get(Path(pattern).stem)
        if reason is not None:
            return [parsers.keepalived.IncludedFile(pattern, None, reason)]
        return [parsers.keepalived.IncludedFile("keepalived.conf", self._text)]


def _report(text: str, kind: str) -> Report:
    haproxy, keepalived = (("f.cfg",), ()) if kind == "haproxy" else ((), ("keepalived.conf",))
    path = (*haproxy, *keepalived)[0]
    report = lint({path: text}, Options(nodes=[NodeFiles("lb1", haproxy, keepalived)], include=_Files(text)))
    assert not report.crashes
    return report


@pytest.mark.parametrize("kind", HAPROXY)
def test_haproxy_problem_is_reported_by_one_rule(kind: str) -> None:
    code, text = HAPROXY[kind]
    problems = [problem for problem in parse_haproxy(text, "f.cfg").problems if problem.kind == kind]
    assert problems, f"the sample does not show '{kind}'"
    for problem in problems:
        same = [f.code for f in _report(text, "haproxy").findings if f.message == problem.message]
        assert same == [code]


@pytest.mark.parametrize("kind", KEEPALIVED)
def test_keepalived_problem_is_reported_by_one_rule(kind: str) -> None:
    code, text = KEEPALIVED[kind]
    document = parse_keepalived(text, "keepalived.conf", include=_Files(text))
    problems = [problem for problem in document.problems if problem.kind == kind]
    assert problems, f"the sample does not show '{kind}'"
    lines = {problem.span.line for problem in problems}
    reported = [f.code for f in _report(text, "keepalived").findings if f.location.line in lines]
    assert code in reported
    # The same place is not reported by another rule about what can't be read.
    assert {c for c in reported if c.startswith("PA") or c in ("KA026", "KA044")} == {code}


def _kinds(path: Path) -> Iterator[str]:
    """The kinds that a parser module names: in calls that make a problem, and in assignments to `kind`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
            values = [value for value in node.args if name.lower().endswith(("problem", "report"))]
        elif isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "kind" for target in node.targets):
            values = [node.value]
        for value in values:
            parts = list(ast.walk(value)) if isinstance(value, (ast.BoolOp, ast.IfExp)) else [value]
            texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            yield from (text for text in texts if re.fullmatch(r"[a-z]+(-[a-z]+)+", text))


@pytest.mark.parametrize(("daemon", "known"), [("haproxy", HAPROXY), ("keepalived", KEEPALIVED)])
def test_every_kind_of_the_parser_has_a_sample_here(daemon: str, known: dict[str, tuple[str, str]]) -> None:
    folder = Path(parsers.__file__).parent / daemon
    named = {kind for path in folder.rglob("*.py") for kind in _kinds(path)}
    assert named == set(known)
