"""The documentation's site: every link leads somewhere, and a reader's browser asks nobody else for anything."""

from __future__ import annotations

import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from rules.engine.registry import all_rules
from tests.tools.site import ROOT, SiteError, build

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]
# What a browser loads by itself, in HTML and CSS; a link that is clicked is none of that.
_LOADED = re.compile(r"""<(?:script|img|iframe|source|object)\b[^>]*\b(?:src|data)="?((?:https?:)?//[^"\s>]+)""")
_LINKED = re.compile(r"""<link\b(?=[^>]*\brel="?(?:stylesheet|icon|pre\w+)\b)[^>]*\bhref="?((?:https?:)?//[^"\s>]+)""")
_IN_STYLE = re.compile(r"""(?:url\(["']?|@import ["'])((?:https?:)?//[^)"']+)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_spec("mkdocs") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("mkdocs is not installed; 'make site' installs it")
    target = tmp_path_factory.mktemp("site") / "site"
    build(target)
    return target


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    for path in (*pages, *site.rglob("*.css"), *site.rglob("*.svg")):
        text = path.read_text(encoding="utf-8")
        found = [match for pattern in (_LOADED, _LINKED, _IN_STYLE) for match in pattern.findall(text)]
        assert found == [], path
    assert not [path for path in site.rglob("*") if path.suffix in (".woff", ".woff2", ".ttf")]


def test_every_rule_has_its_place(site: Path) -> None:
    text = (site / "docs" / "rules.html").read_text(encoding="utf-8")
    assert {rule.code for rule in all_rules()} <= {code.upper() for code in re.findall(r'<h3 id="(\w+)"', text)}


def test_the_pictures_are_shown(site: Path) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    shown = set(re.findall(r'<img [^>]*src="([^"]+\.svg)"', text))
    assert len(shown) > 5
    assert all((site / name).is_file() for name in shown)


def test_a_link_that_leads_nowhere_is_refused(site: Path, tmp_path: Path) -> None:
    for path in (*ROOT.glob("*.md"), *(ROOT / name for name in ("action.yml", "Containerfile", "LICENSE"))):
        shutil.copy(path, tmp_path)
    for name in ("docs", "screenshots"):
        shutil.copytree(ROOT / name, tmp_path / name)
    wrong = {"nowhere.md", "rules.md#ka999", "../rules/checks"}
    with (tmp_path / "docs" / "glossary.md").open("a", encoding="utf-8") as page:
        page.write("".join(f"\n[x]({target})\n" for target in wrong))
    with pytest.raises(SiteError) as refused:
        build(site.parent / "other", tmp_path)
    assert {target for target in wrong if f"'{target}'" not in str(refused.value)} == set()
