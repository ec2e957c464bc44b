"""Somebody at the desk over HTTP, a customer who has talked, and a scripted model or none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
from pydantic import SecretStr
from tests.channels.counter import STAFF
from tests.clock import Clock
from tests.llm.server import Asked, Fail, Reply, Say, serving
from tests.turns.counter import Talk
from tests.turns.house import Switch

from xiaoer.app import App, open_app, web
from xiaoer.domain.conversation import Inbound
from xiaoer.domain.ports import Shop
from xiaoer.domain.reply import PhotoPart
from xiaoer.domain.words import Language
from xiaoer.settings import Settings

MEI, ALEX = "mei.lin@example.com", "alex.morgan@example.com"
GONE = (Fail(status=500), Fail(says="好", then="drop"))  # it says so, drops the line
SILENT = Fail(then="silence")


@dataclass
class Model:
    """Says what it was last told to say; keeps what it was asked."""

    says: Any = ""  # text, a Reply, or a function of what was asked
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        said = self.says(asked) if callable(self.says) else self.says
        return Say(text=said) if isinstance(said, str) else said

    @property
    def saw(self) -> str:
        """Every byte it was sent so far."""
        return "\n".join(asked.text for asked in self.asked)


@dataclass
class Desk:
    app: App
    http: httpx.AsyncClient
    talk: Talk
    clock: Clock
    shop: Switch

    @property
    def path(self) -> str:
        return f"/v1/staff/conversations/{self.talk.conversation_id}"

    async def get(self, path: str, language: str = "zh", **query: Any) -> Any:
        answer = await self.http.get(path, params=query, headers={"accept-language": language})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, language: str = "zh", **body: Any) -> Any:
        answer = await self.http.post(path, json=body or None, headers={"accept-language": language})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def summary(self, language: str = "zh") -> Any:
        return await self.get(f"{self.path}/summary", language)

    async def suggestions(self, language: str = "zh") -> Any:
        return await self.post(f"{self.path}/suggestions", language)

    async def rewrite(self, text: str, how: str, language: str = "zh") -> Any:
        return await self.post(f"{self.path}/rewrite", language, text=text, how=how)

    async def translate(self, to: str, language: str = "zh", **what: Any) -> Any:
        return await self.post(f"{self.path}/translate", language, to=to, **what)

    async def answers(self, text: str) -> None:
        """One of the staff answers the customer."""
        body = {"client_id": f"s{abs(hash(text))}", "text": text}
        assert (await self.http.post(f"{self.path}/take")).status_code == 200
        assert (await self.http.post(f"{self.path}/messages", json=body)).status_code == 202

    async def writes(self, text: str, photo: PhotoPart | None = None) -> int:
        """The customer writes while a person has the conversation; the message's seq."""
        await self.http.post(f"{self.path}/take")
        inbound = Inbound(
            conversation_id=self.talk.conversation_id, client_id=str(hash(text)), text=text, photo=photo
        )
        message, _ = await self.app.house.conversations.receive(inbound, now=self.clock())
        return message.seq

    def secrets(self) -> list[str]:
        """What the records hold of this customer."""
        customer = self.talk.customer
        assert customer is not None
        found = [customer.name, customer.email, customer.phone, *(order.id for order in self.talk.orders)]
        found += [address.street for address in customer.addresses]
        return [one for one in found if one]


@asynccontextmanager
async def desk(
    data_dir: Path, model: Model | None = None, *, email: str = MEI, url: str = "", **more: Any
) -> AsyncIterator[Desk]:
    """With `model` behind a real endpoint; `email` is the customer's."""
    clock = Clock()
    token = SecretStr(f"lin:{STAFF['lin']}")
    async with serving(model or []) as server:
        endpoint: dict[str, Any] = {"llm_url": server.url, "llm_key": "k-123"} if model is not None else {}
        settings = Settings(
            data_dir=data_dir,
            database_url=url,
            staff_tokens=token,
            llm_assist_s=more.pop("llm_assist_s", 60.0),  # however busy the machine is
            _env_file=None,
            **endpoint,
            **more,
        )
        switches = list[Switch]()

        def behind(shop: Shop) -> Shop:
            switches.append(Switch(shop))
            return cast(Shop, switches[-1])

        async with open_app(settings, clock=clock, behind=behind) as app:
            served = web(app, with_demo=False)
            transport = httpx.ASGITransport(served, raise_app_exceptions=False)
            bearer = {"Authorization": f"Bearer {STAFF['lin']}"}
            language = Language.ZH if email == MEI else Language.EN
            async with httpx.AsyncClient(
                transport=transport, base_url="http://counter", headers=bearer
            ) as http:
                talk = await Talk.start(app, clock, email=email, language=language.value)
                yield Desk(app, http, talk, clock, switches[0])


def rows(summary: Any) -> dict[str, list[dict[str, Any]]]:
    return {row["row"]: row["items"] for row in summary["rows"]}


def told(asked: Asked, name: str) -> str:
    """What stands between <name> and </name> in a request."""
    every = "\n".join(str(message["content"]) for message in asked.messages if message["role"] == "user")
    return every.partition(f"<{name}>\n")[2].partition(f"\n</{name}>")[0]
