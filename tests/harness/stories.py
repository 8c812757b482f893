"""What a story that failed shows besides its own words."""
import os


def logs_shown(item, report, choose, most):
    """The ends, `most` characters each, of the logs that choose(names) takes, where the story's fixture `stack` has a set."""
    running = item.funcargs.get("stack")
    if not report.failed or running is None:
        return
    names = sorted(name[:-4] for name in os.listdir(running.at("run")) if name.endswith(".log"))
    for name in choose(names):
        report.sections.append((f"log of {name}", running.log(name)[-most:]))
