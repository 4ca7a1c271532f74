"""`halb-wizard import`: existing files become a halb.toml, and nothing that it can't hold is passed over."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings

from rules.plan import parse_cluster
from rules.plan.complete import values_of
from rules.plan.draft import Draft
from rules.plan.model import KeyPath, Phase
from tests.examples import times
from tests.programs import Done
from tests.shared import shared
from tests.wizard.importer.pairs import HAPROXY, pair
from tests.wizard.plans import ARTICLE, plans
from tests.wizard.running import environment, run
from wizard.commands.missing import missing_lines
from wizard.commands.opening import import_answers
from wizard.plan.draft_text import draft_text
from wizard.plan.file import write_plan
from wizard.plan.plan import Plan, plan_of
from wizard.render.files import render

pytestmark = pytest.mark.slow

PASSWORD = "hunter2!"


WORST_FIRST = (
    "between the files:",
    "it serves something else:",
    "frontend web",
    "stats auth admin:***",
    "tcp-request connection",
    "spread-checks",
)


def worst_pair() -> dict[str, str]:
    """A pair with something of each kind, in the files in another order than that of its weight."""
    haproxy = HAPROXY.replace("    maxconn 5000\n", "    maxconn 5000\n    spread-checks 7\n").replace(
        "    bind *:6443\n",
        "    bind *:6443\n    tcp-request connection reject if { src 192.0.2.7 }\n    stats auth admin:hunter2!\n",
    )
    web = "\nfrontend web\n    mode http\n    bind :80\n    default_backend shop\n\nbackend shop\n    mode http\n"
    return pair(haproxy + web, haproxy.replace("balance roundrobin", "balance leastconn") + web)


def files_of(plan: Plan, folder: Path) -> None:
    """The plan's files, below a folder."""
    for path, file in render(plan).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(file.text)


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    files_of(ARTICLE, tmp_path)
    return tmp_path


def imported(folder: Path, *arguments: str) -> Done:
    done = run("import", "haproxy-lb1", "haproxy-lb2", *arguments, cwd=folder)
    assert PASSWORD not in done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_what_was_rendered_is_imported_as_the_same_plan(rendered: Path) -> None:
    done = imported(rendered, "--endpoint", ARTICLE.endpoint, "--phase", "cutover")
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr.endswith("next: 'halb-wizard render halb.toml -o DIR'\n")
    path = rendered / "halb.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    plan = plan_of(parse_cluster(path.read_text(), path))
    assert plan.phase is Phase.CUTOVER
    balancers = tuple(lb._replace(imported=None) for lb in plan.load_balancers)
    assert plan._replace(name=ARTICLE.name, phase=ARTICLE.phase, load_balancers=balancers) == ARTICLE
    assert tomllib.loads(path.read_text())["lb"][0]["files"] == [
        "haproxy-lb1/etc/haproxy/haproxy.cfg",
        "haproxy-lb1/etc/keepalived/keepalived.conf",
    ]
    assert run("render", "-o", "again", cwd=rendered).status == 0
    again = rendered / "again"
    for name in ("haproxy-lb1/etc/haproxy/haproxy.cfg", "haproxy-lb2/etc/keepalived/keepalived.conf"):
        old, new = ((folder / name).read_text().splitlines() for folder in (rendered, again))
        assert [line for line in old if "#" not in line] == [line for line in new if "#" not in line]


def test_the_worst_of_what_is_left_over_comes_first(tmp_path: Path) -> None:
    """Contradictions, then what others lose, then what is lost with passwords and access first; then what was guessed.

    In the output of the command and in what the wizard's dialog shows.
    """
    for name, text in worst_pair().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    done = run("import", "lb1", "lb2", cwd=tmp_path)
    assert done.status == 0, done.stderr
    at = [done.stderr.index(words) for words in WORST_FIRST]
    assert at == sorted(at), done.stderr
    notes = import_answers([str(tmp_path / "lb1"), str(tmp_path / "lb2")]).notes
    found = [next(number for number, note in enumerate(notes) if words in note) for words in WORST_FIRST]
    assert found == sorted(found), notes


def test_what_is_missing_is_named_and_stands_as_a_comment_to_fill_in(rendered: Path) -> None:
    done = imported(rendered)
    assert done.status == 0
    assert done.stderr.endswith(
        "still missing; add to halb.toml:\n"
        '  [cluster] endpoint = "kube-control.example.com": the DNS name given to kubeadm as control-plane endpoint'
        " (or --endpoint NAME[:PORT])\n"
        '  [cluster] phase = "cutover": where the name leads: bootstrap (initial master) or cutover (VIP)'
        " (or --phase PHASE)\n"
    )
    path = rendered / "halb.toml"
    assert '\n# endpoint = "kube-control.example.com"  # fill in: ' in path.read_text()
    path.write_text(path.read_text().replace("# endpoint = ", "endpoint = "))
    refused = run("render", "-o", "out", cwd=rendered)
    assert refused.status == 2
    assert '[cluster] has no phase; write phase = "cutover" if the name leads to the VIP already' in refused.stderr
    path.write_text(path.read_text().replace("# phase = ", "phase = "))
    assert run("render", "-o", "out", cwd=rendered).status == 0


