"""A reader who does what a help says, word for word, and nothing else.

`typed` turns a finding into the texts after the edit, or returns None: then the help is prose, and the example says
what is to be typed (`type` lines, see `rules/engine/examples.py`). Words in capitals stand for a value of the reader's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from rules.engine.finding import Finding, Location
from tests.rules.helps.lines import Text, in_capitals

Texts = dict[str, str]
_Edit = Callable[..., bool]

_HERE = r"(?:$|[;:,(?.]| or | if | on its own| so that | above | below | here)"


def typed(finding: Finding, files: Mapping[str, str]) -> Texts | None:
    """The files after what the help says was typed; None if it is not said in words that can be followed blindly."""
    for help_ in _sentences(finding.help):
        for pattern, edit in _SAID:
            match = re.search(pattern, help_)
            if match is not None:
                after = dict(files)
                if edit(finding, after, match) and after != dict(files):
                    return _on_copies(finding, files, after, partial(edit, match=match))
    return None


def _on_copies(
    finding: Finding, files: Mapping[str, str], after: Texts, edit: Callable[[Finding, Texts], bool]
) -> Texts:
    """The same edit where other nodes have the same."""
    folder = _folder(finding.location)
    changed = [path for path in after if after[path] != files[path] and path.startswith(folder)]
    for copy in finding.copies:
        copies = {path: _folder(copy) + path.removeprefix(folder) for path in changed}
        if all(files.get(other) == files[path] for path, other in copies.items()):
            after.update({other: after[path] for path, other in copies.items()})
        else:
            edit(_finding(finding, location=copy), after)
    return after


def _folder(at: Location) -> str:
    return at.file[: at.file.rfind("/") + 1]


def _finding(finding: Finding, location: Location | None = None, help_: str | None = None) -> Finding:
    """The same finding at another place, or with another help."""
    at, said = location or finding.location, finding.help if help_ is None else help_
    return Finding(finding.code, finding.name, finding.severity, finding.message, at, finding.related, said)


def _sentences(help_: str) -> Iterator[str]:
    """The whole help; what stands behind a colon says the same more exactly, and comes first."""
    if re.search(r": (?:write )?\w+ \"", help_):
        yield help_.rpartition(": ")[2]
    yield help_


def _main(finding: Finding, texts: Texts) -> Text:
    return Text(texts, finding.location)


def _places(finding: Finding) -> list[Location]:
    """The finding's places, one a file: what is to be written on every node is written in all of these."""
    return list({at.file: at for at in (finding.location, *finding.copies, *finding.related)}.values())


def _command(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).replace_line(match[1])


def _write(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).write(in_capitals(match[1]))


