"""What is rendered says what the plan says, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_interface
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.facts.haproxy import haproxy_facts
from parsers.facts.keepalived import KeepalivedConfig, keepalived_facts
from parsers.facts.keepalived.instance import VrrpInstance
from parsers.haproxy import parse_haproxy
from parsers.keepalived import parse_keepalived
from rules.engine.finding import Severity
from rules.engine.options import Options
from rules.engine.registry import Selection
from rules.engine.run import lint
from tests.examples import times
from tests.programs import ROOT
from tests.wizard.plans import ARTICLE, plans
from tests.wizard.render.hostile import hostile
from tests.wizard.render.kinds import DUAL, PODS
from wizard.plan.file import write_plan
from wizard.plan.plan import ApiServer, Balancer, HaproxyChoice, Plan, VrrpChoice
from wizard.render.distributions import DISTRIBUTIONS
from wizard.render.files import Rendered, RenderError, lint_rendered, render
from wizard.render.quoting import LANGUAGES
from wizard.render.template_values import half

pytestmark = pytest.mark.slow

_FOLDER = ROOT / "wizard" / "render" / "templates"
TEMPLATES = sorted(_FOLDER.rglob("*.j2"))
_MANY = settings(max_examples=times(60))

SIX = ARTICLE._replace(
    vip=ip_interface("fd00:2::140/64"),
    control_plane=tuple(
        node._replace(address=ip_address(f"fd00:2::15{number}"))
        for number, node in enumerate(ARTICLE.control_plane, start=1)
    ),
    load_balancers=tuple(
        Balancer(lb.name, ip_address(f"fd00:2::{number}"), lb.interface, lb.priority)
        for number, lb in enumerate(ARTICLE.load_balancers, start=1)
    ),
    vrrp=ARTICLE.vrrp._replace(auth_pass=None),
)


def keepalived_of(files: Mapping[str, Rendered], lb: str) -> KeepalivedConfig:
    document = parse_keepalived(files[f"{lb}/etc/keepalived/keepalived.conf"].text, path="keepalived.conf")
    assert not document.problems
    return keepalived_facts(document)


def rendered_or_refused(plan: Plan, key: str) -> dict[str, Rendered] | None:
    """The files, or None when the plan is refused, which has to be for this key's value."""
    refused: RenderError | None = None
    try:
        return render(plan)
    except RenderError as error:
        refused = error
    assert refused.key == key
    return None


def said(instance: VrrpInstance) -> dict[str, Any]:
    return {
        "state": instance.initial_state,
        "interface": instance.interface and instance.interface.value,
        "id": instance.virtual_router_id and instance.virtual_router_id.value,
        "priority": instance.effective_priority,
        "advert_int": instance.effective_advert_int,
        "nopreempt": instance.effective_nopreempt,
        "auth": instance.effective_auth_type,
        "version": instance.effective_version,
        "vips": [f"{vip.address}/{vip.effective_prefix}" for vip in instance.vips],
    }


