"""Merged files on the disk: written only over what they were merged into, and known to be merged afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.wizard.importer.merging import HEAD, NEWER, RENDERED
from wizard.files import ChangedError, StoreError, merge_tree, write_tree
from wizard.files.manifest import manifest_path, read_manifest

pytestmark = pytest.mark.slow

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CFG, CONF = "lb1/etc/haproxy/haproxy.cfg", "lb1/etc/keepalived/keepalived.conf"


def files(text: str = RENDERED) -> dict[str, tuple[str, int]]:
    return {CFG: (text, 0o644), CONF: ("! one\n", 0o640)}


def put(directory: Path, text: str = HEAD) -> Path:
    target = directory / CFG
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return target


def merged(directory: Path, text: str = RENDERED, *, merge: bool = True) -> list[str]:
    merging = merge_tree(directory, files(text), merge=merge)
    written = write_tree(directory, merging.files, force=False, when=WHEN, merging=merging)
    return [file.state for file in written.files]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("after", [HEAD + "# mine\n", None])
def test_what_changed_between_merging_and_writing_is_not_lost_even_when_forced(
    tmp_path: Path, force: bool, after: str | None
) -> None:
    target = put(tmp_path)
    merging = merge_tree(tmp_path, files(), merge=True)
    if after is None:
        target.unlink()
    else:
        target.write_text(after)
    with pytest.raises(StoreError, match=r"haproxy\.cfg: was changed while halb was merging; run it again"):
        write_tree(tmp_path, merging.files, force=force, when=WHEN, merging=merging)
    assert (target.read_text() if target.exists() else None) == after
    assert not (tmp_path / CONF).exists()


def test_a_merge_that_nobody_asked_for_does_not_touch_what_others_wrote(tmp_path: Path) -> None:
    target = put(tmp_path)
    merging = merge_tree(tmp_path, files())
    assert (merging.bases, merging.foreign) == ({}, (CFG,))
    with pytest.raises(ChangedError):
        write_tree(tmp_path, merging.files, force=False, when=WHEN, merging=merging)
    assert target.read_text() == HEAD


def test_merged_files_are_known_until_nothing_of_others_is_left(tmp_path: Path) -> None:
    target = put(tmp_path)
    assert merged(tmp_path) == ["merged", "new"]
    assert read_manifest(tmp_path).merged == {CFG}
    assert merged(tmp_path, NEWER, merge=False) == ["merged", "unchanged"]
    assert target.read_text().startswith(HEAD)
    target.write_text(RENDERED)
    assert merged(tmp_path, merge=False) == ["unchanged", "unchanged"]
    assert read_manifest(tmp_path).merged == frozenset()


def test_a_run_that_was_killed_after_the_files_came_into_place_is_completed(tmp_path: Path) -> None:
    target = put(tmp_path)
    merged(tmp_path)
    # What such a run leaves: its sums stand in "begun", none in "written".
    manifest = manifest_path(tmp_path)
    manifest.write_text(
        manifest.read_text().replace('"begun": {}', '"begun": BEGUN').replace('"written"', '"begun"')
        .replace('"begun": BEGUN', '"written": {}')
    )  # fmt: skip
    assert read_manifest(tmp_path).begun
    assert merged(tmp_path, NEWER, merge=False) == ["merged", "unchanged"]
    assert target.read_text().startswith(HEAD)


def test_a_file_that_has_halbs_sections_already_is_unchanged_and_known_from_then_on(tmp_path: Path) -> None:
    put(tmp_path)
    merged(tmp_path)
    manifest_path(tmp_path).unlink()
    assert merged(tmp_path) == ["unchanged", "unchanged"]
    assert merged(tmp_path, NEWER, merge=False) == ["merged", "unchanged"]


@pytest.mark.parametrize("value", ["null", "[1, {}]", '"x"', '{"a": 1}'])
def test_with_a_damaged_list_of_merged_files_nothing_of_others_is_lost(tmp_path: Path, value: str) -> None:
    put(tmp_path)
    merged(tmp_path)
    path = manifest_path(tmp_path)
    path.write_text(path.read_text().replace(f'"merged": [\n  "{CFG}"\n ]', f'"merged": {value}'))
    assert value in path.read_text()
    with pytest.raises(ChangedError):
        merged(tmp_path, NEWER, merge=False)
