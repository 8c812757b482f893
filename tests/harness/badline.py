"""A bad rural line: a TCP relay to the gateway that can be cut, delayed, slowed and garbled, and counts what passed."""
import socket
import threading
import time


class BadLine:
    """Listens on a free port of loopback and passes bytes on to `port`; used as a context manager.

    A line loses, repeats and swaps packets, and TCP mends it: what TCP cannot mend (a middlebox that repeats or swaps what it
    has acknowledged) reaches TLS as bytes that do not verify, and the connection ends. Both are the client's to survive.
    """

    def __init__(self, port):
        self.port_behind = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.sockets = set()
        self.sent = 0  # bytes towards the gateway since the start
        self.cut_at = None  # cut every connection when this many bytes have passed, and refuse new ones
        self.delay = 0  # seconds that each block waits, both ways
        self.rate = None  # bytes a second towards the gateway, of each connection
        self.duplicate_at = []  # when so many bytes have passed, a block is sent twice
        self.reorder_at = []  # when so many bytes have passed, a block's halves change places
        self.duplicated = self.reordered = 0
        self.down = threading.Event()
        self.cut_happened = threading.Event()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.cut()

    def cut(self):
        """Resets every connection and refuses new ones until restore()."""
        self.down.set()
        with self.lock:
            sockets, self.sockets = self.sockets, set()
        for each in sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()
        self.cut_happened.set()

    def restore(self):
        self.cut_at = None
        self.down.clear()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.down.is_set():
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.port_behind))
            except OSError:
                client.close()
                continue
            with self.lock:
                self.sockets |= {client, server}
            threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _due(self, marks):
        """Whether the next mark has been passed; it counts once."""
        with self.lock:
            due = bool(marks) and self.sent >= marks[0]
            if due:
                del marks[0]
            return due

    def _garbled(self, data):
        if self._due(self.duplicate_at):
            self.duplicated += 1
            return data + data
        if self._due(self.reorder_at):
            self.reordered += 1
            return data[len(data) // 2:] + data[:len(data) // 2]
        return data

    def _towards_gateway(self, data):
        """Counts, slows and garbles one block; None: the line was cut at it."""
        if self.rate:
            time.sleep(len(data) / self.rate)
        garbled = self._garbled(data)
        with self.lock:
            self.sent += len(data)
            due = self.cut_at is not None and self.sent >= self.cut_at
        if due:
            self.cut_at = None
            self.cut()
            return None
        return garbled

    def _pass(self, source, target, towards_gateway):
        try:
            while data := source.recv(65536):
                if self.delay:
                    time.sleep(self.delay)
                if towards_gateway:
                    data = self._towards_gateway(data)
                    if data is None:
                        return
                target.sendall(data)
        except OSError:
            pass
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        with self.lock:
            self.sockets -= {source, target}
        source.close()
        target.close()
