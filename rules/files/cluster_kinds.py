"""Telling the files about a cluster apart: whose configuration a YAML file is."""

from __future__ import annotations

import re
from pathlib import PurePath

KUBEADM, K0S, RKE2, K3S, TALOS, MANIFEST = "kubeadm", "k0s", "rke2", "k3s", "talos", "manifest"

_SAMPLE = 2 * 1024 * 1024  # characters examined; manifests begin with long definitions of resources
# apiVersion -> the tool; at the beginning of a line, so that no object inside another counts.
_BY_VERSION = (
    (r"kubeadm\.k8s\.io/", KUBEADM),
    (r"k0s(?:ctl)?\.k0sproject\.io/", K0S),
)
# What the rules look at in manifests: how Calico finds addresses, who runs keepalived, who announces addresses.
_MANIFESTS = (
    r"^apiVersion:[ \t]*[\"']?(?:operator\.tigera\.io|kubeproxy\.config\.k8s\.io|metallb\.io)/",
    r"^[ \t-]*image:[ \t]*[\"']?\S*calico[-/]node",
    r"^[ \t]+(?:externalIPs|loadBalancerIP):",
    r"^[ \t]+(?:metallb\.(?:io|universe\.tf)|kube-vip\.io)/loadBalancerIPs:",
)
# Not a static pod, which is how keepalived is run without an API.
_KEEPALIVED = (r"^[ \t-]*image:[ \t]*[\"']?\S*keepalived", r"^kind:[ \t]*(?:DaemonSet|Deployment|StatefulSet)\b")
_RANCHER = (
    r"^(?:tls-san|cluster-init|write-kubeconfig(?:-mode)?|kube-apiserver-arg|agent-token|datastore-endpoint|cni"
    r"|node-taint|node-label|kubelet-arg|flannel-backend|etcd-[a-z-]+|cluster-cidr|https-listen-port)\+?:"
)
_NAMES = ("kubeadm", "k0s", "rke2", "k3s", "talos", "controlplane", "calico", "keepalived", "kube-proxy", "metallb")


def tool_of(path: str, text: str) -> str:
    """Whose configuration the text is, "" if none that halb-lint looks at; a template counts as what it will be."""
    text = text[:_SAMPLE].removeprefix("\ufeff")
    for version, tool in _BY_VERSION:
        if re.search(rf"^apiVersion:[ \t]*[\"']?{version}", text, re.MULTILINE):
            return tool
    if re.search(r"^machine:", text, re.MULTILINE) and re.search(r"^cluster:", text, re.MULTILINE):
        return TALOS if re.search(r"^[ \t]+(?:controlPlane|type):", text, re.MULTILINE) else ""
    if re.search(r"^apiVersion:", text, re.MULTILINE):
        in_cluster = all(re.search(mark, text, re.MULTILINE) for mark in _KEEPALIVED)
        return MANIFEST if in_cluster or any(re.search(mark, text, re.MULTILINE) for mark in _MANIFESTS) else ""
    joins = re.search(r"^server:[ \t]*[\"']?https?://", text, re.MULTILINE) and re.search(
        r"^token(?:-file)?:", text, re.MULTILINE
    )
    if joins or re.search(_RANCHER, text, re.MULTILINE) or _is_of_rancher(path):
        return _rancher(path, text)
    return ""


def by_name(path: str) -> bool:
    """Whether a search through folders opens a YAML file: if its name, or the folder of RKE2 or K3s, says so."""
    return any(word in PurePath(path).name.lower() for word in _NAMES) or _is_of_rancher(path)


def _is_of_rancher(path: str) -> bool:
    """Whether it is where RKE2 and K3s read their files: config.yaml in their folder, or in config.yaml.d there."""
    folder, *names = [part.lower() for part in PurePath(path).parts[-3:]]
    if len(names) == 2 and names[0] == "config.yaml.d":
        return folder in ("rke2", "k3s") and names[1].endswith(".yaml")
    return len(names) > 0 and [folder, *names][-2] in ("rke2", "k3s") and names[-1] == "config.yaml"


def _rancher(path: str, text: str) -> str:
    if "rke2" in path.lower() or ":9345" in text:
        return RKE2
    marks = r"^(?:flannel-backend|https-listen-port|cluster-init)\+?:|^server:.*:6443"
    return K3S if "k3s" in path.lower() or re.search(marks, text, re.MULTILINE) else RKE2
