"""Things that go wrong, each by its name: what a campaign draws from."""
import os
import signal
import time

from stack import wait_for


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


KILLS = {"kill front": kill_program("front"), "kill edge": kill_program("edge"), "kill notary": kill_program("notary"), "kill relay": kill_program("relay"),
         "kill judge": kill_judge, "kill backend": kill_backend, "kill postgresql": kill_postgresql}


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
