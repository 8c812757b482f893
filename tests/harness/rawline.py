"""Requests written byte by byte over real TLS, so that a story decides when the last byte of each goes out."""
import base64
import hashlib
import selectors
import socket
import ssl

EXPECT = "Expect: 100-continue\r\n"


def digest(data):
    """Content-Digest (RFC 9530)."""
    return {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"}


def put(deposit, number, data, envelope="offre", expect=False):
    """The head and the body of a PUT of one chunk; `expect`: the gateway is to say when it may come (RFC 9110 10.1.1)."""
    return (f"PUT /api/v1/deposits/{deposit}/envelopes/{envelope}/chunks/{number} HTTP/1.1\r\nHost: cert.localhost\r\nContent-Length: {len(data)}\r\n"
            f"Content-Digest: {digest(data)['Content-Digest']}\r\n{EXPECT if expect else ''}\r\n").encode(), data


def post(path):
    """The whole of a POST without a body."""
    return f"POST {path} HTTP/1.1\r\nHost: cert.localhost\r\nContent-Length: 0\r\n\r\n".encode()


def connect(port, context):
    plain = socket.create_connection(("127.0.0.1", port), timeout=60)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain, server_hostname="cert.localhost")


class Certified:
    """Makes connections of one party; the first one's TLS session serves the others."""

    def __init__(self, stack, who):
        self.port = stack.port
        self.context = ssl.create_default_context(cafile=stack.pki.path("root.pem"))
        self.context.load_cert_chain(stack.pki.path(who + ".pem"), stack.pki.path(who + ".key"))

    def connect(self):
        return connect(self.port, self.context)

    def hold(self, deposit, number, data, after):
        """An upload that was admitted and stands still after so many bytes: (connection, the bytes that it still owes)."""
        connection = self.connect()
        head, body = put(deposit, number, data, expect=True)
        connection.sendall(head)
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 100 "), answer
        connection.sendall(body[:after])
        return connection, body[after:]


def release(held):
    for connection, rest in held:
        connection.sendall(rest)


def statuses(connections, seconds=60):
    """The status of the next answer on each connection, [(connection, status)] in the order in which they came."""
    answers, heads = [], {connection: b"" for connection in connections}
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ)
        while len(answers) < len(connections):
            ready = selector.select(seconds)
            assert ready, f"{len(connections) - len(answers)} connections are without an answer after {seconds} s"
            for key, _ in ready:
                try:
                    data = key.fileobj.recv(65536)
                except ssl.SSLWantReadError:
                    continue
                heads[key.fileobj] += data
                if b"\r\n" in heads[key.fileobj] or not data:
                    answers.append((key.fileobj, int(heads[key.fileobj].split(b" ", 2)[1]) if data else 0))
                    selector.unregister(key.fileobj)
    return answers
