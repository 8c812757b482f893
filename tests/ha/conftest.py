"""One resilient gateway for these stories; they are told in their order, for each leaves the set as it found it."""
import os
import sys
import tempfile

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
from ha import Resilient  # noqa: E402


@pytest.fixture(scope="session")
def stack():
    with tempfile.TemporaryDirectory(prefix="pli-ha-") as folder:
        os.chmod(folder, 0o755)
        built = Resilient(os.path.join(folder, "set"), os.environ.get("PLI_BUILD"))
        try:
            yield built.start()
        finally:
            built.destroy()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    running = item.funcargs.get("stack")
    if report.failed and running is not None:
        for name in sorted(os.listdir(running.at("run"))):
            if name.endswith(".log") and not name.startswith("etcd"):
                report.sections.append((f"log of {name}", running.log(name[:-4])[-3000:]))
