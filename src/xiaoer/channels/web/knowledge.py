"""The shop's articles through the staff API: drafts, publication, history, questions to the past."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse

from xiaoer.channels.web.access import GivenStaff
from xiaoer.channels.web.knowledge_shapes import (
    HIGHEST,
    AskedOut,
    Drafting,
    PublishedOut,
    Publishing,
    Restoring,
    Text,
    VersionOut,
    VersionsOut,
)
from xiaoer.channels.web.problems import Problem, Trouble, told
from xiaoer.channels.web.said import Storable
from xiaoer.domain.knowledge import ArticleState, By, Ref, Scope, Version
from xiaoer.domain.knowledge_ports import WantedVersions
from xiaoer.domain.policy import Policy
from xiaoer.domain.words import Language
from xiaoer.knowledge.editor import Blocked, Declined, Editor, No, Published, Unsound
from xiaoer.knowledge.hindsight import Hindsight
from xiaoer.knowledge.moments import as_of
from xiaoer.knowledge.sound import CHANNEL, LONGEST_SLUG, REGION, SLUG
from xiaoer.knowledge.wire import answered_json, faults_json, gate_json, version_json
from xiaoer.text.language import language_of

ARTICLES = "/v1/staff/kb"  # an article is longer than a message (front.py)
LONGEST_QUESTION = 300
_AGAIN_S = 2
_LIVING = (ArticleState.DRAFT, ArticleState.PUBLISHED)
_DECLINED = {
    No.NO_VERSION: Trouble.NO_VERSION,
    No.NOT_A_DRAFT: Trouble.NOT_A_DRAFT,
    No.NOTHING_TO_ARCHIVE: Trouble.NOTHING_TO_ARCHIVE,
    No.BUSY: Trouble.BUSY,
}

Slug = Annotated[str, Path(pattern=SLUG, max_length=LONGEST_SLUG, examples=["shipping-fee"])]
Number = Annotated[int, Path(ge=1, le=HIGHEST)]
After = Annotated[
    str,
    Query(pattern=r"^(?:[a-z0-9-]{1,80}:(?:zh|en):[0-9]{1,7})?$", description="`next` of the page before."),
]


class ArticleRoutes:
    """The endpoints over one shop's articles. Each change is signed by who made it."""

    def __init__(
        self, editor: Editor, hindsight: Hindsight, policy: Policy, clock: Callable[[], datetime]
    ) -> None:
        self._editor, self._hindsight = editor, hindsight
        self._policy, self._clock = policy, clock

    async def list_articles(
        self,
        _: GivenStaff,
        *,
        state: Annotated[list[ArticleState], Query(description="None: drafts and published.")] = [],  # noqa: B006
        language: Language | None = None,
        slug: Annotated[str, Query(pattern=f"{SLUG}|^$", max_length=LONGEST_SLUG)] = "",
        after: After = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> JSONResponse:
        """Versions of articles, page by page."""
        wanted = WantedVersions(states=state or _LIVING, slug=slug, language=language)
        found = await self._editor.versions(wanted, limit=limit + 1, after=_ref(after))
        page = found[:limit]
        more = _cursor(page[-1]) if len(found) > limit else None
        return JSONResponse({"versions": [self._json(version) for version in page], "next": more})

    async def list_versions(self, slug: Slug, language: Language, _: GivenStaff) -> JSONResponse:
        """All versions of one article in one language, the oldest first."""
        found = await self._editor.versions(WantedVersions(slug=slug, language=language))
        if not found:
            raise Problem(Trouble.NO_VERSION)
        return JSONResponse({"versions": [self._json(version) for version in found], "next": None})

    async def get_version(
        self, slug: Slug, language: Language, number: Number, _: GivenStaff
    ) -> JSONResponse:
        """One version."""
        found = await self._editor.version(Ref(slug, language, number))
        if found is None:
            raise Problem(Trouble.NO_VERSION)
        return JSONResponse(self._json(found))

    async def create_draft(self, drafting: Drafting, staff_id: GivenStaff) -> JSONResponse:
        """A new version that no customer hears of yet."""
        now = self._clock()
        article = drafting.article(drafting.slug, drafting.language, now)
        made = await self._editor.draft(article, by=By(staff_id), now=now)
        return JSONResponse(self._json(_version(made)), 201)

    async def edit_draft(
        self, slug: Slug, language: Language, number: Number, text: Text, staff_id: GivenStaff
    ) -> JSONResponse:
        """Another text for a draft; what was published is never changed."""
        now = self._clock()
        ref, article = Ref(slug, language, number), text.article(slug, language, now)
        edited = await self._editor.edit(ref, article, by=By(staff_id), now=now)
        return JSONResponse(self._json(_version(edited)))

    async def publish_version(
        self, slug: Slug, language: Language, number: Number, _: GivenStaff
    ) -> JSONResponse:
        """From now on, or from its valid_from on, customers hear this draft."""
        done = await self._editor.publish([Ref(slug, language, number)], now=self._clock())
        return self._published(done)

    async def publish_versions(self, publishing: Publishing, _: GivenStaff) -> JSONResponse:
        """Several drafts together, or none of them."""
        refs = list(dict.fromkeys(Ref(v.slug, v.language, v.number) for v in publishing.versions))
        if len({ref.name for ref in refs}) < len(refs):
            raise Problem(Trouble.INVALID, errors=[{"field": "versions", "problem": "two_of_one_article"}])
        return self._published(await self._editor.publish(refs, now=self._clock()))

    async def archive_version(
        self, slug: Slug, language: Language, number: Number, _: GivenStaff
    ) -> JSONResponse:
        """Say it no more, or drop a draft. It stays in the history."""
        done = await self._editor.archive(Ref(slug, language, number), now=self._clock())
        return JSONResponse(self._json(_version(done)))

    async def restore_version(
        self, slug: Slug, language: Language, number: Number, restoring: Restoring, staff_id: GivenStaff
    ) -> JSONResponse:
        """The text of this version as a new one. What was said stays as it was."""
        by = By(staff_id, f"restored from {number}")
        done = await self._editor.restore(
            Ref(slug, language, number), by=by, now=self._clock(), publish=restoring.publish
        )
        live = done.versions[0] if isinstance(done, Published) else _version(done)
        return JSONResponse(self._json(live), 201)

    async def ask(
        self,
        _: GivenStaff,
        *,
        q: Annotated[str, Query(min_length=1, max_length=LONGEST_QUESTION), Storable],
        language: Annotated[Language | None, Query(description="None: of the question.")] = None,
        on: Annotated[str, Query(max_length=40, description="2026-10-01: what on that day?")] = "",
        region: Annotated[str, Query(pattern=REGION)] = "",
        channel: Annotated[str, Query(pattern=CHANNEL)] = "web",
    ) -> JSONResponse:
        """What the knowledge base answers now, and what it answered on that day."""
        scope = Scope(now=self._clock(), region=region, channel=channel)
        language = language or language_of(q, self._policy.languages[0])
        then = None
        if on:
            past = Scope(now=self._moment(on, scope.now), region=region, channel=channel)
            then = answered_json(await self._hindsight.then(q, language, past))
        now = answered_json(await self._hindsight.now(q, language, scope))
        return JSONResponse({"now": now, "then": then})

    def _moment(self, on: str, now: datetime) -> datetime:
        try:
            return as_of(on, self._policy.time_zone, now=now)
        except ValueError:
            raise Problem(Trouble.INVALID, errors=[{"field": "on", "problem": "no_day"}]) from None

    def _published(self, done: Published | Blocked | Unsound | Declined) -> JSONResponse:
        if not isinstance(done, Published):
            raise _problem(done)
        versions = [self._json(version) for version in done.versions]
        return JSONResponse({"versions": versions, "gate": gate_json(done.report)})

    def _json(self, version: Version) -> dict[str, Any]:
        return version_json(version, now=self._clock())


def router(editor: Editor, hindsight: Hindsight, policy: Policy, clock: Callable[[], datetime]) -> APIRouter:
    """The endpoints of a shop's articles."""
    made = APIRouter(prefix=ARTICLES, tags=["knowledge"])
    routes = ArticleRoutes(editor, hindsight, policy, clock)
    one = "/articles/{slug}/{language}/{number}"
    staff, invalid, none = Trouble.STAFF_TOKEN, Trouble.INVALID, Trouble.NO_VERSION
    live = told(staff, invalid, none, Trouble.NOT_A_DRAFT, Trouble.GATE_BLOCKED, Trouble.BUSY)
    made.add_api_route(
        "/articles",
        routes.list_articles,
        methods=["GET"],
        response_model=VersionsOut,
        responses=told(staff, invalid),
    )
    made.add_api_route(
        "/articles",
        routes.create_draft,
        methods=["POST"],
        status_code=201,
        response_model=VersionOut,
        responses=told(staff, invalid),
    )
    made.add_api_route(
        "/articles/{slug}/{language}",
        routes.list_versions,
        methods=["GET"],
        response_model=VersionsOut,
        responses=told(staff, none),
    )
    made.add_api_route(
        one, routes.get_version, methods=["GET"], response_model=VersionOut, responses=told(staff, none)
    )
    made.add_api_route(
        one,
        routes.edit_draft,
        methods=["PUT"],
        response_model=VersionOut,
        responses=told(staff, invalid, none, Trouble.NOT_A_DRAFT),
    )
    made.add_api_route(
        f"{one}/publish",
        routes.publish_version,
        methods=["POST"],
        response_model=PublishedOut,
        responses=live,
    )
    made.add_api_route(
        f"{one}/archive",
        routes.archive_version,
        methods=["POST"],
        response_model=VersionOut,
        responses=told(staff, none, Trouble.NOTHING_TO_ARCHIVE),
    )
    made.add_api_route(
        f"{one}/restore",
        routes.restore_version,
        methods=["POST"],
        status_code=201,
        response_model=VersionOut,
        responses=live,
    )
    made.add_api_route(
        "/publish", routes.publish_versions, methods=["POST"], response_model=PublishedOut, responses=live
    )
    made.add_api_route(
        "/ask", routes.ask, methods=["GET"], response_model=AskedOut, responses=told(staff, invalid)
    )
    return made


def _version(done: Version | Published | Blocked | Unsound | Declined) -> Version:
    if not isinstance(done, Version):
        raise _problem(done)
    return done


def _problem(no: Published | Blocked | Unsound | Declined) -> Problem:
    match no:
        case Blocked(report):
            return Problem(Trouble.GATE_BLOCKED, **gate_json(report))
        case Unsound(_, faults):
            return Problem(Trouble.INVALID, errors=faults_json(faults))
        case Declined(No.BUSY):
            return Problem(Trouble.BUSY, retry_s=_AGAIN_S)
        case Declined(why):
            return Problem(_DECLINED[why])
        case Published():
            raise TypeError("published is no problem")


def _cursor(version: Version) -> str:
    return f"{version.ref.slug}:{version.ref.language.value}:{version.ref.number}"


def _ref(cursor: str) -> Ref | None:
    if not cursor:
        return None
    slug, language, number = cursor.split(":")
    return Ref(slug, Language(language), int(number))
