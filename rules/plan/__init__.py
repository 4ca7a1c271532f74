"""What halb.toml says the cluster is meant to be: read and checked here, once, for linter and wizard alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.plan.complete import (
        UNKNOWN,
        Values,
        as_far_as_known,
        count,
        is_needed,
        missing,
        plan_from,
        unreadable,
        usual_value,
        value_at,
        values_of,
    )
    from rules.plan.defaults import (
        FAST_ADVERT_INT,
        HAPROXY_RELEASE,
        KEEPALIVED_RELEASE,
        PRIORITY_STEP,
        STACKED_PORT,
        priority_after,
    )
    from rules.plan.document import json_schema
    from rules.plan.draft import Draft, DraftPart
    from rules.plan.errors import PlanError
    from rules.plan.given import Given
    from rules.plan.keys.haproxy import HaproxyChoice
    from rules.plan.keys.machines import SYSTEMS, ApiServer, Balancer
    from rules.plan.keys.plan import Plan
    from rules.plan.keys.vrrp import VrrpChoice
    from rules.plan.model import (
        API_PORT,
        Cluster,
        ClusterError,
        ControlPlaneNode,
        IPAddress,
        IPInterface,
        KeyPath,
        LoadBalancer,
        Phase,
        Setting,
        Vip,
    )
    from rules.plan.read import cluster_of, parse_cluster, read_cluster
    from rules.plan.record import Record
    from rules.plan.schema import OF_PLAN, SCHEMA, check_value, every_key, header, key_at
    from rules.plan.secrets import plan_secrets
    from rules.plan.toml.edit import Keys, TomlText
    from rules.plan.toml.load import LARGEST, load
    from rules.plan.toml.places import Places, Way
    from rules.plan.toml.write import table_text, value_text
    from rules.plan.types.readers import MICROSECONDS, MeantError, about, shown, text_of, time, written
    from rules.plan.types.values import SCHEMA_NUMBER

__all__ = [
    "API_PORT",
    "FAST_ADVERT_INT",
    "HAPROXY_RELEASE",
    "KEEPALIVED_RELEASE",
    "LARGEST",
    "MICROSECONDS",
    "OF_PLAN",
    "PRIORITY_STEP",
    "SCHEMA",
    "SCHEMA_NUMBER",
    "STACKED_PORT",
    "SYSTEMS",
    "UNKNOWN",
    "ApiServer",
    "Balancer",
    "Cluster",
    "ClusterError",
    "ControlPlaneNode",
    "Draft",
    "DraftPart",
    "Given",
    "HaproxyChoice",
    "IPAddress",
    "IPInterface",
    "KeyPath",
    "Keys",
    "LoadBalancer",
    "MeantError",
    "Phase",
    "Places",
    "Plan",
    "PlanError",
    "Record",
    "Setting",
    "TomlText",
    "Values",
    "Vip",
    "VrrpChoice",
    "Way",
    "about",
    "as_far_as_known",
    "check_value",
    "cluster_of",
    "count",
    "every_key",
    "header",
    "is_needed",
    "json_schema",
    "key_at",
    "load",
    "missing",
    "parse_cluster",
    "plan_from",
    "plan_secrets",
    "priority_after",
    "read_cluster",
    "shown",
    "table_text",
    "text_of",
    "time",
    "unreadable",
    "usual_value",
    "value_at",
    "value_text",
    "values_of",
    "written",
]

__getattr__ = lazily(
    __name__,
    {
        "complete": (
            "UNKNOWN Values as_far_as_known count is_needed missing plan_from unreadable usual_value value_at values_of"
        ),
        "defaults": "FAST_ADVERT_INT HAPROXY_RELEASE KEEPALIVED_RELEASE PRIORITY_STEP STACKED_PORT priority_after",
        "document": "json_schema",
        "draft": "Draft DraftPart",
        "errors": "PlanError",
        "given": "Given",
        "keys.haproxy": "HaproxyChoice",
        "keys.machines": "SYSTEMS ApiServer Balancer",
        "keys.plan": "Plan",
        "keys.vrrp": "VrrpChoice",
        "model": (
            "API_PORT Cluster ClusterError ControlPlaneNode IPAddress IPInterface KeyPath LoadBalancer "
            "Phase Setting Vip"
        ),
        "read": "cluster_of parse_cluster read_cluster",
        "record": "Record",
        "schema": "OF_PLAN SCHEMA check_value every_key header key_at",
        "secrets": "plan_secrets",
        "toml.edit": "Keys TomlText",
        "toml.load": "LARGEST load",
        "toml.places": "Places Way",
        "toml.write": "table_text value_text",
        "types.readers": "MICROSECONDS MeantError about shown text_of time written",
        "types.values": "SCHEMA_NUMBER",
    },
)
