"""The password of a plan, and whatever else a halb.toml tells: messages, drafts, diffs and the wizard's review."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.plan import ClusterError, parse_cluster
from rules.report.masking import masked_lines, without_secrets
from tests.wizard.questions.sessions import article
from wizard.questions.answers import Place, to_toml
from wizard.questions.review import changes, items
from wizard.questions.session import judge
from wizard.questions.what_if import explained, lines_of_files

SECRET = "Zk7pQ2x9"
PLAIN = to_toml(article())
LINES = (
    f"auth_pass = {SECRET}",
    f'auth_pass = ["{SECRET}"]',
    f'auth_pas = "{SECRET}"',
    f'auth_pass = "{SECRET}',
    f"auth_pass = '{SECRET}\"",
    f'auth_pass = "{SECRET}" # was {SECRET}',
    f"# old password {SECRET}",
    f'# auth_pass = "{SECRET}"',
    f'auth-pass = "{SECRET}"',
    f'auth_pass.x = "{SECRET}"',
    f'"auth_pass" = "{SECRET}"',
    f'api_token = "{SECRET}"',
    f'auth_pass = "{SECRET}toolong"',
    f'auth_pass = "{SECRET} {SECRET}"',
    f'[vrrp]\nauth_pass="{SECRET}"',
    f'auth_pass = {{ x = "{SECRET}" }}',
    f'auth_pass = """\n{SECRET}"""',
)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("table", ["vrrp", "cluster", "haproxy"])
def test_no_text_about_a_halb_toml_shows_its_password(line: str, table: str) -> None:
    text = f"[{table}]\n{line}\n" + PLAIN.replace(f"[{table}]\n", "")
    shown = "\n".join(masked_lines("halb.toml", text))
    try:
        parse_cluster(text, "halb.toml")
    except ClusterError as error:
        shown += str(error)
    try:
        shown += without_secrets(text)
    except ValueError as error:
        shown += str(error)
    assert SECRET not in shown


@pytest.mark.parametrize("password", [SECRET, f"{SECRET}{SECRET}", f"{SECRET} x", "Zk7p'\"%\\", "pä"])
def test_no_screen_shows_the_password_that_was_typed(password: str, tmp_path: Path) -> None:
    outcome = judge(article().put(Place("vrrp", 0, "auth_pass"), password))
    texts = [text for item in items(outcome, {}) for text in (item.text, item.more)]
    found = changes(outcome, tmp_path)
    texts += [*found.diffs.values(), *found.problems, *found.notes, *found.states]
    what_if = lines_of_files(outcome.files)
    texts += [what_if.note, *(f"{line.event} {line.change} {explained(line)}" for line in what_if.lines)]
    texts += ["\n".join(masked_lines(path, text)) for path, text in outcome.files.items()]
    assert password not in "\n".join(texts)
