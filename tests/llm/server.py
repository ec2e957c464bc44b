"""A scripted model behind a real OpenAI-compatible endpoint on loopback, with the faults such endpoints have.

    async with serving(script) as server:      # server.url, server.asked
        ...

`script` is a function of what was asked, or a list of replies, one a request. By hand:
`python -m tests.llm.server --port 9100`, then
`OPENAI_BASE_URL=http://127.0.0.1:9100/v1 OPENAI_API_KEY=x make run`.
"""

import argparse
import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

MODEL = "scripted"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body["messages"])

    @property
    def last(self) -> str:
        """What the user said last."""
        return next((str(m["content"]) for m in reversed(self.messages) if m["role"] == "user"), "")

    @property
    def found(self) -> list[str]:
        """What the calls of this turn gave: tool messages since the user spoke."""
        found: list[str] = []
        for message in reversed(self.messages):
            if message["role"] == "user":
                break
            if message["role"] == "tool":
                found.insert(0, str(message["content"]))
        return found

    @property
    def tools(self) -> list[str]:
        return [tool["function"]["name"] for tool in self.body.get("tools", ())]

    @property
    def text(self) -> str:
        """Every byte of it, for whoever looks for one that should not be there."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class Say:
    """A good answer: words, calls, or both. `pause_s` stands before the first word and between words."""

    text: str = ""
    calls: Sequence[tuple[str, Mapping[str, Any] | str]] = ()
    first_s: float = 0.0
    pause_s: float = 0.0
    finish: str = ""  # unless said: tool_calls or stop
    usage: tuple[int, int, int] = (900, 600, 40)  # sent, cached of it, made


@dataclass(frozen=True, kw_only=True)
class Fail:
    """A bad one: a status, a body, and how it comes."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    says: str = ""  # before it goes wrong, as a stream
    then: str = "end"  # end | silence | endless | drop


Reply = Say | Fail
Script = Callable[[Asked], Reply] | Sequence[Reply]


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How one maker's endpoint differs, as its public documentation has it."""

    whole_calls: bool = False  # a tool call in one piece, without an index
    reasons: str = ""  # field in which it thinks aloud
    cached: bool = True  # says what it had kept of what was sent
    no_usage: bool = False
    finish_of_calls: str = "tool_calls"
    call_ids: bool = True


MANNERS: dict[str, Manner] = {
    "openai": Manner(),
    "azure": Manner(),
    "deepseek": Manner(reasons="reasoning_content"),
    "qwen": Manner(reasons="reasoning_content"),
    "kimi": Manner(reasons="reasoning_content"),
    "gemini": Manner(whole_calls=True, finish_of_calls="stop"),
    "anthropic": Manner(cached=False),
    "vllm": Manner(reasons="reasoning"),
    "ollama": Manner(whole_calls=True, no_usage=True, reasons="reasoning"),
    "other": Manner(),
}


