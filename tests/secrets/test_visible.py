"""What is no secret stays visible, also beside one: a message that hides its subject helps nobody."""

from __future__ import annotations

import pytest

from parsers import parse_haproxy, parse_keepalived

HAPROXY = """\
global
    setenv NODE_ADDRESS 192.0.2.11
    stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners
    stats timeout 30s
    ssl-default-bind-ciphers ECDHE-PSK-AES128-CBC-SHA256:ECDHE-RSA-AES128-GCM-SHA256:!aPSK@STRENGTH
    tune.ssl.keylog on
    key-base /etc/haproxy/keys
frontend web
    bind 192.0.2.10:443 ssl crt /etc/haproxy/web.pem alpn h2 tls-ticket-keys /etc/haproxy/tickets
    bind unix@/run/web.sock user haproxy group haproxy
    capture request header Cookie len 32
    capture cookie SESSION len 32
    log-format "%ci key:%[req.hdr(x-key)] token=%[urlp(token)]"
    http-request set-header X-Forwarded-Proto https
    http-request set-header X-Author jane
    http-request set-header Authorization %[var(txn.auth)]
    http-request set-header X-Token "%[req.hdr(X-Token)]"
    http-request track-sc0 hdr(Authorization) table tracked
    http-request set-var(txn.token) req.hdr(Authorization)
    http-request set-var(txn.digest) req.hdr(x),hmac(sha256,txn.key)
    http-request auth realm Members unless logged_in
    http-request del-header Authorization
    http-request set-log-level silent if { path /login }
    http-request deny if { req.hdr(Authorization) -m found }
    http-request deny if { req.hdr(Authorization) -m beg Bearer }
    http-request deny if { req.hdr(X-Api-Key) -f /etc/haproxy/keys.lst }
    http-request redirect scheme https code 301 unless { ssl_fc }
    acl authorized http_auth(people)
    acl is_token path_beg /token /session
    use_backend auth if is_token
    default_backend passwords
backend auth
    option http-keep-alive
    option httpchk GET /session
    balance hdr(Authorization)
    cookie SERVERID insert indirect nocache
    stick on src
    stick-table type string len 32 size 1m expire 30m store http_req_rate(10s)
    stick store-response res.cook(SESSION)
    http-check send meth GET uri /keys hdr Host api.example.com
    http-check expect status 200
    tcp-check send PING\\r\\n
    server token 192.0.2.21:80 check cookie token inter 2s
    server key1 https.example.com:8080 check
    redirect location http://192.0.2.1:8080/a@b
backend passwords
    server s1 192.0.2.22:80 check # one server for each session
peers cluster
    peer lb1 192.0.2.1:1024
    # keepalive between both, authentication is done by the application
"""
KEEPALIVED = """\
global_defs {
    notification_email_from halb@example.com
    smtp_server 192.0.2.25
    router_id key1
}
vrrp_script check {
    script "/usr/bin/pgrep -u haproxy -x haproxy"
    user keepalived_script
}
vrrp_script port {
    script "/usr/bin/nc -z -p 80 127.0.0.1 6443"
}
vrrp_script own {
    script "/etc/keepalived/check.sh -p 6443 --url https://127.0.0.1:6443/healthz --key /etc/keepalived/client.key"
}
vrrp_instance auth {
    interface eth0  # the session goes over this
    track_script {
        check weight -20
    }
    authentication {
        auth_type PASS
    }
}
SSL {
    key /etc/keepalived/client.key
}
# one session at a time; see the author's notes
"""


def test_nothing_of_an_ordinary_file_is_hidden() -> None:
    hidden = {span.source.line(span.line).strip(): span.text for span in parse_haproxy(HAPROXY).secrets}
    assert hidden == {}
    hidden = {span.source.line(span.line).strip(): span.text for span in parse_keepalived(KEEPALIVED).secrets}
    assert hidden == {}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("http-request set-header Authorization SECRET if ok", "http-request set-header Authorization * if ok"),
        ("http-check send uri / hdr X-Token SECRET hdr Host x", "http-check send uri / hdr X-Token * hdr Host x"),
        ("user bob password SECRET groups g", "user bob password * groups g"),
        ("acl a urlp(token) -m str SECRET", "acl a urlp(token) -m str *"),
        ("redirect location https://u:SECRET@h/x?a=1", "redirect location https://u:*@h/x?a=1"),
        ("http-request set-path /x?token=SECRET&b=2", "http-request set-path /x?token=*&b=2"),
        ("server s 192.0.2.1:80 tcp-md5sig SECRET check", "server s 192.0.2.1:80 tcp-md5sig * check"),
        ("sever s 192.0.2.1:80 tcp-md5sig SECRET check", "sever s 192.0.2.1:80 tcp-md5sig * check"),
        ("http-request set-var(txn.a) x,hmac(sha1,SECRET),hex", "http-request set-var(txn.a) x,hmac(sha1,*),hex"),
        ('command /bin/curl -H "X-Key: SECRET" https://x/', 'command /bin/curl -H "X-Key: *" https://x/'),
        ("# the password is hunter22 on both nodes", "# the password is * on both nodes"),
    ],
)
def test_a_secret_is_hidden_and_not_more(line: str, shown: str) -> None:
    text = f"backend b\n    {line}\n"
    for span in reversed(parse_haproxy(text).secrets):
        text = text[: span.start] + "*" + text[span.end :]
    assert text.split("\n")[1].strip() == shown
