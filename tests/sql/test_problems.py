"""What SQL refuses with, the programs must know."""
import glob
import hashlib
import re
import subprocess

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
