"""Taking over what serves the endpoint: what is removed, what stays, and that nothing is left without what it names."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.wizard.importer.merging import HEAD, RENDERED, facts, kinds, messages
from wizard.merge import merge_haproxy

OLD = "\nfrontend old\n    bind *:6443\n    mode tcp\n    default_backend masters\n"
MASTERS = "\nbackend masters\n    mode tcp\n    server a 10.0.0.21:6443 check resolvers dns\n"
DNS = "\nresolvers dns\n    nameserver a 10.0.0.53:53\n"
OTHER = "\nfrontend vpn\n    bind *:6443\n    default_backend vpn\n\nbackend vpn\n    server v 192.0.2.7:443\n"


def test_the_frontend_goes_with_its_backend_and_what_that_one_needs() -> None:
    merged = merge_haproxy(HEAD + OLD + MASTERS + DNS, RENDERED, endpoint="serving")
    assert merged.problems == ()
    removed = {section for section, kind in kinds(merged).items() if kind == "removed"}
    assert removed == {"frontend old", "backend masters", "resolvers dns"}
    assert merged.text.startswith(HEAD)
    assert [(one.section, one.serves) for one in merged.in_the_way] == [("frontend old", True)]
    assert merged.services == ("frontend web",)


def test_named_alone_the_frontend_takes_its_backend_with_it() -> None:
    merged = merge_haproxy(HEAD + OLD + MASTERS, RENDERED, take_over=["frontend old"])
    assert "masters" not in merged.text


def test_what_serves_something_else_is_in_the_way_until_all_is_taken_over() -> None:
    existing = HEAD + OTHER
    merged = merge_haproxy(existing, RENDERED, endpoint="serving")
    assert any("are the same port" in message for message in messages(merged, existing))
    assert [one.serves for one in merged.in_the_way] == [False]
    assert "vpn" not in merge_haproxy(existing, RENDERED, endpoint="all").text


def test_what_a_condition_or_a_choice_at_run_time_names_stays() -> None:
    for line in ("http-request deny if { nbsrv(masters) lt 1 }", "use_backend %[path]"):
        existing = f"{HEAD}    {line}\n{OLD}{MASTERS}{DNS}"
        merged = merge_haproxy(existing, RENDERED, endpoint="serving")
        assert "backend masters" in merged.text
        assert any("stays" in note.message for note in merged.notes), line


def removed(existing: str) -> dict[str, bool]:
    """The sections that go when all is taken over, and whether halb's do all that each did."""
    merged = merge_haproxy(existing, RENDERED, endpoint="all")
    assert merged.problems == ()
    return {change.section: change.serves for change in merged.changes if change.kind == "removed"}


def test_what_a_shared_frontend_did_for_others_is_known_to_be_lost() -> None:
    shared = OLD.replace("    default", "    use_backend ingress if { req.ssl_sni -i shop.example.com }\n    default")
    ingress = "\nbackend ingress\n    mode tcp\n    server i 10.0.0.81:443\n"
    found = removed(HEAD + shared + MASTERS + ingress)
    assert found == {"frontend old": True, "backend masters": True, "backend ingress": False}


def test_a_frontend_whose_servers_have_host_names_serves_the_endpoint() -> None:
    named = MASTERS.replace("server a 10.0.0.21:6443", "server cp1 cp1.example.com:6443")
    assert all(removed(HEAD + OLD + named + DNS).values())


def test_a_frontend_that_leads_nowhere_takes_the_forgotten_backend_with_it() -> None:
    found = removed(HEAD + OLD.replace("masters", "master") + MASTERS)
    assert found == {"frontend old": False, "backend masters": True}


def test_the_endpoint_s_frontend_is_found_when_its_port_can_not_be_read() -> None:
    for bind in ("bind *:6443;", "bind\u00a0*:6443", "bind :::6443 v6only"):
        assert removed(HEAD + OLD.replace("bind *:6443", bind) + MASTERS)["frontend old"], bind
    another = OLD.replace("bind *:6443", "bind 127.0.0.1:7443")
    assert removed(HEAD + another + MASTERS) == {}


_NAMES = ("a", "b", "c", "dns")
_SECTIONS = st.sampled_from(
    [
        *(f"backend {name}\n    server s{name} 10.0.0.21:6443\n" for name in _NAMES),
        *(f"backend {name}\n    server s{name} 10.0.0.22:6443 resolvers dns\n" for name in _NAMES),
        *(f"frontend f{n}\n    bind *:6443\n    default_backend {name}\n" for n, name in enumerate(_NAMES)),
        *(f"frontend g{n}\n    bind :808{n}\n    default_backend {name}\n" for n, name in enumerate(_NAMES)),
        "frontend h\n    bind :8090\n    use_backend a if { nbsrv(b) gt 0 }\n    default_backend c\n",
        "resolvers dns\n    nameserver a 10.0.0.53:53\n",
        "listen l\n    bind *:6443\n    server s 10.0.0.23:6443 check\n",
    ]
)


def _header(section: str) -> str:
    return section.partition("\n")[0]


@settings(max_examples=times(80))
@given(st.lists(_SECTIONS, unique_by=_header, max_size=8))
def test_no_section_that_stays_loses_what_it_names_and_every_line_is_kept_or_removed(sections: list[str]) -> None:
    existing = "global\n    log /dev/log local0\n\ndefaults\n    mode tcp\n\n" + "\n".join(sections)
    merged = merge_haproxy(existing, RENDERED, endpoint="serving")
    if merged.problems:
        assert merged.text == existing
        return
    before, after = facts(existing), facts(merged.text)
    removed = {section for section, kind in kinds(merged).items() if kind == "removed"}
    for frontend in after.frontends:
        old = before.frontend(frontend.section.name.value if frontend.section.name else "")
        known = {name.value for name, target in before.routes(old) if target} if old is not None else set()
        lost = {name.value for name, target in after.routes(frontend) if target is None}
        assert not lost & known
    for section in sections:
        assert (section in merged.text) != (_header(section) in removed)
    resolving = [server for proxy in after.backends for server in proxy.servers if server.option("resolvers")]
    assert not (resolving and "resolvers dns" in removed)