def test_the_articles_files_show_what_a_plan_can_not_hold(tmp_path: Path) -> None:
    for name in ("haproxy-lb1", "haproxy-lb2"):
        shutil.copytree(shared() / "seed" / name, tmp_path / name)
    done = imported(tmp_path)
    assert done.status == 0
    assert "  haproxy-lb1/haproxy.cfg:43, haproxy-lb2/haproxy.cfg:43: maxconn 20 (" in done.stderr
    assert "  haproxy-lb1/keepalived.conf:2, haproxy-lb2/keepalived.conf:2: vrrp_script chk_haproxy { (" in done.stderr
    assert (tmp_path / "halb.toml").stat().st_mode & 0o777 == 0o644
    cluster = parse_cluster((tmp_path / "halb.toml").read_text(), "halb.toml")
    assert cluster.values[KeyPath("vrrp", 0, "virtual_router_id")].value == 33
    assert [lb.name.value for lb in cluster.load_balancers] == ["haproxy-lb1", "haproxy-lb2"]


def test_contradictions_are_shown_with_every_place(rendered: Path) -> None:
    conf = rendered / "haproxy-lb2" / "etc" / "keepalived" / "keepalived.conf"
    conf.write_text(conf.read_text().replace("virtual_router_id 33", "virtual_router_id 34"))
    done = imported(rendered)
    assert done.status == 0
    assert done.stderr.startswith("1 contradiction between the files:\n  vrrp.virtual_router_id: 33 was taken (")
    for name, value in (("haproxy-lb1", 33), ("haproxy-lb2", 34)):
        lines = (rendered / name / "etc/keepalived/keepalived.conf").read_text().splitlines()
        line = next(number for number, text in enumerate(lines, 1) if "virtual_router_id" in text)
        assert f"    {name}/etc/keepalived/keepalived.conf:{line}: {value}\n" in done.stderr


def test_a_halb_toml_that_is_there_is_kept_unless_forced_then_as_a_backup(rendered: Path) -> None:
    path = rendered / "halb.toml"
    path.write_text("# mine\n")
    path.chmod(0o600)
    done = imported(rendered)
    assert done == Done(
        2,
        "",
        "halb-wizard: halb.toml: already exists; '--force' overwrites it and keeps a backup, '-o' names another\n",
    )
    assert path.read_text() == "# mine\n"
    assert imported(rendered, "--force").status == 0
    copies = list(rendered.glob("halb.toml.halb-*.bak"))
    assert [(copy.read_text(), copy.stat().st_mode & 0o777) for copy in copies] == [("# mine\n", 0o600)]
    assert imported(rendered, "--force").status == 0
    assert list(rendered.glob("halb.toml.halb-*.bak")) == copies


def test_another_place_and_stdout(rendered: Path) -> None:
    (rendered / "sub").mkdir()
    assert imported(rendered, "-o", "sub/plan.toml").status == 0
    text = (rendered / "sub" / "plan.toml").read_text()
    assert '"../haproxy-lb1/etc/haproxy/haproxy.cfg"' in text
    done = imported(rendered, "-o", "-")
    assert done.status == 0
    assert done.stdout == text.replace("../", "")
    assert not (rendered / "halb.toml").exists()


def test_one_file_from_stdin(rendered: Path) -> None:
    text = (rendered / "haproxy-lb1/etc/haproxy/haproxy.cfg").read_bytes()
    command = [sys.executable, "-m", "wizard", "import", "-", "-o", "-"]
    done = subprocess.run(command, input=text, env=environment(), cwd=rendered, capture_output=True, check=False)
    assert done.returncode == 0
    assert [node["address"] for node in tomllib.loads(done.stdout.decode())["control_plane"]] == [
        str(node.address) for node in ARTICLE.control_plane
    ]


