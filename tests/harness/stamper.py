#!/usr/bin/python3
"""A time-stamp authority for tests: RFC 3161 over HTTP, the tokens made by `openssl ts -reply`.

  stamper.py --port 0 --port-file F --config openssl.cnf --section authority [--delay SECONDS] [--lie imprint|nonce|hour]
             [--count FILE]

With --port 0 a free port is taken and written to the port file once it is listened on. The faults: --delay answers late;
--lie answers for another imprint, or with another nonce than asked for, or as if it were an hour ago (needs faketime). The serial file is shared by all requests, so they
are answered one at a time.
"""

import argparse
import http.server
import os
import subprocess
import sys
import tempfile
import threading
import time

import clock

QUERY = "application/timestamp-query"
REPLY = "application/timestamp-reply"
QUERY_MAX = 65536


def element(data, at=0):
    """The DER element at an offset: (tag, content's start, end)."""
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[start:start + count], "big")
        start += count
    return tag, start, start + length


def elements(data, start, end):
    found = []
    while start < end:
        tag, inner, after = element(data, start)
        found.append((tag, inner, after))
        start = after
    return found


def bent(query, lie):
    """The query with a byte of its imprint or nonce changed (RFC 3161 2.4.1): lengths stay as they are."""
    data = bytearray(query)
    _, start, end = element(query)
    version, imprint, *rest = elements(query, start, end)
    if lie == "imprint":
        _, _, after = elements(query, imprint[1], imprint[2])[1]
        data[after - 1] ^= 1
    else:
        nonce = next(e for e in rest if e[0] == 0x02)
        data[nonce[2] - 1] ^= 1
    return bytes(data)


class Stamper(http.server.BaseHTTPRequestHandler):
    options = None
    turn = threading.Lock()

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        if self.headers.get("Content-Type") != QUERY or not 0 < length <= QUERY_MAX:
            self.send_error(400)
            return
        query = self.rfile.read(length)
        if self.options.delay:
            time.sleep(self.options.delay)
        if self.options.lie in ("imprint", "nonce"):
            query = bent(query, self.options.lie)
        reply = self.reply_to(query)
        if reply is None:
            self.send_error(500)
            return
        if self.options.count:
            with open(self.options.count, "a") as file:
                file.write(".")
        self.send_response(200)
        self.send_header("Content-Type", REPLY)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def reply_to(self, query):
        with tempfile.NamedTemporaryFile() as file, self.turn:
            file.write(query)
            file.flush()
            reply = ["openssl", "ts", "-reply", "-config", self.options.config, "-section", self.options.section, "-queryfile", file.name]
            made = subprocess.run(clock.faked(reply, "-f", "-1h") if self.options.lie == "hour" else reply, capture_output=True, check=False)
        if made.returncode != 0:
            sys.stderr.write(made.stderr.decode(errors="replace"))
            return None
        return made.stdout

    def log_message(self, format, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that leaves early is no fault of ours."""


def main():
    parser = argparse.ArgumentParser(description="A time-stamp authority for tests.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--config", required=True)
    parser.add_argument("--section", required=True)
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--count", help="a file that grows by a byte with each token")
    parser.add_argument("--lie", choices=["imprint", "nonce", "hour"])
    Stamper.options = parser.parse_args()
    server = Server(("127.0.0.1", Stamper.options.port), Stamper)
    if Stamper.options.port_file:
        with open(Stamper.options.port_file + ".new", "w") as file:
            file.write(f"{server.server_port}\n")
        os.rename(Stamper.options.port_file + ".new", Stamper.options.port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
