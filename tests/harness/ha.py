#!/usr/bin/python3
"""A gateway that outlives any one machine, on loopback addresses: three PostgreSQL nodes (Patroni, etcd) and a second site, HAProxy,
two edges with their fronts, two notaries, two relays. The demo kills the primary in the middle of deposits and counts.

usage: ha.py [--stop]       state: var/ha of the checkout
"""
import argparse
import os
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from replicas import NODES, Replicas  # noqa: E402
from stack import Stack, free_port, wait_for  # noqa: E402

BALANCER = "127.0.0.20"
EDGES = {"1": "127.0.0.11", "2": "127.0.0.12"}


class Resilient(Stack):
    def __init__(self, folder, build=None, port=None):
        super().__init__(folder, build, port)
        self.cluster = Replicas(self.at("replicas"))

    @property
    def balancer_socket(self):
        return self.state["sockets"] + "/balancer"

    def _remember(self):
        for number, address in EDGES.items():
            self.state.setdefault("edge-" + number, free_port(address=address))
        super()._remember()

    def _database(self):
        edges = "\n".join(f"    server edge-{n} {address}:{self.state['edge-' + n]} check send-proxy-v2 check-send-proxy check-ssl "
                          f"check-sni localhost ssl-min-ver TLSv1.2 ca-file {self.pki.path('root.pem')} verify required verifyhost "
                          f"localhost source {BALANCER}" for n, address in EDGES.items())
        path = self.at("haproxy.cfg")
        with open(path, "w") as file:
            file.write(self.cluster.fill("haproxy.cfg", {
                "admin_socket": self.balancer_socket, "database_socket": self.cluster.socket, "database_servers": self.cluster.haproxy_lines(),
                "listen": f"127.0.0.1:{self.port}", "public_name": "localhost", "gateway_servers": edges}))
        return ([self._service(name, argv) for name, argv in self.cluster.services()] +
                [self._service("balancer", ["haproxy", "-db", "-f", path])])

    def _database_answers(self):
        """A primary that a standby follows synchronously: from here on nothing is acknowledged by one machine alone."""
        return self.cluster.primary() is not None and self.cluster.synchronous() != []

    def _enrol(self):
        self.cluster.backrest("stanza-create")
        for role in ("pli_front", "pli_notary", "pli_relay", "pli_admin"):
            self.cluster.psql(f"alter role {role} password '{self.cluster.state['password']}'")
        super()._enrol()

    def _configure(self):
        super()._configure()
        with open(self.config, "a") as file:
            file.write(f"database_files = {self.cluster.socket}\nproxy_addresses = {BALANCER}\n")

    def _programs(self):
        services = []
        for n, address in EDGES.items():
            common = ["--config", self.config, "--set", f"control_socket={self.state['sockets']}/edge-{n}"]
            services += [self._service(f"front-{n}", [self.program("plid"), *common]),
                         self._service(f"edge-{n}", [self.program("pli-edge"), *common, "--set", f"listen={address}:{self.state['edge-' + n]}",
                                                     "--set", f"listen_file={self.at('run', f'edge-{n}.port')}"]),
                         self._service(f"notary-{n}", [self.program("pli-notary"), "--config", self.config]),
                         self._service(f"relay-{n}", [self.program("pli-relay"), "--config", self.config])]
        return services

    # ---- what happens to it ----
    def lose(self, name):
        """A machine's database goes, and does not come back until found(); the supervisor is told to leave it."""
        self._hold(name, True)
        self.cluster.fell(name)
        wait_for(f"{name} gone", lambda: self.cluster.role(name) is None)

    def found(self, name):
        self._hold(name, False)

    def _hold(self, name, held):
        path = self.at("run", name + ".held")
        if held:
            with open(path, "w"):
                pass
        elif os.path.exists(path):
            os.unlink(path)


def show(text):
    print(text, flush=True)


def tell(stack):
    """The demo: deposits without a pause while the primary is killed; then the count."""
    from resilience import Depositors
    show(f"1. The gateway answers at {stack.public_url}; primary {stack.cluster.primary()}, second site {NODES[-1]}.")
    depositors = Depositors(stack)
    depositors.start(2)
    wait_for("acknowledged deposits", lambda: len(depositors.acknowledged) >= 4, 120)
    victim = stack.cluster.primary()
    began = time.monotonic()
    before = len(depositors.acknowledged)
    stack.lose(victim)
    show(f"2. {victim}, the primary, was killed during deposits; {before} had been acknowledged.")
    wait_for("the next acknowledged deposit", lambda: len(depositors.acknowledged) > before + 2, 120)
    show(f"3. {stack.cluster.primary()} has taken over: deposits are acknowledged again {depositors.recovered(began):.1f} s after the kill.")
    acknowledged = depositors.stop()
    depositors.check(acknowledged)
    show(f"4. All {len(acknowledged)} acknowledged deposits are there, and each receipt proves itself offline.")
    stack.found(victim)
    wait_for(f"{victim} follows", lambda: stack.cluster.role(victim) == "replica", 120)
    show(f"5. {victim} is back as a standby.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--stop", action="store_true", help="end the set and throw its data away")
    chosen = parser.parse_args()
    stack = Resilient(os.path.join(ROOT, "var", "ha"))
    if chosen.stop:
        stack.destroy()
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    stack.start()
    tell(stack)
    show(f"It goes on running at {stack.public_url}; make demo-ha-stop ends it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
