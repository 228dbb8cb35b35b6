"""Servers of a few lines, for what a web server cannot be made to do: proxies, TLS, odd answers."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("shop.pem")  # for shop.example

Answering = Callable[[socket.socket], None]


@contextmanager
def answering(answer: Answering) -> Iterator[int]:
    """The port of a server that hands every connection to `answer`, each in a thread."""
    threads: list[threading.Thread] = []
    wires: list[socket.socket] = []  # each doubled: TLS takes the one it is given
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with suppress(OSError):  # it is closed
                while True:
                    wire, _ = listening.accept()
                    wires.append(wire.dup())
                    handed = (answer, wire, wires[-1])
                    threads.append(threading.Thread(target=_handle, args=handed))
                    threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield listening.getsockname()[1]
        finally:
            for wire in [listening, *wires]:
                with suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)  # whoever reads there is told of the end
            for thread in [accepting, *threads]:
                thread.join(timeout=5)


def _handle(answer: Answering, wire: socket.socket, double: socket.socket) -> None:
    with double:
        with wire, suppress(OSError):
            answer(wire)
        with suppress(OSError):
            double.shutdown(socket.SHUT_RDWR)


def head_of(wire: socket.socket) -> str:
    """The next request's line and headers; "" where no other comes."""
    said = b""
    while not said.endswith(b"\r\n\r\n"):
        piece = wire.recv(1)
        if not piece:
            return ""
        said += piece
    return said.decode()


def page(text: str, status: str = "200 OK", **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named["content-length"] = str(len(text))
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", text]).encode()


class Shop:
    """A server with TLS, which says hello to every request."""

    def __init__(self) -> None:
        self.connections = 0
        self.heads: list[str] = []
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(CERTIFICATE)

    def __call__(self, plain: socket.socket) -> None:
        self.connections += 1
        with self._tls.wrap_socket(plain, server_side=True) as wire:
            while head := head_of(wire):
                self.heads.append(head)
                wire.sendall(page("hello"))


class Proxy:
    """Leads every tunnel to `port`, and answers plain requests itself; or refuses both."""

    def __init__(self, port: int = 0, refusal: str = "") -> None:
        self.heads: list[str] = []
        self._port = port
        self._refusal = refusal

    def __call__(self, wire: socket.socket) -> None:
        while head := head_of(wire):
            self.heads.append(head)
            if self._refusal:
                wire.sendall(page("no", self._refusal))
            elif head.startswith("CONNECT "):
                wire.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                return self._tunnel(wire)
            else:
                wire.sendall(page("by proxy"))
        return None

    def _tunnel(self, wire: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as far:
            back = threading.Thread(target=_relay, args=(far, wire))
            back.start()
            _relay(wire, far)
            back.join(timeout=5)


def _relay(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
