"""An embedding model in the house: what is told of a wrong setting; nobody goes without an answer."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.clock import Clock
from tests.llm.endpoint import DIMENSIONS, Answer, served
from tests.turns.counter import Talk
from tests.turns.house import Opened
from tests.understand.made_up import Knowing, taught

from xiaoer.app import Misconfigured
from xiaoer.app.embedding import Embedding, Joining, open_embedding
from xiaoer.app.shelving import Shelving
from xiaoer.domain.ports import EmbedderDown
from xiaoer.domain.words import Language
from xiaoer.llm.embed_cache import KeptEmbedder
from xiaoer.settings import Settings
from xiaoer.understand.classifier import Model
from xiaoer.understand.fit import fit
from xiaoer.understand.joined import Dense, Joint, Rise
from xiaoer.understand.lessons import Lesson
from xiaoer.understand.understander import LocalUnderstander

MEI = "mei.lin@example.com"


def settings(tmp_path: Path, **given: object) -> Settings:
    return Settings.model_validate({"data_dir": tmp_path, **given})


async def test_without_a_setting_there_is_none(tmp_path):
    async with open_embedding(settings(tmp_path)) as embedding:
        assert embedding is None


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"embeddings_url": "http://127.0.0.1:1/v1"}, "XIAOER_EMBEDDINGS_MODEL"),
        ({"embeddings_url": "http://127.0.0.1:1/v1", "embeddings_folder": "x"}, "not both"),
        ({"embeddings_folder": "nowhere"}, "XIAOER_EMBEDDINGS_FOLDER nowhere"),
        (
            {
                "embeddings_url": "http://127.0.0.1:1/v1",
                "embeddings_model": "m",
                "embeddings_key_file": "no-file",
            },
            "XIAOER_EMBEDDINGS_KEY_FILE no-file",
        ),
    ],
)
async def test_a_wrong_setting_is_named(tmp_path, given, named):
    with pytest.raises(Misconfigured, match=named):
        async with open_embedding(settings(tmp_path, **given)):
            pass


@pytest.mark.parametrize(
    "url", ["models.example/v1", "ftp://models.example", "https://me:word@models.example"]
)
def test_an_address_that_is_none_is_refused(tmp_path, url):
    with pytest.raises(ValueError, match="https://HOST/v1"):
        settings(tmp_path, embeddings_url=url)


async def test_phrases_are_kept_and_what_a_customer_wrote_is_not(tmp_path):
    (tmp_path / "key").write_text("sk-from-a-file\n")
    with served() as endpoint:
        given = settings(
            tmp_path, embeddings_url=endpoint.url, embeddings_model="m", embeddings_key_file=tmp_path / "key",
            embeddings_timeout_s=5,
        )  # fmt: skip
        for _ in range(2):
            async with open_embedding(given) as embedding:
                assert embedding is not None
                embedding.patient.embed(["a phrase"])
                embedding.prompt.embed(["a customer's words"])
        assert endpoint.texts == ["a phrase", "a customer's words", "a customer's words"]
        assert set(endpoint.keys) == {"Bearer sk-from-a-file"}


# --- beside the classifier -------------------------------------------------------------------------


class Pupil:
    def __init__(self) -> None:
        self.joints: list[Joint] = []

    def join(self, joint: Joint) -> None:
        self.joints.append(joint)


async def _taught(version: str) -> Sequence[Lesson]:
    return taught()


@pytest.fixture(scope="module")
def small() -> Model:
    return fit(taught(), "small")


def joining(folder: Path, patient: Knowing, prompt: Knowing) -> Joining:
    patiently = KeptEmbedder(patient, folder / "embeddings.db")
    embedding = Embedding(patient=patiently, prompt=prompt, close=lambda: None)
    return Joining(embedding, taught=_taught, folder=folder / "model")


async def test_what_stands_beside_a_model_is_fitted_once_and_asks_the_prompt_one(tmp_path, small):
    pupil, prompt = Pupil(), Knowing()
    first = joining(tmp_path, Knowing(), prompt)
    first.teach(pupil, small)
    assert pupil.joints == []
    await first.look()
    await first.look()
    assert [joint.embedder for joint in pupil.joints] == [prompt]
    again, silent = Pupil(), Knowing()
    silent.down = True
    joining(tmp_path, silent, prompt).teach(again, small)
    assert [joint.version for joint in again.joints] == ["small+knowing"]


async def test_another_model_that_serves_is_fitted_for(tmp_path, small):
    pupil = Pupil()
    one = joining(tmp_path, Knowing(), Knowing())
    one.teach(pupil, small)
    await one.look()
    one.swap(replace(small, version="next"))
    await one.look()
    assert [joint.of for joint in pupil.joints] == ["small", "next"]


async def test_while_it_is_down_nothing_is_joined(tmp_path, small):
    pupil, patient = Pupil(), Knowing()
    one = joining(tmp_path, patient, Knowing())
    one.teach(pupil, small)
    patient.down = True
    with pytest.raises(EmbedderDown):
        await one.look()
    assert pupil.joints == []
    patient.down = False
    await one.look()
    assert len(pupil.joints) == 1


# --- beside the articles ---------------------------------------------------------------------------


async def test_articles_are_embedded_behind_the_requests(tmp_path):
    patient, prompt, asked = Knowing(), Knowing(), list[str]()
    kept = KeptEmbedder(patient, tmp_path / "embeddings.db")
    shelving = Shelving(Embedding(patient=kept, prompt=prompt, close=lambda: None))
    with pytest.raises(EmbedderDown):
        shelving.embed(["one passage", "another"])
    assert (patient.asked, prompt.asked) == ([], [])
    patient.down = True
    with pytest.raises(EmbedderDown):
        await shelving.look(lambda: asked.append("too early"))
    patient.down = False
    await shelving.look(lambda: asked.append("again"))
    await shelving.look(lambda: asked.append("for nothing"))
    assert asked == ["again"]
    assert len(shelving.embed(["one passage", "another"])) == 2
    shelving.embed(["a question"])
    assert prompt.asked == [["a question"]]
    assert patient.asked == [["one passage", "another"]]


# --- a customer --------------------------------------------------------------------------------------


def beside(model: Model) -> dict[Language, Dense]:
    """Adds nothing: what is looked at is that an answer comes."""
    return {
        language: Dense(
            weights=np.zeros((DIMENSIONS, len(model.linear[language].intents)), np.float32),
            bias=np.zeros(len(model.linear[language].intents), np.float32),
            share=0.0,
            sharpness=1.0,
            rise=Rise(slope=1.0, offset=3.0),
            thresholds=model.thresholds[language],
        )
        for language in Language
    }


BROKEN = (
    Answer(500),
    Answer(body=b"<html>"),
    Answer(waits=True),
    Answer(body=b" " * 10_000_000),
    Answer(cut=5),
)


async def test_a_customer_is_answered_whatever_the_endpoint_does(opened: Opened, tmp_path) -> None:
    with served(*BROKEN, Answer()) as endpoint:
        given = settings(
            tmp_path, embeddings_url=endpoint.url, embeddings_model="m", embeddings_timeout_s=0.5
        )
        async with opened(Clock()) as (app, _), open_embedding(given, clock=(clock := Clock())) as embedding:
            assert embedding is not None
            understander, model = app.clerk.understander, app.learning.school.model
            assert isinstance(understander, LocalUnderstander)
            understander.join(Joint(of=model.version, embedder=embedding.prompt, dense=beside(model)))
            talk = await Talk.start(app, Clock(), email=MEI)
            for number, _ in enumerate(BROKEN):
                said = await talk.says(f"我叫王小明，电话1380013800{number}，我的快递到哪了")
                assert said["action"] in ("track_parcel", "look_up_order", "list_orders"), said
                assert talk.records[-1].versions["classifier"] == model.version
            clock.forward(1)  # it has rested
            await talk.says("我叫王小明，我的包裹到哪了，电话13900139000")
            assert talk.records[-1].versions["classifier"] == f"{model.version}+{embedding.prompt.name}"
            sent = "".join(endpoint.texts)
            assert [canary for canary in ("王小明", "13800138", "13900139") if canary in sent] == []
            assert "包裹到哪了" in sent
