"""One database session a psql, driven through a pipe, so that several can be held open side by side."""
import json
import subprocess

MARK = "-- end of answer --"


class Refused(Exception):
    """What the server refused: sqlstate, message (a problem code for PLI00), detail."""

    def __init__(self, sqlstate, message, detail):
        super().__init__(f"{sqlstate} {message} {detail}")
        self.sqlstate, self.message, self.detail = sqlstate, message, detail


def literal(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    if isinstance(value, (dict, list)):
        return literal(json.dumps(value, ensure_ascii=False)) + "::jsonb"
    return "'" + value.replace("'", "''") + "'"


class Session:
    def __init__(self, cluster, user):
        self.process = subprocess.Popen(
            ["psql", "-X", "-q", "-At", "-v", "VERBOSITY=verbose", "-v", "SHOW_CONTEXT=never", "-h", cluster.socket, "-U", user, "-d", "pli"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def send(self, sql):
        """Starts a statement and does not wait for it."""
        self.process.stdin.write(sql.rstrip().rstrip(";") + f";\n\\echo '{MARK}'\n")
        self.process.stdin.flush()

    def answer(self):
        """Waits for what was sent: its rows, or Refused."""
        lines = []
        for line in self.process.stdout:
            if line.rstrip("\n") == MARK:
                break
            lines.append(line.rstrip("\n"))
        errors = [i for i, line in enumerate(lines) if line.startswith(("ERROR:", "FATAL:"))]
        if errors:
            _, sqlstate, message = lines[errors[0]].split(": ", 2)
            detail = next((line.split(":  ", 1)[1] for line in lines if line.startswith("DETAIL:")), "")
            raise Refused(sqlstate.strip(), message.strip(), detail)
        return lines

    def sql(self, text):
        self.send(text)
        return self.answer()

    def start(self, function, *arguments):
        self.send(f"select * from api.{function}({', '.join(literal(a) for a in arguments)})")

    def finish(self):
        rows = self.answer()
        if rows == [] or rows[0] == "":
            return None
        try:
            return json.loads(rows[0])
        except ValueError:
            return rows

    def call(self, function, *arguments):
        self.start(function, *arguments)
        return self.finish()

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(10)
        self.process.stdout.close()


def refused(code, action, *arguments):
    """The refusal with this code (or SQLSTATE) that the action must meet."""
    try:
        answer = action(*arguments)
    except Refused as refusal:
        assert code in (refusal.message, refusal.sqlstate), f"{code} was expected, not {refusal}"
        return refusal
    raise AssertionError(f"{code} was expected, not the answer {answer!r}")
