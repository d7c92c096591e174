"""Windows of the browser that serve one test after another.

To open a window, and to read and compile in it every style sheet and script anew, takes
longer than most tests that look at one page. So sites follow one another at the same
address, and a window there is emptied for the next test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from playwright.sync_api import BrowserContext, Error, Page, ViewportSize

from tests.live_server import LiveServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

EMPTY = "/nothing-is-here"
_CLEAR = """() => {
  localStorage.clear();
  sessionStorage.clear();
  return [navigator.onLine, /native code/.test(setTimeout)];
}"""
"""Clears what a page keeps, and says whether the window is connected and its clock the
browser's.
"""


class Address:
    """A server that shows one site at a time, and between them an empty page."""

    _all: ClassVar[list[Address]] = []

    def __init__(self) -> None:
        self.app: WSGIApplication | None = None
        self.server = LiveServer(self)

    @classmethod
    def free(cls) -> Address:
        """An address at which there is no site now."""
        for known in cls._all:
            if known.app is None:
                return known
        cls._all.append(cls())
        return cls._all[-1]

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        app = self.app
        if app is not None and environ["PATH_INFO"] != EMPTY:
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<!DOCTYPE html><title>Nothing</title>"]


@dataclass(kw_only=True)
class Window:
    """One window; ``faults`` are the errors of its scripts in this test."""

    context: BrowserContext
    page: Page
    size: ViewportSize
    faults: list[str] = field(default_factory=list)

    def is_as_new(self) -> bool:
        """Empties the window; False when a test has changed it for good."""
        try:
            for other in self.context.pages:
                if other is not self.page:
                    other.close()
            self.page.goto(EMPTY)
            is_online, has_own_clock = self.page.evaluate(_CLEAR)
            if self.page.viewport_size != self.size:
                self.page.set_viewport_size(self.size)
        except Error:
            return False

        self.context.clear_cookies()
        self.faults.clear()
        return bool(is_online and has_own_clock)


class Windows:
    """The windows that are open, by the address of their site."""

    def __init__(self, opened: Callable[[str], BrowserContext]) -> None:
        self.opened = opened
        self.kept: dict[str, Window] = {}

    def at(self, url: str) -> Window:
        """An empty window in which nobody has signed in."""
        if url in self.kept:
            return self.kept.pop(url)
        context = self.opened(url)
        page = context.new_page()
        assert page.viewport_size is not None
        window = Window(context=context, page=page, size=page.viewport_size)

        def note(error: Any) -> None:
            window.faults.append(str(error))

        window.page.on("pageerror", note)
        return window

    def put_back(self, window: Window) -> None:
        """Keeps a window for the next test, or closes it."""
        if window.is_as_new():
            self.kept[self.url_of(window)] = window
        else:
            window.context.close()

    @staticmethod
    def url_of(window: Window) -> str:
        return window.page.url.removesuffix(EMPTY)

    def close(self) -> None:
        for window in self.kept.values():
            window.context.close()
