"""Which files belong together, and what is told when one of them changes, without a process."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lsprotocol.types import Diagnostic

from rules.command.options import nearest_config
from rules.editor.addresses import path_of, uri_of
from rules.editor.judged import EditorOptions
from rules.editor.session import EditorSession
from rules.files import inputs

PAIR = Path(__file__).resolve().parents[2] / "cases" / "demo-pair"


class Told:
    """A session, and all that it has told so far."""

    def __init__(self, *folders: Path) -> None:
        options = EditorOptions(config_for=nearest_config)
        self.session = EditorSession(options, [str(folder) for folder in folders], "utf-16")
        self.found: dict[str, list[Diagnostic]] = {}

    def open(self, path: Path, text: str | None = None, language: str = "") -> None:
        self.session.open(uri_of(str(path)), path.read_text() if text is None else text, 1, language)

    def change(self, path: Path, text: str) -> None:
        self.session.change(uri_of(str(path)), text, 2)

    def codes(self, path: Path) -> list[object]:
        self.found.update(self.session.news())
        return [d.code for d in self.found.get(str(path), []) if d.severity != 4]

    def messages(self, path: Path) -> str:
        self.codes(path)
        return "\n".join(d.message for d in self.found.get(str(path), []))


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    shutil.copytree(PAIR, tmp_path / "pair")
    (tmp_path / "pair/expected.txt").unlink()
    return tmp_path / "pair"


@pytest.mark.parametrize("folder", ["", "lb1", None])
def test_the_other_nodes_file_is_found_whatever_folder_the_editor_has(pair: Path, folder: str | None) -> None:
    told = Told(*([] if folder is None else [pair / folder]))
    told.open(pair / "lb1/keepalived.conf")
    assert "XN002" in told.codes(pair / "lb2/keepalived.conf")


def test_twins_are_found_in_copies_of_whole_machines(pair: Path) -> None:
    for node in ("lb1", "lb2"):
        folder = pair.parent / "tree" / node / "etc/keepalived"
        folder.mkdir(parents=True)
        shutil.copy(pair / node / "keepalived.conf", folder)
    told = Told()
    told.open(pair.parent / "tree/lb1/etc/keepalived/keepalived.conf")
    assert "XN002" in told.codes(pair.parent / "tree/lb2/etc/keepalived/keepalived.conf")


def test_the_disk_counts_again_when_a_file_is_closed_or_changed_there(pair: Path) -> None:
    told, other = Told(pair), pair / "lb2/keepalived.conf"
    told.open(pair / "lb1/keepalived.conf")
    assert "XN002" in told.codes(other)
    told.open(other, other.read_text().replace("virtual_router_id 16", "virtual_router_id 61"))
    assert "XN002" not in told.codes(other)
    told.session.close(uri_of(str(other)))
    assert "XN002" in told.codes(other)
    other.write_text(other.read_text().replace("virtual_router_id 16", "virtual_router_id 61"))
    told.session.workspace.forget()
    assert "XN002" not in told.codes(other)
    told.session.close(uri_of(str(pair / "lb1/keepalived.conf")))
    assert not any(told.found.values()) or told.codes(other) == []


def test_a_file_that_is_not_on_the_disk_yet_is_judged_with_the_others(pair: Path) -> None:
    told, new = Told(pair), pair / "lb3/keepalived.conf"
    told.open(new, "", "keepalived")
    assert told.codes(new) == []
    text = (pair / "lb1/keepalived.conf").read_text().replace("virtual_router_id 61", "virtual_router_id 77")
    told.change(new, text.replace("192.0.2.11", "192.0.2.13"))
    assert "77" in told.messages(new)
    told.change(new, "just words\n")  # by its language it is one all the same
    assert told.codes(new) != []


def test_halb_toml_is_used_and_what_is_wrong_with_it_is_said_in_it(pair: Path) -> None:
    config, other = pair / "halb.toml", pair / "lb2/keepalived.conf"
    config.write_text('[lint]\nignore = ["XN002"]\nper-file-ignores = { "lb2/*.conf" = ["KA014"] }\n')
    told = Told(pair)
    told.open(pair / "lb1/keepalived.conf")
    assert "XN002" not in told.codes(other)
    assert "KA014" not in told.codes(other)
    assert "XN005" in told.codes(other)
    told.open(config)
    for text, word in (
        ('[lint]\nignored = ["XN002"]\n', "ignored"),
        ('[lint]\nignore = ["XY999"]\n', "XY999"),
        ("[", ""),
    ):
        told.change(config, text)
        assert "XN002" in told.codes(other)
        assert word in told.messages(config)
        assert "halb.toml is not used" in told.messages(config)
    told.change(config, '[lint]\nignore = ["XN002"]\n')
    assert "XN002" not in told.codes(other)
    assert told.messages(config) == ""


def test_the_machines_of_halb_toml_are_the_nodes(pair: Path) -> None:
    table = '[[lb]]\nname = "{0}"\naddress = "{1}"\ninterface = "ens18"\nfiles = ["{2}/keepalived.conf"]\n'
    (pair / "halb.toml").write_text(table.format("one", "192.0.2.11", "lb1") + table.format("two", "192.0.2.12", "lb2"))
    told = Told()
    told.open(pair / "lb1/keepalived.conf")
    assert "XN002" in told.codes(pair / "lb2/keepalived.conf")
    assert "two has 16" in told.messages(pair / "lb2/keepalived.conf")


def test_this_machines_two_files_are_judged_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [tmp_path / "etc/haproxy/haproxy.cfg", tmp_path / "etc/keepalived/keepalived.conf"]
    for path, source in zip(files, ("haproxy.cfg", "keepalived.conf"), strict=True):
        path.parent.mkdir(parents=True)
        shutil.copy(PAIR / "lb1" / source, path)
    monkeypatch.setattr(inputs, "LOCAL_FILES", tuple(map(str, files)))
    monkeypatch.setattr("rules.editor.workspace._LOCAL_FOLDERS", tuple(str(path.parent) for path in files))
    told = Told()
    told.open(files[1])
    told.codes(files[1])
    (nodes,) = told.session.workspace.scopes()[0].inputs.nodes
    assert (nodes.haproxy, nodes.keepalived) == ((str(files[0]),), (str(files[1]),))


def test_an_included_file_is_part_of_what_includes_it_as_it_is_typed(tmp_path: Path) -> None:
    main, part = tmp_path / "lb1/keepalived.conf", tmp_path / "lb1/parts/api.conf"
    part.parent.mkdir(parents=True)
    main.write_text("include parts/api.conf\n")
    part.write_text((PAIR / "lb1/keepalived.conf").read_text())
    told = Told(tmp_path)
    told.open(main)
    told.open(part)
    assert "KA004" not in told.messages(part)
    told.change(part, part.read_text().replace("priority 110", "prioritty 110"))
    assert "prioritty" in told.messages(part)


def test_a_folder_of_many_files_is_not_searched(pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.editor.folders._MOST_ENTRIES", 3)
    told = Told(pair.parent)
    told.open(pair / "lb1/haproxy.cfg")
    told.codes(pair / "lb1/haproxy.cfg")
    assert told.session.workspace.large
    assert all("lb2" not in path for path in told.found)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///etc/haproxy/haproxy.cfg", "/etc/haproxy/haproxy.cfg"),
        ("file:///a%20b/%C3%A9.cfg", "/a b/é.cfg"),
        ("untitled:Untitled-1", None),
        ("git:/x", None),
        ("file:///x%00y", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_only_what_is_on_the_disk_has_a_path(uri: str, path: str | None) -> None:
    assert path_of(uri) == path
