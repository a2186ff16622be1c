"""Serves the interface to browsers on this machine that know a token.

textual-serve does the work: a process for each visitor, a terminal in the page. Here it is bound to
the loopback address, every path begins with the token, and the page fetches nothing from elsewhere.
"""

from __future__ import annotations

__all__ = ["HOST", "TokenServer"]

import asyncio
import secrets
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final

from aiohttp import web
from textual_serve.server import Server

from ops.errors import UsageError

HOST: Final = "127.0.0.1"


class TokenServer(Server):
    """One interface behind one token."""

    def __init__(self, command: str, port: int, token: str, title: str) -> None:
        """
        Args:
            command: the shell command that starts the interface.
            port: 0 for any that is free; known once it runs.
        """
        templates = Path(__file__).parent
        super().__init__(command, host=HOST, port=port, title=title, templates_path=templates)
        self.token = token

    @property
    def address(self) -> str:
        """The page, with the token."""
        return f"{self.public_url}/{self.token}/"

    @property
    def cookie(self) -> str:
        """Its name; cookies of one host are shared between ports."""
        return f"chunkbook-{self.port}"

    async def _make_app(self) -> web.Application:
        inner = await super()._make_app()
        inner.on_startup.clear()  # it prints a banner
        outer = web.Application(middlewares=[self._guard])
        outer.router.add_get("/", self._to_page)
        outer.router.add_get("/download/{key}", self.handle_download)
        outer.add_subapp(f"/{self.token}/", inner)
        return outer

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], object]
    ) -> web.StreamResponse:
        """Refuse who does not know the token, and pages of other sites that guess the address."""
        own = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        origin = request.headers.get("Origin")
        if request.host not in own or (origin and origin.removeprefix("http://") not in own):
            raise web.HTTPForbidden(text="only for this machine\n")
        first = request.path.split("/", 2)[1]
        # Links from elsewhere and downloads have a fixed address: there the cookie that came with
        # the page tells the token.
        fixed = first in ("", "download")
        told = request.cookies.get(self.cookie, "") if fixed else first
        if not secrets.compare_digest(told.encode(), self.token.encode()):
            raise web.HTTPForbidden(text="open the address that `chunkbook serve` printed\n")
        response: web.StreamResponse = await handler(request)  # type: ignore[misc]
        if not response.prepared:
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["Cache-Control"] = "no-store"
            response.set_cookie(self.cookie, self.token, httponly=True, samesite="Strict")
        return response

    async def _to_page(self, request: web.Request) -> web.StreamResponse:
        """For who has opened the page before: a link to it needs no token."""
        return web.Response(status=302, headers={"Location": f"/{self.token}/"})

    async def run(self, started: Callable[[], object]) -> None:
        """Serve until the process is asked to stop.

        Args:
            started: called once the page can be opened.

        Raises:
            UsageError: the port is taken.
        """
        runner = web.AppRunner(await self._make_app(), access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, self.port)
            try:
                await site.start()
            except OSError as error:
                hint = "another server has it; choose one by --port, or 0 for any that is free"
                raise UsageError(f"port {self.port} cannot be used: {error}", hint=hint) from None
            self.port = runner.addresses[0][1]
            self.public_url = f"http://{HOST}:{self.port}"
            started()
            await _asked_to_stop()
        finally:
            await runner.cleanup()


async def _asked_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
