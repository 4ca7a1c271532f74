"""kubeadm's configuration among the files of a run: found, listed, skipped, read without PyYAML."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Options, lint
from rules.files.kinds import KUBERNETES, kind_of, may_be_config
from rules.plan import parse_cluster
from tests.rules.cluster.texts import HAPROXY, KUBEADM


def run(*arguments: str, folder: Path, code: str = "") -> subprocess.CompletedProcess[str]:
    program = f"{code}\nfrom rules.command.start import run; run()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("lb1", "lb2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "haproxy.cfg").write_text(HAPROXY)
    (tmp_path / "kubeadm-config.yaml").write_text(KUBEADM)
    return tmp_path


def test_the_content_decides() -> None:
    assert kind_of("any.yaml", "# a comment\n---\n" + KUBEADM) == KUBERNETES
    assert kind_of("kubeadm-config.yaml", "apiVersion: v1\nkind: ConfigMap\n") is None
    assert kind_of("haproxy.cfg", HAPROXY + "# apiVersion: kubeadm.k8s.io/v1beta4\n") == "haproxy"
    assert may_be_config("kubeadm-config.yaml")
    assert may_be_config("kubeadm.yml")
    assert not may_be_config("deployment.yaml")
    assert not may_be_config("kubeadm-config.yaml.j2")


def test_it_is_found_in_a_directory_and_belongs_to_no_node(folder: Path) -> None:
    done = run(".", folder=folder)
    assert done.stdout == (
        "kubeadm-config.yaml:3:23: K8001 endpoint-port-mismatch the controlPlaneEndpoint 'kube.example.com:8443' has "
        "port 8443, but for the API haproxy on lb1 and lb2 listens on 6443: who connects to the endpoint is refused\n"
    )
    assert "1 error in 2 files of 2 nodes and kubeadm-config.yaml" in done.stderr
    assert done.returncode == 1
    listed = run("--list-files", ".", folder=folder).stdout.splitlines()
    assert [line.split() for line in listed] == [
        ["lb1", "haproxy", "lb1/haproxy.cfg"],
        ["lb2", "haproxy", "lb2/haproxy.cfg"],
        ["-", "kubeadm", "kubeadm-config.yaml"],
    ]


def test_another_kind_is_forced_on_no_yaml(folder: Path) -> None:
    done = run("--kind", "haproxy", ".", folder=folder)
    assert (done.stdout, done.returncode) == ("", 0)
    assert "2 files of 2 nodes" in done.stderr


def test_given_by_name_and_alone(folder: Path) -> None:
    assert "K8001" in run("lb1", "kubeadm-config.yaml", folder=folder).stdout
    done = run("kubeadm-config.yaml", folder=folder)
    assert (done.stdout, done.returncode) == ("", 0)
    assert "nothing found in kubeadm-config.yaml" in done.stderr


def test_beside_halb_toml(folder: Path) -> None:
    (folder / "halb.toml").write_text('[[lb]]\nname = "lb1"\nfiles = ["lb1/haproxy.cfg"]\n')
    assert "K8001" in run(folder=folder).stdout


def test_the_rules_are_skipped_without_it(folder: Path) -> None:
    report = json.loads(run("--format", "json", "lb1", folder=folder).stdout)
    reasons = {item["code"]: item["reason"] for item in report["skipped"]}
    assert reasons["K8001"] == "no configuration of kubeadm, k0s, RKE2, K3s or Talos was given; pass that file too"
    assert reasons["K8007"] == "no halb.toml is in use"


def test_without_pyyaml_it_says_so(folder: Path) -> None:
    done = run("--format", "json", ".", folder=folder, code="import sys; sys.modules['yaml'] = None")
    assert "PyYAML is not installed, so kubeadm-config.yaml can't be read" in done.stderr
    assert done.returncode == 0
    reasons = {item["code"]: item["reason"] for item in json.loads(done.stdout)["skipped"]}
    assert "PyYAML" in reasons["K8001"]


def test_a_comment_suppresses_there_too() -> None:
    ignored = KUBEADM.replace(":8443", ":8443  # halb: ignore[K8001] the other load balancer")
    assert lint({"lb1/haproxy.cfg": HAPROXY, "kubeadm-config.yaml": ignored}).findings == ()


def test_files_of_two_clusters_are_not_compared() -> None:
    other = KUBEADM.replace("kube.", "other.")
    assert lint({"lb1/haproxy.cfg": HAPROXY, "a/kubeadm.yaml": KUBEADM, "b/kubeadm.yaml": other}).findings == ()


def test_a_token_is_never_shown() -> None:
    text = KUBEADM + "---\nkind: InitConfiguration\nbootstrapTokens: [{token: abcdef.0123456789abcdef}]: x\n"
    report = lint({"kubeadm-config.yaml": text})
    [finding] = report.findings
    assert "abcdef" not in report.secrets.line(finding.location.source, finding.location.line)


def test_an_import_takes_it_for_no_load_balancer(folder: Path) -> None:
    from wizard.importer import import_files

    files = {path: (folder / path).read_text() for path in ("lb1/haproxy.cfg", "kubeadm-config.yaml")}
    assert not [note for note in import_files(files).notes if "kubeadm-config" in note]


_LINES = st.sampled_from(
    [
        *("apiVersion: kubeadm.k8s.io/v1beta4", "apiVersion: kubeadm.k8s.io/v1beta3", "kind: ClusterConfiguration"),
        *("kind: InitConfiguration", "kind: JoinConfiguration", "kind: [x]", "controlPlaneEndpoint: 192.0.2.10:6443"),
        *("controlPlaneEndpoint: {a: b}", "controlPlaneEndpoint: cp1:99999", "controlPlaneEndpoint: '[::1]:1'"),
        *("apiServer: {certSANs: [a, 1, {b: c}, []]}", "apiServer: []", "apiServer: {certSANs: x}", "---", "..."),
        *("networking: {podSubnet: 192.0.2.0/24, serviceSubnet: 'x,::/0'}", "networking: {podSubnet: [a]}"),
        *("localAPIEndpoint: {advertiseAddress: 192.0.2.21, bindPort: 7443}", "localAPIEndpoint: {bindPort: [1]}"),
        *("controlPlane: {localAPIEndpoint: {advertiseAddress: 192.0.2.10}}", "controlPlane: x", "etcd: {external: }"),
        *("nodeRegistration: {kubeletExtraArgs: [{name: node-ip, value: 192.0.2.10}]}", "x: &x [*x]", "? [a]"),
        *(
            "nodeRegistration: {kubeletExtraArgs: {node-ip: 192.0.2.10}}",
            "nodeRegistration: {kubeletExtraArgs: [a, 1]}",
        ),
    ]
)


@given(st.lists(_LINES, max_size=14))
def test_no_shape_of_a_file_makes_a_rule_fail(lines: list[str]) -> None:
    plan = '[cluster]\nendpoint = "kube.example.com"\n[vip]\naddress = "192.0.2.10/24"\n'
    plan += '[[lb]]\nname = "cp1"\naddress = "192.0.2.21"\n[[control_plane]]\nname = "cp1"\naddress = "192.0.2.21"\n'
    text = "\n".join(["apiVersion: kubeadm.k8s.io/v1beta4", *lines])
    options = Options(cluster=parse_cluster(plan, "halb.toml"))
    report = lint({"lb1/haproxy.cfg": HAPROXY, "kubeadm-config.yaml": text}, options)
    assert report.crashes == ()
    assert report.skipped
