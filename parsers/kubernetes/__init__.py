"""Kubernetes configuration files: YAML text in, trees of values with their places out.

    document = parse_kubernetes(text, path="kubeadm-config.yaml")

Needs PyYAML, which is imported here and nowhere else, on the first call (`YamlMissingError` without it).
"""

from __future__ import annotations

from parsers.kubernetes.reader import parse_kubernetes
from parsers.kubernetes.tree import KubernetesDocument, YamlMissingError, YamlValue

__all__ = ["KubernetesDocument", "YamlMissingError", "YamlValue", "parse_kubernetes"]