def test_nothing_to_import_is_status_1_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "haproxy.cfg").write_text("global\n  daemon\n")
    done = run("import", "haproxy.cfg", cwd=tmp_path)
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.endswith("halb-wizard: these files describe no endpoint; no halb.toml was written\n")
    assert not (tmp_path / "halb.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "name what to read: 'halb-wizard import lb1/ lb2/'"),
        (["none.cfg"], "none.cfg: no such file or directory"),
        (["notes.txt"], "notes.txt: neither a haproxy.cfg nor a keepalived.conf"),
        (["empty"], "empty: no haproxy.cfg or keepalived.conf in this directory or below it"),
        (["x", "-o", ""], "-o can't be empty; name a file, or - for stdout"),
        (["x", "-o", "empty"], "empty: is a folder; write '-o empty/halb.toml'"),
        (["x", "-o", "none/halb.toml"], "none: no such folder"),
        (["x", "--frce"], "unknown option '--frce'; did you mean '--force'?"),
        (["x", "--endpoint", "10.0.0.1"], "--endpoint: '10.0.0.1' is an IP address; write a DNS name, which can lead"),
        (["x", "--vip", "here"], "--vip 'here': not an IP address, as in 192.168.2.140"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(tmp_path: Path, arguments: list[str], text: str) -> None:
    (tmp_path / "notes.txt").write_text("nothing here\n")
    (tmp_path / "empty").mkdir()
    done = run("import", *arguments, cwd=tmp_path)
    assert (done.status, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"halb-wizard: {text}")
    assert not (tmp_path / "halb.toml").exists()


def test_help_fits_a_terminal(tmp_path: Path) -> None:
    done = run("import", "-h", cwd=tmp_path)
    assert done.stdout.startswith("usage: halb-wizard import PATH")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_path_that_is_not_utf_8_is_left_out_and_said(rendered: Path) -> None:
    import os

    folder = os.fsencode(rendered) + b"/caf\xe9"
    os.mkdir(folder)
    for name in ("haproxy-lb1", "haproxy-lb2"):
        os.rename(os.fsencode(rendered / name), folder + b"/" + name.encode())
    done = run("import", str(rendered), "-o", "halb.toml", cwd=rendered)
    assert done.status == 0
    assert "left out: [[lb]] files" in done.stderr
    parse_cluster((rendered / "halb.toml").read_text(), "halb.toml")


def test_several_virtual_routers_have_to_be_told_apart(rendered: Path) -> None:
    for name in ("haproxy-lb1", "haproxy-lb2"):
        (rendered / name / "etc/haproxy/haproxy.cfg").unlink()
        conf = rendered / name / "etc/keepalived/keepalived.conf"
        text = conf.read_text()
        instance = text[text.index("vrrp_instance ") :].replace("vrrp_instance ", "vrrp_instance other_")
        instance = instance.replace("virtual_router_id 33", "virtual_router_id 34").replace("2.140", "2.149")
        conf.write_text(text + instance)
    done = imported(rendered)
    assert (done.status, done.stdout) == (1, "")
    assert "name the VIP of the Kubernetes API with '--vip ADDR'" in done.stderr
    assert "192.168.2.140" in done.stderr
    assert "192.168.2.149" in done.stderr
    assert not (rendered / "halb.toml").exists()
    assert imported(rendered, "--vip", "192.168.2.140").status == 0
    assert tomllib.loads((rendered / "halb.toml").read_text())["vip"] == {"address": "192.168.2.140/24"}


def test_every_pair_of_the_corpus_is_imported_or_told_why_not(tmp_path: Path) -> None:
    pairs = sorted((shared() / "corpus" / "pairs").iterdir())
    assert pairs
    for number, found in enumerate(folder for folder in pairs if folder.is_dir()):
        output = tmp_path / f"{number}.toml"
        done = run("import", str(found), "-o", str(output), cwd=tmp_path)
        assert done.status in (0, 1), done.stderr
        assert "internal error" not in done.stderr
        assert output.exists() == (done.status == 0)
        if output.exists():
            tomllib.loads(output.read_text())


@given(plans())
@settings(max_examples=times(60))
def test_the_text_of_a_draft_says_what_the_draft_says(plan: Plan) -> None:
    draft = Draft(values_of(plan))
    text, left_out = draft_text(draft, Path())
    assert left_out == []
    assert {path: setting.value for path, setting in parse_cluster(text, "halb.toml").values.items()} == draft.values
    assert list(missing_lines(draft)) == []
    assert plan_of(parse_cluster(write_plan(plan, text), "halb.toml")) == plan


def test_what_a_halb_toml_can_not_have_is_left_out_and_said_without_secrets() -> None:
    draft = Draft(
        {
            KeyPath("control_plane", 0, "name"): "bad name",
            KeyPath("control_plane", 0, "port"): 6443,
            KeyPath("control_plane", 1, "address"): ARTICLE.control_plane[0].address,
            KeyPath("vrrp", 0, "virtual_router_id"): 300,
            KeyPath("vrrp", 0, "auth_pass"): 'secret"12',
            KeyPath("lb", 0, "name"): "lb1",
            KeyPath("lb", 0, "interface"): "eth0:1",
            KeyPath("lb", 0, "files"): ("no/such/file",),
            KeyPath("haproxy", 0, "timeout-client"): "1h",
            KeyPath("haproxy", 0, "maxconn"): 0,
        }
    )
    text, left_out = draft_text(draft, Path())
    assert [line.split(":")[1] for line in left_out] == [
        " [[control_plane]] name 'bad name'",
        " [vrrp] virtual_router_id 300",
        " [vrrp] auth_pass",
        " [[lb]] interface 'eth0",
        " [haproxy] maxconn 0",
    ]
    assert "secret" not in text + "".join(left_out)
    assert "# [[control_plane]]\n# # name" in text
    found = parse_cluster(text, "halb.toml")
    assert [lb.name.value for lb in found.load_balancers] == ["lb1"]
    assert [line.split(" ")[:2] for line in missing_lines(draft)][:4] == [
        ["[cluster]", "endpoint"],
        ["[[control_plane]]", "bad"],
        ["[[control_plane]]", "the"],
        ["[vip]", "address"],
    ]
