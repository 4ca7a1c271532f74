"""What k0s, RKE2, K3s and Talos are told, in one shape; their files as their documentation shows them."""

from __future__ import annotations

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from parsers.facts.kubernetes import ControlPlaneConfig, kubernetes_facts
from parsers.kubernetes import parse_kubernetes

K0SCTL = """\
apiVersion: k0sctl.k0sproject.io/v1beta1
kind: Cluster
metadata: {name: k0s-cluster}
spec:
  hosts:
  - role: controller
    ssh: {address: 192.0.2.21, user: root, port: 22, keyPath: ~/.ssh/id_rsa}
  - role: controller+worker
    ssh: {address: 192.0.2.22, user: root}
  - role: worker
    ssh: {address: 192.0.2.31, user: root}
  k0s:
    version: v1.32.4+k0s.0
    config:
      apiVersion: k0s.k0sproject.io/v1beta1
      kind: ClusterConfig
      spec:
        api: {externalAddress: kube.example.com, k0sApiPort: 9444, sans: [kube.example.com, 192.0.2.10]}
        network: {podCIDR: 10.1.0.0/16}
"""
TALOS = """\
version: v1alpha1
debug: false
machine:
  type: controlplane
  network:
    interfaces:
    - interface: eth0
      vip: {ip: 192.0.2.9}
cluster:
  controlPlane: {endpoint: "https://kube.example.com:443"}
  apiServer: {certSANs: [192.0.2.10]}
  network: {podSubnets: [10.1.0.0/16, "fd00::/56"], serviceSubnets: [10.2.0.0/16]}
---
apiVersion: v1alpha1
kind: HostnameConfig
hostname: cp1
"""


def configs(files: dict[str, str]) -> list[ControlPlaneConfig]:
    return kubernetes_facts([parse_kubernetes(text, path) for path, text in files.items()]).control_planes


def test_k0sctl() -> None:
    [config] = configs({"k0sctl.yaml": K0SCTL})
    assert (config.tool, config.endpoint and config.endpoint.host) == ("k0s", "kube.example.com")
    assert [(port.number, port.is_api) for port in config.ports] == [(6443, True), (9444, False), (8132, False)]
    assert [member.span.line for member in config.members or ()] == [6, 8]
    assert [(n.key, n.network, n.default) for n in config.networks()] == [
        ("spec.network.podCIDR", ip_network("10.1.0.0/16"), False),
        ("spec.network.serviceCIDR", ip_network("10.96.0.0/12"), True),
    ]


def test_k0s_alone_lists_no_hosts() -> None:
    text = "apiVersion: k0s.k0sproject.io/v1beta1\nkind: ClusterConfig\nspec:\n  storage: {type: kine}\n"
    [config] = configs({"k0s.yaml": text})
    assert (config.members, config.endpoint, config.external_etcd) == (None, None, True)


def test_talos() -> None:
    [config] = configs({"controlplane.yaml": TALOS})
    assert config.endpoint is not None
    assert (config.endpoint.host, config.endpoint.port) == ("kube.example.com", 443)
    assert config.implied_sans == {"kube.example.com", "192.0.2.9"}
    assert [name.text for name in config.cert_sans or ()] == ["192.0.2.10"]
    assert [str(n.network) for n in config.networks()] == ["10.1.0.0/16", "fd00::/56", "10.2.0.0/16"]


def test_a_talos_worker_has_no_certificate_of_the_api() -> None:
    [config] = configs({"worker.yaml": TALOS.replace("controlplane", "worker")})
    assert config.cert_sans is None


def test_the_files_of_config_yaml_d_are_one_configuration() -> None:
    [config] = configs(
        {
            "etc/rancher/rke2/config.yaml.d/20.yaml": "tls-san+: [c]\nserver: https://b.example.com:9345\n",
            "etc/rancher/rke2/config.yaml": "server: https://a.example.com:9345\ntls-san: [x]\ntoken: t\n",
            "etc/rancher/rke2/config.yaml.d/10.yaml": "tls-san: a,b\n",
        }
    )
    assert config.tool == "RKE2"
    assert config.endpoint is not None
    assert config.endpoint.host == "b.example.com"
    assert [name.text for name in config.cert_sans or ()] == ["a,b", "c"]


def test_which_of_the_two_it_is() -> None:
    texts = {
        "a/config.yaml": "server: https://a:9345\ntoken: t\n",
        "b/config.yaml": "cni: cilium\n",
        "c/config.yaml": "flannel-backend: none\n",
        "k3s/config.yaml": "tls-san: [a]\n",
        "d/config.yaml": "server: https://a:6443\ntoken: t\n",
    }
    assert [config.tool for config in configs(texts)] == ["RKE2", "RKE2", "K3s", "K3s", "RKE2 or K3s"]


def test_an_agent_has_no_networks_and_no_certificate() -> None:
    [config] = configs({"config.yaml": "server: https://a:9345\ntoken: t\nnode-label: [x=y]\n"})
    assert (list(config.networks()), config.cert_sans) == ([], None)


_WORDS = st.sampled_from(
    [
        *(
            "version: v1alpha1",
            "machine: {type: controlplane}",
            "machine: []",
            "cluster: {controlPlane: {endpoint: x}}",
        ),
        *("cluster: {controlPlane: {endpoint: 'https://[::1]:6443'}, network: {podSubnets: x}}", "cluster: [a]", "---"),
        *(
            "server: https://192.0.2.10:9345",
            "server: [a]",
            "token: x",
            "tls-san: a",
            "tls-san+: [b, {c: d}]",
            "cni: []",
        ),
        *("apiVersion: k0sctl.k0sproject.io/v1beta1", "apiVersion: k0s.k0sproject.io/v1beta1", "kind: Cluster"),
        *(
            "kind: ClusterConfig",
            "spec: {hosts: [{role: controller}, x, []], k0s: {config: {spec: {api: x}}}}",
            "spec: x",
        ),
        *("spec: {api: {externalAddress: [x], port: y, sans: {}}, storage: [], network: {podCIDR: x}}", "node-ip: [x]"),
        *("cluster-cidr: [192.0.2.0/24, y]", "advertise-address: 192.0.2.10", "https-listen-port: x", "? [a]", "[x]"),
    ]
)


@given(st.lists(_WORDS, max_size=10))
def test_no_shape_makes_the_facts_fail(lines: list[str]) -> None:
    for config in configs({"rke2/config.yaml": "\n".join(lines), "rke2/config.yaml.d/1.yaml": "\n".join(lines[::-1])}):
        list(config.networks())
        list(config.own_addresses())
        assert config.kind_span.line >= 1
        assert isinstance(config.lacks_endpoint, bool)
        _ = (
            config.ports,
            config.api_port,
            config.cert_sans,
            config.cert_sans_span,
            config.members,
            config.implied_sans,
        )
        _ = (config.external_etcd, config.tool)
