"""A haproxy.cfg in front of the API, and a kubeadm configuration whose port is another one."""

from __future__ import annotations

KUBEADM = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
controlPlaneEndpoint: kube.example.com:8443
"""
HAPROXY = """\
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h

frontend api
    bind *:6443
    default_backend masters

backend masters
    option httpchk GET /readyz
    default-server check check-ssl verify none on-marked-down shutdown-sessions
    server cp1 192.0.2.21:6443
    server cp2 192.0.2.22:6443
    server cp3 192.0.2.23:6443
"""
