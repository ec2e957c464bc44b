"""From a gap to a draft of its article: from what was asked, what was answered, what is written nearby."""

import re
from pathlib import Path
from typing import Any

from tests.assist.desk import GONE, MEI, Desk, Model, desk, told
from tests.turns.counter import Talk

ASKED = ("陶艺体验课怎么报名", "周末的陶艺体验课怎么报名", "陶艺体验课怎么报名，打 13800138000 告诉我")
ANSWER = "{name}您好，陶艺体验课每周六 14:00 开课，学费 ¥128，到店报名就行，电话 13900139000。"


async def a_gap(at: Desk) -> dict[str, Any]:
    """Three customers ask what nobody wrote; a colleague answers the one who is signed in, by name."""
    for text, email in zip(ASKED, ("", "", MEI), strict=True):
        at.talk = await Talk.start(at.app, at.clock, email=email)
        await at.talk.says(text)
    await at.answers(ANSWER.format(name=at.secrets()[0]))
    [gap, *_] = (await at.get("/v1/staff/kb/gaps"))["gaps"]
    return dict(gap)


async def test_without_a_model_there_is_what_colleagues_answered(data_dir: Path) -> None:
    async with desk(data_dir) as at:
        gap = await a_gap(at)
        made = await at.post(f"/v1/staff/kb/gaps/{gap['id']}/draft")
        assert made["gap_id"] == gap["id"]
        [draft] = made["drafts"]
        assert (draft["state"], draft["language"], draft["draft"]) == ("no_model", "zh", True)
        assert "每周六 14:00" in draft["body"]
        assert draft["unsupported"] == 0
        assert draft["slug"] == gap["suggestions"][0]["slug"]
        kinds = [source["kind"] for source in made["sources"]]
        assert {"question", "answer", "article"} <= set(kinds)
        assert "13800138000" not in str(made)
        assert "13900139000" not in str(made)
        assert [secret for secret in at.secrets() if secret in str(made)] == []
        assert "[name]您好" in draft["body"]
        saved = await at.http.post(
            "/v1/staff/kb/articles",
            json={name: draft[name] for name in ("slug", "language", "title", "group", "questions", "body")},
        )
        assert saved.status_code == 201, saved.text
        assert saved.json()["state"] == "draft"
        gone = await at.http.post(
            f"/v1/staff/kb/gaps/{gap['id']}/draft", params={"since": "2026-12-01T00:00:00Z"}
        )
        assert gone.status_code == 404


def drafted(asked: Any) -> str:
    answer = told(asked, "answers")
    assert "¥128" in answer
    if "Simplified Chinese" in asked.text:
        return "陶艺体验课怎么报名？\n\n陶艺体验课每周六 14:00 开课。学费 ¥128，到店报名就行。满 3 人免费。"
    return (
        "How do I join a pottery class?\n\nThe pottery class begins each Saturday at 14:00. It costs ¥128. "
        "It is free from 3 people on. We guarantee a place."
    )


async def test_with_a_model_there_are_both_languages_and_what_no_source_says_is_marked(
    data_dir: Path,
) -> None:
    model = Model(drafted)
    async with desk(data_dir, model) as at:
        gap = await a_gap(at)
        model.asked.clear()
        made = await at.post(f"/v1/staff/kb/gaps/{gap['id']}/draft", "en")
        chinese, english = made["drafts"]
        assert [one["state"] for one in (chinese, english)] == ["ready", "ready"]
        assert (chinese["title"], english["language"]) == ("陶艺体验课怎么报名？", "en")
        loose = [one["text"].strip() for one in chinese["sentences"] if not one["supported"]]
        assert loose == ["满 3 人免费。"]
        assert chinese["unsupported"] == 1
        loose = [one["text"].strip() for one in english["sentences"] if not one["supported"]]
        assert loose == ["It is free from 3 people on.", "We guarantee a place."]
        assert "".join(one["text"] for one in english["sentences"]).strip() == english["body"]
        assert not re.search("13[89]00", model.saw)
        assert [secret for secret in at.secrets() if secret in model.saw] == []
        model.says = "陶艺体验课每周六 14:00 开课。"  # and no title above it
        [chinese, _] = (await at.post(f"/v1/staff/kb/gaps/{gap['id']}/draft"))["drafts"]
        assert (chinese["state"], chinese["body"]) == ("ready", "陶艺体验课每周六 14:00 开课。")
        assert chinese["title"] == gap["title"]
        for gone in GONE:
            model.says = gone
            made = await at.post(f"/v1/staff/kb/gaps/{gap['id']}/draft")
            assert {one["state"] for one in made["drafts"]} == {"model_gone"}
            assert "每周六" in made["drafts"][0]["body"]
