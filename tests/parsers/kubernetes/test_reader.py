"""kubeadm's YAML: values with their places from any text, in bounded time."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.facts.kubernetes import kubernetes_facts
from parsers.kubernetes import parse_kubernetes
from parsers.kubernetes.reader import LARGEST

TEXT = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
controlPlaneEndpoint: "kube.example.com:6443"
apiServer:
  certSANs: [kube.example.com, &vip "192.0.2.10"]
---
apiVersion: kubeadm.k8s.io/v1beta3
kind: InitConfiguration
bootstrapTokens:
- token: abcdef.0123456789abcdef
certificateKey: 0011
nodeRegistration:
  kubeletExtraArgs: {node-ip: 192.0.2.21}
localAPIEndpoint: {advertiseAddress: "192.0.2.21", bindPort: 7443}
"""


def test_the_facts_have_their_places() -> None:
    facts = kubernetes_facts([parse_kubernetes(TEXT, "kubeadm-config.yaml")])
    [cluster], [node] = facts.control_planes, facts.kubeadm_nodes
    assert cluster.endpoint is not None
    assert (cluster.endpoint.host, cluster.endpoint.port, cluster.endpoint.span.line) == ("kube.example.com", 6443, 3)
    assert [(item.text, item.span.text) for item in cluster.cert_sans or ()] == [
        ("kube.example.com", "kube.example.com"),
        ("192.0.2.10", '&vip "192.0.2.10"'),
    ]
    assert (str(node.local.address), node.local.address_span.text, node.local.port) == (
        *("192.0.2.21", '"192.0.2.21"'),
        7443,
    )
    argument = node.kubelet_argument("node-ip")
    assert argument is not None
    assert argument.text == "192.0.2.21"


def test_tokens_and_keys_are_secrets() -> None:
    assert [span.text for span in parse_kubernetes(TEXT).secrets] == ["abcdef.0123456789abcdef", "0011"]


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("192.0.2.1", "192.0.2.1", None),
        ("192.0.2.1:443", "192.0.2.1", 443),
        ("'[2001:DB8::1]:6443'", "2001:db8::1", 6443),
        ("2001:db8::1", "2001:db8::1", None),
        ("Kube.Example.com:6443", "kube.example.com", 6443),
    ],
)
def test_endpoints(written: str, host: str, port: int | None) -> None:
    text = f"apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\ncontrolPlaneEndpoint: {written}\n"
    endpoint = kubernetes_facts([parse_kubernetes(text)]).control_planes[0].endpoint
    assert endpoint is not None
    assert (endpoint.host, endpoint.port) == (host, port)


@pytest.mark.parametrize(
    "written", ["LOAD_BALANCER_DNS:LOAD_BALANCER_PORT", "https://x:6443", "a b", "'${X}:6443'", "[]"]
)
def test_what_is_no_endpoint_is_not_known(written: str) -> None:
    text = f"apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\ncontrolPlaneEndpoint: {written}\n"
    assert kubernetes_facts([parse_kubernetes(text)]).control_planes[0].endpoint is None


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a: 1\nb: c: d\n", "mapping values are not allowed here", 2),
        ("a:\n\t- b\n", "cannot start any token", 2),
        ("a: *b\n", "has no anchor", 1),
        ("a: 'b\n", "unexpected end", 1),
        ("a: \x00\n", "does not allow", 1),
        ("a: \ud800\n", "does not allow", 1),
        ("[" * 20_000, "more than 100 levels", 1),
        ("a: &x b\nc: [" + "*x, " * 2000 + "]\n", "more than 1000 aliases", 2),
        ("# " + "x" * LARGEST, "is not read", 1),
        ('a: "\\UFFFFFFFF"\n', "can't be read", 1),
    ],
)
def test_what_is_not_yaml_is_a_problem(text: str, words: str, line: int) -> None:
    [problem] = parse_kubernetes(text).problems
    assert words in problem.message
    assert problem.span.line == line


def test_documents_before_a_mistake_are_kept() -> None:
    document = parse_kubernetes(TEXT + "---\na: b: c\n")
    assert len(document.values) == 2
    assert len(document.problems) == 1


def test_a_template_has_no_problem_and_no_value() -> None:
    document = parse_kubernetes("a: {{ b }}:1\nc: [\n")
    assert (document.template, document.problems, document.values) == (True, (), ())


def test_an_alias_is_no_copy() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    began = time.perf_counter()
    [value] = parse_kubernetes("\n".join(lines)).values
    assert time.perf_counter() - began < 2
    assert len(value.list_at("a59")) == 2


def test_a_value_may_contain_itself() -> None:
    [value] = parse_kubernetes("&a {b: *a, <<: *a}").values
    assert value.get("b", "b", "b") is value


def test_merged_entries_do_not_replace_own_ones() -> None:
    [value] = parse_kubernetes("base: &base {a: 1, b: 2}\nown: {<<: *base, b: 3}\n").values
    own = value.get("own")
    assert own is not None
    assert {key: entry.text for key, entry in (own.entries or {}).items()} == {"a": "1", "b": "3"}


@given(st.text(st.sampled_from("ab:-&*{}[]\"'#|>%!?,.\n\t \\~<")) | st.text())
def test_any_text_is_read_without_an_exception(text: str) -> None:
    document = parse_kubernetes(text)
    assert str(document) == text
    facts = kubernetes_facts([document])
    assert [config.endpoint for config in facts.control_planes if config.tool == "kubeadm"] == []
    for problem in document.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


def test_a_run_without_kubernetes_imports_no_yaml(tmp_path: Path) -> None:
    path = tmp_path / "haproxy.cfg"
    path.write_text("defaults\n    mode tcp\n")
    code = f"import sys; from rules.command.cli import main; main([{str(path)!r}]); sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_definitions_of_resources_are_passed_over() -> None:
    definition = "---\nkind: CustomResourceDefinition\nspec: [" + "x, " * LARGEST + "]\n"
    document = parse_kubernetes("# a\n" + definition + "---\nkind: Pod\nname: a\n" + definition + "---\nname: [b\n")
    [pod] = document.values
    name = pod.get("name")
    assert name is not None
    assert (name.span.text, name.span.line) == ("a", 7)
    [problem] = document.problems
    assert problem.span.line == 12
