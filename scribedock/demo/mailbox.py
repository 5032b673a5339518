"""A mail server on loopback that takes every message (RFC 5321, as far as a sender needs it)."""

from __future__ import annotations

import email
import email.policy
import threading
from email.message import EmailMessage
from queue import Queue
from socketserver import StreamRequestHandler, ThreadingTCPServer


class Mailbox:
    """A mail server on a free port; messages are put in `received`."""

    def __init__(self) -> None:
        self.received: Queue[EmailMessage] = Queue()
        received = self.received

        class SmtpSession(StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 here")
                while line := self.rfile.readline():
                    command = line[:4].upper()
                    if command == b"DATA":
                        self._say("354 go on")
                        received.put(_message(self._data()))
                    self._say("221 bye" if command == b"QUIT" else "250 fine")
                    if command == b"QUIT":
                        return

            def _data(self) -> bytes:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line.removeprefix(b"."))
                return b"".join(lines)

            def _say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

        self._server = ThreadingTCPServer(("127.0.0.1", 0), SmtpSession)
        self._server.daemon_threads = True
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Mailbox:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _message(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)
