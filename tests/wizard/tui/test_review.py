"""The review screen: what blocks, what is found, what differs, and the way from there to fields and files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.widgets import OptionList

from rules import lint
from rules.engine.registry import all_rules
from tests import examples
from tests.wizard.tui.support.ends import ENDPOINT, SECRET, article, at_step, play, wizard
from tests.wizard.tui.support.pilot import LARGE, SMALL, Driven, opens, sees, text, until, words
from wizard.questions.answers import Answers, Place
from wizard.questions.review import ItemKind, Overrides, accepted, blocked, blockers, items, label, reason_fault, tree
from wizard.questions.session import Judgement, judge
from wizard.tui.dialogs.findings import FindingsDialog
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.dialogs.reason import ReasonDialog
from wizard.tui.panes.review_page import ReviewPage
from wizard.tui.reading.diff import Diff, coloured
from wizard.tui.reading.search import SearchedText
from wizard.tui.screens.review import ReviewScreen, rule_explained
from wizard.tui.widgets.field import AnswerField, field_around

pytestmark = pytest.mark.slow

CONF = "haproxy-lb2/etc/keepalived/keepalived.conf"
CODE = "XN001"


def broken() -> Judgement:
    """The article's cluster with files that say two different virtual router IDs, as a bad template would."""
    outcome = judge(article())
    files = dict(outcome.files)
    files[CONF] = files[CONF].replace("virtual_router_id 33", "virtual_router_id 34")
    report = lint({path: text for path, text in files.items() if path.endswith((".cfg", ".conf"))})
    return outcome._replace(files=files, report=report)


def error_codes(outcome: Judgement) -> set[str]:
    return {item.finding.code for item in blockers(outcome, {}) if item.finding is not None}


def overriding(outcome: Judgement) -> Overrides:
    return dict.fromkeys(error_codes(outcome), "the switch filters these packets")


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_finding_of_one_answer_on_both_nodes_is_shown_once(tmp_path: Path, size: tuple[int, int]) -> None:
    slow, idle = Place("vrrp", 0, "advert_int"), Place("haproxy", 0, "timeout-client")
    answers = article().put(slow, "60.0").put(idle, "50s")
    outcome = judge(answers)
    found = [(item.place, item.text) for item in items(outcome, {}) if item.kind is ItemKind.WARNING]
    assert [place for place, _ in found] == [idle, slow]
    assert all(words.endswith("(haproxy-lb1, haproxy-lb2)") for _, words in found)

    async def scene() -> None:
        async with at_step("review", tmp_path, answers, size=size) as pilot:
            await sees(pilot, "(2 remarks")
            await pilot.press("f2")
            await opens(pilot, FindingsDialog)
            shown = [str(option.prompt) for option in pilot.app.screen.query_one(OptionList).options]
            assert [line.partition(" '")[0] for line in shown] == ["! warning: HA004", "! warning: KA061"]
            assert all("(haproxy-lb1, haproxy-lb2); write '" in line for line in shown)

    play(scene())


async def show_broken(pilot: Driven) -> None:
    app = wizard(pilot)
    app.session.outcome = broken()
    assert isinstance(app.screen, ReviewScreen)
    app.screen.judged()
    await sees(pilot, "error in the files")


async def page_says(pilot: Driven, wanted: str) -> None:
    """Let the app work until a text is on the page, visible or below."""
    page = pilot.app.screen.query_one(ReviewPage)
    await until(pilot, lambda: wanted in " ".join(" ".join(str(option.prompt) for option in page.options).split()))


def test_what_is_missing_or_wrong_comes_before_findings_and_blocks() -> None:
    answers = Answers({ENDPOINT: "kube.example.com", Place("vip", 0, "address"): "192.168.2.140"})
    found = items(judge(answers), {})
    assert found[0].kind is ItemKind.WRONG
    assert found[0].text.startswith("Virtual IP: Address / prefix: ")
    assert {item.kind for item in found} == {ItemKind.WRONG, ItemKind.MISSING}
    assert blocked(judge(answers), {}).startswith("8 answers are missing, 1 answer is wrong")


