"""install.sh on pairs that serve: what it prints, what a client sees, and how it goes back when a check fails.

`-s` shows what each run printed and the failed connections.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.conftest import Figure
from tests.e2e.before import article_files
from tests.e2e.managed import Managed, machines_of, start_with
from tests.e2e.traffic import Traffic
from tests.examples import ALL
from tests.net.waiting import holds_for, until
from tests.programs import Done
from tests.wizard.plans import ARTICLE

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived"),
    pytest.mark.slow,
    pytest.mark.xdist_group("namespaces"),
]

DOWN_INTERVAL = 3 * 1.0 + (256 - 100) / 256
PLAN = ARTICLE._replace(
    # Machines for tests are often not allowed the 42,000 open files that 20,000 connections need.
    control_plane=ARTICLE.control_plane[:1],
    haproxy=ARTICLE.haproxy._replace(maxconn=4000),
)
REFUSING = PLAN._replace(haproxy=PLAN.haproxy._replace(check="readyz-401"))
INSTALLED = (
    "haproxy/haproxy.cfg", "keepalived/check-haproxy", "keepalived/keepalived.conf",
    "systemd/system/keepalived.service.d/halb.conf",
)  # fmt: skip


class Told:
    """What a scene has to show."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def run(self, balancer: Managed, *arguments: str) -> Done:
        """Run install.sh there, and note what it printed."""
        done = balancer.install(*arguments)
        self.lines += [f"{balancer.name}# sh install.sh {' '.join(arguments)}", *done.stdout.splitlines()]
        self.lines += [*done.stderr.splitlines(), f"(exit status {done.status})"]
        return done


def _is_installed(balancer: Managed) -> bool:
    there = balancer.tree()
    return all(there.get(path) == (balancer.source / "etc" / path).read_text() for path in INSTALLED)


def _taken_over(told: Told) -> None:
    """The article's pair gets halb's files, the standby first, and its own ones back; clients notice nothing."""
    old = article_files(PLAN)
    with machines_of(PLAN) as pair:
        start_with(pair, old)
        first, second = pair.balancers
        with Traffic(pair.client, pair.vip, PLAN.port) as traffic:
            for balancer, where in ((second, "on haproxy-lb1"), (first, "on this load balancer")):
                done = told.run(balancer)
                assert (done.status, done.stderr) == (0, ""), pair.state()
                assert f"192.168.2.140 is {where}, keepalived here is in state" in done.stdout
                assert "192.168.2.140 answers\n" in done.stdout
                assert balancer.asked() == ["reload haproxy", "daemon-reload", "reload keepalived"]
                assert _is_installed(balancer)
                balancer.forget()
                done = told.run(balancer)
                assert (done.status, balancer.asked(), len(balancer.backups)) == (0, [], 1)
                assert "nothing to do" in done.stdout
            assert traffic.failed() == [], traffic.failed()
            assert [change.node for change in pair.watch.changes] == [first.name]
            told.lines.append(f"{len(traffic.tries)} connections through the VIP, none failed; the VIP did not move")
            for balancer in (second, first):
                done = told.run(balancer, "--rollback", f"/var/backups/{balancer.backups[0].name}")
                assert (done.status, done.stderr) == (0, ""), pair.state()
                assert balancer.tree() == old[balancer.name]
            holds_for(DOWN_INTERVAL + 1, lambda: pair.holders() == [first.name], pair.state)
            # Going back is a reload as well; at worst it costs what a failover does.
            assert traffic.gap(traffic.tries[0].at) < DOWN_INTERVAL, traffic.failed()


def _second_check_fails(told: Told) -> None:
    """keepalived comes to FAULT with the new file: everything is back by itself, and nobody has noticed."""
    old = article_files(PLAN)
    with machines_of(PLAN) as pair:
        start_with(pair, old)
        with Traffic(pair.client, pair.vip, PLAN.port) as traffic:
            for balancer in reversed(pair.balancers):
                conf = balancer.source / "etc" / "keepalived" / "keepalived.conf"
                good = conf.read_text()
                broken = 'vrrp_script broken {\n    script "/usr/bin/false"\n    interval 1\n    weight 0\n}\n\n'
                conf.write_text(
                    good.replace("vrrp_script check_haproxy", broken + "vrrp_script check_haproxy").replace(
                        "        check_haproxy\n", "        check_haproxy\n        broken\n"
                    )
                )
                done = told.run(balancer)
                assert done.status == 1, done
                assert "keepalived is in state FAULT and never takes the VIP" in done.stderr
                last = "install.sh: the files that were there are back, and so are the services: haproxy keepalived\n"
                assert done.stderr.endswith(last), done
                assert balancer.tree() == old[balancer.name]
                assert balancer.backups == []
                assert [balancer.systemctl("is-active", name).status for name in ("haproxy", "keepalived")] == [0, 0]
            # The owner was in FAULT for as long as the check needs to say so: the other one had the VIP.
            pair.comes_to(pair.balancers[0].name)
            assert traffic.gap(traffic.tries[0].at) < DOWN_INTERVAL, traffic.failed()
            told.lines.append(f"{len(traffic.failed())} of {len(traffic.tries)} connections failed")


