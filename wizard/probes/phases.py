"""What the cutover screen watches: the endpoint that the answers describe, and the phase that is due. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rules.fleet import Fleet
from rules.live import Endpoint, LiveView, endpoint_of, lacking, words_for
from rules.plan import ClusterError, Phase, Setting, cluster_of
from rules.plan.together import together
from wizard.questions.answers import Answers
from wizard.questions.known.mending import read
from wizard.verify.checklist import checklist


class Watched(NamedTuple):
    """What is asked about: the endpoint of the answers, and the files that halb makes of them."""

    endpoint: Endpoint
    fleet: Fleet

    def missing(self, phase: Phase | None) -> str:
        """Which answer is needed before anything can be asked, in words; "" when there are enough."""
        need = lacking(self.endpoint, phase)
        return f"no {words_for(need)} is known" if need else ""


def watched(answers: Answers, files: Mapping[str, str]) -> Watched:
    """The endpoint that the answers describe, and the fleet of the rendered `files` (text by path).

    Raises `rules.plan.ClusterError` when an answer is wrong.
    """
    reading = read(answers)
    for place, wrong in reading.faults.items():
        raise ClusterError(f"{place.name}: {wrong}", place, wrong)
    for error in together(reading.values, fold=False):
        raise ClusterError(str(error), error.path, error.reason)
    cluster, fleet = cluster_of(reading.values), _fleet(files)
    return Watched(endpoint_of(cluster, fleet), fleet)


def _fleet(files: Mapping[str, str]) -> Fleet:
    from rules import Run, options_for

    texts = {path: text for path, text in files.items() if path.endswith((".cfg", ".conf"))}
    return Run(texts, options_for(None)).fleet if texts else Fleet([])


def in_phase(view: LiveView, phase: Phase) -> LiveView:
    """The view, to be judged by the checklist of this phase."""
    name = view.endpoint.name
    if name is None:
        return view
    return LiveView(view.endpoint._replace(phase=Setting(phase, name.span)), view.observed, view.fleet)


def phase_due(view: LiveView) -> Phase:
    """The phase to show: the cutover once everything before it has passed, or the name has been moved.

    The phase in halb.toml counts only if it is the cutover: `bootstrap` says where the name was, not what is due.
    """
    endpoint = view.endpoint
    if endpoint.phase is not None and endpoint.phase.value is Phase.CUTOVER:
        return Phase.CUTOVER
    if view.found_phase is Phase.CUTOVER:
        return Phase.CUTOVER
    if not endpoint.vips:
        return Phase.BOOTSTRAP
    return Phase.CUTOVER if checklist(in_phase(view, Phase.BOOTSTRAP)).passed else Phase.BOOTSTRAP
