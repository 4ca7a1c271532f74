"""The fuzzer itself, some thousand inputs for what the network sends, and every input that was a fault once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.conftest import Figure
from tests.fuzz.coverage import Coverage
from tests.fuzz.loop import Target, fuzz, write
from tests.fuzz.mutation import mutated
from tests.fuzz.targets import TARGETS
from tests.programs import ROOT

FOUND = Path(__file__).parent / "found"
TRIES = 10_000


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dns", "der"])
def test_answers_of_the_network(name: str, figure: Figure) -> None:
    result = fuzz(TARGETS[name]._replace(covered=()), 0, tries=TRIES)
    figure(f"{result.tries} inputs for {name}: {result.seconds:.1f} s, {result.grown:.0f} MiB more memory")
    assert result.faults == ()
    assert result.tries == TRIES
    assert result.grown < 64


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_takes_its_seeds(name: str) -> None:
    """A check that refuses everything, or seeds that are gone, would let a run find nothing."""
    target = TARGETS[name]
    seeds = target.seeds()
    assert seeds
    assert all((ROOT / folder).exists() for folder in target.covered)
    rng = random.Random(0)
    for data in rng.sample(list(seeds), min(len(seeds), 5)):
        target.check(data)


def test_what_was_a_fault_once() -> None:
    for path in sorted(FOUND.glob("*")):
        TARGETS[path.name.rpartition("-")[0]].check(path.read_bytes())


def _broken(data: bytes) -> None:
    """A reader with a fault: a brace after a quote, however far."""
    if b"{" in data.partition(b'"')[2]:
        raise RuntimeError("unbalanced")


BROKEN = Target("broken", _broken, lambda: [b"global\n    log stdout\n" * 5, b'defaults\n    mode "tcp"\n'])


def test_a_fault_is_found_minimised_and_written(tmp_path: Path) -> None:
    result = fuzz(BROKEN, 0, tries=5000)
    assert [fault.data for fault in result.faults] == [b'"{']
    assert result.faults[0].place.startswith("RuntimeError at test_fuzz.py:")
    path = write(result.faults[0], BROKEN, tmp_path / "out")
    assert path.read_bytes() == b'"{'
    assert "RuntimeError: unbalanced" in path.with_suffix(".txt").read_text()


def test_a_run_can_be_repeated() -> None:
    tried: list[list[bytes]] = [[], []]
    for inputs in tried:
        fuzz(BROKEN._replace(check=inputs.append), 7, tries=200)
    assert tried[0] == tried[1]
    assert len(set(tried[0])) > 150
    fuzz(BROKEN._replace(check=tried[1].append), 8, tries=200)
    assert tried[0] != tried[1][200:]


def test_inputs_stay_small_and_differ() -> None:
    rng = random.Random(0)
    pool = [b"a b\nc d\n" * 2000, b""]
    made = {mutated(rng.choice(pool), pool, [b"word"], rng) for _ in range(300)}
    assert len(made) > 200
    assert max(map(len, made)) <= 1 << 15


def test_an_endless_loop_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.loop.PATIENCE", 0.2)

    def endless(data: bytes) -> None:
        while data:
            pass

    result = fuzz(Target("endless", endless, lambda: [b"x"]), 0, tries=1)
    assert [(fault.data, fault.place) for fault in result.faults] == [(b"x", "too slow")]


def test_minimised_keeps_what_matters() -> None:
    def check(data: bytes) -> None:
        assert not (b"\x42" in data and b"\x99" in data)

    target = Target("pair", check, lambda: [bytes(range(256)) * 3])
    ((small, _, _),) = fuzz(target, 0, tries=1).faults
    assert small in (b"\x42\x99", b"\x99\x42")


def test_coverage_tells_new_lines_from_old_ones() -> None:
    coverage = Coverage(("rules/live/tls/certificate.py",))
    target = TARGETS["der"]
    grew = []
    for data in (b"\x30", b"\x30", target.seeds()[0]):
        with coverage.traced():
            target.check(data)
        grew.append(coverage.grew)
    assert grew == [True, False, True]
    ((_, ran, every),) = coverage.shares()
    assert 30 < ran < every