def _write_on_nodes(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    in_instance = "vrrp_instance" in match[0]
    old = _main(finding, texts).line
    if old.split()[0] == match[1].split()[0]:
        done = [Text(texts, at).replace_same(old, match[1]) for at in _places(finding)]
        if any(done):
            return True
    return _each(Text(texts, at).set_in_block(match[1], instance=in_instance) for at in _places(finding))


def _write_everywhere(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    """In place of the line, and of the same line in the files of other nodes."""
    old = _main(finding, texts).line
    for path, text in texts.items():
        if path.endswith("keepalived.conf"):
            new = old[: len(old) - len(old.lstrip())] + match[1]
            texts[path] = "\n".join(new if line == old else line for line in text.split("\n"))
    return True


def _write_both(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _each(_main(finding, texts).set_around(statement) for statement in match.groups())


def _instead_of_mark(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).replace_mark(" " if match[1] == "a plain space" else match[1])


def _write_in(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    statements = re.findall(r"'([^']+)'", match[1])
    return _each(_main(finding, texts).set_in_section(match[2], statement) for statement in statements)


def _write_in_globals(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _each(Text(texts, at).set_global(match[1]) for at in _places(finding))


def _each(edits: Iterable[bool]) -> bool:
    """Whether all were possible; none is left out because an earlier one was not."""
    return all(list(edits))


def _instead(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).swap(match[2].strip("'"), match[1].strip("'"))


def _instead_in_line(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    text = _main(finding, texts)
    text.number = int(match[3]) - 1
    return text.swap(match[2], match[1])


def _of_node(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).swap(match[1], match[2])


def _list_in_block(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).insert_in_block(match[1])


def _add_to_line(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).append(match[1])


def _add_to_servers(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).append_to("server", match[1])


def _add_to_block(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).insert_in_block(in_capitals(match[1]))


def _add_to_end(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    text = _main(finding, texts)
    return text.replace_text(text.whole + match[1] + "\n")


def _add_to_instance(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).insert_after("vrrp_instance ", match[1])


def _remove_words(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).remove_words(match[1])


def _write_and_add(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).append_to("server", match[2]) and _main(finding, texts).write(match[1])


def _remove_and_add(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).append_to("server", match[2]) and _main(finding, texts).remove_words(match[1])


def _remove_mark(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).remove_mark(line=match[0] != "remove the empty word")


def _remove_rest(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).cut()


def _remove_line(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).remove_line()


def _remove_block(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).remove_block()


def _remove_section(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).remove_section()


def _own_line(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).on_its_own_line(finding.location, match[1] if match.groups() else None)


def _each_line(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).replace_mark("\n".join(re.findall(r"'([^']+)'", match[1])))


def _move_to_block(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).move_to_block(match[2])


def _move_above(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).move_block(match[1], match[2])


def _add_check(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).add_check(match[1], match[2])


def _add_frontend(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    path = _folder(finding.location) + "haproxy.cfg"
    texts[path] += "\n".join(["", match[1], *(f"    {line}" for line in re.findall(r"'([^']+)'", match[2])), ""])
    after = typed(_finding(finding, help_=match[3]), texts)
    texts.update(after or {})
    return after is not None


def _write_both_on_node(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    """What one node's instance lacks, at a place of the finding that is in its file."""
    at = next(at for at in finding.related if at.node == match[3])
    return _each(Text(texts, at).set_around(statement) for statement in match.groups()[:2])


def _remove_both(finding: Finding, texts: Texts, match: re.Match[str]) -> bool:
    return _main(finding, texts).remove_line() and _main(finding, texts).remove_around(match[1])


# In the order in which they are tried: the exact ones first.
_SAID: list[tuple[str, _Edit]] = [
    (r'^(?:write )?(\w+ ".*")$', _command),
    (r'^write (\w+ "[^"]+"), or ', _command),
    (r"^write (?:one address per line|two lines): (.+?)(?: or |$)", _each_line),
    (r"^type (.+) instead", _instead_of_mark),
    (r"^write '([^']+)'(?: instead of '[^']+')?, and add '([^']+)' to the servers", _write_and_add),
    (r"write '([^']+)' and '([^']+)'(?: on [\w-]+)?$", _write_both),
    (r"^write '([^']+)' and '([^']+)' on ([\w-]+) too", _write_both_on_node),
    (r"^write one (?:address|name) per line$", _own_line),
    (r"write '([^']+)' in global_defs(?: of every node|$)", _write_in_globals),
    (r"^replace '([^']+)' with ([^ ]+) in ", _of_node),
    (r"^list ([^ ]+) in unicast_peer of ", _list_in_block),
    (r"write '([^']+)' instead of '([^']+)' in line (\d+)", _instead_in_line),
    (r"write ('[^']+'|[^' ,]+) instead of ('[^']+'|[^' ,]+)", _instead),
    (r"^write ('[^']+'(?:, '[^']+')*(?: and '[^']+')?)(?: \(or suitable values\))? in (\w+(?: '[^']+')?)", _write_in),
    (r"write '([^' ]+)' on every node", _write),
    (
        r"write '([^']+)' (?:on|in the vrrp_instance of) (?:every node|all nodes|[\w-]+(?:, [\w-]+)* and [\w-]+)",
        _write_on_nodes,
    ),
    (r"write '(bind [^']+)' on its own line", _own_line),
    (rf"^write,? (?:for example, )?'([^']+)'{_HERE}", _write),
    (r"^write a number from (-?\d+) to ", _write),
    (r"^write (\w+)(?:, \w+)* or \w+$", _write),
    (r"^write [^']+, the same on all nodes, such as '([^']+)'", _write_everywhere),
    (r"^write [^']+, such as '([^']+)'", _write),
    (r"^(?:did you mean|use) (?:the section keyword )?'([^']+)'(?:\?|$)", _write),
    (r"^add '([^']+)' to the servers", _add_to_servers),
    (r"^add '([^']+)' to the (?:line|bind line)", _add_to_line),
    (r"^add '(verify none)'", _add_to_line),
    (r"^add '(\w+ \w+)' with ('[^']+'(?:, '[^']+')* and '[^']+') to haproxy.cfg; then (.+)$", _add_frontend),
    (
        r"^add a vrrp_script that \w+ haproxy, such as '([^']+)'(?: with '([^']+)')?, and track it in the ins",
        _add_check,
    ),
    (r"add '([^']+)' to the vrrp_instance", _add_to_instance),
    (r"^add '([^']+)' at the end of the file", _add_to_end),
    (r"^add '([^']+)'(?:$|,| with | to the block)", _add_to_block),
    (r"^remove the second copy", _remove_section),
    (r"^remove (?:the|this) block", _remove_block),
    (r", or remove one of the two$", _remove_block),
    (r"^remove what is not meant", _remove_line),
    (r"^(?:remove (?:the line|one of the two lines|the include)|keep one of the two lines)", _remove_line),
    (r"^remove the comment", _remove_rest),
    (r"^remove (?:it|the empty word)(?:$|[,; ])", _remove_mark),
    (r"^remove '([^']+)' and this line$", _remove_both),
    (r"^remove '([^']+)', and add '([^']+)' to the servers", _remove_and_add),
    (r"^remove '([^']+)'", _remove_words),
    (r"^put '([^']+)' on its own line", _own_line),
    (r"^move '([^']+)' to a '(\w+)' block", _move_to_block),
    (r"^move the block '([^']+)' above '([^']+)'", _move_above),
    # What follows an "or" is as good as what stands before it.
    (r", or write '([^']+)'", _write),
    (r", or remove '([^']+)'$", _remove_words),
]
