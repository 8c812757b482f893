"""One resilient gateway for these stories; they are told in their order, for each leaves the set as it found it."""
import os
import sys
import tempfile

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import stories  # noqa: E402
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
    stories.logs_shown(item, outcome.get_result(), lambda names: [name for name in names if not name.startswith("etcd")], 3000)
