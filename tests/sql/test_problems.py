"""What SQL refuses with, the programs must know."""
import glob
import hashlib
import json
import os
import re
import subprocess
import tempfile

from session import refused


def test_every_code_that_sql_raises_is_in_the_table_of_problems(world):
    with open(world.root_folder + "/gateway/core/problem_table.h") as file:
        known = set(re.findall(r'^P\("([a-z-]+)"', file.read(), re.M))
    for path in glob.glob(world.root_folder + "/sql/**/*.sql", recursive=True):
        with open(path) as file:
            raised = set(re.findall(r"rule\.refuse\('([a-z-]+)'", file.read()))
        assert raised <= known, f"{path}: {raised - known}"


def test_an_applied_migration_that_was_changed_is_refused(world):
    world.root.sql("update pli.migration set sha256 = sha256('other') where name = '0002-content.sql'")
    command = [world.program, "--set", f"database={world.cluster.conninfo}", "migrate", "--sql", world.root_folder + "/sql"]
    ran = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert ran.returncode != 0 and "0002-content.sql" in ran.stdout, ran.stdout
    with open(world.root_folder + "/sql/migrations/0002-content.sql", "rb") as file:
        world.root.sql(f"update pli.migration set sha256 = '\\x{hashlib.sha256(file.read()).hexdigest()}' where name = '0002-content.sql'")
    assert subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0
    refused("certificate-required", world.front.call, "consultation_create", None, {})  # open sessions go on


def pliadm(world, *arguments):
    ran = subprocess.run([world.program, "--set", f"database={world.cluster.conninfo}", *arguments], text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C"})
    return ran.returncode, ran.stdout


def test_the_operator_enrols_lists_disables_and_asks_what_is_wrong(world):
    with tempfile.TemporaryDirectory() as folder:
        pem = os.path.join(folder, "tardif.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
                        "-subj", "/CN=Emma Tardif", "-out", pem], check=True, stderr=subprocess.DEVNULL)
        der = subprocess.run(["openssl", "x509", "-in", pem, "-outform", "DER"], check=True, stdout=subprocess.PIPE).stdout
        with open(os.path.join(folder, "body.json"), "w") as file:
            json.dump({"siret": "21030999300018", "name": "Commune de Bois-Joli", "department": "003"}, file)
        assert pliadm(world, "enrol", "body", os.path.join(folder, "body.json"), "--mail", "mairie@bois-joli.example")[0] == 0
        flags = ["--name", "Emma Tardif", "--organisation", "Bois et Toits SAS", "--siret", "90000000300013", "--roles", "company"]
        assert pliadm(world, "enrol", "party", *flags, "--certificate", pem)[0] == 0
        assert world.front.call("identify", hashlib.sha256(der).digest())["name"] == "Emma Tardif"
        assert "Emma Tardif, Bois et Toits SAS\n" in pliadm(world, "party", "list")[1]
        assert pliadm(world, "party", "disable", "--certificate", pem)[0] == 0
        assert "Emma Tardif, Bois et Toits SAS (disabled)" in pliadm(world, "party", "list")[1]
        for wrong in (["enrol", "party", *flags], ["enrol", "party", "--certificate", "/nonexistent"], ["enrol", "body", "--siret", "12"],
                      ["enrol", "body", "--colour", "red"], ["enrol", "party", *flags, "--certificate", pem, "--body", "99999999999999"], ["fly"]):
            assert pliadm(world, *wrong)[0] != 0, wrong
    status, said = pliadm(world, "doctor", "--json")
    assert status in (0, 1) and {f["name"] for f in json.loads(said)} >= {"partitions", "notary", "receipts", "outbox", "durability"}
    assert pliadm(world, "outbox", "list")[0] == 0 and pliadm(world, "config", "sample")[1].count("\n#database = ") == 1
    assert subprocess.run([world.program, "--set", "database=host=/nonexistent", "doctor"], stderr=subprocess.DEVNULL).returncode == 75
