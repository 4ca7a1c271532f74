"""The server as an editor meets it: diagnostics of all nodes while one file is typed, requests, and broken messages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.editor.client import ABLE, Editor, ServerError, applied

PAIR = Path(__file__).resolve().parents[2] / "cases" / "demo-pair"
pytestmark = pytest.mark.xdist_group("editor")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("editor") / "pair"
    shutil.copytree(PAIR, root)
    (root / "expected.txt").unlink()
    return root


@pytest.fixture(scope="module")
def editor(pair: Path) -> Iterator[Editor]:
    with Editor(pair) as opened:
        opened.open(pair / "lb1/keepalived.conf")
        opened.wait_for(pair / "lb2/keepalived.conf", bool)
        yield opened


def line_of(path: Path, words: str) -> int:
    lines = path.read_text().splitlines()
    return next(number for number, line in enumerate(lines) if words in line)


def test_a_file_that_is_not_open_has_its_findings_too(editor: Editor, pair: Path) -> None:
    found = editor.told[pair / "lb2/keepalived.conf"]
    vrid = next(d for d in found if d["code"] == "XN002")
    assert vrid["source"] == "halb-lint"
    assert vrid["severity"] == 1
    assert vrid["range"]["start"]["line"] == line_of(pair / "lb2/keepalived.conf", "virtual_router_id")
    assert "help: " in vrid["message"]
    (other,) = vrid["relatedInformation"]
    assert other["location"]["uri"] == (pair / "lb1/keepalived.conf").as_uri()
    assert other["location"]["range"]["start"]["line"] == line_of(pair / "lb1/keepalived.conf", "virtual_router_id")


def test_the_open_file_has_a_hint_that_leads_to_the_other_nodes_finding(editor: Editor, pair: Path) -> None:
    hints = [d for d in editor.told[pair / "lb1/keepalived.conf"] if d["severity"] == 4]
    hint = next(d for d in hints if d["code"] == "XN002")
    assert hint["relatedInformation"][0]["location"]["uri"] == (pair / "lb2/keepalived.conf").as_uri()


def test_typing_in_one_file_changes_what_is_found_in_the_others(editor: Editor, pair: Path) -> None:
    one, other = pair / "lb1/keepalived.conf", pair / "lb2/keepalived.conf"
    before = one.read_text()
    editor.change(one, before.replace("virtual_router_id 61", "virtual_router_id 16"))
    editor.wait_for(other, lambda found: all(d["code"] != "XN002" for d in found))
    editor.change(one, before)
    editor.wait_for(other, lambda found: any(d["code"] == "XN002" for d in found))
    assert one.read_text() == before


def test_a_fix_of_the_other_nodes_file_is_offered_here_and_ends_the_finding(editor: Editor, pair: Path) -> None:
    one, other = pair / "lb1/keepalived.conf", pair / "lb2/keepalived.conf"
    line = line_of(one, "virtual_router_id")
    place = {"start": {"line": line, "character": 4}, "end": {"line": line, "character": 4}}
    actions = editor.about("codeAction", one, range=place, context={"diagnostics": []})
    fix = next(a for a in actions if "(XN002)" in a["title"])
    assert "lb2/keepalived.conf" in fix["title"]
    texts = applied(fix["edit"], {other: other.read_text()})
    assert "virtual_router_id 61" in texts[other]
    editor.open(other, texts[other])
    editor.wait_for(other, lambda found: all(d["code"] != "XN002" for d in found))
    editor.close(other)
    editor.wait_for(other, lambda found: any(d["code"] == "XN002" for d in found))


def test_everything_that_is_safe_is_fixed_as_on_the_command_line(editor: Editor, pair: Path) -> None:
    one, other = pair / "lb1/keepalived.conf", pair / "lb2/keepalived.conf"
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    context = {"diagnostics": [], "only": ["source.fixAll"]}
    (action,) = editor.about("codeAction", one, range=place, context=context)
    assert action["kind"] == "source.fixAll.halb"
    text = applied(action["edit"], {other: other.read_text()})[other]
    assert "192.0.2.11" in text.partition("unicast_peer")[2]


def test_an_ignore_comment_hides_a_finding(editor: Editor, pair: Path) -> None:
    other = pair / "lb2/keepalived.conf"
    line = line_of(other, "virtual_router_id")
    place = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 30}}
    actions = editor.about("codeAction", other, range=place, context={"diagnostics": []})
    comment = next(a for a in actions if a["title"].startswith("Ignore XN002"))
    editor.open(other, applied(comment["edit"], {other: other.read_text()})[other])
    editor.wait_for(other, lambda found: all(d["code"] != "XN002" for d in found))
    editor.close(other)
    editor.wait_for(other, lambda found: any(d["code"] == "XN002" for d in found))


def test_hovering_over_an_instance_says_who_has_the_vip_after_each_failure(editor: Editor, pair: Path) -> None:
    one = pair / "lb1/keepalived.conf"
    text = editor.at("hover", one, line_of(one, "vrrp_instance"), 3)["contents"]["value"]
    assert "VIP 192.0.2.10" in text
    assert "lb1:power" in text
    assert "lb2:haproxy" in text
    assert "split brain" in text


def test_renaming_an_instance_changes_the_files_of_all_nodes(editor: Editor, pair: Path) -> None:
    one, other = pair / "lb1/keepalived.conf", pair / "lb2/keepalived.conf"
    line = line_of(one, "vrrp_script")
    assert editor.at("prepareRename", one, line, 14)["placeholder"] == "chk_haproxy"
    edit = editor.at("rename", one, line, 14, newName="check_api")
    texts = applied(edit, {one: one.read_text(), other: other.read_text()})
    assert all(text.count("check_api") == 2 and "chk_haproxy" not in text for text in texts.values())


@pytest.mark.parametrize(("new", "words"), [("a b", "without blanks"), ("", "without blanks"), ("x{", "braces")])
def test_a_name_that_would_break_the_files_is_refused_in_words(
    editor: Editor, pair: Path, new: str, words: str
) -> None:
    one = pair / "lb1/keepalived.conf"
    with pytest.raises(ServerError, match=words) as refused:
        editor.at("rename", one, line_of(one, "vrrp_script"), 14, newName=new)
    assert refused.value.code == -32803
    assert refused.value.data is None


def test_backends_that_a_map_chooses_are_remarked_upon(editor: Editor, pair: Path) -> None:
    path = pair / "lb1/haproxy.cfg"
    editor.open(path, "frontend a\n    use_backend %[src,map(/etc/m)]\nbackend b\n    server cp1 192.0.2.21:6443\n")
    assert editor.at("rename", path, 2, 9, newName="c") is not None
    editor.wait(lambda: any("where a map has the name 'b'" in n["params"].get("message", "") for n in editor.notes))
    editor.close(path)


def test_a_place_outside_of_the_file_is_no_error(editor: Editor, pair: Path) -> None:
    one = pair / "lb1/keepalived.conf"
    for line, column in ((10**6, 0), (0, 10**6), (2**31 - 1, 2**31 - 1)):
        for method in ("hover", "completion", "definition", "documentHighlight"):
            editor.at(method, one, line, column)
        editor.at("references", one, line, column, context={"includeDeclaration": True})
        with pytest.raises(ServerError):
            editor.at("prepareRename", one, line, column)
    assert editor.at("hover", one, 0, 2) is not None


def test_broken_messages_are_answered_and_the_next_one_works(editor: Editor, pair: Path) -> None:
    one = pair / "lb1/keepalived.conf"
    positions: tuple[object, ...] = (
        {"line": "x", "character": 0},
        {"line": -1, "character": 0},
        {"line": None},
        {},
        "here",
        [],
    )
    for broken in positions:
        with pytest.raises(ServerError):
            editor.ask("textDocument/hover", {"textDocument": {"uri": one.as_uri()}, "position": broken})
    with pytest.raises(ServerError):
        editor.ask("textDocument/nothing", {})
    editor.send_bytes(b"{this is no JSON")
    editor.send_bytes(b"[]")
    assert editor.at("hover", one, 0, 2) is not None


@pytest.mark.parametrize(
    "uri",
    ["untitled:Untitled-1", "git:/lb1/keepalived.conf", "file:///nowhere/lb1/keepalived.conf", "", "file://", "x%00y"],
)
def test_files_outside_are_left_alone(editor: Editor, uri: str) -> None:
    text = "vrrp_instance X {\n  state NONE\n}\n"
    document = {"uri": uri, "languageId": "conf", "version": 1, "text": text}
    editor.tell("textDocument/didOpen", {"textDocument": document})
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 1}}
    found = editor.ask("textDocument/hover", place)
    assert (found is not None) == uri.startswith("file:///")
    editor.tell("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_what_the_server_can_do_is_said(editor: Editor) -> None:
    able = editor.server["capabilities"]
    assert editor.server["serverInfo"]["name"] == "halb-lint"
    for name in (
        *("hoverProvider", "definitionProvider", "referencesProvider", "documentSymbolProvider", "renameProvider"),
        *("foldingRangeProvider", "semanticTokensProvider", "documentFormattingProvider", "codeActionProvider"),
        *("completionProvider", "documentHighlightProvider", "documentRangeFormattingProvider"),
    ):
        assert able[name], name


def test_a_release_on_the_command_line_decides(pair: Path) -> None:
    path = pair / "lb1/haproxy.cfg"
    with Editor(pair, "--haproxy-version", "2.6", "--stdio") as editor:
        editor.open(path, path.read_text().replace("defaults", "global\n    stats-file /x\ndefaults", 1))
        found = editor.wait_for(path, lambda found: any("stats-file" in d["message"] for d in found))
        assert any(d["severity"] == 1 for d in found)


def test_an_editor_that_can_do_little_gets_plain_edits(pair: Path) -> None:
    one = pair / "lb1/keepalived.conf"
    with Editor(pair, able={}) as editor:
        editor.open(one)
        edit = editor.at("rename", one, line_of(one, "vrrp_script"), 14, newName="chk")
        assert "documentChanges" not in edit
        assert len(edit["changes"]) == 2
        items = editor.at("completion", one, 0, 0)["items"]
        assert all(item["insertTextFormat"] == 1 for item in items)
    assert ABLE


def test_the_end_is_clean_and_silent(pair: Path) -> None:
    with Editor(pair) as editor:
        editor.open(pair / "lb1/keepalived.conf")
        editor.ask("shutdown", None)
        editor.tell("exit", None)
        assert editor.process.wait(60) == 0
        assert editor.errors() == ""


def test_a_connection_that_breaks_ends_the_server(pair: Path) -> None:
    with Editor(pair) as editor:
        editor.open(pair / "lb1/keepalived.conf")
        assert editor.process.stdin is not None
        editor.process.stdin.close()
        editor.process.wait(60)
        assert "Traceback" not in editor.errors()
