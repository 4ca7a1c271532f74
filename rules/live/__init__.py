"""The network: what the name servers, the API servers and this machine answer.

`endpoint` is what to query, as configured; `observations` holds the answers as plain data, and `views` compare both:
rules see only those. `dns` and `tls` open sockets, `system` reads this machine's own files, `machine` looks at all of
it; `asking` runs them concurrently within one timeout. `dns.messages`, `tls.readyz` and `tls.certificate` parse the
answers, without sockets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.live.asking import load_asking, observe, parse_resolver
    from rules.live.dns.survey import survey
    from rules.live.endpoint import Endpoint, Part, Target, endpoint_of
    from rules.live.machine.interfaces import interfaces
    from rules.live.machine.listening import arp_answers, heard_adverts
    from rules.live.machine.observed import Advert, Answer, Nic, NotKnownError
    from rules.live.needs import lacking, to_write, words_for
    from rules.live.observations import (
        AddressRecord,
        Alias,
        Certificate,
        Contact,
        DnsView,
        HostsEntry,
        IPAddress,
        NameServer,
        Observations,
        Probe,
        Reply,
        ReplyKind,
        Role,
        SystemView,
        Vantage,
    )
    from rules.live.system import local_addresses, system_resolvers, system_view
    from rules.live.tls.servers import probe_all
    from rules.live.views.routers import free_vrid
    from rules.live.views.view import LONGEST_TTL, LiveView
    from rules.live.views.wording import (
        addresses,
        advice,
        asked_from,
        duration,
        kubeadm_init,
        names_of,
        probe_words,
        record,
        reply_words,
    )

__all__ = [
    "LONGEST_TTL",
    "AddressRecord",
    "Advert",
    "Alias",
    "Answer",
    "Certificate",
    "Contact",
    "DnsView",
    "Endpoint",
    "HostsEntry",
    "IPAddress",
    "LiveView",
    "NameServer",
    "Nic",
    "NotKnownError",
    "Observations",
    "Part",
    "Probe",
    "Reply",
    "ReplyKind",
    "Role",
    "SystemView",
    "Target",
    "Vantage",
    "addresses",
    "advice",
    "arp_answers",
    "asked_from",
    "duration",
    "endpoint_of",
    "free_vrid",
    "heard_adverts",
    "interfaces",
    "kubeadm_init",
    "lacking",
    "load_asking",
    "local_addresses",
    "names_of",
    "observe",
    "parse_resolver",
    "probe_all",
    "probe_words",
    "record",
    "reply_words",
    "survey",
    "system_resolvers",
    "system_view",
    "to_write",
    "words_for",
]

__getattr__ = lazily(
    __name__,
    {
        "asking": "load_asking observe parse_resolver",
        "dns.survey": "survey",
        "endpoint": "Endpoint Part Target endpoint_of",
        "machine.interfaces": "interfaces",
        "machine.listening": "arp_answers heard_adverts",
        "machine.observed": "Advert Answer Nic NotKnownError",
        "views.routers": "free_vrid",
        "needs": "lacking to_write words_for",
        "observations": (
            "AddressRecord Alias Certificate Contact DnsView HostsEntry IPAddress NameServer "
            "Observations Probe Reply ReplyKind Role SystemView Vantage"
        ),
        "system": "local_addresses system_resolvers system_view",
        "tls.servers": "probe_all",
        "views.view": "LONGEST_TTL LiveView",
        "views.wording": "addresses advice asked_from duration kubeadm_init probe_words names_of record reply_words",
    },
)