# --- templates


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_expression_of_a_template_passes_through_the_filter_of_a_language(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    for expression in re.findall(r"\{\{(.*?)\}\}", text, re.DOTALL):
        _, _, last = expression.strip().rpartition("|")
        assert last in LANGUAGES, expression


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_the_expressions_that_the_scan_above_sees_are_all_that_there_are(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    tokens = [kind for _, kind, _ in jinja2.Environment(autoescape=True).lex(text)]
    assert tokens.count("variable_begin") == len(re.findall(r"\{\{(.*?)\}\}", text, re.DOTALL))
    assert "raw_begin" not in tokens


def test_every_template_is_rendered_for_some_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    load = jinja2.Environment._load_template

    def recorded(self: jinja2.Environment, name: str, values: Any) -> jinja2.Template:
        seen.add(name)
        return load(self, name, values)

    monkeypatch.setattr(jinja2.Environment, "_load_template", recorded)
    for plan in (ARTICLE, PODS._replace(haproxy=PODS.haproxy._replace(bind="vip"))):
        render(plan)
    assert seen == {template.relative_to(_FOLDER).as_posix() for template in TEMPLATES}


# --- the article


def test_the_article_gets_these_files_with_these_modes() -> None:
    files = {path: oct(file.mode) for path, file in render(ARTICLE).items()}
    own = {
        "etc/haproxy/haproxy.cfg": "0o644",
        "etc/keepalived/check-haproxy": "0o755",
        "etc/keepalived/keepalived.conf": "0o640",
        "etc/systemd/system/keepalived.service.d/halb.conf": "0o644",
        "install.sh": "0o755",
    }
    expected = {f"{lb.name}/{path}": mode for lb in ARTICLE.load_balancers for path, mode in own.items()}
    assert files == expected | {"kubeadm-config.yaml": "0o644", "RUNBOOK.md": "0o644"}


def test_the_load_balancers_of_the_article_differ_in_what_is_their_own_only() -> None:
    files = render(ARTICLE)
    mine, other = ([path for path in files if path.startswith(lb.name)] for lb in ARTICLE.load_balancers)
    differing = {}
    for path in mine:
        twin = path.replace("haproxy-lb1/", "haproxy-lb2/")
        assert twin in other
        pairs = zip(files[path].text.splitlines(), files[twin].text.splitlines(), strict=True)
        differing[path.partition("/")[2]] = [first.split()[0] for first, second in pairs if first != second]
    assert differing == {
        "etc/haproxy/haproxy.cfg": [],
        "etc/keepalived/check-haproxy": [],
        "etc/systemd/system/keepalived.service.d/halb.conf": [],
        "etc/keepalived/keepalived.conf": [
            "router_id", "state", "priority", "unicast_src_ip", "192.168.2.142",
        ],
        "install.sh": [
            "node=haproxy-lb1", "addresses=192.168.2.141", "peers=haproxy-lb2=192.168.2.142", "is_first=yes",
        ],
    }  # fmt: skip


def test_the_password_is_in_keepalived_conf_alone() -> None:
    found = {path for path, file in render(ARTICLE).items() if "hunter2!" in file.text}
    assert found == {f"{lb.name}/etc/keepalived/keepalived.conf" for lb in ARTICLE.load_balancers}


# --- the election


def test_a_failed_check_takes_more_than_the_priorities_are_apart() -> None:
    three = (*ARTICLE.load_balancers, Balancer("haproxy-lb3", ip_address("192.168.2.143"), "ens160", 90))
    config = keepalived_of(render(ARTICLE._replace(load_balancers=three)), "haproxy-lb3")
    assert [script.effective_weight for script in config.scripts] == [-50]
    assert [process.effective_weight for process in config.processes] == [0]


def test_who_stays_where_it_is_starts_as_backup_and_fails_by_weight_0() -> None:
    files = render(ARTICLE._replace(vrrp=ARTICLE.vrrp._replace(preempt=False)))
    for lb in ARTICLE.load_balancers:
        config = keepalived_of(files, lb.name)
        (instance,) = config.instances
        assert (instance.initial_state, instance.effective_nopreempt) == ("BACKUP", True)
        assert [script.effective_weight for script in config.scripts] == [0]


def test_the_highest_priority_starts_as_master_when_it_takes_the_vip_back() -> None:
    files = render(ARTICLE)
    assert [keepalived_of(files, lb.name).instances[0].initial_state for lb in ARTICLE.load_balancers] == [
        "MASTER",
        "BACKUP",
    ]


def test_multicast_has_no_unicast_lines() -> None:
    files = render(ARTICLE._replace(vrrp=ARTICLE.vrrp._replace(mode="multicast")))
    assert not [path for path, file in files.items() if "unicast_" in file.text]


def test_track_script_watches_no_process() -> None:
    config = keepalived_of(render(ARTICLE._replace(vrrp=ARTICLE.vrrp._replace(track="script"))), "haproxy-lb1")
    assert config.processes == []
    assert [tracker.kind for tracker in config.instances[0].trackers] == ["script"]


def test_both_families_move_together_and_the_group_is_what_is_tracked() -> None:
    config = keepalived_of(render(DUAL), "haproxy-lb2")
    (group,) = config.sync_groups
    assert [member.value for member in group.members] == [instance.name.raw for instance in config.instances]
    assert sorted(tracker.kind for tracker in group.trackers) == ["process", "script"]
    assert [list(instance.trackers) for instance in config.instances] == [[], []]
    assert [instance.effective_version for instance in config.instances] == [3, 3]


@pytest.mark.parametrize("plan", [SIX, DUAL], ids=["IPv6", "dual stack"])
def test_a_password_is_refused_where_vrrp_has_none(plan: Plan) -> None:
    with pytest.raises(RenderError) as caught:
        render(plan._replace(vrrp=plan.vrrp._replace(auth_pass="hunter2!")))
    assert caught.value.key == "vrrp.auth_pass"
    assert "hunter2!" not in str(caught.value)


@pytest.mark.parametrize(("seconds", "plan"), [(41.0, SIX), (0.125, ARTICLE), (100.5, ARTICLE)])
def test_an_interval_that_vrrp_3_has_no_number_for_is_refused(seconds: float, plan: Plan) -> None:
    with pytest.raises(RenderError) as caught:
        render(plan._replace(vrrp=plan.vrrp._replace(advert_int=seconds, auth_pass=None)))
    assert caught.value.key == "vrrp.advert_int"


# --- haproxy


def test_the_vip_alone_is_bound_with_the_sysctl_that_it_needs() -> None:
    files = render(DUAL._replace(haproxy=DUAL.haproxy._replace(bind="vip")))
    binds = re.findall(r"^ +bind (.*)$", files["haproxy-lb1/etc/haproxy/haproxy.cfg"].text, re.MULTILINE)
    assert binds == ["192.168.2.140:6443", "[fd00:2::140]:6443", "127.0.0.1:8405"]
    settings_made = files["haproxy-lb1/etc/sysctl.d/90-halb.conf"].text.splitlines()[1:]
    assert settings_made == ["net.ipv4.ip_nonlocal_bind = 1", "net.ipv6.ip_nonlocal_bind = 1"]


@pytest.mark.parametrize(
    ("plan", "wanted"), [(ARTICLE, ["*:6443"]), (SIX, ["[::]:6443 v6only"]), (DUAL, ["*:6443", "[::]:6443 v6only"])]
)
def test_any_address_is_bound_in_the_families_of_the_vip(plan: Plan, wanted: list[str]) -> None:
    text = render(plan)["haproxy-lb1/etc/haproxy/haproxy.cfg"].text
    assert re.findall(r"^ +bind (.*)$", text, re.MULTILINE) == [*wanted, "127.0.0.1:8405"]


@pytest.mark.parametrize(
    ("time", "wanted"), [("2s", "1s"), ("5s", "2500ms"), ("1h", "30m"), ("1ms", "1ms"), ("1us", "1ms"), ("24d", "12d")]
)
def test_a_failing_server_is_asked_twice_as_often(time: str, wanted: str) -> None:
    assert half(time) == wanted


# --- kubeadm, pods, runbook


def test_kubeadm_gets_the_name_and_the_vips() -> None:
    cluster, init = yaml.safe_load_all(render(DUAL)["kubeadm-config.yaml"].text)
    assert cluster == {
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "ClusterConfiguration",
        "clusterName": "kacang",
        "controlPlaneEndpoint": "kube-control.kacangisnuts.com:6443",
        "apiServer": {"certSANs": ["kube-control.kacangisnuts.com", "192.168.2.140", "fd00:2::140"]},
    }
    assert init["localAPIEndpoint"] == {"advertiseAddress": "192.168.2.151", "bindPort": 6443}


def test_a_stacked_kubelet_does_not_take_the_vip_for_its_own_address() -> None:
    nodes = tuple(ApiServer(lb.name, lb.address) for lb in ARTICLE.load_balancers)
    stacked = ARTICLE._replace(layout="stacked", control_plane=nodes, port=8443)
    _, init = yaml.safe_load_all(render(stacked)["kubeadm-config.yaml"].text)
    assert init["nodeRegistration"] == {"kubeletExtraArgs": [{"name": "node-ip", "value": "192.168.2.141"}]}


def test_pods_mount_the_files_that_are_installed() -> None:
    files = render(PODS)
    for name in ("haproxy", "keepalived"):
        pod = yaml.safe_load(files[f"haproxy-lb1/etc/kubernetes/manifests/{name}.yaml"].text)
        assert (pod["kind"], pod["metadata"]["namespace"], pod["spec"]["hostNetwork"]) == ("Pod", "kube-system", True)
        (container,) = pod["spec"]["containers"]
        assert re.fullmatch(r".+:[0-9]+\.[0-9]+\.[0-9]+", container["image"])
        volumes = {volume["name"]: volume["hostPath"]["path"] for volume in pod["spec"]["volumes"]}
        assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
        assert {f"haproxy-lb1{path}" for path in volumes.values()} <= set(files)


def test_pods_have_no_process_to_track() -> None:
    with pytest.raises(RenderError) as caught:
        render(PODS._replace(vrrp=PODS.vrrp._replace(track="process")))
    assert caught.value.key == "vrrp.track"


def test_the_runbook_has_its_steps_in_order() -> None:
    text = render(ARTICLE)["RUNBOOK.md"].text
    steps = [
        "kube-control.kacangisnuts.com. 60 IN A 192.168.2.151", "kubeadm init --config kubeadm-config.yaml",
        "kubeadm join kube-control.kacangisnuts.com:6443", "haproxy-lb2/install.sh", "haproxy-lb1/install.sh",
        "## Verify", "## Cutover", "kube-control.kacangisnuts.com. 60 IN A 192.168.2.140", "## Failover test",
        "## Raise the TTL", "## Rollback", "## Replace a control-plane node", "## Add a load balancer",
        "## Renew certificates",
    ]  # fmt: skip
    places = [text.find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)


def test_the_runbook_installs_haproxy_first_where_the_name_needs_it() -> None:
    nodes = tuple(ApiServer(lb.name, lb.address) for lb in ARTICLE.load_balancers)
    stacked = ARTICLE._replace(layout="stacked", control_plane=nodes, port=8443)
    assert "so install the load balancer there" in render(stacked)["RUNBOOK.md"].text
    at_vip = stacked._replace(haproxy=stacked.haproxy._replace(bind="vip"))
    assert "60 IN A 192.168.2.141" not in render(at_vip)["RUNBOOK.md"].text
    shared = at_vip._replace(port=6443)
    assert 'value: "--bind-address=192.168.2.141"' in render(shared)["RUNBOOK.md"].text
    assert "    --patches /etc/kubernetes/patches \\\n    --token" in render(shared)["RUNBOOK.md"].text
    assert "patches:\n  directory: /etc/kubernetes/patches\n" in render(shared)["kubeadm-config.yaml"].text
    assert "patches" not in render(ARTICLE)["kubeadm-config.yaml"].text


# --- every plan


@_MANY
@given(plans())
def test_every_plan_parses_back_to_its_own_values(plan: Plan) -> None:
    files = render(plan)
    for lb in plan.load_balancers:
        config = keepalived_of(files, lb.name)
        router_id = config.global_defs.get("router_id")
        assert router_id is not None
        assert router_id.value == lb.name
        families = [(plan.vip, False), *([(plan.vip6, True)] if plan.vip6 else [])]
        assert len(config.instances) == len(families)
        for instance, (vip, second) in zip(config.instances, families, strict=True):
            version = 3 if plan.vip6 or plan.vip.version == 6 or plan.vrrp.takeover == "fast" else 2
            assert said(instance) == {
                "state": "MASTER" if plan.vrrp.preempt and lb is plan.load_balancers[0] else "BACKUP",
                "interface": lb.interface,
                "id": plan.vrrp.virtual_router_id,
                "priority": lb.priority,
                "advert_int": plan.vrrp.advert_int,
                "nopreempt": not plan.vrrp.preempt,
                "auth": "PASS" if plan.vrrp.auth_pass else None,
                "version": version,
                "vips": [str(vip)],
            }
            addresses = {other: other.address6 if second else other.address for other in plan.load_balancers}
            peers = {str(address) for other, address in addresses.items() if other is not lb}
            unicast = plan.vrrp.mode == "unicast"
            assert {str(peer.address) for peer in instance.unicast_peers} == (peers if unicast else set())
            assert instance.is_unicast == unicast


@_MANY
@given(plans())
def test_every_haproxy_cfg_has_the_servers_of_the_plan_and_is_the_same_everywhere(plan: Plan) -> None:
    files = render(plan)
    texts: dict[object, set[str]] = {}
    for lb in plan.load_balancers:
        layout = DISTRIBUTIONS[lb.os].layout if plan.haproxy.run == "package" else None
        texts.setdefault(layout, set()).add(files[f"{lb.name}/etc/haproxy/haproxy.cfg"].text)
    assert {len(same) for same in texts.values()} == {1}
    document = parse_haproxy(texts.popitem()[1].pop(), path="haproxy.cfg")
    assert not document.problems
    (backend,) = [
        proxy for proxy in haproxy_facts([document]).proxies if proxy.name and proxy.name.value == "kube-apiservers"
    ]
    found = [(server.name.value, str(server.address), server.port) for server in backend.servers]
    assert found == [(node.name, str(node.address), node.port) for node in plan.control_plane]


@_MANY
@given(plans())
def test_the_linter_has_nothing_to_say_about_any_plan(plan: Plan) -> None:
    """Except for what the plan itself asks for: short timeouts, few connections, slow checks, rare adverts (KA061)."""
    usual = HaproxyChoice()
    names = [name for name in usual._fields if name.startswith("timeout_")] + ["maxconn", "inter", "fall"]
    calm = plan.haproxy._replace(**{name: getattr(usual, name) for name in names})
    files = render(plan._replace(haproxy=calm))
    report = lint(
        {path: file.text for path, file in files.items() if path.endswith(("haproxy.cfg", "keepalived.conf"))}
    )
    assert len(report.nodes) == len(plan.load_balancers)
    told = [f for f in report.findings if f.severity >= Severity.WARNING]
    assert [f for f in told if f.code != "KA061" or plan.vrrp.advert_int <= 10] == []


@_MANY
@given(plans())
def test_what_kubeadm_is_given_agrees_with_the_load_balancers(plan: Plan) -> None:
    """Except for what the plan itself asks for: an even number of members of etcd, addresses in 10.96.0.0/12."""
    wanted = ("haproxy.cfg", "keepalived.conf", "kubeadm-config.yaml")
    texts = {path: file.text for path, file in render(plan).items() if path.endswith(wanted)}
    report = lint(texts, Options(selection=Selection(["K8", "PA"])))
    assert not report.crashes
    assert {finding.code for finding in report.findings} <= {"K8006", "K8013"}


@_MANY
@given(plans(), st.data())
def test_text_that_means_something_else_is_refused_or_stays_in_its_place(plan: Plan, data: st.DataObject) -> None:
    """Whatever stands in the plan: the files have the same lines as with harmless words."""
    text = data.draw(hostile)
    nodes, lbs = plan.control_plane, plan.load_balancers
    changes: dict[str, Plan] = {
        "cluster.name": plan._replace(name=text),
        "cluster.endpoint": plan._replace(endpoint=text),
        "control_plane.name": plan._replace(control_plane=(nodes[0]._replace(name=text), *nodes[1:])),
        "lb.name": plan._replace(load_balancers=(lbs[0]._replace(name=text), *lbs[1:])),
        "lb.interface": plan._replace(load_balancers=(lbs[0]._replace(interface=text), *lbs[1:])),
        "vrrp.auth_pass": plan._replace(vrrp=plan.vrrp._replace(auth_pass=text)),
        "vrrp.mode": plan._replace(vrrp=plan.vrrp._replace(mode=text)),
        "haproxy.balance": plan._replace(haproxy=plan.haproxy._replace(balance=text)),
        "haproxy.inter": plan._replace(haproxy=plan.haproxy._replace(inter=text)),
    }
    key = data.draw(st.sampled_from(sorted(changes)))
    files = rendered_or_refused(changes[key], key)
    if files is None:
        return
    plain = render(plan)
    for (path, file), (twin, other) in zip(files.items(), plain.items(), strict=True):
        assert Path(path).name == Path(twin).name
        assert file.text.count("\n") - ("auth_pass" in file.text) * 4 == (
            other.text.count("\n") - ("auth_pass" in other.text) * 4
        )
    for lb in changes[key].load_balancers:
        config = keepalived_of(files, lb.name)
        for instance in config.instances:
            assert instance.interface is not None
            assert instance.interface.value == lb.interface


def test_the_password_is_read_back_whatever_it_is_made_of() -> None:
    for password in ("a#b", "!", "{}", "'a'", "\\", "$x", "a;b", "$(x)", "${x"):
        vrrp = VrrpChoice(33, auth_pass=password)
        files = rendered_or_refused(ARTICLE._replace(vrrp=vrrp), "vrrp.auth_pass")
        assert (files is None) == (password == "${x")
        if files is None:
            continue
        (instance,) = keepalived_of(files, "haproxy-lb1").instances
        assert instance.auth_pass is not None
        assert instance.auth_pass.value == password


@pytest.mark.parametrize("key", ["control_plane.name", "lb.name"])
def test_two_machines_of_one_name_are_refused(key: str) -> None:
    lbs, nodes = ARTICLE.load_balancers, ARTICLE.control_plane
    twice = (
        ARTICLE._replace(load_balancers=(lbs[0], lbs[1]._replace(name=lbs[0].name)))
        if key == "lb.name"
        else ARTICLE._replace(control_plane=(nodes[0], nodes[0]))
    )
    with pytest.raises(RenderError) as caught:
        render(twice)
    assert caught.value.key == key


@pytest.mark.parametrize("name", ["../../etc", "a/b", "..", "-rf", ""])
def test_a_load_balancer_is_never_a_path(name: str) -> None:
    lbs = (ARTICLE.load_balancers[0]._replace(name=name), ARTICLE.load_balancers[1])
    with pytest.raises(RenderError) as caught:
        render(ARTICLE._replace(load_balancers=lbs))
    assert caught.value.key == "lb.name"


def test_families_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(RenderError, match=r"lb\.address: '192.168.2.141' is IPv4"):
        render(SIX._replace(load_balancers=ARTICLE.load_balancers))
    with pytest.raises(RenderError, match=r"lb\.address6: is missing"):
        render(DUAL._replace(load_balancers=ARTICLE.load_balancers))


# --- the health check


@pytest.mark.parametrize(
    ("check", "line"),
    [("readyz", "    http-check expect status 200\n"), ("readyz-401", "    http-check expect status 200,401,403\n")],
)
def test_a_check_expects_what_the_api_servers_answer_and_the_linter_agrees(check: str, line: str) -> None:
    plan = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(check=check))
    files = render(plan)
    assert line in files["haproxy-lb1/etc/haproxy/haproxy.cfg"].text
    texts = {path: file.text for path, file in files.items()} | {"halb.toml": write_plan(plan)}
    assert lint_rendered(plan, texts).findings == ()


@pytest.mark.parametrize("client", ["50s", "599s", "10m", "1h", "50000ms"])
@pytest.mark.parametrize("server", ["50s", "1h"])
@pytest.mark.parametrize("tunnel", [None, "1h"])
def test_the_comment_about_idle_connections_fits_the_timeouts(client: str, server: str, tunnel: str | None) -> None:
    """Whatever was imported: it says that they are silent for long where that is survived, as HA004 sees it."""
    chosen = ARTICLE.haproxy._replace(timeout_client=client, timeout_server=server, timeout_tunnel=tunnel)
    plan = ARTICLE._replace(haproxy=chosen)
    files = {path: item.text for path, item in render(plan).items()}
    text = files["haproxy-lb1/etc/haproxy/haproxy.cfg"]
    codes = {finding.code for finding in lint_rendered(plan, {"halb.toml": write_plan(plan), **files}).findings}
    long = client in ("10m", "1h") and server == "1h"
    assert ("are silent for long.\n" in text) == long
    assert ("silent for longer than this are closed" in text) == ("HA004" in codes)
    assert ("As long as data went one way only" in text) == (bool(tunnel) and not long)
