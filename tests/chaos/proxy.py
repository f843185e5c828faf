"""A TCP proxy before the server that breaks connections at the worst moments."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import socket
import struct
import threading
from pathlib import Path

_RESET = struct.pack("ii", 1, 0)
# An output of app.py, within an array of texts.
_COMPLETION = re.compile(rb'"attempt\\?":')


class Proxy:
    """Forwards to the server's socket; `reset` breaks a connection, `cut` loses an answer."""

    def __init__(self, server: Path, cut_at: re.Pattern[bytes] = _COMPLETION) -> None:
        self.server = server
        self.cut_at = cut_at
        self.port = 0
        self.cuts = 0
        self._armed = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._is_up.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def reset(self) -> None:
        """Break one connection, whatever is under way on it."""

        def do() -> None:
            if self._open:
                _abort(random.choice(list(self._open)))

        self._loop.call_soon_threadsafe(do)

    def cut(self) -> None:
        """Pass the next message to cut at to the server, and lose its answer and the connection."""

        def do() -> None:
            self._armed += 1

        self._loop.call_soon_threadsafe(do)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)

        async def listen() -> None:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            self._is_up.set()

        self._loop.run_until_complete(listen())
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            above, below = await asyncio.open_unix_connection(str(self.server))
        except OSError:
            self._open.discard(writer)
            _abort(writer)
            return
        is_cut = asyncio.Event()
        tasks = [
            asyncio.create_task(self._up(reader, below, is_cut)),
            asyncio.create_task(_down(above, writer, is_cut)),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        self._open.discard(writer)
        if is_cut.is_set():
            self.cuts += 1
            # The server has the whole message: it commits, and nobody hears of it.
            await asyncio.sleep(0.2)
        for task in tasks:
            task.cancel()
        _abort(writer)
        below.close()

    async def _up(
        self, reader: asyncio.StreamReader, below: asyncio.StreamWriter, is_cut: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if self._armed and self.cut_at.search(data):
                    self._armed -= 1
                    is_cut.set()
                below.write(data)
                await below.drain()


async def _down(
    above: asyncio.StreamReader, writer: asyncio.StreamWriter, is_cut: asyncio.Event
) -> None:
    with contextlib.suppress(OSError):
        while data := await above.read(65536):
            if is_cut.is_set():
                return
            writer.write(data)
            await writer.drain()


def _abort(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        sock = writer.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
