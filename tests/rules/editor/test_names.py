"""Renaming: every place of a name on all nodes of a cluster, and no other; what would break the files is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.editor.names.renaming import RenameError, chosen_at_run_time, renamable, renamed
from rules.engine.finding import Severity
from rules.fixes.edits import changed
from tests.rules.editor.asking import HAPROXY, MARK, Files

NODE = """vrrp_script chk {{
    script /bin/true
}}
vrrp_instance {name} {{
    interface eth0
    virtual_router_id {vrid}
    priority {priority}
    virtual_ipaddress {{
        {vip}
    }}
    track_script {{
        chk weight -20
    }}
}}
vrrp_sync_group g {{
    group {{
        {name}
    }}
}}
"""


def node(vip: str, priority: int = 100, name: str = "api") -> str:
    return NODE.format(vip=vip, priority=priority, name=name, vrid=51 if vip.endswith("10") else 52)


def rename(files: Files, name: str, text: str, at: str, new: str) -> dict[str, str]:
    """Rename what is at a mark in one of the open files; gives all files' texts by their short names."""
    offset = files.open(name, text.replace(at.replace(MARK, ""), at, 1))
    files.workspace.change(str(files.folder / name), text)
    view = files.view(name)
    changes = renamed(view.run, view.path, offset, new)
    texts = {source.path: source.text for source in view.run.sources}
    return {str(Path(path).relative_to(files.folder)): now for path, now in (texts | changed(texts, changes)).items()}


def test_an_instance_is_renamed_on_the_nodes_of_its_cluster_only(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.open("a/lb1/keepalived.conf", node("192.0.2.10"))
    files.open("a/lb2/keepalived.conf", node("192.0.2.10", 90))
    files.open("b/lb3/keepalived.conf", node("198.51.100.7"))
    texts = rename(files, "a/lb1/keepalived.conf", node("192.0.2.10"), f"vrrp_instance a{MARK}pi", "kube")
    assert texts["a/lb1/keepalived.conf"] == node("192.0.2.10", name="kube")
    assert texts["a/lb2/keepalived.conf"] == node("192.0.2.10", 90, name="kube")
    assert texts["b/lb3/keepalived.conf"] == node("198.51.100.7")


@pytest.mark.parametrize(
    ("at", "old", "times"),
    [
        ("backend ser‸vers", "servers", 4),
        ("acl ins‸ide", "inside", 2),
        ("server c‸p1", "cp1", 2),
        ("userlist adm‸ins", "admins", 2),
        ("resolvers d‸ns", "dns", 2),
        ("defaults ba‸se", "base", 2),
    ],
)
def test_every_place_of_a_name_in_haproxy_cfg_is_renamed_and_nothing_else(
    tmp_path: Path, at: str, old: str, times: int
) -> None:
    text = HAPROXY.format(front="", back="")
    files = Files(tmp_path)
    files.open("lb2/haproxy.cfg", text)
    texts = rename(files, "lb1/haproxy.cfg", text, at, "renamed-1")
    for now in texts.values():
        assert now.count("renamed-1") == times
        assert now.replace("renamed-1", old) == text
    before = Files(tmp_path)
    before.open("lb1/haproxy.cfg", text)
    after = Files(tmp_path)
    after.open("lb1/haproxy.cfg", texts["lb1/haproxy.cfg"])
    found = [[f.code for f in g.scope("lb1/haproxy.cfg").report.findings] for g in (before, after)]
    assert found[0] == found[1]
    errors = [f for f in after.scope("lb1/haproxy.cfg").report.findings if f.severity is Severity.ERROR]
    assert all("renamed-1" not in error.message for error in errors)


@pytest.mark.parametrize(
    ("new", "why"),
    [("other", "already, in .*haproxy.cfg line"), ("a b", "letters, digits"), ("", "letters"), ("x#y", "letters")],
)
def test_a_name_that_is_taken_or_not_possible_is_refused(tmp_path: Path, new: str, why: str) -> None:
    with pytest.raises(RenameError, match=why):
        rename(Files(tmp_path), "lb1/haproxy.cfg", HAPROXY.format(front="", back=""), f"backend ser{MARK}vers", new)


def test_a_name_from_a_variable_is_left_to_a_person(tmp_path: Path) -> None:
    group = "vrrp_sync_group g {\n    group {\n        $N\n    }\n}\n"
    text = f"$N=api\nvrrp_instance api {{\n    virtual_router_id 1\n}}\n{group}"
    with pytest.raises(RenameError, match="variable"):
        rename(Files(tmp_path), "lb1/keepalived.conf", text, f"vrrp_instance a{MARK}pi", "kube")


@pytest.mark.parametrize(
    ("at", "says"),
    [("backend ser‸vers", "line 2 chooses at run time: where a map has the name 'servers'"), ("acl ins‸ide", "")],
)
def test_backends_that_are_chosen_at_run_time_are_remarked_upon(tmp_path: Path, at: str, says: str) -> None:
    files = Files(tmp_path)
    chooser = "frontend by-host\n    use_backend %[req.hdr(host),lower,map(/etc/haproxy/hosts.map)]\n"
    files.open("lb2/haproxy.cfg", chooser + HAPROXY.format(front="", back=""))
    text = HAPROXY.format(front="", back="")
    offset = files.open("lb1/haproxy.cfg", text.replace(at.replace(MARK, ""), at, 1))
    files.workspace.change(str(files.folder / "lb1/haproxy.cfg"), text)
    view = files.view("lb1/haproxy.cfg")
    said = chosen_at_run_time(view.run, view.path, renamable(view.run, view.path, offset).key)
    assert says in said
    assert bool(says) == bool(said)


def test_where_there_is_no_name_nothing_is_renamed(tmp_path: Path) -> None:
    text = HAPROXY.format(front="", back="")
    with pytest.raises(RenameError, match="no name here"):
        rename(Files(tmp_path), "lb1/haproxy.cfg", text, f"mode t{MARK}cp", "x")
    with pytest.raises(RenameError, match="nothing in these files defines 'nowhere'"):
        rename(
            Files(tmp_path), "lb1/haproxy.cfg", text.replace("use_backend other", "use_backend nowhere"),
            f"use_backend no{MARK}where", "x",
        )  # fmt: skip
