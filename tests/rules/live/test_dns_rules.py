"""What the rules on where the name leads (DN001 to DN005, DN008) say where their examples don't show it."""

from __future__ import annotations

import pytest

from rules.live.observations import ReplyKind
from tests.rules.live.answers import NAME, OK, line_of, only, plan
from tests.rules.live.names import (
    AT_MASTER,
    AT_VIP,
    BOOTSTRAP,
    CUTOVER,
    DUAL,
    MASTER_RECORD,
    READY,
    UNSET,
    VIP_RECORD,
    judged,
    words,
)

# DN001


def test_name_without_record_in_the_cutover_phase_is_to_lead_to_the_vip_once_that_serves() -> None:
    ready = only(judged(CUTOVER, "resolver 192.0.2.53 A: NXDOMAIN negative 300", READY))
    assert VIP_RECORD in ready.help
    waiting = only(judged(CUTOVER, "resolver 192.0.2.53 A: NXDOMAIN negative 300", "probe 192.0.2.10:6443: no answer"))
    assert MASTER_RECORD in waiting.help
    assert "until the VIP answers" in waiting.help
    assert VIP_RECORD not in waiting.help


def test_name_without_record_leads_to_the_initial_master_when_no_phase_is_set() -> None:
    assert MASTER_RECORD in only(judged(UNSET, "resolver 192.0.2.53 A: NXDOMAIN negative 300", READY)).help


def test_message_says_how_long_a_denial_is_remembered() -> None:
    assert "may cache that for 5 min" in only(judged(BOOTSTRAP, "resolver 192.0.2.53 A: NXDOMAIN negative 300")).message


def test_servers_with_the_same_complaint_are_one_finding() -> None:
    found = only(judged(BOOTSTRAP, *(f"resolver 192.0.2.{n} A: timeout" for n in range(60, 80))))
    assert found.message.count("does not answer") == 1
    assert "15 more" in found.message


def test_resolver_without_an_answer_to_one_of_the_two_questions_is_named() -> None:
    found = only(judged(BOOTSTRAP, AT_MASTER, "resolver 192.0.2.53 AAAA: SERVFAIL"))
    assert words([found]) == ["DN001 warning"]
    assert "AAAA records" in found.message


def test_machine_without_resolver_that_finds_nothing_is_an_error() -> None:
    found = only(judged(BOOTSTRAP, "this machine: "))
    assert words([found]) == ["DN001 error"]
    assert "has no name server" in found.message


@pytest.mark.parametrize(
    "answer", ["resolver 192.0.2.53 A: NXDOMAIN", "resolver 192.0.2.53 A: timeout", "nsswitch: files"]
)
def test_name_from_the_hosts_file_alone_is_the_business_of_dn010(answer: str) -> None:
    assert words(judged(BOOTSTRAP, answer, f"hosts: 192.0.2.21 {NAME}", "this machine: 192.0.2.21")) == ["DN010 info"]


def test_dead_resolver_is_a_warning_where_this_machine_resolves_the_name_otherwise() -> None:
    assert words(judged(BOOTSTRAP, "resolver 192.0.2.53 A: timeout", "this machine: 192.0.2.21")) == ["DN001 warning"]


def test_line_of_the_hosts_file_counts_only_where_nsswitch_lets_it() -> None:
    lines = ("resolver 192.0.2.53 A: NXDOMAIN negative 300", f"hosts: 192.0.2.21 {NAME}", "nsswitch: dns")
    assert words(judged(BOOTSTRAP, *lines)) == ["DN001 error", "DN010 info"]


def test_record_that_only_the_authoritative_server_gives_is_one_finding() -> None:
    lines = ("authority nsa 192.0.2.1 A: 192.0.2.21 ttl 60", "resolver 192.0.2.53 A: NXDOMAIN negative 300")
    found = only(judged(BOOTSTRAP, *lines))
    assert words([found]) == ["DN001 error"]
    assert "wait 5 min" in found.help


def test_authoritative_servers_stand_in_where_there_is_no_resolver() -> None:
    assert words(judged(BOOTSTRAP, "authority nsa 192.0.2.1 A: NXDOMAIN negative 300")) == ["DN001 error"]
    assert judged(BOOTSTRAP, f"authority nsa 192.0.2.1 A: {ReplyKind.ALIAS.value}") == []


