"""The cutover screen, against servers on loopback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.widgets import OptionList

from rules.plan.model import Phase
from tests.live.tls.api_servers import Behaviour
from tests.wizard.running import Cluster, cluster
from tests.wizard.tui.support.contrast import THEMES, faint
from tests.wizard.tui.support.ends import ENDPOINT, MASTER, article, at_step, play, wizard
from tests.wizard.tui.support.pilot import Driven, sees, text, until, words
from tests.wizard.verify.views import CUTOVER, NAME, NODES, PLAN, VIP, gives, points_to, ready, serving, view
from tests.wizard.verify.views import MASTER as MASTER_ADDRESS
from wizard.probes.phases import in_phase, phase_due, watched
from wizard.questions.answers import Answers, Place, from_toml
from wizard.tui.screens.cutover import CutoverScreen

pytestmark = pytest.mark.slow


def asked_at(made: Cluster) -> list[str]:
    server = made.resolver.server
    return [f"{server.address}:{server.port}"]


def answers_of(made: Cluster) -> Answers:
    return from_toml((made.folder / "halb.toml").read_text())


def screen_of(pilot: Driven) -> CutoverScreen:
    screen = pilot.app.screen
    assert isinstance(screen, CutoverScreen)
    return screen


def test_offline_nothing_is_asked(tmp_path: Path) -> None:
    async def scene() -> None:
        with cluster(tmp_path) as made:
            async with at_step("cutover", tmp_path, answers_of(made), resolvers=asked_at(made)) as pilot:
                await sees(pilot, "offline: nothing is asked")
                await pilot.press("f5")
                await pilot.pause()
            assert made.resolver.heard == []
            assert made.master.connections == 0

    play(scene())


def test_only_the_list_of_answers_scrolls_however_long_it_is(tmp_path: Path) -> None:
    answers = article()
    for number in range(2, 40):
        for key, value in (
            ("name", f"lb{number}"),
            ("address", f"192.168.2.{number}"),
            ("interface", "ens160"),
        ):
            answers = answers.put(Place("lb", number, key), value)

    async def scene() -> None:
        async with at_step("cutover", tmp_path, answers) as pilot:
            await sees(pilot, "offline: nothing is asked")
            screen = screen_of(pilot)
            ways = screen.query_one("#ways", OptionList)
            await until(pilot, lambda: ways.max_scroll_y > 0)  # longer than there is room for
            await pilot.press("end")
            await until(pilot, lambda: ways.scroll_offset.y == ways.max_scroll_y)
            assert screen.max_scroll_y == 0
            head = text(pilot).splitlines()[:3]
            assert "kube-control" in head[0]
            assert "● cutover" in head[1]
            assert "Cutover" in head[2]

    play(scene())


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_it_shows_what_to_do_and_follows_the_world(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scene() -> None:
        with cluster(tmp_path) as made:
            async with at_step(
                "cutover", tmp_path, answers_of(made), size=size, offline=False, resolvers=asked_at(made)
            ) as pilot:
                await sees(pilot, "phase: bootstrap")
                await sees(pilot, "next: step")
                assert max(map(len, text(pilot).splitlines())) <= size[0]
                made.led_to = made.master.address
                made.master.behaviour = Behaviour.SERVE
                await until(pilot, lambda: not screen_of(pilot).asking)
                await pilot.press("f5")
                await sees(pilot, "all passed; what comes next:")
                assert re.search(r"ok +[0-9]+ of [0-9]+ ok: ", text(pilot))
                before = pilot.app.theme
                for theme in THEMES:
                    pilot.app.theme = theme
                    await pilot.pause(0.1)
                    assert not faint(wizard(pilot)), theme
                pilot.app.theme = before
                await pilot.press("c")
                await until(pilot, lambda: pilot.app.clipboard == "halb-wizard verify")
                await pilot.press("enter")
                await until(pilot, lambda: re.search(r"ok +[0-9]+\. resolvers", text(pilot)))
                assert re.search(r"ok +[0-9]+\. resolvers", text(pilot))

    play(scene())


def test_c_copies_the_record_that_is_to_be_set(tmp_path: Path) -> None:
    async def scene() -> None:
        with cluster(tmp_path) as made:
            async with at_step("cutover", tmp_path, answers_of(made), offline=False, resolvers=asked_at(made)) as pilot:
                await sees(pilot, "next: step")
                record = f"{NAME}. 60 IN A {made.master.address}"
                await sees(pilot, record)
                await pilot.press("c")
                await until(pilot, lambda: pilot.app.clipboard == record)

    play(scene())


def test_what_fails_stays_open_among_what_is_folded(tmp_path: Path) -> None:
    """The name leads there and the API server answers, with a certificate for other names."""

    async def scene() -> None:
        with cluster(tmp_path) as made:
            made.led_to, made.master.behaviour = made.master.address, Behaviour.SERVE
            made.issue("kubernetes")
            async with at_step(
                "cutover", tmp_path, answers_of(made), size=(120, 36), offline=False, resolvers=asked_at(made)
            ) as pilot:
                await sees(pilot, "next: step")
                await until(pilot, lambda: re.search(r"ok +3 of 8 ok: resolvers, api, control-plane", text(pilot)))
                assert re.search(r"fail 7\. certificate: ", text(pilot))
                assert not re.search(r"ok +[0-9]\. ", text(pilot))
                await pilot.press("enter")
                await until(pilot, lambda: re.search(r"ok +3\. resolvers: ", text(pilot)))
                assert not re.search(r"[0-9] of 8 ok", text(pilot))
                await pilot.press("enter")
                await until(pilot, lambda: not re.search(r"ok +[0-9]\. ", text(pilot)))

    play(scene())


def test_countdowns_run_between_two_looks(tmp_path: Path) -> None:
    async def scene() -> None:
        with cluster(tmp_path) as made:
            made.led_to = made.master.address
            async with at_step(
                "cutover", tmp_path, answers_of(made), size=(120, 36), offline=False, resolvers=asked_at(made)
            ) as pilot:
                await sees(pilot, "phase: bootstrap")
                await pilot.press("enter")
                await sees(pilot, "(TTL 60 s)")
                heard = len(made.resolver.heard)
                await sees(pilot, "(TTL 59 s)")
                assert len(made.resolver.heard) == heard

    play(scene())


def test_leaving_the_screen_ends_the_asking(tmp_path: Path) -> None:
    async def scene() -> None:
        with cluster(tmp_path) as made:
            async with at_step("cutover", tmp_path, answers_of(made), offline=False, resolvers=asked_at(made)) as pilot:
                await sees(pilot, "phase: bootstrap")
                (worker,) = [worker for worker in pilot.app.workers if worker.group == "cutover"]
                await pilot.press("escape")
                await until(pilot, lambda: wizard(pilot).step == "")
                await until(pilot, lambda: worker.is_finished)

    play(scene())


def test_a_resolver_that_is_silent_does_not_stop_the_keys(tmp_path: Path) -> None:
    async def scene() -> None:
        with cluster(tmp_path) as made:
            made.resolver.done.set()  # it hears, and answers nothing any more
            async with at_step("cutover", tmp_path, answers_of(made), offline=False, resolvers=asked_at(made)) as pilot:
                await until(pilot, lambda: made.resolver.heard)
                assert screen_of(pilot).asking
                await pilot.press("escape")
                await until(pilot, lambda: wizard(pilot).step == "")

    play(scene())


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (Answers(), "nothing can be asked yet: no DNS name is known"),
        (Answers({ENDPOINT: "kube.example.com"}), "no control-plane node is known"),
        (Answers({ENDPOINT: "kube.example.com", MASTER: "nowhere"}), "nothing can be asked yet: "),
    ],
)
def test_what_is_missing_is_said_in_place_of_the_checklist(tmp_path: Path, answers: Answers, said: str) -> None:
    async def scene() -> None:
        async with at_step("cutover", tmp_path, answers, offline=False, resolvers=["127.0.0.1:9"]) as pilot:
            await sees(pilot, said)
            await pilot.press("p", "f5")
            await sees(pilot, said)

    play(scene())


def test_p_shows_the_other_phase_and_back(tmp_path: Path) -> None:
    async def scene() -> None:
        with cluster(tmp_path) as made:
            async with at_step("cutover", tmp_path, answers_of(made), offline=False, resolvers=asked_at(made)) as pilot:
                await sees(pilot, "phase: bootstrap")
                await pilot.press("p")
                await until(pilot, lambda: screen_of(pilot).phase is Phase.CUTOVER)
                await pilot.press("p")
                await sees(pilot, "phase: bootstrap")

    play(scene())


def test_the_keys_are_on_the_screen_at_80x24(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("cutover", tmp_path, article()) as pilot:
            for key in ("ask now", "other phase", "copy", "back", "help", "palette"):
                await until(pilot, lambda: key in text(pilot).splitlines()[-1])  # noqa: B023
            assert "Cutover" in words(pilot)

    play(scene())


def test_the_cutover_is_due_when_all_is_passed_before_it() -> None:
    early = view(PLAN, replies=points_to(MASTER_ADDRESS), system=gives(MASTER_ADDRESS))
    assert phase_due(early) is Phase.BOOTSTRAP
    made = view(PLAN, replies=points_to(MASTER_ADDRESS), probes=serving(*NODES), system=gives(MASTER_ADDRESS))
    assert phase_due(made) is Phase.CUTOVER
    moved = view(PLAN, replies=points_to(VIP), probes=ready(), system=gives(VIP))
    assert phase_due(moved) is Phase.CUTOVER
    assert phase_due(view(CUTOVER)) is Phase.CUTOVER
    assert in_phase(moved, Phase.BOOTSTRAP).phase is Phase.BOOTSTRAP


def test_the_endpoint_of_the_answers_has_all_machines() -> None:
    endpoint = watched(article(), {}).endpoint
    assert [target.name for target in endpoint.load_balancers] == ["haproxy-lb1", "haproxy-lb2"]
    assert [target.name for target in endpoint.control_plane] == ["k8s-master1", "k8s-master2", "k8s-master3"]
    assert [str(target.address) for target in endpoint.vips] == ["192.168.2.140"]


def test_rendered_files_say_who_listens_on_the_vip_alone() -> None:
    from wizard.questions.session import judge

    answers = article().put(Place("haproxy", 0, "bind"), "vip")
    endpoint = watched(answers, judge(answers).files).endpoint
    assert [target.name for target in endpoint.not_queried] == ["haproxy-lb1", "haproxy-lb2"]