def with_every_severity() -> Judgement:
    """The article's cluster with files that have an error, a warning, a note, and a rule that crashed."""
    outcome = broken()
    files = {path: text for path, text in outcome.files.items() if path.endswith((".cfg", ".conf"))}
    first = next(path for path in files if path.endswith(".cfg"))
    assert "    user haproxy\n" in files[first]
    files[first] = files[first].replace("    user haproxy\n", "")
    files[first] += "\nlisten spare\n    bind :9000\n    server a 192.0.2.1:80\n    server b 192.0.2.2:80\n"
    report = lint(files)
    assert {finding.severity.word for finding in report.findings} == {"error", "warning", "info"}
    report.crashes = ("XX001: no reason",)
    return outcome._replace(files={**outcome.files, **files}, report=report)


def test_errors_come_before_warnings_and_these_before_notes() -> None:
    outcome = with_every_severity()
    order = [ItemKind.ERROR, ItemKind.OVERRIDDEN, ItemKind.WARNING, ItemKind.INFO]
    for overrides in ({}, overriding(outcome)):
        kinds = [item.kind for item in items(outcome, overrides)]
        assert kinds == sorted(kinds, key=order.index)
        assert {ItemKind.WARNING, ItemKind.INFO} < set(kinds)
    assert any("crashed" in item.text for item in items(outcome, {}))


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_so_they_stand_on_the_review_and_in_the_list(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article(), size=size) as pilot:
            app, outcome = wizard(pilot), with_every_severity()
            app.session.outcome = outcome
            assert isinstance(app.screen, ReviewScreen)
            app.screen.judged()
            await page_says(pilot, "XX001")
            in_order(app.screen.query_one(ReviewPage), outcome)
            app.action_findings()
            await until(pilot, lambda: isinstance(app.screen, FindingsDialog) and app.screen.query(OptionList))
            in_order(app.screen.query_one(OptionList), outcome)

    play(scene())


def in_order(options: OptionList, outcome: Judgement) -> None:
    found = (
        re.match(r"\W*(error|warning|info)(:| +[A-Z]{2}\d| +a rule)", str(option.prompt)) for option in options.options
    )
    kinds = [match[1] for match in found if match]
    assert kinds == [item.kind.value for item in items(outcome, {})]
    assert kinds == sorted(kinds, key=["error", "warning", "info"].index)


def test_the_article_has_nothing_that_blocks() -> None:
    assert blocked(judge(article()), {}) == ""


def test_an_error_blocks_until_it_is_overridden_and_then_has_its_place_and_reason() -> None:
    outcome = broken()
    assert blocked(outcome, {}).endswith("in the files")
    overrides = overriding(outcome)
    assert blocked(outcome, overrides) == ""
    places = {(one.path, one.code, one.reason) for one in accepted(outcome, overrides)}
    assert places == {
        (finding.location.file, finding.code, overrides[finding.code])
        for finding in (outcome.report.findings if outcome.report else ())
        if finding.code in overrides
    }
    assert all(one.line > 0 for one in accepted(outcome, overrides))
    assert accepted(outcome, {}) == ()


@pytest.mark.parametrize("reason", ["", "   ", "a\nb", "\x1b[31m", "x" * 101])
def test_a_reason_that_no_comment_can_hold_is_refused(reason: str) -> None:
    assert reason_fault(reason)


def test_a_machine_is_called_by_its_name() -> None:
    answers = Answers({Place("lb", 1, "name"): "haproxy-lb2"})
    assert label(Place("lb", 1, "interface"), answers) == "Load balancers, haproxy-lb2: Interface"
    assert label(Place("lb", 0, "interface"), answers) == "Load balancers, no. 1: Interface"
    assert label(Place("vrrp", 0, "auth_pass"), answers) == "Advanced settings: Password"


