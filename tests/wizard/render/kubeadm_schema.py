"""JSON Schemas of kubeadm's ClusterConfiguration and InitConfiguration, as its API types have them.

By hand from v1beta3/types.go and v1beta4/types.go in Kubernetes' cmd/kubeadm/app/apis/kubeadm. kubeadm complains of a
field that it does not know, so nothing else is allowed here.
"""

from __future__ import annotations

from typing import Any

_TEXT, _TRUTH, _TEXTS = {"type": "string"}, {"type": "boolean"}, {"type": "array", "items": {"type": "string"}}
_IMAGE = {"imageRepository": _TEXT, "imageTag": _TEXT}
_DURATION = {"type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$"}
_ENVIRONMENT = {"type": "array", "items": {"type": "object", "required": ["name"]}}


def _fields(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


_ARGUMENT = {**_fields(name=_TEXT, value=_TEXT), "required": ["name", "value"]}
_LIST, _MAP = {"type": "array", "items": _ARGUMENT}, {"type": "object", "additionalProperties": _TEXT}
_VOLUME = {
    **_fields(name=_TEXT, hostPath=_TEXT, mountPath=_TEXT, readOnly=_TRUTH, pathType=_TEXT),
    "required": ["name", "hostPath", "mountPath"],
}
_TOKEN = _fields(token=_TEXT, description=_TEXT, ttl=_DURATION, expires=_TEXT, usages=_TEXTS, groups=_TEXTS)
_TAINT = _fields(key=_TEXT, value=_TEXT, effect=_TEXT, timeAdded=_TEXT)
_EXTERNAL = _fields(endpoints=_TEXTS, caFile=_TEXT, certFile=_TEXT, keyFile=_TEXT)
_TIMEOUTS = (
    "controlPlaneComponentHealthCheck", "kubeletHealthCheck", "kubernetesAPICall", "etcdAPICall", "tlsBootstrap",
    "discovery", "upgradeManifests",
)  # fmt: skip


def schema(version: str, kind: str) -> dict[str, Any]:
    """The schema of a kind in "v1beta3" or "v1beta4"."""
    new = version == "v1beta4"
    arguments = _LIST if new else _MAP
    environment = {"extraEnvs": _ENVIRONMENT} if new else {}
    component = {"extraArgs": arguments, "extraVolumes": {"type": "array", "items": _VOLUME}, **environment}
    late = {} if new else {"timeoutForControlPlane": _DURATION}
    local = _fields(
        **_IMAGE, dataDir=_TEXT, extraArgs=arguments, serverCertSANs=_TEXTS, peerCertSANs=_TEXTS, **environment
    )
    kinds: dict[str, dict[str, Any]] = {
        "ClusterConfiguration": {
            "etcd": _fields(local=local, external=_EXTERNAL),
            "networking": _fields(serviceSubnet=_TEXT, podSubnet=_TEXT, dnsDomain=_TEXT),
            "kubernetesVersion": {"type": "string", "pattern": r"^(v?[0-9]+\.[0-9]+\.[0-9]+.*|(stable|latest)(-.*)?)$"},
            "controlPlaneEndpoint": {"type": "string", "pattern": r"^[^/]+$"},
            "apiServer": _fields(**component, certSANs=_TEXTS, **late),
            "controllerManager": _fields(**component),
            "scheduler": _fields(**component),
            "dns": _fields(**_IMAGE, **({"disabled": _TRUTH} if new else {})),
            "certificatesDir": _TEXT,
            "imageRepository": _TEXT,
            "featureGates": {"type": "object", "additionalProperties": _TRUTH},
            "clusterName": _TEXT,
            **({
                "proxy": _fields(disabled=_TRUTH), "encryptionAlgorithm": _TEXT,
                "certificateValidityPeriod": _DURATION, "caCertificateValidityPeriod": _DURATION,
            } if new else {}),
        },
        "InitConfiguration": {
            "bootstrapTokens": {"type": "array", "items": _TOKEN},
            "nodeRegistration": _fields(
                name=_TEXT,
                criSocket=_TEXT,
                taints={"type": ["array", "null"], "items": _TAINT},
                kubeletExtraArgs=arguments,
                ignorePreflightErrors=_TEXTS,
                imagePullPolicy={"enum": ["Always", "IfNotPresent", "Never"]},
                **({"imagePullSerial": _TRUTH} if new else {}),
            ),
            "localAPIEndpoint": _fields(advertiseAddress=_TEXT, bindPort={"type": "integer", "minimum": 1}),
            "certificateKey": _TEXT,
            "skipPhases": _TEXTS,
            "patches": _fields(directory=_TEXT),
            **({"dryRun": _TRUTH, "timeouts": _fields(**dict.fromkeys(_TIMEOUTS, _DURATION))} if new else {}),
        },
    }  # fmt: skip
    head = {"apiVersion": {"const": f"kubeadm.k8s.io/{version}"}, "kind": {"const": kind}}
    return {**_fields(**head, **kinds[kind]), "required": ["apiVersion", "kind"]}
