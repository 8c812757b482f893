#!/usr/bin/python3
"""Keeps the services of a development set running: starts each, starts it again when it dies, ends all on SIGTERM.

usage: supervisor.py SERVICES.json

SERVICES.json: {"folder": where pid files and logs go, "services": [{"name", "argv", "environment"}]}; read again on
SIGHUP, when services may have been added. Where NAME.held lies in the folder, a service that died stays dead. In production this is systemd's work (deploy/); here it lets the demo and
the tests kill any program at any time.
"""
import json
import os
import signal
import subprocess
import sys
import time

RESTART_AFTER = 0.2  # seconds: long enough not to spin on a program that cannot start


class Service:
    def __init__(self, folder, row):
        self.name, self.argv, self.environment = row["name"], row["argv"], row.get("environment", {})
        self.log = os.path.join(folder, self.name + ".log")
        self.pid_file = os.path.join(folder, self.name + ".pid")
        self.held_file = os.path.join(folder, self.name + ".held")
        self.not_before = 0.0
        self.process = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                                            env={**os.environ, **self.environment}, start_new_session=True)
        with open(self.pid_file + ".new", "w") as file:
            file.write(str(self.process.pid))
        os.replace(self.pid_file + ".new", self.pid_file)

    def tend(self):
        if self.process is not None and self.process.poll() is not None:
            with open(self.log, "a") as log:
                log.write(f"supervisor event=ended service={self.name} status={self.process.returncode}\n")
            self.process, self.not_before = None, time.monotonic() + RESTART_AFTER
        if self.process is None and time.monotonic() >= self.not_before and not os.path.exists(self.held_file):
            self.start()

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if os.path.exists(self.pid_file):
            os.unlink(self.pid_file)


def main():
    services, ending, reading = {}, [], [True]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.append(True))
    signal.signal(signal.SIGHUP, lambda *_: reading.append(True))
    while not ending:
        if reading:
            reading.clear()
            with open(sys.argv[1]) as file:
                plan = json.load(file)
            for row in plan["services"]:
                services.setdefault(row["name"], Service(plan["folder"], row))
        for service in services.values():
            service.tend()
        time.sleep(0.05)
    for service in reversed(list(services.values())):
        service.stop()


if __name__ == "__main__":
    main()
