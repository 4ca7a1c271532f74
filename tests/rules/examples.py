"""The examples that rules ship, as something to lint."""

from __future__ import annotations

from rules import Options
from rules.engine.examples import Case
from rules.engine.settings import RuleSettings
from rules.plan import parse_cluster
from tests.rules.live.machine_notation import read_machine
from tests.rules.live.native_notation import read_native
from tests.rules.live.notation import read_observations

CLUSTER = "halb.toml"
LIVE = "live"
HOST = "host"
NATIVE = "native"
NO_FILES = (CLUSTER, LIVE, HOST, NATIVE)


def options_of(case: Case) -> Options:
    """How to lint the example's files: with its versions, its halb.toml, and its answers of the network."""
    settings = RuleSettings(case.settings.get("haproxy-version"), case.settings.get("keepalived-version"))
    cluster = parse_cluster(case.files[CLUSTER], CLUSTER) if CLUSTER in case.files else None
    observed = None
    if LIVE in case.files:
        endpoint = cluster.endpoint if cluster else None
        observed = read_observations(case.files[LIVE], endpoint.value if endpoint else "")
    machine = read_machine(case.files[HOST]) if HOST in case.files else None
    native = read_native(case.files[NATIVE]) if NATIVE in case.files else None
    return Options(settings=settings, cluster=cluster, observed=observed, machine=machine, native=native)
