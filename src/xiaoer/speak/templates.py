"""Reply templates: text with live fields, such as 您的订单 {{ order.id }} 预计{{ order.parcel.eta }}送到。"""

from collections.abc import Collection

from xiaoer.domain.templates import Finding
from xiaoer.speak.template_text import Written, of_text


def read(text: str, known: Collection[str]) -> Written | tuple[Finding, ...]:
    """The template a text is, or what keeps it from being one. `known`: the fields it may name."""
    if (wrong := of_text(text)) is not None:
        return (wrong,)
    from xiaoer.speak.sandbox import compiled  # noqa: PLC0415 - jinja loads slowly: a shop without templates need not

    return compiled(text, known)
