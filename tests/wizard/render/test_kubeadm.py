"""kubeadm-config.yaml in the form of the plan's Kubernetes, held against kubeadm's own types."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.wizard.plans import ARTICLE, plans
from tests.wizard.render.kubeadm_schema import schema
from wizard.plan.plan import ApiServer, Plan
from wizard.render.files import render

FORMS = {None: "v1beta4", "1.22": "v1beta3", "1.30.14": "v1beta3", "1.31": "v1beta4", "1.33.4": "v1beta4"}
"""Kubernetes' release in halb.toml -> the form that its kubeadm reads."""
STACKED = ARTICLE._replace(
    layout="stacked", port=8443, control_plane=tuple(ApiServer(lb.name, lb.address) for lb in ARTICLE.load_balancers)
)


def text_of(plan: Plan) -> str:
    return render(plan)["kubeadm-config.yaml"].text


def faults(text: str) -> list[str]:
    """What kubeadm would have against a file, by the schemas of its own version and kinds."""
    found = []
    for document in yaml.safe_load_all(text):
        version = document["apiVersion"].removeprefix("kubeadm.k8s.io/")
        validator = jsonschema.Draft202012Validator(schema(version, document["kind"]))
        found += [f"{document['kind']}: {error.json_path} {error.message}" for error in validator.iter_errors(document)]
    return found


@pytest.mark.slow
@settings(max_examples=times(25))
@given(plan=plans(), release=st.sampled_from(list(FORMS)))
def test_every_plan_makes_a_file_that_kubeadm_reads(plan: Plan, release: str | None) -> None:
    text = text_of(plan._replace(kubernetes=release))
    assert faults(text) == []
    versions = {document["apiVersion"] for document in yaml.safe_load_all(text)}
    assert versions == {f"kubeadm.k8s.io/{FORMS[release]}"}


@pytest.mark.parametrize(("release", "form"), FORMS.items())
def test_what_is_commented_out_is_right_when_it_is_not(release: str | None, form: str) -> None:
    """podSubnet, kubernetesVersion and imageRepository, with the '#' removed."""
    text = re.sub(r"^#(?=\S)", "", text_of(STACKED._replace(kubernetes=release)), flags=re.MULTILINE)
    text = re.sub(r"^#(?=  podSubnet)", "", text, flags=re.MULTILINE)
    assert faults(text) == []
    cluster: dict[str, Any] = next(yaml.safe_load_all(text))
    assert cluster["networking"]["podSubnet"] == "10.244.0.0/16"
    assert cluster["imageRepository"]
    wanted = {None: "v1.33.0", "1.22": "v1.22.0", "1.31": "v1.31.0"}
    assert cluster["kubernetesVersion"] == wanted.get(release, f"v{release}")
    assert cluster["apiVersion"] == f"kubeadm.k8s.io/{form}"


@pytest.mark.parametrize(
    ("release", "arguments"),
    [("1.30", {"node-ip": "192.168.2.141"}), (None, [{"name": "node-ip", "value": "192.168.2.141"}])],
)
def test_arguments_have_the_form_of_the_release(release: str | None, arguments: Any) -> None:
    _, init = yaml.safe_load_all(text_of(STACKED._replace(kubernetes=release)))
    assert init["nodeRegistration"]["kubeletExtraArgs"] == arguments


@pytest.mark.parametrize(("release", "form"), [("1.30", "v1beta4"), (None, "v1beta3")])
def test_the_schemas_tell_the_forms_apart(release: str | None, form: str) -> None:
    text = re.sub("v1beta[34]", form, text_of(STACKED._replace(kubernetes=release)))
    assert any("kubeletExtraArgs" in fault for fault in faults(text))


@pytest.mark.parametrize("line", ["controlPlaneEndPoint: x", "apiServer: {extraArgs: 1}", "kubernetesVersion: '1.33'"])
def test_the_schemas_find_what_kubeadm_refuses(line: str) -> None:
    head = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
    assert faults(f"{head}{line}\n") != []
