"""Going down in order: streams end first, or the server would wait for clients that never leave."""

import socket

import uvicorn
from typing_extensions import override

from xiaoer.channels.web.hub import Hub


class Server(uvicorn.Server):
    """uvicorn, which says goodbye to its streams before it waits for requests to end."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.stop()
        await super().shutdown(sockets)
