"""How each way of saying it did: uses, thumbs, hand-offs, with how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xiaoer.domain.ids import TemplateId
from xiaoer.domain.shares import Share, wilson
from xiaoer.domain.templates import Tally, Template, TemplateState

NONE = Tally(uses=0, up=0, down=0, handed_off=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    template: Template
    tally: Tally

    @property
    def liked(self) -> Share | None:
        """Thumbs up among thumbs."""
        return wilson(self.tally.up, self.tally.up + self.tally.down)

    @property
    def handed_off(self) -> Share | None:
        """Uses after which a person had to take over."""
        return wilson(self.tally.handed_off, self.tally.uses)


def rows(templates: Sequence[Template], tallies: Mapping[TemplateId, Tally]) -> list[Row]:
    """Of what was said, and of what may be said now; in the order the templates came in."""
    return [
        Row(template=one, tally=tallies.get(one.id, NONE))
        for one in templates
        if one.id in tallies or one.state is TemplateState.PUBLISHED
    ]