def test_the_files_to_write_have_halb_toml_with_its_comments_and_a_private_mode(tmp_path: Path) -> None:
    outcome = judge(article())
    fresh = tree(outcome, tmp_path)
    assert fresh["halb.toml"][1] == 0o600
    (tmp_path / "halb.toml").write_text(f"# mine\n{fresh['halb.toml'][0]}")
    assert tree(outcome, tmp_path)["halb.toml"][0].startswith("# mine\n")
    (tmp_path / "halb.toml").write_bytes(b"\xff not TOML [")
    assert tree(outcome, tmp_path)["halb.toml"][0] == fresh["halb.toml"][0]


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_enter_leads_from_a_missing_answer_to_its_field(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, Answers({ENDPOINT: "kube.example.com"}), size=size) as pilot:
            await sees(pilot, "nothing can be written yet: 9 answers are missing")
            assert "○ VIP" in text(pilot)
            await pilot.press("down", "down", "down", "down", "enter")
            await until(pilot, lambda: wizard(pilot).step == "vip" and isinstance(_field(pilot), AnswerField))
            field = _field(pilot)
            assert field is not None
            assert field.place == Place("vip", 0, "address")

    play(scene())


def _field(pilot: Driven) -> AnswerField | None:
    return field_around(pilot.app.focused)


def test_when_nothing_blocks_one_enter_leads_to_the_write_screen(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article()) as pilot:
            await sees(pilot, "Continue: write the files (nothing was found)")
            await page_says(pilot, "haproxy-lb1 5 new")
            await pilot.press("enter")
            await until(pilot, lambda: wizard(pilot).step == "write")
        assert list(tmp_path.iterdir()) == []

    play(scene())


def test_the_mouse_alone_leads_to_a_field_and_back(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, Answers({ENDPOINT: "kube.example.com"})) as pilot:
            await sees(pilot, "VIP not answered yet")
            await pilot.click("#items", offset=(20, 4))
            await until(pilot, lambda: wizard(pilot).step == "vip")

    play(scene())


def test_escape_goes_back_a_step(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article()) as pilot:
            await pilot.press("escape")
            await until(pilot, lambda: wizard(pilot).step == "haproxy")

    play(scene())


def test_an_error_is_overridden_with_a_reason_and_taken_back(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article()) as pilot:
            app = wizard(pilot)
            await show_broken(pilot)
            codes = error_codes(app.session.outcome)
            assert len(codes) == 1
            await pilot.press("o")
            await until(pilot, lambda: isinstance(app.screen, ReasonDialog))
            await pilot.press("enter")
            await sees(pilot, "say in a few words why this is right here")
            await pilot.press(*"filtered", "enter")
            await sees(pilot, "Continue: write the files")
            assert app.session.overrides == dict.fromkeys(codes, "filtered")
            await sees(pilot, "Continue: write the files")
            options = app.screen.query_one("#items", OptionList)
            options.highlighted = options.get_option_index("item-0")
            await sees(pilot, "overridden: filtered")
            await pilot.press("o")
            await page_says(pilot, "1 error in the files")
            assert app.session.overrides == {}

    play(scene())


def test_escape_leaves_an_error_an_error(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article()) as pilot:
            app = wizard(pilot)
            await show_broken(pilot)
            await pilot.press("o")
            await until(pilot, lambda: isinstance(app.screen, ReasonDialog))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, ReviewScreen))
            assert app.session.overrides == {}

    play(scene())


def test_a_missing_answer_can_not_be_overridden(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, Answers({ENDPOINT: "kube.example.com"})) as pilot:
            await sees(pilot, "missing")
            await pilot.press("down", "down", "o")
            assert isinstance(pilot.app.screen, ReviewScreen)
            assert wizard(pilot).session.overrides == {}

    play(scene())