def test_nobody_asked_nothing_said() -> None:
    assert judged(BOOTSTRAP) == []


# DN002, DN003, DN004, DN008: where the name leads


def test_name_is_never_to_be_moved_to_a_vip_that_does_not_serve() -> None:
    found = only(judged(CUTOVER, AT_MASTER, "probe 192.0.2.10:6443: connection refused"))
    assert found.code == "DN002"
    assert "first make the VIP answer" in found.help
    assert "connection refused" in found.help
    assert VIP_RECORD not in found.help


def test_name_elsewhere_in_the_cutover_phase_goes_back_to_the_initial_master_until_the_vip_serves() -> None:
    found = only(judged(CUTOVER, "resolver 192.0.2.53 A: 192.0.2.99 ttl 60"))
    assert found.code == "DN002"
    assert MASTER_RECORD in found.help


def test_finding_says_which_phase_dns_is_in_and_stands_at_the_phase() -> None:
    found = only(judged(CUTOVER, AT_MASTER, READY))
    assert found.message.startswith("DNS is in the bootstrap phase")
    assert found.location.line == line_of(CUTOVER, "phase")
    assert [place.line for place in found.related] == [line_of(CUTOVER, '"192.0.2.10/24"')]


def test_own_address_of_a_load_balancer_is_not_the_vip() -> None:
    found = only(judged(UNSET, "resolver 192.0.2.53 A: 192.0.2.11 ttl 60"))
    assert words([found]) == ["DN002 error"]
    assert "lb1 (192.0.2.11)" in found.message


def test_phase_without_known_target_is_judged_by_the_other_phase_alone() -> None:
    unknown_vip = plan("cutover", lbs=0, vip="")
    assert words(judged(unknown_vip, AT_MASTER)) == ["DN002 error"]
    assert judged(unknown_vip, "resolver 192.0.2.53 A: 192.0.2.99 ttl 60") == []


def test_vip_that_does_not_serve_is_one_finding_whatever_the_phase() -> None:
    for text in (BOOTSTRAP, UNSET, CUTOVER):
        found = only(judged(text, AT_VIP, "probe 192.0.2.10:6443: connection refused"))
        assert words([found]) == ["DN008 error"]
        assert MASTER_RECORD in found.help


def test_leftover_beside_a_vip_that_does_not_serve_is_one_finding() -> None:
    both = "resolver 192.0.2.53 A: 192.0.2.10 ttl 60, 192.0.2.21 ttl 60"
    assert words(judged(CUTOVER, both, "probe 192.0.2.10:6443: connection refused")) == ["DN008 error"]
    assert words(judged(CUTOVER, both, READY)) == ["DN003 warning"]


def test_silent_vip_is_a_warning_where_nothing_answers_from_here() -> None:
    unheard = [f"probe 192.0.2.{n}:6443: no answer" for n in (10, 21, 22)]
    assert words(judged(CUTOVER, AT_VIP, *unheard)) == ["DN008 warning"]
    answering = [unheard[0], f"probe 192.0.2.21:6443: {OK}"]
    assert words(judged(CUTOVER, AT_VIP, *answering)) == ["DN008 error"]


def test_vip_behind_which_the_api_is_not_ready_is_no_matter_of_dns() -> None:
    assert judged(CUTOVER, AT_VIP, f"probe 192.0.2.10:6443: HTTP 500 names {NAME}") == []


@pytest.mark.parametrize("met", ["HTTP 200", "TLS without HTTP answer"])
def test_vip_whose_certificate_can_not_be_read_is_not_judged(met: str) -> None:
    assert judged(CUTOVER, AT_VIP, f"probe 192.0.2.10:6443: {met}") == []


def test_name_that_the_initial_masters_certificate_lacks_too_is_no_matter_of_dns() -> None:
    probes = [f"probe 192.0.2.{n}:6443: HTTP 200 names cp1" for n in (10, 21)]
    assert judged(CUTOVER, AT_VIP, *probes) == []


