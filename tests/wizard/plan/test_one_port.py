"""The endpoint's port is one number for everybody who reads a halb.toml, whether it says it or not."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import NodeFiles, Run, options_for
from rules.fleet import Fleet
from rules.live import endpoint_of
from rules.plan import ClusterError, KeyPath, PlanError, parse_cluster
from rules.plan.ports import endpoint_port
from tests.examples import times
from wizard.plan.plan import plan_of
from wizard.probes.phases import watched
from wizard.questions.answers import from_toml
from wizard.questions.known.derived import port_of

CFG = "frontend a\n    mode tcp\n    bind *:1\n"
NODES = [NodeFiles(name, (f"{name}.cfg",), ()) for name in ("lb1", "lb2")]
LINES = {
    "port": st.sampled_from(["", "port = 6443\n", "port = 8443\n", "port = 443\n"]),
    "layout": st.sampled_from(["", 'layout = "stacked"\n', 'layout = "dedicated"\n']),
    "bind": st.sampled_from(["", '[haproxy]\nbind = "any"\n', '[haproxy]\nbind = "vip"\n']),
    "lbs": st.sampled_from([(21, 22), (11, 12), (21, 12), (0, 0)]),
    "api": st.sampled_from(["", "port = 7443\n"]),
}


def halb_toml(port: str, layout: str, bind: str, lbs: tuple[int, int], api: str) -> str:
    nodes = "".join(f'[[control_plane]]\nname = "m{n}"\naddress = "192.0.2.{20 + n}"\n{api}' for n in (1, 2, 3))
    own = "".join(
        f'[[lb]]\nname = "lb{n}"\ninterface = "eth0"\nfiles = ["lb{n}.cfg"]\n'
        + (f'address = "192.0.2.{host}"\n' if host else "")
        for n, host in enumerate(lbs, 1)
    )
    head = f'[cluster]\nendpoint = "kube.example.com"\nphase = "bootstrap"\n{port}{layout}'
    return f'{head}{nodes}[vip]\naddress = "192.0.2.10/24"\n{own}{bind}'


@settings(max_examples=times(300))
@given(st.fixed_dictionaries(LINES))
def test_every_reader_has_the_port_of_the_plan(lines: dict[str, str]) -> None:
    text = halb_toml(**lines)  # type: ignore[arg-type]
    cluster = parse_cluster(text, "halb.toml")
    seen = {endpoint_port(cluster), endpoint_of(cluster, Fleet([])).port}
    answers = from_toml(text)
    if (of_form := port_of(answers)) is not None:
        seen.add(of_form)
    with suppress(ClusterError):  # the screen says what is wrong instead of watching
        seen.add(watched(answers, {}).endpoint.port)
    try:
        plan = plan_of(cluster)
    except PlanError:
        pass  # no plan, so no files
    else:
        seen.add(plan.port)
        fleet = Run(dict.fromkeys(("lb1.cfg", "lb2.cfg"), CFG), options_for(cluster, NODES)).fleet
        assert {node.endpoint_port for node in fleet.nodes} == {plan.port}
    assert len(seen) == 1, seen


def test_a_stacked_halb_toml_without_a_port_has_8443_everywhere_unless_haproxy_binds_the_vip_alone() -> None:
    stacked = {"port": "", "layout": "", "lbs": (21, 22), "api": ""}
    for bind, port in (("", 8443), ('[haproxy]\nbind = "vip"\n', 6443)):
        cluster = parse_cluster(halb_toml(bind=bind, **stacked), "halb.toml")  # type: ignore[arg-type]
        assert (cluster.port, endpoint_port(cluster)) == (None, port)
        assert KeyPath("cluster", 0, "port") not in cluster.values
        assert endpoint_of(cluster, Fleet([])).port == port
