"""A wire between a program and its PostgreSQL that is cut, with the program, at a chosen statement: before the server has read it, or
after the server has done it and before the program hears so. Knows of the protocol (PostgreSQL 15, 55.7) only where messages end and
that Query and Sync ask for an answer."""
import os
import select
import socket
import struct
import threading

ASKING = b"QS"  # Query, Sync
READY = b"Z"


class Wire:
    """Listens in `folder` as PostgreSQL would; kills its `victim` once, when that statement of any session comes by."""

    def __init__(self, folder, server):
        self.path = os.path.join(folder, ".s.PGSQL.5432")
        self.server = os.path.join(server, ".s.PGSQL.5432")
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(self.path)
        os.chmod(self.path, 0o777)
        self.listening.listen(16)
        self.lock = threading.Lock()
        self.statements, self.at, self.answered, self.dead, self.victim = 0, None, False, False, None
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, at, answered):
        """At statement number `at` from now on: before it is sent, or once it is `answered`."""
        with self.lock:
            self.statements, self.at, self.answered, self.dead, self.victim = 0, at, answered, False, None

    def accept(self):
        while True:
            try:
                client = self.listening.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            threading.Thread(target=self.carry, args=(client, server), daemon=True).start()

    def carry(self, client, server):
        started, waiting, from_client, from_server = False, False, b"", b""
        try:
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    if ready is server:
                        from_server, kinds = messages(from_server + data)
                        if waiting and READY in kinds and self.fall(True):
                            return
                        client.sendall(data)
                        continue
                    if not started:  # the startup packet has no type
                        from_client += data
                        if len(from_client) >= 4 and len(from_client) >= struct.unpack(">I", from_client[:4])[0]:
                            started, from_client = True, b""
                    else:
                        from_client, kinds = messages(from_client + data)
                        if any(kind in ASKING for kind in kinds):
                            waiting = self.count()
                            if waiting and self.fall(False):
                                return
                    server.sendall(data)
        except OSError:
            pass
        finally:
            client.close()
            server.close()

    def count(self):
        """Is this statement the one?"""
        with self.lock:
            self.statements += 1
            return self.at is not None and self.statements == self.at

    def fall(self, answered):
        with self.lock:
            if self.dead or answered != self.answered:
                return False
            self.dead = True
        self.victim.kill()
        return True

    def close(self):
        self.listening.close()
        os.unlink(self.path)


def messages(data):
    """What is left of the last, unfinished message; the types of the whole ones."""
    kinds, at = b"", 0
    while len(data) - at >= 5:
        length = 1 + struct.unpack(">I", data[at + 1:at + 5])[0]
        if len(data) - at < length:
            break
        kinds += data[at:at + 1]
        at += length
    return data[at:], kinds
