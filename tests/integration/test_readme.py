"""The README's own words: its API section, run by a shell as it stands there."""
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def test_a_deposit_by_curl_alone_as_the_readme_says(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 10_000_000)
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        section = file.read().split("with curl alone")[1]
    script = re.search(r"```sh\n(.*?)```", section, re.S)[1]
    script = script.replace("PORT=8443 C=the-consultation-id", f"PORT={stack.port} C={consultation}").replace("var/demo/pki", stack.pki.folder)
    ran = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=envelope, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert ran.returncode == 0, ran.stdout
    verified = stack.pli(None, "receipt", "verify", os.path.join(envelope, "receipt.xml"), "--trust", stack.pki.path("root.pem"))
    assert verified.returncode == 0
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files)