def _password_dropped(told: Told) -> None:
    """The pair has a password and halb's files have none: RUNBOOK.md's order has one owner of the VIP all the time, and
    the usual one two of them.
    """
    old = article_files(PLAN)
    with machines_of(PLAN) as pair:
        start_with(pair, old)
        pair.render(PLAN._replace(vrrp=PLAN.vrrp._replace(auth_pass=None)))
        first, second = pair.balancers
        with Traffic(pair.client, pair.vip, PLAN.port) as traffic:
            seen = len(pair.watch.changes)
            second.systemctl("stop", "keepalived")
            for balancer in (first, second):
                done = told.run(balancer)
                assert (done.status, done.stderr) == (0, ""), pair.state()
                assert _is_installed(balancer)
            holds_for(DOWN_INTERVAL + 1, lambda: pair.holders() == [first.name], pair.state)
            moves = [(change.node, change.gained) for change in pair.watch.changes[seen:]]
            assert second.name not in dict(moves), moves
            told.lines.append(
                f"the VIP on {first.name}: {moves or 'never away'}; {len(traffic.failed())} of "
                f"{len(traffic.tries)} connections failed"
            )
            assert traffic.gap(traffic.tries[0].at) < DOWN_INTERVAL + 1, traffic.failed()
        for balancer in (first, second):
            assert told.run(balancer, "--rollback", f"/var/backups/{balancer.backups[0].name}").status == 0
        pair.comes_to(first.name)
        assert told.run(second).status == 0
        until(lambda: pair.holders() == [first.name, second.name], pair.state)


def _alone(told: Told) -> None:
    """The one with the VIP is left alone while no other one serves: it goes on when another one does, or by force."""
    old = article_files(PLAN)
    with machines_of(PLAN) as pair:
        start_with(pair, old)
        first, second = pair.balancers
        second.systemctl("stop", "haproxy")
        second.forget()
        with Traffic(pair.client, pair.vip, PLAN.port) as traffic:
            for arguments in ((), ("--dry-run",)):
                done = told.run(first, *arguments)
                assert done.status == 1
                assert "192.168.2.140 is here, and no other load balancer answers at port 6443" in done.stderr
                assert "(haproxy-lb2=192.168.2.142)" in done.stderr
                assert (first.asked(), first.backups, first.tree()) == ([], [], old[first.name])
            assert told.run(first, "--force").status == 0, pair.state()
            assert _is_installed(first)
            assert told.run(second).status == 0, pair.state()
            assert told.run(first, "--rollback", f"/var/backups/{first.backups[0].name}").status == 0
            first.forget()
            done = told.run(first)
            assert (done.status, first.asked()[0]) == (0, "reload haproxy"), done
            assert traffic.failed() == [], traffic.failed()


def _refusing_servers(told: Told) -> None:
    """API servers that answer 401: haproxy would take all of them for dead, so it goes back; readyz-401 is accepted."""
    old = article_files(PLAN)
    with machines_of(PLAN, status=401) as pair:
        start_with(pair, old)
        second = pair.balancers[1]
        with Traffic(pair.client, pair.vip, PLAN.port, 401) as traffic:
            done = told.run(second)
            assert done.status == 1
            assert re.search(r"haproxy counts every API server as down \(k8s-master1 DOWN L7STS( 401)?\)", done.stderr)
            assert "write 'check = \"readyz-401\"' under [haproxy] in halb.toml" in done.stderr
            assert second.tree() == old[second.name]
            assert second.asked() == ["reload haproxy", "daemon-reload", "reload haproxy"]
            pair.render(REFUSING)
            for balancer in reversed(pair.balancers):
                assert told.run(balancer).status == 0, pair.state()
            assert traffic.failed() == []


def _from_nothing(told: Told) -> None:
    """New machines, before the first API server: both services are started, and a rollback stops them again."""
    with machines_of(PLAN, status=None) as pair:
        for balancer in reversed(pair.balancers):
            done = told.run(balancer)
            assert (done.status, done.stderr) == (0, ""), pair.state()
            assert "no API server answers yet" in done.stdout
            assert balancer.asked() == [
                "start haproxy", "--quiet enable haproxy", "daemon-reload", "start keepalived",
                "--quiet enable keepalived",
            ]  # fmt: skip
            for path, mode in (("check-haproxy", 0o755), ("keepalived.conf", 0o640)):
                there = (balancer.etc / "keepalived" / path).stat()
                assert (stat.S_IMODE(there.st_mode), there.st_uid, there.st_gid) == (mode, 0, 0)
        pair.comes_to(pair.balancers[0].name)
        for balancer in pair.balancers:
            balancer.forget()
            assert told.run(balancer, "--rollback", f"/var/backups/{balancer.backups[0].name}").status == 0
            assert balancer.tree() == {}
            assert balancer.asked() == [
                "daemon-reload", "stop haproxy", "--quiet disable haproxy", "stop keepalived",
                "--quiet disable keepalived",
            ]  # fmt: skip
        until(lambda: pair.holders() == [], pair.state)


