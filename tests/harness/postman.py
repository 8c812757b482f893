#!/usr/bin/python3
"""A real SMTP server (Debian's aiosmtpd) on loopback that keeps each mail it takes as a file; an address that begins with "absent" is refused.

usage: postman.py --port PORT --port-file FILE --folder FOLDER
"""
import argparse
import os
import signal
import threading

from aiosmtpd.controller import Controller


class Keeper:
    def __init__(self, folder):
        self.folder, self.count = folder, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("absent"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        path = os.path.join(self.folder, f"{self.count:06d}-{envelope.rcpt_tos[0]}.eml")
        with open(path + ".new", "wb") as file:
            file.write(envelope.content)
        os.rename(path + ".new", path)
        return "250 OK"


def main():
    parser = argparse.ArgumentParser()
    for name in ("--port", "--port-file", "--folder"):
        parser.add_argument(name, required=True)
    chosen = parser.parse_args()
    os.makedirs(chosen.folder, exist_ok=True)
    controller = Controller(Keeper(chosen.folder), hostname="127.0.0.1", port=int(chosen.port))
    controller.start()
    with open(chosen.port_file, "w") as file:
        file.write(chosen.port)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()
    controller.stop()


if __name__ == "__main__":
    main()
