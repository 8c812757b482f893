"""Things that go wrong, each by its name: what a campaign draws from."""
import itertools
import os
import signal
import subprocess
import time

from stack import wait_for

SERIALS = itertools.count()  # two mishaps of a kind may happen at once


def processes(stack, name):
    """The processes of this set whose program has that name."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            path = os.path.realpath(f"/proc/{entry}/exe")
        except OSError:
            continue
        if path == os.path.realpath(stack.program(name)):
            found.append(int(entry))
    return found


def postmaster(stack):
    try:
        with open(os.path.join(stack.cluster.data, "postmaster.pid")) as file:
            return int(file.readline())
    except (OSError, ValueError):
        return None


def backends(stack):
    try:
        with open(f"/proc/{postmaster(stack)}/task/{postmaster(stack)}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except (ProcessLookupError, TypeError):
        return False


def kill_program(name):
    def mishap(stack, _):
        old = stack.pid(name)
        if kill(old):
            wait_for(f"{name} started again", lambda: stack.pid(name) not in (None, old))
    return mishap


def kill_judge(stack, draw):
    found = processes(stack, "pli-judge")
    if found:
        kill(draw.choice(found))


def kill_backend(stack, draw):
    """One server process dies: PostgreSQL ends all connections and recovers."""
    found = backends(stack)
    if found:
        kill(draw.choice(found))


def kill_postgresql(stack, draw):
    """The server and all its processes at once, as at a power cut; now and then again while it recovers."""
    for _ in range(2 if draw.random() < 0.3 else 1):
        old = postmaster(stack)
        children = backends(stack)
        if not kill(old):
            return
        for pid in children:
            kill(pid)
        wait_for("PostgreSQL started again", lambda: postmaster(stack) not in (None, old), 120)
    wait_for("PostgreSQL", lambda: answers(stack), 120)


def answers(stack):
    try:
        return stack.cluster.psql("select 1") == ["1"]
    except RuntimeError:
        return False


def hold(pids, seconds):
    """Stops processes for a while: they are there, and do not answer."""
    held = []
    try:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGSTOP)
                held.append(pid)
            except ProcessLookupError:
                pass
        time.sleep(seconds)
    finally:
        for pid in held:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass


def stop_program(name):
    def mishap(stack, draw):
        hold([pid for pid in [stack.pid(name)] if pid], draw.uniform(0.2, 4))
    return mishap


def slow_program(name):
    """It has a tenth of its time."""
    def mishap(stack, draw):
        until = time.monotonic() + draw.uniform(1, 4)
        while time.monotonic() < until:
            hold([pid for pid in [stack.pid(name)] if pid], 0.045)
            time.sleep(0.005)
    return mishap


def stop_postgresql(stack, draw):
    """All of the server stands still, as where its disk does."""
    hold([pid for pid in [postmaster(stack), *backends(stack)] if pid], draw.uniform(0.5, 4))


def stop_backend(stack, draw):
    found = backends(stack)
    if found:
        hold([draw.choice(found)], draw.uniform(0.2, 4))


def fill_disk(stack, draw):
    """No byte is left where the database lies; then there is room again."""
    ballast = os.path.join(stack.cluster.folder, f"ballast-{next(SERIALS)}")
    try:
        with open(ballast, "wb", buffering=0) as file:
            fill(file)
            until = time.monotonic() + draw.uniform(0.5, 5)
            while time.monotonic() < until:
                fill(file)  # what the server gives back is taken too
                time.sleep(0.05)
    finally:
        os.unlink(ballast)
    wait_for("PostgreSQL with room again", lambda: answers(stack), 180)


def fill(file):
    try:
        room = os.statvfs(file.name)
        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), max(room.f_bavail * room.f_frsize - 4096, 4096))
    except OSError:
        pass


def partition(name):
    """No packet passes to or from its port: lost, or said to be unreachable. Only in a network namespace of the campaign's own."""
    def mishap(stack, draw):
        kind, place = draw.choice(["blackhole", "unreachable"]), str(1 + next(SERIALS) % 90)
        rules = [["ipproto", "tcp", end, str(ports(stack)[name]), kind] for end in ("dport", "sport")]
        for rule in rules:
            subprocess.run(["ip", "rule", "add", "pref", place, *rule], check=True)
        try:
            time.sleep(draw.uniform(0.5, 5))
        finally:
            for rule in rules:
                subprocess.run(["ip", "rule", "del", "pref", place, *rule], check=True)
    return mishap


PARTITIONS = {f"partition {name}": partition(name) for name in ("stamper", "ocsp", "ministry", "mailbox", "edge")}


def bad_line(line):
    """The companies' line is cut, delayed, slowed, repeats or swaps."""
    def mishap(_, draw):
        kind = draw.choice(["cut", "delay", "rate", "duplicate", "reorder"])
        if kind == "cut":
            line.cut()
        elif kind == "delay":
            line.delay = draw.uniform(0.01, 0.2)
        elif kind == "rate":
            line.rate = 200_000
        else:
            getattr(line, f"{kind}_at").append(line.sent)
        time.sleep(draw.uniform(0.2, 3))
        line.delay, line.rate = 0, None
        line.restore()
    return mishap


def ports(stack):
    names = {"stamper": "stamp", "ocsp": "ocsp", "ministry": "ministry", "mailbox": "mailbox", "edge": "port"}
    return {name: stack.state[key] for name, key in names.items()}


PROGRAMS = ("front", "edge", "notary", "relay")
KILLS = {"kill front": kill_program("front"), "kill edge": kill_program("edge"), "kill notary": kill_program("notary"), "kill relay": kill_program("relay"),
         "kill judge": kill_judge, "kill backend": kill_backend, "kill postgresql": kill_postgresql}


OUTSIDE = ("stamper", "ocsp", "ministry", "antivirus", "mailbox")
FAULTS = {**KILLS, **{f"kill {name}": kill_program(name) for name in OUTSIDE},
          **{f"stop {name}": stop_program(name) for name in (*PROGRAMS, *OUTSIDE)}, **{f"slow {name}": slow_program(name) for name in (*PROGRAMS, "stamper", "ministry")},
          "stop postgresql": stop_postgresql, "stop backend": stop_backend, "fill disk": fill_disk}


def suffer(stack, draw, mishaps, count, pause, going):
    """Draws `count` mishaps at random instants while going() says so: {name: how often}."""
    suffered = {}
    names = list(mishaps)
    while count > 0 and going():
        time.sleep(draw.uniform(0, pause))  # the instants themselves are what is drawn
        name = draw.choice(names)
        mishaps[name](stack, draw)
        suffered[name] = suffered.get(name, 0) + 1
        count -= 1
    return suffered
