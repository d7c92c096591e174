"""A server in a thread of the tests, for a browser to look at."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

from waitress import wasyncore
from waitress.server import create_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"


class LiveServer:
    """An application on a free port of this machine, from now on until ``stop``."""

    def __init__(self, app: WSGIApplication, *, threads: int = 4) -> None:
        self.server = create_server(app, host=HOST, port=0, threads=threads)
        self.port = int(self.server.effective_port)
        self.thread = Thread(target=self.server.run, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def stop(self) -> None:
        """Closes what is open, as its own loop: a browser keeps connections for more
        requests, and the loop would wait for the last of them.
        """
        self.server.trigger.pull_trigger(self._close)
        self.thread.join(5)
        assert not self.thread.is_alive(), "the server does not stop"

    def _close(self) -> None:
        self.server.task_dispatcher.set_thread_count(0)
        wasyncore.close_all(self.server._map)
