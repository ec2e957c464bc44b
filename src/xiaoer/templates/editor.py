"""The editor of reply templates: write, try on real orders, publish past the checks, take back, measure."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from xiaoer.domain.ids import TemplateId
from xiaoer.domain.intents import Catalogue
from xiaoer.domain.policy import Policy
from xiaoer.domain.template_ports import Templates
from xiaoer.domain.templates import Finding, Template, TemplateState, WantedTemplates, Way
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language, Words
from xiaoer.speak.fields import Field
from xiaoer.speak.template_text import Written
from xiaoer.speak.template_text import of_text as unsound
from xiaoer.templates import check
from xiaoer.templates.report import Row, rows
from xiaoer.templates.trial import On, Trial, Tried, Why

MOST = 10_000  # versions looked at for one answer
ANY = On()


class No(StrEnum):
    NO_TEMPLATE = "no_template"
    NOT_A_DRAFT = "not_a_draft"  # it was published or archived: roll back to it instead
    NOTHING_TO_ARCHIVE = "nothing_to_archive"
    ALREADY_SAID = "already_said"
    NOTHING_TO_TRY_ON = "nothing_to_try_on"  # no such order or customer, or none in that state


@dataclass(frozen=True, slots=True)
class Declined:
    why: No


@dataclass(frozen=True, slots=True)
class Refused:
    """Some of these block; nothing was changed."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Drafted or published, with what is to be said of it."""

    template: Template
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How it reads in one language. `tried` is None if the text cannot be said at all: see `findings`."""

    language: Language
    text: str  # of the template
    tried: Tried | None
    findings: tuple[Finding, ...]


class TemplateEditor:
    """Everything that changes the shop's reply templates goes through here.

    `changed` is told when something went live or was taken back, so that this process says it at once.
    """

    def __init__(
        self,
        templates: Templates,
        policy: Policy,
        *,
        catalogue: Catalogue,
        trial: Trial,
        changed: Callable[[], Awaitable[object]],
    ) -> None:
        self._templates, self._policy = templates, policy
        self._catalogue, self._trial, self._changed = catalogue, trial, changed

    # --- reading -----------------------------------------------------------------------------------

    async def templates(
        self, wanted: WantedTemplates, *, limit: int = MOST, after: TemplateId | None = None
    ) -> Sequence[Template]:
        return await self._templates.templates(self._policy.shop_id, wanted, limit=limit, after=after)

    async def template(self, template_id: TemplateId) -> Template | None:
        return await self._templates.template(self._policy.shop_id, template_id)

    async def history(self, way: Way) -> Sequence[Template]:
        """All its versions, oldest first."""
        return await self.templates(WantedTemplates(way=way))

    def fields(self, intent: Intent) -> Mapping[str, Field] | Finding:
        """What a template of this intent may name; else why there can be none."""
        way = Way(intent=intent, language=self._policy.languages[0])
        return check.of_way(way, self._catalogue) or check.fields_for(way, self._catalogue)

    async def report(self, since: datetime | None = None) -> list[Row]:
        tallies = await self._templates.tallies(self._policy.shop_id, since=since)
        return rows(await self.templates(WantedTemplates()), tallies)

    # --- writing -----------------------------------------------------------------------------------

    async def write(self, way: Way, text: str, *, author: str, now: datetime) -> Kept | Refused:
        """A new version that nobody hears yet; it may still have faults, but a name and a text."""
        if (wrong := check.of_way(way, self._catalogue) or unsound(text)) is not None:
            return Refused((wrong,))
        _, found = check.of_text(way, text, self._catalogue)
        made = await self._templates.draft(self._policy.shop_id, way, text, author=author, now=now)
        return Kept(made, found)

    async def publish(self, template_id: TemplateId, *, now: datetime) -> Kept | Refused | Declined:
        """From now on it is said. ShopError: the orders it is tried on cannot be read."""
        draft = await self.template(template_id)
        if draft is None or draft.state is not TemplateState.DRAFT:
            return Declined(No.NO_TEMPLATE if draft is None else No.NOT_A_DRAFT)
        found = await self._judged(draft.way, draft.text)
        if any(finding.blocks for finding in found):
            return Refused(found)
        live = await self._templates.publish(self._policy.shop_id, template_id, now=now)
        if live is None:
            return Declined(No.NOT_A_DRAFT)
        await self._changed()
        return Kept(live, found)

    async def archive(self, template_id: TemplateId, *, now: datetime) -> Template | Declined:
        """Drop a draft, or say a published one no more. No checks: words can always be taken back."""
        gone = await self._templates.archive(self._policy.shop_id, template_id, now=now)
        if gone is None:
            there = await self.template(template_id)
            return Declined(No.NOTHING_TO_ARCHIVE if there else No.NO_TEMPLATE)
        await self._changed()
        return gone

    async def roll_back(
        self, template_id: TemplateId, *, author: str, now: datetime
    ) -> Kept | Refused | Declined:
        """Say an earlier version again: its text as a new version, published. What was, stays as it was."""
        former = await self.template(template_id)
        if former is None or former.state is TemplateState.PUBLISHED:
            return Declined(No.NO_TEMPLATE if former is None else No.ALREADY_SAID)
        if former.state is TemplateState.DRAFT:
            return await self.publish(template_id, now=now)
        found = await self._judged(former.way, former.text)
        if any(finding.blocks for finding in found):
            return Refused(found)
        made = await self._templates.draft(
            self._policy.shop_id, former.way, former.text, author=author, now=now
        )
        return await self.publish(made.id, now=now)

    # --- trying ------------------------------------------------------------------------------------

    async def preview(self, way: Way, text: str, on: On = ANY) -> list[Preview] | Refused | Declined:
        """This text, and the newest of its counterparts in other languages, on one order. ShopError."""
        if (wrong := check.of_way(way, self._catalogue)) is not None:
            return Refused((wrong,))
        found = []
        for language in dict.fromkeys([way.language, *self._policy.languages]):
            there = replace(way, language=language)
            said = text if language is way.language else await self._newest(there)
            if said and (one := await self._previewed(there, said, on)) is not None:
                found.append(one)
        return found or Declined(No.NOTHING_TO_TRY_ON)

    async def _newest(self, way: Way) -> str:
        versions = await self.history(way)
        alive = [one for one in versions if one.state is not TemplateState.ARCHIVED]
        return alive[-1].text if alive else ""

    async def _previewed(self, way: Way, text: str, on: On) -> Preview | None:
        """On the first order it can be said of; None if there is none to try."""
        written, findings = check.of_text(way, text, self._catalogue)
        if written is None:
            return Preview(language=way.language, text=text, tried=None, findings=findings)
        tried = await self._tried(way, written, on)
        if not tried:
            return None
        best = next((one for one in tried if one.text), tried[0])
        return Preview(language=way.language, text=text, tried=best, findings=findings)

    async def _tried(self, way: Way, written: Written, on: On) -> list[Tried]:
        samples = await self._trial.samples(self._catalogue[way.intent], way.language, on)
        return [self._trial.try_on(sample, written, way.language) for sample in samples]

    async def _judged(self, way: Way, text: str) -> tuple[Finding, ...]:
        written, found = check.of_text(way, text, self._catalogue)
        if written is None:
            return found
        tried = await self._tried(way, written, ANY)
        return (*found, *_of_trial(tried), *await self._of_languages(way))

    async def _of_languages(self, way: Way) -> tuple[Finding, ...]:
        wanted = WantedTemplates(states=(TemplateState.PUBLISHED,), intent=way.intent)
        there = {one.way.language for one in await self.templates(wanted) if one.way.mood is way.mood}
        lacking = ", ".join(x.value for x in self._policy.languages if x not in {way.language, *there})
        zh = f"这个意图还没有 {lacking} 的模板：说这种语言的顾客听到的是小二自己的话。"
        en = f"There is no template of this in {lacking}: those customers hear the house's own words."
        return (Finding("one_language", Words(zh, en), blocks=False),) if lacking else ()


def _of_trial(tried: Sequence[Tried]) -> tuple[Finding, ...]:
    """Whether anybody would ever hear it. What has a problem it does not speak of is the house's to say."""
    fit = [one for one in tried if one.why is not Why.PROBLEM]
    if loose := next((one.loose for one in fit if one.loose), ()):
        zh = f"{loose[0]} 是两个数字连在一起变成的，中间请加上文字。"
        en = f"{loose[0]} is two numbers that touch: put words between them."
        return (Finding("numbers_touch", Words(zh, en), blocks=True),)
    said = sum(bool(one.text) for one in fit)
    if not fit:
        zh, en = (
            "店里还没有可以试的订单，这个模板没有试过。",
            "There is nothing yet to try it on: it is untried.",
        )
        return (Finding("untried", Words(zh, en), blocks=False),)
    if said == 0:
        lacks = _lacks(fit)
        zh = f"在最近 {len(fit)} 个场合里一次也说不出来：缺少 {lacks}。请加上 if 或 default，或换一个字段。"
        en = f"It could be said on none of the last {len(fit)}: no {lacks}. Use if, default or another field."
        return (Finding("never_said", Words(zh, en), blocks=True),)
    if said * 2 < len(fit):
        lacks = _lacks(fit)
        zh = f"在最近 {len(fit)} 个场合里只说得出 {said} 次，其余用小二自己的话。常缺的是 {lacks}。"
        en = f"It could be said on {said} of the last {len(fit)}; else the house speaks. Mostly no {lacks}."
        return (Finding("seldom_said", Words(zh, en), blocks=False),)
    return ()


def _lacks(tried: Sequence[Tried]) -> str:
    counts = Counter(name for one in tried if not one.text for name in one.missing)
    return ", ".join(name for name, _ in counts.most_common(3)) or "-"