def test_several_addresses_of_which_none_is_right_are_one_finding() -> None:
    several = "resolver 192.0.2.53 A: 192.0.2.22 ttl 60, 192.0.2.99 ttl 60"
    assert words(judged(BOOTSTRAP, several)) == ["DN002 error"]


def test_thousands_of_addresses_make_a_short_message() -> None:
    many = ", ".join(f"198.51.{n // 250}.{n % 250} ttl 600" for n in range(1500))
    for text in (BOOTSTRAP, CUTOVER, UNSET):
        found = judged(text, f"resolver 192.0.2.53 A: {many}", "resolver 192.0.2.54 A: 192.0.2.21 ttl 60")
        found += judged(
            text, f"authority nsa 192.0.2.1 A: {many}", AT_MASTER, "this machine: 198.51.100.1 198.51.100.2"
        )
        assert found
        assert max(len(f.message) + len(f.help) + len(f.location.note) for f in found) < 1000


def test_authoritative_server_that_is_right_leaves_the_caches_to_dn006() -> None:
    assert words(judged(CUTOVER, "authority nsa 192.0.2.1 A: 192.0.2.10 ttl 60", AT_MASTER, READY)) == ["DN006 warning"]


def test_authoritative_server_that_is_wrong_is_dn002_even_where_a_cache_is_right() -> None:
    codes = words(judged(BOOTSTRAP, "authority nsa 192.0.2.1 A: 192.0.2.99 ttl 60", AT_MASTER))
    assert codes == ["DN002 error", "DN006 warning"]


def test_second_address_family_of_the_initial_master_may_be_unknown_where_ipv6_is_planned() -> None:
    lines = ("resolver 192.0.2.53 A: 192.0.2.21 ttl 60", "resolver 192.0.2.53 AAAA: 2001:db8::21 ttl 60")
    assert judged(plan("bootstrap", vip=DUAL), *lines) == []
    assert words(judged(plan("bootstrap"), *lines)) == ["DN004 warning"]


def test_ipv6_address_beside_the_vip_is_judged_like_any_where_an_ipv6_vip_is_known() -> None:
    lines = (AT_VIP, "resolver 192.0.2.53 AAAA: 2001:db8::99 ttl 60", READY)
    found = only(judged(plan("cutover", vip=DUAL), *lines))
    assert words([found]) == ["DN002 error"]
    assert "2001:db8::99" in found.message
    assert "192.0.2.10 (says" not in found.message


def test_name_that_leads_elsewhere_in_both_families_is_one_finding() -> None:
    lines = ("resolver 192.0.2.53 A: 192.0.2.99 ttl 60", "resolver 192.0.2.53 AAAA: 2001:db8::99 ttl 60")
    assert words(judged(UNSET, *lines)) == ["DN002 error"]


# DN005


def test_ttl_is_no_matter_once_the_name_is_at_the_vip() -> None:
    assert judged(CUTOVER, "authority nsa 192.0.2.1 A: 192.0.2.10 ttl 86400", READY) == []


def test_ttl_of_five_minutes_is_short_enough() -> None:
    assert judged(BOOTSTRAP, "authority nsa 192.0.2.1 A: 192.0.2.21 ttl 300") == []
    assert words(judged(BOOTSTRAP, "authority nsa 192.0.2.1 A: 192.0.2.21 ttl 301")) == ["DN005 warning"]


def test_remaining_ttl_counts_where_no_authoritative_server_was_asked() -> None:
    assert words(judged(BOOTSTRAP, "resolver 192.0.2.53 A: 192.0.2.21 ttl 301")) == ["DN005 warning"]


def test_long_ttl_is_an_info_where_no_vip_is_known() -> None:
    assert words(judged(plan(None, lbs=0, vip=""), "authority nsa 192.0.2.1 A: 192.0.2.21 ttl 3600")) == ["DN005 info"]


def test_ttl_help_never_prints_an_address_where_there_are_several() -> None:
    lines = ("authority nsa 192.0.2.1 A: 192.0.2.10 ttl 3600, 192.0.2.21 ttl 3600",)
    help_text = next(f.help for f in judged(CUTOVER, *lines) if f.code == "DN005")
    assert VIP_RECORD not in help_text
