"""A plan in, the files of the load balancers out. Pure: no file but the templates is read, and none is written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from rules.plan.schema import check_value
from wizard.plan.plan import Balancer, Plan
from wizard.render.quoting import LANGUAGES, Quoted, RenderError
from wizard.render.template_values import SYSCTL_FILE, balancer_values, runbook_values, shared_values

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["RenderError", "Rendered", "render"]

_PLAIN, _SECRET, _SCRIPT = 0o644, 0o640, 0o755


class Rendered(NamedTuple):
    """A file: its text, and the mode that it has to have."""

    text: str
    mode: int


class _File(NamedTuple):
    """A file of a load balancer: where it goes from the machine's root, and the template that makes it."""

    path: str
    template: str
    mode: int = _PLAIN


def render(plan: Plan) -> dict[str, Rendered]:
    """The files by their paths in the folder of the plan, such as "lb1/etc/haproxy/haproxy.cfg".

    The plan has to be one that `wizard.plan.plan.check_plan` has nothing against. Raises RenderError for a value that
    halb.toml could not hold, or that a language has no way to write.
    """
    _check(plan)
    shared = shared_values(plan)
    found: dict[str, Rendered] = {}
    for lb in plan.load_balancers:
        wanted = _files(plan)
        values = shared | balancer_values(plan, lb, [file.path for file in wanted])
        for file in (*wanted, _File("install.sh", "install.sh", _SCRIPT)):
            found[f"{lb.name}/{file.path}"] = Rendered(_text(file.template, values), file.mode)
    found["kubeadm-config.yaml"] = Rendered(_text("kubeadm-config.yaml", shared), _PLAIN)
    found["RUNBOOK.md"] = Rendered(_text("RUNBOOK.md", shared | runbook_values(plan)), _PLAIN)
    return found


def _files(plan: Plan) -> list[_File]:
    """What a load balancer gets, in the order of installation: kubelet starts a manifest when it sees it."""
    wanted = [
        _File("etc/haproxy/haproxy.cfg", "haproxy.cfg"),
        _File("etc/keepalived/check-haproxy", "check-haproxy", _SCRIPT),
        _File("etc/keepalived/keepalived.conf", "keepalived.conf", _SECRET),
    ]
    if plan.haproxy.bind == "vip":
        wanted.append(_File(SYSCTL_FILE, "sysctl.conf"))
    if plan.haproxy.run == "static-pod":
        wanted.append(_File("etc/kubernetes/manifests/haproxy.yaml", "haproxy-pod.yaml"))
        wanted.append(_File("etc/kubernetes/manifests/keepalived.yaml", "keepalived-pod.yaml"))
    return wanted


def _text(template: str, values: dict[str, Any]) -> str:
    return _environment().get_template(f"{template}.j2").render(values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("wizard.render") / "templates"
    # Not HTML: every expression names the filter of its own language, and `_printed` refuses one that does not.
    environment = Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printed,
    )
    environment.filters.update(LANGUAGES)
    return environment


def _printed(value: object) -> Quoted:
    if not isinstance(value, Quoted):
        raise TypeError(f"a template prints {type(value).__name__} without the filter of its language")
    return value


def _check(plan: Plan) -> None:
    """Raise RenderError for the first value that halb.toml could not hold, or that doesn't go with the others."""
    for table, key, value in _values(plan):
        try:
            check_value(table, key, value)
        except ValueError as error:
            raise RenderError(f"{table}.{key}", str(error)) from None
    if not plan.control_plane:
        raise RenderError("control_plane", "there is no control-plane node")
    if not plan.load_balancers:
        raise RenderError("lb", "there is no load balancer")
    _distinct("control_plane.name", [node.name for node in plan.control_plane])
    _distinct("lb.name", [lb.name for lb in plan.load_balancers])
    if plan.vip6 is not None and (plan.vip.version, plan.vip6.version) != (4, 6):
        raise RenderError("vip.address6", "the second VIP has to be IPv6, and the first one IPv4")
    for lb in plan.load_balancers:
        _check_families(plan, lb)
    if plan.haproxy.run == "static-pod" and plan.vrrp.track != "script":
        raise RenderError("vrrp.track", 'keepalived gets no events of processes in a container; write "script"')


def _distinct(key: str, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RenderError(key, f"two machines are called {twice}")


def _check_families(plan: Plan, lb: Balancer) -> None:
    if lb.address.version != plan.vip.version:
        text = f"{lb.name} has IPv{lb.address.version}, and the VIP {plan.vip.ip} IPv{plan.vip.version}"
        raise RenderError("lb.address", text)
    if plan.vip6 is not None and lb.address6 is None:
        raise RenderError("lb.address6", f"{lb.name} has none, which the VIP {plan.vip6.ip} needs")


def _values(plan: Plan) -> Iterator[tuple[str, str, Any]]:
    """Every value of the plan as halb.toml has it: table, key, value."""
    yield from (("cluster", key, getattr(plan, key)) for key in ("name", "endpoint", "port", "phase", "layout"))
    for node in plan.control_plane:
        yield "control_plane", "name", node.name
        yield "control_plane", "address", str(node.address)
        yield "control_plane", "port", node.port
    yield "vip", "address", str(plan.vip)
    if plan.vip6 is not None:
        yield "vip", "address6", str(plan.vip6)
    for lb in plan.load_balancers:
        yield "lb", "name", lb.name
        yield "lb", "address", str(lb.address)
        yield "lb", "interface", lb.interface
        yield "lb", "priority", lb.priority
        if lb.address6 is not None:
            yield "lb", "address6", str(lb.address6)
    yield from (("vrrp", key, value) for key, value in plan.vrrp._asdict().items() if value is not None)
    yield from (("haproxy", key.replace("_", "-"), value) for key, value in plan.haproxy._asdict().items())