_PUT, _RELOAD = 'mv -f "$new" "$3"', 'service_reload "$1"'
KILLS = [
    # Each run goes on where the one before was killed: a file is in its place, a service reloaded, a check passed.
    (_PUT, 1), (_RELOAD, 1), (_PUT, 1), *([("check_haproxy", 1)] if ALL else []), (_PUT, 1),
    *([(_PUT, 1), ("services_reread", 1)] if ALL else []), (_RELOAD, 2),
    *([("check_keepalived", 1), ('rm -f "$backup/unfinished"', 1)] if ALL else []),
]  # fmt: skip
_KILLING = """\
n=0
trap 'if [ "$BASH_COMMAND" = "$HALB_STOP" ]; then n=$((n+1)); [ $n != "$HALB_TIME" ] || kill -KILL $$; fi' DEBUG
set -T
"""


def _killed(told: Told) -> None:
    """Killed in the middle, the owner goes on serving; the run after that completes it, or all goes back."""
    old = article_files(PLAN)
    with machines_of(PLAN) as pair:
        start_with(pair, old)
        first = pair.balancers[0]
        trap = first.machine.folder / "killing"
        trap.write_text(_KILLING)
        with Traffic(pair.client, pair.vip, PLAN.port) as traffic:
            stopped = 0
            for command, time_ in KILLS:
                env = {"BASH_ENV": str(trap), "HALB_STOP": command, "HALB_TIME": str(time_)}
                done = first.install(shell="bash", env=env)
                told.lines.append(f"killed before '{command}' ({time_}): exit status {done.status}")
                stopped += done.status == -9
                assert pair.holders() == [first.name], pair.state()
            assert stopped == len(KILLS), told.lines
            holds_for(DOWN_INTERVAL, lambda: pair.holders() == [first.name], pair.state)
            done = told.run(first)
            assert done.status == 0, done
            assert _is_installed(first)
            assert len(first.backups) == 1
            assert told.run(first, "--rollback", f"/var/backups/{first.backups[0].name}").status == 0
            assert first.tree() == old[first.name]
            assert traffic.failed() == [], traffic.failed()
            told.lines.append(f"{len(traffic.tries)} connections through the VIP, none failed")


SCENES: dict[str, Callable[[Told], None]] = {
    "taken over": _taken_over,
    "second check fails": _second_check_fails,
    "password dropped": _password_dropped,
    "alone": _alone,
    "servers that refuse": _refusing_servers,
    "from nothing": _from_nothing,
    "killed": _killed,
}


Played = dict[str, Future[list[str]]]


def _played(name: str) -> list[str]:
    told = Told()
    try:
        SCENES[name](told)
    except AssertionError as error:
        error.add_note("\n".join(told.lines))
        raise
    return told.lines


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    """All scenes, under way."""
    with ThreadPoolExecutor(len(SCENES)) as pool:
        yield {name: pool.submit(_played, name) for name in SCENES}


@pytest.mark.parametrize("name", SCENES)
def test_a_pair_is_installed_and_goes_on_serving(name: str, played: Played, figure: Figure) -> None:
    for line in played[name].result():
        figure(f"{name}: {line}")


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        ("port", "port 6443 is taken by python"),
        ("vip", "192.168.2.140 is in use: 02:00:00:00:00:99 answers there"),
        ("start", "install.sh: haproxy does not start: it has said nothing\n"),
        ("limit", "maxconn 5000 needs 10100 open files, and this machine allows 4096; write 'maxconn = 998'"),
    ],
)
def test_what_fails_is_said_and_nothing_is_changed(what: str, wanted: str) -> None:
    with machines_of(PLAN, status=None) as pair:
        first = pair.balancers[0]
        if what == "port":
            process = first.machine.start("python3", "-u", "-c", _LISTEN)
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        elif what == "start":
            (first.state / "hands-off-haproxy").touch()
        elif what == "vip":
            pair.client.ip("link", "set", "eth0", "address", "02:00:00:00:00:99")
            pair.client.add_address("eth0", "192.168.2.140/24")
        prefix = ["sh", "-c", "ulimit -n 4096; exec setpriv --bounding-set -sys_resource sh $0"]
        if what == "limit":
            (first.state / "limit").write_text("4096\n")
            done = first.run([*prefix, str(first.source / "install.sh")])
        else:
            done = first.install()
        assert done.status == 1
        assert wanted in done.stderr, done
        assert first.backups == []
        if what == "start":
            assert "the files that were there are back, and so are the services: haproxy\n" in done.stderr
            assert first.asked() == ["start haproxy", "daemon-reload", "stop haproxy"]
        else:
            assert first.asked() == []
        assert first.tree() == {}


_LISTEN = "import socket; s = socket.create_server(('192.168.2.141', 6443)); print('ready'); s.accept()"
