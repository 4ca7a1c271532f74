"""Which files are one node: the five ways, and the shapes that repositories have."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from parsers.haproxy import parse_haproxy
from parsers.keywords.haproxy import section_keywords
from rules.files.grouping import InputFile, group
from rules.files.inputs import read_paths
from rules.files.kinds import HAPROXY, KEEPALIVED, is_template, kind_of, may_be_config
from tests.daemons import program
from tests.programs import run

HAPROXY_TEXT = "global\n    maxconn 100\n\nfrontend api\n    bind *:6443\n"
KEEPALIVED_TEXT = "vrrp_instance A {\n    state BACKUP\n    interface eth0\n}\n"


def nodes(*paths: str, local: str = "") -> dict[str, list[str]]:
    files = [
        InputFile(path, HAPROXY if path.endswith("cfg") else KEEPALIVED, path if path[0] == "/" else f"/repo/{path}")
        for path in paths
    ]
    return {node.name: [*node.haproxy, *node.keepalived] for node in group(files, local)}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        pytest.param(
            ["lb1/etc/haproxy/haproxy.cfg", "lb1/etc/keepalived/keepalived.conf", "lb2/etc/keepalived/keepalived.conf"],
            {
                "lb1": ["lb1/etc/haproxy/haproxy.cfg", "lb1/etc/keepalived/keepalived.conf"],
                "lb2": ["lb2/etc/keepalived/keepalived.conf"],
            },
            id="a root file system per node",
        ),
        pytest.param(
            ["keepalived-master.conf", "keepalived-backup.conf", "haproxy.cfg"],
            {"master": ["haproxy.cfg", "keepalived-master.conf"], "backup": ["haproxy.cfg", "keepalived-backup.conf"]},
            id="several keepalived files share one haproxy.cfg",
        ),
        pytest.param(
            ["lb1.conf", "lb2.conf", "haproxy-lb1.cfg", "haproxy-lb2.cfg"],
            {"lb1": ["haproxy-lb1.cfg", "lb1.conf"], "lb2": ["haproxy-lb2.cfg", "lb2.conf"]},
            id="names carry the node",
        ),
        pytest.param(
            ["haproxy/haproxy.cfg", "keepalived/lb1.conf", "keepalived/lb2.conf"],
            {
                "lb1": ["haproxy/haproxy.cfg", "keepalived/lb1.conf"],
                "lb2": ["haproxy/haproxy.cfg", "keepalived/lb2.conf"],
            },
            id="a folder per daemon",
        ),
        pytest.param(
            ["haproxy.cfg", "a/keepalived.conf", "b/keepalived.conf"],
            {"a": ["haproxy.cfg", "a/keepalived.conf"], "b": ["haproxy.cfg", "b/keepalived.conf"]},
            id="haproxy.cfg above the nodes",
        ),
        pytest.param(
            ["site/lb1/live/keepalived.conf", "site/lb2/live/keepalived.conf"],
            {"lb1": ["site/lb1/live/keepalived.conf"], "lb2": ["site/lb2/live/keepalived.conf"]},
            id="the shortest leading folder that tells",
        ),
        pytest.param(
            ["a/lb1/keepalived.conf", "a/lb2/keepalived.conf", "b/lb1/keepalived.conf"],
            {
                "a/lb1": ["a/lb1/keepalived.conf"],
                "a/lb2": ["a/lb2/keepalived.conf"],
                "b/lb1": ["b/lb1/keepalived.conf"],
            },
            id="two clusters",
        ),
        pytest.param(["haproxy.cfg", "keepalived.conf"], {"repo": ["haproxy.cfg", "keepalived.conf"]}, id="one folder"),
        pytest.param(["x/10-a.cfg", "x/20-b.cfg"], {"x": ["x/10-a.cfg", "x/20-b.cfg"]}, id="fragments in order"),
    ],
)
def test_grouping(paths: list[str], expected: dict[str, list[str]]) -> None:
    assert nodes(*paths) == expected
    assert nodes(*reversed(paths)) == expected


FRAGMENTS = [
    pytest.param(
        ["lb1/haproxy.cfg", "lb1/conf.d/B.cfg", "lb1/conf.d/a.cfg", "lb1/conf.d/10.cfg"],
        {"lb1": ["lb1/haproxy.cfg", "lb1/conf.d/10.cfg", "lb1/conf.d/B.cfg", "lb1/conf.d/a.cfg"]},
        id="conf.d beside haproxy.cfg, in the order of bytes",
    ),
    pytest.param(
        ["etc/haproxy/haproxy.cfg", "etc/haproxy/services.d/20-web.cfg", "etc/haproxy/services.d/10-api.cfg"],
        {
            "repo": [
                "etc/haproxy/haproxy.cfg",
                "etc/haproxy/services.d/10-api.cfg",
                "etc/haproxy/services.d/20-web.cfg",
            ]
        },
        id="services.d",
    ),
    pytest.param(
        ["a/etc/haproxy/haproxy.cfg", "a/etc/haproxy.d/x.cfg", "b/etc/haproxy/haproxy.cfg", "b/etc/haproxy.d/x.cfg"],
        {
            "a": ["a/etc/haproxy/haproxy.cfg", "a/etc/haproxy.d/x.cfg"],
            "b": ["b/etc/haproxy/haproxy.cfg", "b/etc/haproxy.d/x.cfg"],
        },
        id="haproxy.d beside the folder",
    ),
    pytest.param(
        ["lb1/haproxy.cfg", "lb1/clusters/x/api.cfg", "lb1/keepalived.conf", "lb2/haproxy.cfg", "lb2/keepalived.conf"],
        {
            "lb1": ["lb1/haproxy.cfg", "lb1/clusters/x/api.cfg", "lb1/keepalived.conf"],
            "lb2": ["lb2/haproxy.cfg", "lb2/keepalived.conf"],
        },
        id="any folder with fragments only",
    ),
    pytest.param(
        ["haproxy.cfg", "conf.d/api.cfg", "lb1.conf", "lb2.conf"],
        {
            "lb1": ["haproxy.cfg", "conf.d/api.cfg", "lb1.conf"],
            "lb2": ["haproxy.cfg", "conf.d/api.cfg", "lb2.conf"],
        },
        id="fragments that both nodes share",
    ),
    pytest.param(
        ["haproxy.cfg", "a/keepalived.conf", "a/haproxy.d/api.cfg", "b/keepalived.conf"],
        {
            "a": ["haproxy.cfg", "a/haproxy.d/api.cfg", "a/keepalived.conf"],
            "b": ["haproxy.cfg", "b/keepalived.conf"],
        },
        id="a shared file and a node's own fragment",
    ),
    pytest.param(
        ["lb1/haproxy.cfg", "lb1/10-api.cfg", "lb2/haproxy.cfg"],
        {"lb1": ["lb1/haproxy.cfg", "lb1/10-api.cfg"], "lb2": ["lb2/haproxy.cfg"]},
        id="a fragment in the same folder",
    ),
    pytest.param(["conf.d/b.cfg", "conf.d/a.cfg"], {"repo": ["conf.d/a.cfg", "conf.d/b.cfg"]}, id="nothing else"),
    pytest.param(
        ["haproxy.cfg", "lb1/haproxy.cfg", "lb2/haproxy.cfg"],
        {"repo": ["haproxy.cfg"], "lb1": ["lb1/haproxy.cfg"], "lb2": ["lb2/haproxy.cfg"]},
        id="whole files below a whole file",
    ),
]


@pytest.mark.parametrize(("paths", "expected"), FRAGMENTS)
def test_fragments_belong_to_the_haproxy_cfg_above(paths: list[str], expected: dict[str, list[str]]) -> None:
    assert nodes(*paths) == expected
    assert nodes(*reversed(paths)) == expected


def test_files_of_this_machine_have_its_name() -> None:
    paths = ["/etc/keepalived/keepalived.conf", "/etc/haproxy/haproxy.cfg"]
    assert nodes(*paths, local="lb7") == {"lb7": sorted(paths, key=lambda path: path.rpartition(".")[2])}


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("x.conf", KEEPALIVED_TEXT, KEEPALIVED),
        ("x.conf", HAPROXY_TEXT, HAPROXY),
        ("haproxy.cfg", KEEPALIVED_TEXT, KEEPALIVED),
        ("haproxy.cfg", "", HAPROXY),
        ("keepalived.conf", "", KEEPALIVED),
        ("x.conf", "", None),
        ("x.conf", "[Unit]\nDescription=global\n", None),
        ("nginx.conf", "server {\n    listen 80;\n}\n", None),
        ("x.conf", "vrrp_instance A\n{\n}\n", KEEPALIVED),
        ("x.conf", "@lb1 vrrp_instance A {\n}\n", KEEPALIVED),
    ],
)
def test_kind(name: str, text: str, kind: str | None) -> None:
    assert kind_of(name, text) == kind


# Each section by itself, as in a file that a larger configuration is put together from.
_FRAGMENTS = {
    "global": "global\n    maxconn 100\n",
    "defaults": "defaults\n    mode tcp\n",
    "crt-store": "crt-store\n    load crt a.pem\n",
    "traces": "traces\n    trace h1 sink stderr\n",
    "namespace_list": "namespace_list\n    namespace blue\n",
    "acme": "acme letsencrypt\n    directory https://acme.example.com/\n",
    "log-profile": "log-profile short\n    on any format raw\n",
    "healthcheck": "healthcheck ready\n    type httpchk GET /readyz\n",
}


@pytest.mark.parametrize("keyword", sorted(section_keywords()))
def test_a_fragment_with_any_section_is_haproxy(keyword: str) -> None:
    text = _FRAGMENTS.get(keyword, f"{keyword} name\n    description text\n")
    assert kind_of("part.conf", text) == HAPROXY
    document = parse_haproxy(text)
    assert [section.keyword for section in document.sections] == [keyword]
    assert not document.problems


def test_a_fragment_of_haproxy_3_is_linted(tmp_path: Path) -> None:
    put(tmp_path, {"10-traces.conf": _FRAGMENTS["traces"] + "frontend api\n    bind *:6443\n    default_backend x\n"})
    done = run("--format", "concise", "10-traces.conf", cwd=tmp_path)
    assert "neither a haproxy.cfg" not in done.stderr
    assert done.status in (0, 1)


def test_names_that_a_search_opens() -> None:
    assert all(map(may_be_config, ["haproxy.cfg", "lb1.conf", "keepalived.conf.backup", "a/haproxy-lb2.cfg"]))
    assert not any(map(may_be_config, ["README.md", "keepalived.conf.j2", ".haproxy.cfg.swp", "haproxy.cfg~"]))
    assert is_template("keepalived.conf.j2")


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_list_files_by_option(tmp_path: Path) -> None:
    put(tmp_path, {"a.cfg": HAPROXY_TEXT, "a.conf": KEEPALIVED_TEXT, "b.conf": KEEPALIVED_TEXT})
    done = run("--list-files", "--node", "one=a.cfg,a.conf", "--node", "two=b.conf", cwd=tmp_path)
    assert done.stdout.split("\n")[:-1] == [
        "one  haproxy     a.cfg",
        "one  keepalived  a.conf",
        "two  keepalived  b.conf",
    ]
    assert done.status == 0


def test_list_files_by_halb_toml_from_a_folder_below(tmp_path: Path) -> None:
    toml = '[[lb]]\nname = "lb1"\nfiles = ["x/a.conf"]\n\n[[lb]]\nname = "lb2"\nfiles = ["x/b.conf"]\n'
    put(tmp_path, {"halb.toml": toml, "x/a.conf": KEEPALIVED_TEXT, "x/b.conf": KEEPALIVED_TEXT, "x/y/z": ""})
    done = run("--list-files", cwd=tmp_path / "x" / "y")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["lb1", "keepalived", "../../x/a.conf"],
        ["lb2", "keepalived", "../../x/b.conf"],
    ]


def test_list_files_of_directories(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "lb1/etc/haproxy/haproxy.cfg": HAPROXY_TEXT,
            "lb1/etc/keepalived/keepalived.conf": KEEPALIVED_TEXT,
            "lb2/etc/haproxy/haproxy.cfg": HAPROXY_TEXT,
            "lb2/etc/keepalived/keepalived.conf": KEEPALIVED_TEXT,
            "lb2/etc/keepalived/keepalived.conf.j2": "{{ x }}",
            "docs/other.conf": "[section]\n",
            ".git/keepalived.conf": KEEPALIVED_TEXT,
        },
    )
    done = run("--list-files", ".", cwd=tmp_path)
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["lb1", "haproxy"],
        ["lb1", "keepalived"],
        ["lb2", "haproxy"],
        ["lb2", "keepalived"],
    ]


def test_an_included_file_is_not_a_node(tmp_path: Path) -> None:
    main = "global_defs {\n}\ninclude conf.d/*.conf\n"
    put(tmp_path, {"keepalived.conf": main, "conf.d/api.conf": KEEPALIVED_TEXT, "conf.d/web.conf": KEEPALIVED_TEXT})
    done = run("--list-files", ".", cwd=tmp_path)
    assert [line.split()[1:] for line in done.stdout.splitlines()] == [["keepalived", "keepalived.conf"]]


MAIN = (
    "global\n    maxconn 20000\n\ndefaults\n    mode tcp\n"
    "    timeout connect 5s\n    timeout client 1h\n    timeout server 1h\n"
)
FRONTEND = "frontend api\n    bind *:6443\n    default_backend masters\n"
BACKEND = (
    "backend masters\n    option httpchk GET /readyz\n"
    "    default-server check check-ssl verify none on-marked-down shutdown-sessions\n"
    "    server cp1 192.0.2.21:6443\n    server cp2 192.0.2.22:6443\n"
)


@pytest.mark.parametrize("how", [["."], ["--node", "lb1=."], ["haproxy.cfg", "conf.d"]])
def test_fragments_are_read_after_haproxy_cfg(tmp_path: Path, how: list[str]) -> None:
    put(tmp_path, {"haproxy.cfg": MAIN, "conf.d/10-api.cfg": FRONTEND, "conf.d/20.cfg": BACKEND})
    put(tmp_path, {"conf.d/old.conf": BACKEND})
    done = run("--list-files", *how, cwd=tmp_path)
    assert [line.split()[2] for line in done.stdout.splitlines()] == [
        "haproxy.cfg",
        "conf.d/10-api.cfg",
        "conf.d/20.cfg",
    ]
    assert "conf.d/old.conf: skipped: of a folder, haproxy reads only the files that end in '.cfg'" in done.stderr
    # neither an unknown backend (HA032) nor missing timeouts (HA038)
    found = run("--format", "concise", *how, cwd=tmp_path)
    assert (found.stdout, found.status) == ("", 0)


@pytest.mark.daemon("haproxy")
def test_haproxy_reads_them_in_the_same_order(tmp_path: Path) -> None:
    names = ["B", "a", "10", "9", "a-1", "a1", "\u00e9"]
    put(tmp_path, {"haproxy.cfg": MAIN})
    put(tmp_path, {f"conf.d/{name}.cfg": f"backend x{n}\n    unknown-{n}\n" for n, name in enumerate(names)})
    put(tmp_path, {"conf.d/none.conf": "backend y\n    unknown\n"})
    command = [str(program("haproxy")), "-c", "-f", "haproxy.cfg", "-f", "conf.d"]
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
    theirs = re.findall(r"parsing \[(conf.d/[^:]*)", done.stderr)
    ours = run("--list-files", ".", cwd=tmp_path).stdout.splitlines()
    assert [line.split()[2] for line in ours] == ["haproxy.cfg", *theirs]


def test_a_folder_of_keepalived_fragments_is_no_node(tmp_path: Path) -> None:
    main = KEEPALIVED_TEXT + "include /etc/keepalived/conf.d/*.conf\n"
    put(tmp_path, {"lb1/keepalived.conf": main, "lb1/conf.d/web.conf": KEEPALIVED_TEXT})
    done = run("--list-files", "lb1", cwd=tmp_path)
    assert [line.split()[2] for line in done.stdout.splitlines()] == ["lb1/keepalived.conf"]
    assert "lb1/conf.d/web.conf: skipped: no include line of the keepalived.conf in" in done.stderr


def test_kind_is_forced(tmp_path: Path) -> None:
    put(tmp_path, {"odd": "global\n"})
    assert run("--list-files", "--kind", "keepalived", "odd", cwd=tmp_path).stdout.split()[1:] == ["keepalived", "odd"]


def test_a_script_called_after_a_daemon_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "keepalived.conf").write_text("vrrp_instance A {\n}\n")
    (tmp_path / "check-haproxy").write_text("#!/bin/sh\ncurl -f http://127.0.0.1:8405/healthz\n")
    (tmp_path / "haproxy.yaml").write_text("kind: Pod\nmetadata:\n  name: haproxy\n")
    found = read_paths([str(tmp_path)], None, None, "here")
    assert list(found.texts) == [str(tmp_path / "keepalived.conf")]
    assert found.errors == []