def test_e_explains_the_rule_and_escape_closes_the_page(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article()) as pilot:
            await show_broken(pilot)
            (code,) = error_codes(wizard(pilot).session.outcome)
            await pilot.press("e")
            await sees(pilot, f"{code} ")
            await sees(pilot, "(error)")
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen))

    play(scene())


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_no_explanation_is_wrapped_twice(tmp_path: Path, size: tuple[int, int]) -> None:
    """Each rule's page has the lines that the explanation has: none of them is wrapped once more."""
    texts = {rule.code: rule_explained(rule.code, size[0]) for rule in all_rules()}

    async def scene() -> None:
        async with at_step("review", tmp_path, article(), size=size) as pilot:
            app = wizard(pilot)
            for code, explained in texts.items() if examples.ALL else [*texts.items()][::40]:
                app.show_page(code, explained)
                await until(pilot, lambda: isinstance(app.screen, PageDialog) and app.screen.query(SearchedText))
                page = app.screen.query_one(SearchedText)
                await until(pilot, lambda: page.plain)  # noqa: B023
                assert page.plain == explained, code
                await pilot.press("escape")
                await opens(pilot, ReviewScreen)

    play(scene())
    assert not {
        code: line
        for code, explained in texts.items()
        for line in explained.split("\n")
        if len(line) > size[0] - 3 and " " in line.strip()
    }


def test_the_diff_shows_what_would_change_without_the_password(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article(), size=LARGE) as pilot:
            screen = pilot.app.screen
            assert isinstance(screen, ReviewScreen)
            await until(pilot, lambda: screen.changes.diffs)
            assert "********" in screen.changes.diffs[CONF]
            await pilot.press("f4")
            await sees(pilot, "+++ b/halb.toml")
            diff = coloured(screen.changes.diffs).plain
            assert SECRET not in diff
            assert pilot.app.focused is pilot.app.screen.query_one(Diff).body()
            await pilot.press("end")
            await sees(pilot, diff.splitlines()[-1][:40].strip())

    play(scene())


def test_a_folder_that_can_not_be_read_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "RUNBOOK.md").mkdir()

    async def scene() -> None:
        async with at_step("review", tmp_path, article()) as pilot:
            await page_says(pilot, "is a folder, not a file")

    play(scene())


def test_all_keys_of_the_footer_fit_on_80_columns(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article()) as pilot:
            last = text(pilot).splitlines()[-1]
            for key in ("explain", "override", "diff", "back", "help", "preview", "palette"):
                assert key in last
            assert "Review" in words(pilot)

    play(scene())


THEMES = ["textual-dark", "textual-light", "ansi-dark", "ansi-light"]


@pytest.mark.parametrize("theme", THEMES if examples.ALL else ["textual-light", "ansi-dark"])
def test_every_last_screen_is_painted_in_every_theme(tmp_path: Path, theme: str) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article()) as pilot:
            app = wizard(pilot)
            app.theme = theme
            await show_broken(pilot)
            await page_says(pilot, "✗ error")
            await pilot.press("f4")
            await sees(pilot, "+++ b/halb.toml")
            await pilot.press("escape")
            await app.go("write")
            await sees(pilot, "+ new")
            await app.go("cutover")
            await sees(pilot, "offline: nothing is asked")

    play(scene())


@pytest.mark.parametrize("key", ["review", "write", "cutover"])
def test_in_a_small_terminal_the_keys_stay_alive(tmp_path: Path, key: str) -> None:
    async def scene() -> None:
        async with at_step(key, tmp_path, article(), size=(40, 10)) as pilot:
            await sees(pilot, "make the terminal larger")
            await pilot.press("escape")
            await until(pilot, lambda: wizard(pilot).step != key)

    play(scene())


def test_what_was_typed_is_shown_as_it_is_and_obeyed_by_nobody(tmp_path: Path) -> None:
    answers = Answers({ENDPOINT: "[bold]x[/bold]\x1b[2J", Place("vip", 0, "address"): "[/]"})

    async def scene() -> None:
        async with at_step("review", tmp_path, answers, size=LARGE) as pilot:
            await sees(pilot, "[bold]x[/bold]")
            await sees(pilot, "[/]")
            assert "\x1b" not in text(pilot)

    play(scene())


def test_a_removed_line_that_looks_like_a_head_is_shown_as_removed() -> None:
    diff = coloured({"a": "--- a/a\n+++ b/a\n@@ -1 +0,0 @@\n--- old\n"})
    assert diff.plain.splitlines()[3] == "--- old"
    assert [span.style for span in diff.spans] == ["bold", "bold", "$text-accent", "$text-error"]
