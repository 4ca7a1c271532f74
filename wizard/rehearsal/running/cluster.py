"""A cluster that runs: the load balancers with their daemons, the API servers, the clients, and who has which VIP."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from subprocess import PIPE
from types import TracebackType
from typing import TYPE_CHECKING

from wizard.rehearsal.errors import RehearsalError
from wizard.rehearsal.lab.addresses import AddressWatch
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net
from wizard.rehearsal.record import Sample, WatchChange
from wizard.rehearsal.running.backends import replaced, without
from wizard.rehearsal.running.certificates import issue
from wizard.rehearsal.running.cutover import Cutover
from wizard.rehearsal.running.daemons import Daemons
from wizard.rehearsal.running.folders import Laid, lay_out, rename_process
from wizard.rehearsal.running.network import (
    Switch,
    routes,
    routes_back,
    wire_of_server,
    wires_of_client,
)
from wizard.rehearsal.running.station import URGENT, Station
from wizard.rehearsal.running.systems import Programs, copy_of_haproxy
from wizard.rehearsal.staging.stage import PlayedNode, Stage

if TYPE_CHECKING:
    from rules.fleet import Node

_PLACE = Path("/var/lib")
"""Where its files are: keepalived wants a path that only root can write for its scripts, and /tmp is not one."""
_PATIENCE = 15.0  # seconds
# What keepalived says at every start, and the time that it puts before each line.
_CHATTER = re.compile(
    "gratuitous|Assigned address|sockpool|Startup complete|Registering|Opening file|Configuration file|Running on|"
    "Command line|Starting|NOTICE|Keepalived v|Copyright|proc_events|[.]pid'|^ "
)
_STAMP = re.compile(r"^\w{3} \w{3} +\d+ [\d:]+ \d+: ")
_PACKAGE = Path(__file__).resolve().parents[3]


class RunningNode:
    """A load balancer: its machine, its daemons, and what belongs to both."""

    def __init__(self, played: PlayedNode, station: Station, daemons: Daemons, laid: Laid) -> None:
        self.played, self.station, self.daemons, self.laid = played, station, daemons, laid
        self.name = played.name


class RunningCluster:
    """Everything that is on a stage. A context manager: in the end nothing of it is left."""

    def __init__(self, stage: Stage, nodes: Sequence[Node], programs: Programs) -> None:
        """`nodes` have the files, in the order of the stage's."""
        self.stage = stage
        self.nodes: dict[str, RunningNode] = {}
        self.samples: list[Sample] = []
        self.watches: list[WatchChange] = []
        self.renamed = False
        self._given, self._programs = nodes, programs
        self._servers: dict[str, subprocess.Popen[bytes]] = {}
        self._machines: dict[str, Machine] = {}
        self._before: dict[str, dict[Path, str]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> RunningCluster:
        with ExitStack() as stack:
            self.net = stack.enter_context(Net(_PLACE))
            self._build(stack)
            vips = [str(vip) for vip in self.stage.vips]
            machines = [node.station.machine for node in self.nodes.values()]
            self.watch = stack.enter_context(AddressWatch(machines, vips))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    # -- building

    def _build(self, stack: ExitStack) -> None:
        stage = self.stage
        self.switch = Switch(self.net, len(stage.segments))
        for number, (played, given) in enumerate(zip(stage.nodes, self._given, strict=True)):
            machine = self.net.machine(f"lb{number}")
            machine.name = played.name
            self._machines[played.name] = machine
            self.switch.plug(machine, played.wires)
            self._route(machine, played)
            self.nodes[played.name] = self._node(number, played, given, machine, stack)
        names = [stage.endpoint, *(server.name for server in stage.servers)]
        addresses = [*stage.vips, *(server.address for server in stage.servers)]
        self._certificate = issue(self.net.folder, names, addresses)
        for number, server in enumerate(server for server in stage.servers if server.on is None):
            machine = self.net.machine(f"api{number}")
            machine.name = server.name
            wire = wire_of_server(stage, server.address)
            self._machines[server.name] = machine
            self.switch.plug(machine, [wire])
            machine.batch(routes_back(stage, wire))
        self.client = self.net.machine("clients")
        self.switch.plug(self.client, wires_of_client(stage))
        self.client.batch(line for wire in wires_of_client(stage) for line in routes(stage, wire))

    def _route(self, machine: Machine, played: PlayedNode) -> None:
        machine.batch(line for wire in played.wires for line in routes(self.stage, wire))

    def _node(self, number: int, played: PlayedNode, given: Node, machine: Machine, stack: ExitStack) -> RunningNode:
        laid = lay_out(given, machine.folder, self._programs.root)
        _set(machine, laid.settings)
        process = None
        if self.stage.tracked:
            # All namespaces share one process table then, where keepalived looks for haproxy by its name.
            process = f"{self.net.mark.removeprefix('halb')}n{number}"[-13:]
            process = f"ha{process}"
            copy_of_haproxy(self._programs, machine.folder / "run", process)
            assert given.keepalived is not None
            self.renamed = rename_process(given.keepalived, machine.folder, process) or self.renamed
        station = Station(machine, shared=self.stage.tracked, root=self._programs.root)
        stack.callback(station.close)
        station.open(laid.mounts)
        return RunningNode(played, station, Daemons(station, self._programs, laid.haproxy, process), laid)

    # -- starting

    def check(self) -> None:
        """Let the daemons look at their files; raises RehearsalError with what they refuse."""
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            found = pool.map(lambda node: node.daemons.refusals(), self.nodes.values())
            refusals = [line for lines in found for line in lines]
        if refusals:
            raise RehearsalError(*refusals)

    def start(self) -> None:
        """Start everything; the load balancers' keepalived as nearly at one moment as can be."""
        for server in self.stage.servers:
            self.start_server(server.name)
        for node in self.nodes.values():
            node.daemons.start_haproxy()
        for node in self.nodes.values():
            node.daemons.start_keepalived()
        self._start_clients()

    def start_server(self, name: str) -> None:
        """Start an API server."""
        server = next(server for server in self.stage.servers if server.name == name)
        machine = self._machines[server.on or server.name]
        places = [word for port in server.ports for word in (str(server.address), str(port))]
        process = self._program(machine, "api", *map(str, self._certificate), *places)
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise RehearsalError(f"{name}: nothing can listen at {server.address} port {server.ports[0]}")
        self._servers[name] = process

    def turn_server(self, name: str, mode: str) -> None:
        """Let an API server do something else: "ok", "hang", "500"."""
        process = self._servers[name]
        assert process.stdin is not None
        process.stdin.write(f"{mode}\n".encode())
        process.stdin.flush()

    def _start_clients(self) -> None:
        doors = [word for d in self.stage.doors for word in (str(d.vip), str(d.port), str(int(d.tls)))]
        process = self._program(self.client, "clients", str(self._certificate[0]), self.stage.endpoint, *doors)
        threading.Thread(target=self._listen, args=(process, self.samples, self.watches), daemon=True).start()

    # -- what a day brings

    def take_out(self, name: str) -> None:
        """Take a server out of every haproxy.cfg, and reload one haproxy after the other."""
        server = next(server for server in self.stage.servers if server.name == name)
        for node, given in zip(self.nodes.values(), self._given, strict=True):
            self._before[node.name] = replaced(without(server, given, node.laid))
            node.daemons.reload_haproxy(to_its_end=True)

    def put_back(self) -> None:
        """Have the haproxy.cfg as they were, and reload one haproxy after the other."""
        for name, texts in self._before.items():
            replaced(texts)
            self.nodes[name].daemons.reload_haproxy(to_its_end=True)
        self._before.clear()

    def begin_cutover(self) -> Cutover:
        """Have clients that connect by name, which leads to the initial master."""
        assert self.stage.name is not None
        cutover = Cutover(self.stage.name, lambda *words: self._program(self.client, *words))
        clients = cutover.connect(str(self._certificate[0]))
        threading.Thread(target=self._listen, args=(clients, cutover.samples, []), daemon=True).start()
        return cutover

    def _program(self, machine: Machine, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [*machine.prefix, *URGENT, sys.executable, "-m", f"wizard.rehearsal.programs.{name}", *arguments]
        env = {**os.environ, "PYTHONPATH": str(_PACKAGE)}
        with (self.net.folder / "programs.log").open("ab") as log:
            process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=log, env=env, cwd="/")
        machine.started.append(process)
        return process

    def _listen(self, process: subprocess.Popen[bytes], samples: list[Sample], watches: list[WatchChange]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with suppress(ValueError, KeyError, TypeError):
                said = json.loads(line)
                if "watch" in said:
                    watches.append(WatchChange(said["door"], said["at"], said["watch"] == "open", said["why"]))
                else:
                    samples.append(Sample(**said))

    # -- a node's whole life

    def lose_power(self, name: str) -> None:
        """A load balancer is gone: its link, its programs, its VIPs."""
        node = self.nodes[name]
        self.switch.link(name, "down")
        node.station.lose_power()
        self._wipe(node)

    def get_power(self, name: str) -> None:
        """A load balancer is there again, and its daemons start."""
        node = self.nodes[name]
        self._wipe(node)
        self.switch.link(name, "up")
        self._route(node.station.machine, node.played)
        node.station.open(node.laid.mounts)
        for server in self.stage.servers:
            if server.on == name:
                self.start_server(server.name)
        node.daemons.start_haproxy()
        node.daemons.start_keepalived()

    def _wipe(self, node: RunningNode) -> None:
        """Leave a load balancer with its own addresses alone."""
        self.switch.address(node.station.machine, node.played.wires)

    # -- what is seen

    def holders(self) -> Mapping[str, tuple[str, ...]]:
        """The load balancers that have each VIP."""
        return {vip: tuple(names) for vip, names in self.watch.owners().items()}

    def labels(self, server: str) -> tuple[str, ...]:
        """What the haproxy.cfg call an API server."""
        return next(one.labels for one in self.stage.servers if one.name == server)

    def answered_since(self, at: float) -> bool:
        """Whether a connection that began later was answered at every door."""
        return all(
            any(s.door == door and s.at >= at and not s.why for s in reversed(self.samples[-400:]))
            for door in range(len(self.stage.doors))
        )

    def last_words(self, since: float = 0.0) -> list[str]:
        """The last lines of each load balancer's daemons, for when something is not as it should be."""
        lines = []
        for node in self.nodes.values():
            spoken = (line for line in node.station.said if line.at >= since and not _CHATTER.search(line.text))
            said = [f"    {line.daemon}: {_STAMP.sub('', line.text)}" for line in spoken]
            lines += [f"{node.name}:", *(said[-8:] or ["    (nothing)"])]
        return lines


def _set(machine: Machine, settings: Mapping[str, str]) -> None:
    """Set what the files below etc/sysctl.d set of the network."""
    with machine.inside():
        for name, value in settings.items():
            with suppress(OSError):
                Path("/proc/sys", name).write_text(value, encoding="ascii")


def wait(seconds: float, halted: threading.Event) -> None:
    """Let time pass; raises InterruptedError when the rehearsal is to end."""
    if halted.wait(max(0.0, seconds)):
        raise InterruptedError


def now() -> float:
    """The time on the monotonic clock, in seconds: the same one for every program of this machine."""
    return time.monotonic()
