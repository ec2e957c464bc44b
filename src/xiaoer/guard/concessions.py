"""What a language model must not grant by itself: that something may be sent back, costs nothing, is seen to,
will arrive. Figures aside, such words are only said where an article or our own words of this turn say them.
"""

import re
from collections.abc import Iterator, Sequence

from xiaoer.guard.claims import Found, Kind, Why, normal

_GRANTS = re.compile(
    r"(?:也|还|都|就|仍|照样)?(?:能|可以|可)(?:再|直接|随时|免费|全额)?(?:退|换|取消|改|补)"
    r"|不(?:用|需要|必|要)(?:您|你)?(?:退货|寄回|出钱|出运费|付钱|付运费|承担|出|付)"
    r"|免(?:费|邮|运费|单|押)"
    r"|(?:运费|邮费|差价)(?:都|也)?(?:由|归)?(?:我们|店里|商家|平台)(?:来)?(?:出|承担|付|包)"
    r"|(?:减|优惠|便宜|打|让利)(?:您|你)?[一二三四五六七八九十半两\d]"
    r"|送(?:您|你)|赔(?:您|你|偿|付)|全(?:额|部|款)(?:都)?(?:退|赔|返)"
    r"|(?:我|这边|马上|立刻|立即|现在|这就|已经|会)(?:就|来|去|会|给|帮|为|替){0,3}(?:您|你)"
    r"(?:安排|办理|登记|提交|申请|加急|补发|补偿|寄|发|换|退|取消|催)"
    r"|(?:会|能|可以|一定|肯定|准时|预计)[^，。；！？,.;!?]{0,8}(?:送到|到货|送达|到账|发出|寄出|发货)"
    r"|\b(?:you|it|this|that|they|we) (?:can|may|could|will) (?:still |always |also )?(?:be )?"
    r"(?:return|refund|exchang|"
    r"cancel|swap|replac|send (?:it|them) back|get (?:a|your|the) (?:full )?(?:refund|money))"
    r"|\b(?:free of charge|at no cost|no charge|for free|on us|on the house|we(?:'ll| will) (?:pay|cover|"
    r"waive|refund|replace|send|arrange|ship|compensate|give you))"
    r"|\b(?:i(?:'ll| will|'ve| have)|let me) (?:now |just |already )?(?:arrange|cancel|refund|return|"
    r"replace|exchange|process|submit|register|book|resend|expedite|apply)"
    r"|\b(?:half price|\d+ ?% off|a discount of|compensat\w+ you|you (?:don't|do not) (?:have|need) to "
    r"(?:return|pay|send))"
    r"|\b(?:will|should|can) (?:be (?:delivered|with you|there)|arrive|reach you|ship)\b"
)  # fmt: skip
_SECRETS = re.compile(
    r"验证码|支付密码|登录密码|(?:您|你)的密码|(?:发|告诉|提供|给|报)[^，。；]{0,6}(?:银行卡号|信用卡号|卡号|身份证)"
    r"|\b(?:verification|security|one-time|sms) codes?\b|\b(?:cvv|cvc|otp)\b|\byour (?:password|pin|"
    r"card number|bank details|id number)\b"
)
_CLAUSE = re.compile(r"[^，。；！？,.;!?\n]+[，。；！？,.;!?\n]*")
_ASKS = re.compile(r"[?？]|[吗呢么]\W*$|^\W*(?:would|do|shall|should|can|could|may) (?:you|i|we)\b")


def conceded(text: str, sources: Sequence[str]) -> Iterator[Found]:
    """Of `text`, what it grants that none of `sources` says; what it asks is no grant."""
    read = normal(text)
    if (found := _SECRETS.search(read)) is not None:
        yield Found(Kind.TONE, found.group(), Why.NOT_ALLOWED)
    told: str | None = None
    for clause in _CLAUSE.findall(read):
        if _ASKS.search(clause):
            continue
        for found in _GRANTS.finditer(clause):
            told = told if told is not None else "\n".join(map(normal, sources))
            if found.group() not in told:
                yield Found(Kind.PROMISE, found.group(), Why.NO_RECEIPT)
