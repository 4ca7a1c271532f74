"""Which files are one node: the paths (and kinds) in, the nodes out. Pure.

The steps, for files that no option and no halb.toml has assigned:
1. words that name a role, not a machine (`etc`, `haproxy`, ...), are removed from each file's folders; what is left is
the file's *place*. Files with the same place are one node.
2. a folder with nothing but fragments of a haproxy configuration (`conf.d`, `services.d`, ...) belongs to the nearest
haproxy.cfg beside or above it, and is read after it.
3. several keepalived files in one place are one node each; a haproxy file there belongs to the node whose word is in
its name, or to all of them.
4. a haproxy file in a place above nodes without one belongs to those nodes.
5. a node is named after the shortest leading part of its place that distinguishes the nodes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import PurePath

from parsers.records import NamedTuple
from rules.engine.finding import NodeFiles
from rules.files.kinds import HAPROXY, KEEPALIVED

_Place = tuple[str, ...]

ROLE_FOLDERS = frozenset(
    (
        *("etc", "usr", "local", "haproxy", "keepalived", "conf", "conf.d", "haproxy.d", "services.d", "keepalived.d"),
        *("config", "configs", "configuration", "files", "file", "manifests"),
    )
)
"""Names of folders that say what is in them, not which machine it is of."""
_ROLE_WORDS = frozenset(("haproxy", "keepalived", "conf", "cfg", "cnf", "config", "etc"))
_LOCAL_FOLDERS = ("/etc/haproxy", "/etc/keepalived", "/usr/local/etc/haproxy", "/usr/local/etc/keepalived")


class InputFile(NamedTuple):
    """A file to group. `place` is the absolute path; `path` the one that the user sees."""

    path: str
    kind: str
    place: str
    stands_alone: bool = False
    """For haproxy: the text has its own `global` section."""


def group(files: Sequence[InputFile], local_name: str = "") -> list[NodeFiles]:
    """The nodes that the files make up, in the order of their names.

    `local_name` is this machine's name, used for files in the folders where this machine's daemons read them.
    """
    places: dict[_Place, list[InputFile]] = {}
    for file in files:
        places.setdefault(_place(file.place), []).append(file)
    _join_fragments(places)
    nodes = [node for place, members in sorted(places.items()) for node in _split(place, members)]
    nodes = _share_from_above(nodes)
    names = _names([node.place for node in nodes])
    one_place = len({node.place for node in nodes}) == 1
    result = []
    for node, place_name in zip(nodes, names, strict=True):
        name = place_name
        if node.word:
            name = node.word if one_place else f"{place_name}/{node.word}"
        elif local_name and all(_is_local(file.place) for file in node.haproxy + node.keepalived):
            name = local_name
        result.append(NodeFiles(name, tuple(f.path for f in node.haproxy), tuple(f.path for f in node.keepalived)))
    return sorted(_unique(result))


class _Draft(NamedTuple):
    place: _Place
    word: str
    haproxy: list[InputFile]
    keepalived: list[InputFile]


def _place(path: str) -> _Place:
    folders = PurePath(path).parent.parts
    return tuple(part for part in folders if part.lower() not in ROLE_FOLDERS)


def _is_local(path: str) -> bool:
    return str(PurePath(path).parent).startswith(_LOCAL_FOLDERS)


def _is_fragment(file: InputFile) -> bool:
    """Whether a haproxy file is there to be read after another one: in a `*.d` folder, or without a `global` section
    and under a name that says nothing else.
    """
    path = PurePath(file.place)
    return path.parent.name.endswith(".d") or not (file.stands_alone or path.stem.lower().startswith(HAPROXY))


def _join_fragments(places: dict[_Place, list[InputFile]]) -> None:
    """Move the files of places that hold only fragments to the nearest place above that has a haproxy.cfg."""
    whole = {
        place
        for place, members in places.items()
        if any(file.kind == HAPROXY and not _is_fragment(file) for file in members)
    }
    for place in sorted(places):
        if not all(file.kind == HAPROXY and _is_fragment(file) for file in places[place]):
            continue
        above = next((place[:n] for n in range(len(place) - 1, -1, -1) if place[:n] in whole), None)
        if above is not None:
            places[above].extend(places.pop(place))


def in_reading_order(haproxy: Sequence[InputFile]) -> list[InputFile]:
    """The order in which haproxy reads the files of one node: `-f haproxy.cfg -f conf.d`.

    Of a folder it reads the files in the order of the bytes of their names (measured with 2.6.12).
    """
    whole = [PurePath(file.place).parent for file in haproxy if not _is_fragment(file)]
    main = min(whole, key=lambda folder: (len(folder.parts), folder), default=None)

    def key(file: InputFile) -> tuple[bool, PurePath, bool, bytes]:
        path = PurePath(file.place)
        return path.parent != main, path.parent, path.stem.lower() != HAPROXY, os.fsencode(path.name)

    return sorted(haproxy, key=key)


def _split(place: _Place, members: list[InputFile]) -> list[_Draft]:
    """The nodes of one place."""
    haproxy = in_reading_order([f for f in members if f.kind == HAPROXY])
    keepalived = sorted((f for f in members if f.kind == KEEPALIVED), key=lambda f: f.path)
    if len(keepalived) > 1:
        return _one_each(place, keepalived, haproxy)
    whole = [file for file in haproxy if file.stands_alone and not _is_fragment(file)]
    fragments = [file for file in haproxy if file not in whole]
    if not keepalived and len(whole) > 1 and all(_is_apart(file, whole) for file in fragments):
        # Whole configurations in one folder, not fragments that one haproxy loads together.
        words = _distinct_words([file.path for file in whole])
        return [_Draft(place, word, [file, *fragments], []) for word, file in zip(words, whole, strict=True)]
    return [_Draft(place, "", haproxy, keepalived)]


def _one_each(place: _Place, keepalived: list[InputFile], haproxy: list[InputFile]) -> list[_Draft]:
    words = _distinct_words([file.path for file in keepalived])
    own: dict[str, list[InputFile]] = {word: [] for word in words}
    shared: list[InputFile] = []
    for file in haproxy:
        owner = next((word for word in words if word in _words(file.path)), None)
        (own[owner] if owner else shared).append(file)
    fragments = [file for file in shared if _is_fragment(file) and _is_apart(file, [*keepalived, *haproxy[:1]])]
    return [
        _Draft(place, word, [*own[word], *fragments] if own[word] else shared, [file])
        for word, file in zip(words, keepalived, strict=True)
    ]


def _is_apart(fragment: InputFile, whole: Sequence[InputFile]) -> bool:
    """Whether the fragment has a folder of its own."""
    folder = PurePath(fragment.place).parent
    return all(folder != PurePath(file.place).parent for file in whole)


def _words(path: str) -> list[str]:
    return [word for word in re.split(r"[-_. ]+", PurePath(path).name.lower()) if word]


def _distinct_words(paths: list[str]) -> list[str]:
    """For files with the same place, the part of each name that distinguishes it from the others."""
    split = [_words(path) for path in paths]
    common = set.intersection(*(set(words) for words in split))
    distinct_words = ["-".join(w for w in words if w not in common and w not in _ROLE_WORDS) for words in split]
    if "" in distinct_words or len(set(distinct_words)) < len(distinct_words):
        stems = [PurePath(path).stem for path in paths]
        distinct_words = stems if len(set(stems)) == len(stems) else [PurePath(path).name for path in paths]
    return distinct_words


def _share_from_above(nodes: list[_Draft]) -> list[_Draft]:
    """Give a haproxy file above nodes without one, or with fragments only, to those nodes."""
    result = list(nodes)
    for upper in nodes:
        if upper.keepalived or all(_is_fragment(file) for file in upper.haproxy):
            continue
        below = [
            node
            for node in result
            if node is not upper
            and node.place[: len(upper.place)] == upper.place
            and all(_is_fragment(file) for file in node.haproxy)
        ]
        if below:
            for node in below:
                node.haproxy[:0] = upper.haproxy
            result.remove(upper)
    return result


def _names(places: Sequence[_Place]) -> list[str]:
    distinct = sorted(set(places))
    if not distinct:
        return []
    if len(distinct) == 1:
        last = distinct[0][-1:] or ("node",)
        return [last[0].strip("/\\") or "node"] * len(places)
    shared = _shared_length(distinct)
    tails = {place: place[shared:] for place in distinct}
    length = 1
    while len({tail[:length] for tail in tails.values()}) < len(distinct):
        length += 1
    above = distinct[0][shared - 1].strip("/\\") if shared else ""
    return ["/".join(tails[place][:length]) or above or "node" for place in places]


def _shared_length(places: Sequence[_Place]) -> int:
    """How many leading folders all places have in common (sorted, so the first and the last are enough)."""
    first, last = places[0], places[-1]
    return next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))


def _unique(nodes: list[NodeFiles]) -> list[NodeFiles]:
    seen: dict[str, int] = {}
    result = []
    for node in nodes:
        count = seen[node.name] = seen.get(node.name, 0) + 1
        result.append(node if count == 1 else node._replace(name=f"{node.name}-{count}"))
    return result
