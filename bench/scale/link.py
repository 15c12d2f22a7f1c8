"""Forward connections to another port of this machine, as a slow network that sometimes breaks."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HOST = "127.0.0.1"
CHUNK = 64 * 1024  # bytes that are delayed together


@dataclass
class Link:
    """A port that forwards to another one.

    delay       seconds that each chunk waits, in both directions
    lifetime    mean seconds until a connection breaks; infinite if 0
    target      the port to forward to
    port        the port of this link
    forwarded   bytes so far, in both directions
    broken      connections that this link has broken
    """

    delay: float = 0.0
    lifetime: float = 0.0
    target: int = 0
    port: int = 0
    forwarded: int = 0
    broken: int = 0
    chance: random.Random = field(default_factory=random.Random)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection until an end closes it, or it breaks."""
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        ways = [
            asyncio.ensure_future(self._forward(reader, far_writer)),
            asyncio.ensure_future(self._forward(far_reader, writer)),
        ]
        seconds = self.chance.expovariate(1 / self.lifetime) if self.lifetime else None
        try:
            done, _ = await asyncio.wait(ways, timeout=seconds, return_when="FIRST_COMPLETED")
            self.broken += not done
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, far_writer):
                end.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(chunk)
                self.forwarded += len(chunk)
                await writer.drain()
        except OSError:  # the other end is gone
            return


@asynccontextmanager
async def open_link(link: Link) -> AsyncIterator[Link]:
    """Open the port of a link."""
    server = await asyncio.start_server(link.serve, HOST, 0)
    link.port = server.sockets[0].getsockname()[1]
    try:
        yield link
    finally:
        server.close()
