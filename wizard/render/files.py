"""A plan in, the files of the load balancers out. Pure: no file but the templates is read, and none is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from rules import NodeFiles
from rules.command import CONFIG_NAME
from rules.files import KUBEADM_FILE
from rules.plan import KeyPath, Plan
from wizard.plan.clashes import check_plan
from wizard.render.distributions import CHECK_SCRIPT, DISTRIBUTIONS
from wizard.render.quoting import LANGUAGES, Quoted, RenderError
from wizard.render.runbook_values import runbook_values
from wizard.render.template_values import (
    RESTART_FILE,
    SYSCTL_FILE,
    balancer_values,
    check_script,
    shared_values,
)

if TYPE_CHECKING:
    from jinja2 import Environment

    from rules import Report

__all__ = ["RUNBOOK_FILE", "RenderError", "Rendered", "lint_rendered", "render", "runbook"]

RUNBOOK_FILE = "RUNBOOK.md"

_PLAIN, _SECRET, _SCRIPT = 0o644, 0o640, 0o755


class RenderedStretch(NamedTuple):
    """A stretch of a rendered text, and the keys of halb.toml that it comes from."""

    start: int
    end: int
    paths: tuple[KeyPath, ...]


class Rendered(NamedTuple):
    """A file: its text, the mode that it has to have, and where the values of the plan stand in it."""

    text: str
    mode: int
    stretches: tuple[RenderedStretch, ...] = ()

    def key_at(self, start: int, end: int) -> KeyPath | None:
        """The key that the characters from `start` to `end` come from, else one that a value of their lines does."""
        inside = [one for one in self.stretches if one.start < end and start < one.end]
        if not inside:
            first, last = self.text.rfind("\n", 0, start) + 1, self.text.find("\n", max(start, end - 1))
            inside = [one for one in self.stretches if first <= one.start and one.end <= last]
        return next((path for one in inside for path in one.paths), None)


class _File(NamedTuple):
    """A file of a load balancer: where it goes from the machine's root, and the template that makes it."""

    path: str
    template: str
    mode: int = _PLAIN


def render(plan: Plan, *, checked: bool = False) -> dict[str, Rendered]:
    """The files by their paths in the folder of the plan, such as "lb1/etc/haproxy/haproxy.cfg".

    Raises RenderError for the first thing that `check_plan` has against the plan, and for a value that a language has
    no way to write. `checked`: the caller has asked `check_plan` already, which has nothing against it.
    """
    for error in () if checked else check_plan(plan):
        raise RenderError(error.path, error.reason)
    shared = shared_values(plan)
    found: dict[str, Rendered] = {}
    for number, lb in enumerate(plan.load_balancers):
        wanted = _files(plan, number)
        values = shared | balancer_values(plan, number, [file.path for file in wanted])
        for file in (*wanted, _File("install.sh", "install.sh", _SCRIPT)):
            found[f"{lb.name}/{file.path}"] = _rendered(file.template, values, file.mode)
    found[KUBEADM_FILE] = _rendered(KUBEADM_FILE, shared, _PLAIN)
    found[RUNBOOK_FILE] = runbook(plan)
    return found


def runbook(plan: Plan, unheard: Sequence[str] = ()) -> Rendered:
    """RUNBOOK.md; `unheard` is why load balancers with these files and with those that run there don't hear each other
    (`wizard.files.hearing`).
    """
    return _rendered(RUNBOOK_FILE, shared_values(plan) | runbook_values(plan, unheard), _PLAIN)


def lint_rendered(plan: Plan, files: Mapping[str, str]) -> Report:
    """What halb-lint says of the plan's files (text by path, halb.toml among them), with the choices of `[lint]`.

    Raises UnknownRuleError when `[lint]` names a rule that does not exist.
    """
    from rules import lint, options_for
    from rules.plan import parse_cluster

    nodes = []
    for lb in plan.load_balancers:
        haproxy, keepalived = f"{lb.name}/etc/haproxy/haproxy.cfg", f"{lb.name}/etc/keepalived/keepalived.conf"
        nodes.append(NodeFiles(lb.name, (haproxy,) * (haproxy in files), (keepalived,) * (keepalived in files)))
    paths = [path for node in nodes for path in (*node.haproxy, *node.keepalived)]
    options = options_for(parse_cluster(files[CONFIG_NAME], CONFIG_NAME), nodes)
    paths += [KUBEADM_FILE] * (KUBEADM_FILE in files)
    return lint({path: files[path] for path in paths}, options)


def _files(plan: Plan, number: int) -> list[_File]:
    """What a load balancer gets, in the order of installation: kubelet starts a manifest when it sees it."""
    wanted = [
        _File("etc/haproxy/haproxy.cfg", "haproxy.cfg"),
        _File(check_script(plan, number), CHECK_SCRIPT, _SCRIPT),
        _File("etc/keepalived/keepalived.conf", "keepalived.conf", _SECRET),
    ]
    if plan.haproxy.run == "package" and DISTRIBUTIONS[plan.load_balancers[number].os].manager == "systemd":
        wanted.append(_File(RESTART_FILE, "keepalived.service.conf"))
    if plan.haproxy.bind == "vip":
        wanted.append(_File(SYSCTL_FILE, "sysctl.conf"))
    if plan.haproxy.run == "static-pod":
        wanted.append(_File("etc/kubernetes/manifests/haproxy.yaml", "haproxy-pod.yaml"))
        wanted.append(_File("etc/kubernetes/manifests/keepalived.yaml", "keepalived-pod.yaml"))
    return wanted


def _rendered(template: str, values: Mapping[str, Any], mode: int) -> Rendered:
    """The text piece by piece, as the template prints it: a piece that is a value knows its keys."""
    pieces, stretches, at = [], [], 0
    for piece in _environment().get_template(f"{template}.j2").generate(values):
        if isinstance(piece, Quoted) and piece.paths:
            stretches.append(RenderedStretch(at, at + len(piece), piece.paths))
        pieces.append(piece)
        at += len(piece)
    return Rendered("".join(pieces), mode, tuple(stretches))


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
