"""The files of k0s, RKE2, K3s and Talos, and manifests, among the files of a run: found, listed, bounded, silent."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.kubernetes.reader import LARGEST
from rules import Options, lint
from rules.command.cli import main
from rules.files.kinds import kind_of, may_be_config
from rules.plan import parse_cluster
from tests.rules.cluster.texts import HAPROXY, KUBEADM

HEAD = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
CANARY = "s3cr3t-canary"
FILES = {
    "k0sctl.yaml": "k0s", "talos/controlplane.yaml": "talos", "calico.yml": "manifest",
    "cp1/rke2/config.yaml": "rke2", "cp1/rke2/config.yaml.d/10.yaml": "rke2", "cp2/k3s/config.yaml": "k3s",
}  # fmt: skip
TEXTS = {
    "k0sctl.yaml": "apiVersion: k0sctl.k0sproject.io/v1beta1\nkind: Cluster\nspec: {hosts: []}\n",
    "talos/controlplane.yaml": "version: v1alpha1\nmachine:\n  type: controlplane\ncluster:\n  controlPlane: {}\n",
    "calico.yml": "# Calico\n\n---\napiVersion: operator.tigera.io/v1\nkind: Installation\n",
    "cp1/rke2/config.yaml": "token: x\nserver: https://kube.example.com:9345\n",
    "cp1/rke2/config.yaml.d/10.yaml": "debug: true\n",
    "cp2/k3s/config.yaml": "cluster-init: true\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {"lb1/haproxy.cfg": HAPROXY, **TEXTS}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_search_finds_them_and_says_whose_they_are(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "values.yaml").write_text("tls-san: [a]\n")
    (folder / "keepalived.yaml").write_text("apiVersion: v1\nkind: Pod\nspec: {containers: [{image: keepalived}]}\n")
    assert main(["--list-files", "."]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert {path: kind for _, kind, path in rows if kind != "haproxy"} == FILES


def test_the_content_decides_not_the_name() -> None:
    for name, text in TEXTS.items():
        if "config.yaml" not in name:
            assert kind_of("any.txt", text) == "kubernetes"
    assert kind_of("any.txt", "server: https://kube.example.com:9345\ntoken: x\n") == "kubernetes"
    for text in (
        "server: https://x\n",
        "- tls-san: [a]\n",
        "a: 1\n",
        "apiVersion: v1\nkind: Service\n",
        "machine: x\n",
    ):
        assert kind_of("any.yaml", text) is None
    assert kind_of("haproxy.cfg", "# tls-san: [a]\n" + HAPROXY) == "haproxy"
    assert not may_be_config("charts/deployment.yaml")


def test_beside_halb_toml(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "halb.toml").write_text('[[lb]]\nname = "lb1"\nfiles = ["lb1/haproxy.cfg"]\n')
    assert main(["--list-files"]) == 0
    assert "k0s         k0sctl.yaml" in capsys.readouterr().out


def test_what_can_not_run_is_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--format", "json", "lb1"])
    reasons = {item["code"]: item["reason"] for item in json.loads(capsys.readouterr().out)["skipped"]}
    assert {"K8001", "K8004", "K8005", "K8006", "K8010", "K8011", "K8012", "K8013", "K8015"} <= reasons.keys()
    assert "how Calico finds" in reasons["K8010"]


def test_no_output_has_a_secret(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "cp1/rke2/config.yaml").write_text(
        f"server: ftp://user:{CANARY}@kube.example.com:9345 # token: {CANARY}\ntoken: {CANARY}\ntoken: {CANARY}\n"
    )
    for style in ("full", "concise", "json", "github"):
        assert main(["--format", style, "lb1", "cp1"]) == 1
        said = capsys.readouterr()
        assert "K8004" in said.out
        assert "PA014" in said.out
        assert CANARY not in said.out + said.err


BAD = {
    "a list at the top": ("- apiVersion: kubeadm.k8s.io/v1beta4\n", ""),
    "a tab": (HEAD + "apiServer:\n\tcertSANs: []\n", "cannot start any token"),
    "twice": (HEAD + "clusterName: a\nclusterName: b\n", "given twice"),
    "too large": (HEAD + "# x\n" * (LARGEST // 4), "is not read"),
    "aliases": (HEAD + "a: &a b\nc: [" + "*a," * 1001 + "]\n", "more than 1000 aliases"),
    "depth": (HEAD + "a: " + "[" * 1000 + "\n", "more than 100 levels"),
    "merged": (HEAD + "x: &x {" + "".join(f"k{n}: 1," for n in range(999)) + "}\n" + "".join(
        f"y{n}: {{<<: *x}}\n" for n in range(99)), "copies more than"),
    "a character": (HEAD + "a: \x07\n", "does not allow"),
    "jinja": (HEAD + "{% if x %}\ncontrolPlaneEndpoint: {{ x }}\n", ""),
    "go": ("version: v1alpha1\nmachine:\n  type: x\ncluster:\n  controlPlane: {endpoint: {{ .E }}\n", ""),
}  # fmt: skip


def test_bad_files_have_one_finding_in_bounded_time() -> None:
    for name, (text, words) in BAD.items():
        began = time.perf_counter()
        report = lint({"kubeadm.yaml": text})
        messages = [finding.message for finding in report.findings if finding.code == "PA014"]
        assert [words in message for message in messages] == [True] * bool(words), name
        assert report.crashes == ()
        assert time.perf_counter() - began < 5, name


def test_a_byte_order_mark_is_no_mistake() -> None:
    [finding] = lint({"lb1/haproxy.cfg": HAPROXY, "kubeadm.yaml": "\ufeff" + KUBEADM}).findings
    assert (finding.code, finding.location.line) == ("K8001", 3)


_LINES = st.sampled_from(
    [
        *(
            "apiVersion: apps/v1",
            "apiVersion: v1",
            "apiVersion: operator.tigera.io/v1",
            "apiVersion: metallb.io/v1beta1",
        ),
        *("kind: DaemonSet", "kind: Service", "kind: Installation", "kind: IPAddressPool", "kind: ConfigMap", "---"),
        *("apiVersion: kubeproxy.config.k8s.io/v1alpha1", "kind: KubeProxyConfiguration", "mode: ipvs", "ipvs: [x]"),
        *("spec: {externalIPs: [192.0.2.10, x, {a: b}], loadBalancerIP: [y]}", "data: [x]", "data: {a: 192.0.2.10}"),
        *("spec: {addresses: [192.0.2.1-192.0.2.20, a-b, 2001:db8::/32, 192.0.2.9-2001:db8::1]}", "spec: [a]"),
        "spec: {template: {spec: {containers: [{image: keepalived, args: [192.0.2.10, []], env: [{name: a}, x]}]}}}",
        "spec: {template: {spec: {containers: [{image: calico/node, env: [{name: IP, value: [x]}, {value: b}]}, y]}}}",
        "spec: {calicoNetwork: {nodeAddressAutodetectionV4: {cidrs: [x, 192.0.2.0/24]}}}",
        "spec: {calicoNetwork: {nodeAddressAutodetectionV4: x}, cni: [y]}",
        "kube-proxy-arg: [proxy-mode=ipvs, {a: b}]",
    ]
)


@given(st.lists(_LINES, max_size=8))
def test_no_shape_of_a_manifest_makes_a_rule_fail(lines: list[str]) -> None:
    plan = '[vip]\naddress = "192.0.2.10/24"\n[[lb]]\nname = "cp1"\naddress = "192.0.2.21"\n'
    plan += '[[control_plane]]\nname = "cp1"\naddress = "192.0.2.21"\n'
    options = Options(cluster=parse_cluster(plan, "halb.toml"), kinds={"manifest.yaml": "kubernetes"})
    report = lint({"lb1/haproxy.cfg": HAPROXY, "manifest.yaml": "\n".join(lines)}, options)
    assert report.crashes == ()