@dataclass
class Server:
    script: Script
    manner: Manner = field(default_factory=Manner)
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    left: int = 0  # requests whose client went away before the end
    open: set[asyncio.StreamWriter] = field(default_factory=set)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)  # somebody has asked
    gone: asyncio.Event = field(default_factory=asyncio.Event)  # and somebody went away

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        self.begun.set()
        if callable(self.script):
            return self.script(asked)
        n = len(self.asked) - 1
        return self.script[n] if n < len(self.script) else Fail(status=500, body=b"no more script")

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer)
        self.idle.clear()
        try:
            while (asked := await _read(reader)) is not None:
                if asked.path.endswith("/models"):
                    models = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
                    await _plain(writer, 200, json.dumps(models).encode())
                    continue
                await self._answer(asked, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self._leaves()
        finally:
            writer.close()
            self.open.discard(writer)
            if not self.open:
                self.idle.set()

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reply = self.reply(asked)
        if isinstance(reply, Fail):
            await self._fail(reply, reader, writer)
        elif asked.body.get("stream"):
            await self._stream(reply, reader, writer)
        else:
            await asyncio.sleep(reply.first_s)
            await _plain(writer, 200, json.dumps(_whole(reply, self.manner)).encode())

    async def _stream(self, reply: Say, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._waits(reply.first_s, reader):
            return
        await _head(writer, 200, "text/event-stream", {})
        for chunk in _chunks(reply, self.manner):
            if reply.pause_s and not await self._waits(reply.pause_s, reader):
                return
            await _event(writer, json.dumps(chunk))
        await _event(writer, "[DONE]")
        await _end(writer)

    async def _fail(self, reply: Fail, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not reply.says and reply.then == "end":
            await _plain(writer, reply.status, reply.body, kind=reply.kind, headers=reply.headers)
            return
        if reply.then == "silence" and not reply.says:
            await self._waits(60, reader)
            return
        await _head(writer, reply.status, "text/event-stream", reply.headers)
        for chunk in _chunks(Say(text=reply.says), self.manner)[:-2]:
            await _event(writer, json.dumps(chunk))
        if reply.then == "silence":
            await self._waits(60, reader)
        elif reply.then == "endless":
            while await self._waits(0, reader):
                await _event(writer, json.dumps(_chunk({"content": "word " * 50})))
        elif reply.then == "drop":
            writer.transport.abort()
        else:
            await _end(writer)

    def _leaves(self) -> None:
        self.left += 1
        self.gone.set()

    async def _waits(self, seconds: float, reader: asyncio.StreamReader) -> bool:
        """False once the client has gone."""
        try:
            async with asyncio.timeout(seconds):
                await reader.read(1)
        except TimeoutError:
            return True
        self._leaves()
        return False


@asynccontextmanager
async def serving(script: Script, *, manner: Manner | None = None) -> AsyncIterator[Server]:
    made = Server(script, manner or Manner())
    listening = await asyncio.start_server(made.handle, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield made
    finally:
        listening.close()
        for writer in made.open:
            writer.transport.abort()
        if made.open:
            await made.idle.wait()


@contextmanager
def served_aside(script: Script) -> Iterator[Server]:
    """For what runs a loop of its own: the command line."""
    made, loop, ready = Server(script), asyncio.new_event_loop(), threading.Event()
    over = asyncio.Event()

    async def serve() -> None:
        listening = await asyncio.start_server(made.handle, "127.0.0.1", 0)
        made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
        ready.set()
        async with listening:
            await over.wait()

    aside = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    aside.start()
    ready.wait()
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(over.set)
        aside.join()
        loop.close()


async def _serve(script: Script, port: int) -> None:
    made = Server(script)
    listening = await asyncio.start_server(made.handle, "127.0.0.1", port)
    sys.stdout.write(f"OPENAI_BASE_URL=http://127.0.0.1:{port}/v1 OPENAI_API_KEY=x make run\n")
    sys.stdout.flush()
    await listening.serve_forever()


def main() -> None:
    from tests.llm.parrot import parrot  # noqa: PLC0415 - it is written with this module's words

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=9100)
    try:
        asyncio.run(_serve(parrot, options.parse_args().port))
    except KeyboardInterrupt:
        sys.exit(130)


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *rest = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(path=first.split()[1], headers=headers, body=json.loads(body or b"{}"))


async def _plain(
    writer: asyncio.StreamWriter,
    status: int,
    body: bytes,
    *,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> None:
    told = {"content-type": kind, "content-length": str(len(body)), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    writer.write(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body)
    await writer.drain()


async def _head(writer: asyncio.StreamWriter, status: int, kind: str, headers: Mapping[str, str]) -> None:
    told = {"content-type": kind, "transfer-encoding": "chunked", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    writer.write(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode())
    await writer.drain()


async def _event(writer: asyncio.StreamWriter, data: str) -> None:
    line = f"data: {data}\n\n".encode()
    writer.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
    await writer.drain()


async def _end(writer: asyncio.StreamWriter) -> None:
    writer.write(b"0\r\n\r\n")
    await writer.drain()


def _chunk(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [choice]}


def _chunks(reply: Say, manner: Manner) -> list[dict[str, Any]]:
    """Role, thoughts, words, calls; then the end of the choice, then the counts."""
    made = [_chunk({"role": "assistant", "content": ""})]
    if manner.reasons:
        made.append(_chunk({manner.reasons: "Let me see. "}))
    made += [_chunk({"content": word}) for word in _words(reply.text)]
    for n, (name, args) in enumerate(reply.calls):
        text = args if isinstance(args, str) else json.dumps(args)
        identity = {"id": f"call_{n}"} if manner.call_ids else {}
        if manner.whole_calls:
            whole = {**identity, "type": "function", "function": {"name": name, "arguments": text}}
            made.append(_chunk({"tool_calls": [{"index": n, **whole}]}))
            continue
        begun = {"index": n, **identity, "type": "function", "function": {"name": name, "arguments": ""}}
        made.append(_chunk({"tool_calls": [begun]}))
        half = len(text) // 2
        made += [
            _chunk({"tool_calls": [{"index": n, "function": {"arguments": piece}}]})
            for piece in (text[:half], text[half:])
        ]
    finish = reply.finish or (manner.finish_of_calls if reply.calls else "stop")
    counts = {} if manner.no_usage else {"usage": _usage(reply.usage, manner)}
    return [*made, _chunk({}, finish), {**_chunk({}), "choices": [], **counts}]


def _usage(usage: tuple[int, int, int], manner: Manner) -> dict[str, Any]:
    sent, cached, made = usage
    details = {"prompt_tokens_details": {"cached_tokens": cached}} if manner.cached else {}
    return {"prompt_tokens": sent, "completion_tokens": made, "total_tokens": sent + made, **details}


def _whole(reply: Say, manner: Manner) -> dict[str, Any]:
    calls = [
        {
            "id": f"call_{n}",
            "type": "function",
            "function": {"name": name, "arguments": args if isinstance(args, str) else json.dumps(args)},
        }
        for n, (name, args) in enumerate(reply.calls)
    ]
    message = {"role": "assistant", "content": reply.text or None, **({"tool_calls": calls} if calls else {})}
    finish = reply.finish or (manner.finish_of_calls if calls else "stop")
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": _usage(reply.usage, manner),
    }


def _words(text: str) -> list[str]:
    """Pieces of about four characters: the ends of words fall anywhere, as they do."""
    return [text[n : n + 4] for n in range(0, len(text), 4)]


if __name__ == "__main__":
    main()
