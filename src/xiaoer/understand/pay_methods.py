"""The way of paying that a text names; of several the one that is wanted: not paypal but card."""

import re

from xiaoer.domain.order import PayMethod

_METHODS = (
    (PayMethod.GIFT_CARD, r"礼品卡|购物卡|礼物卡|\bgift ?cards?\b"),
    (PayMethod.ALIPAY, r"支付宝|支付寶|\bali ?pay\b|\bzhifubao\b|\bzfb\b"),
    (PayMethod.WECHAT_PAY, r"微信(?:支付|钱包)?|\bwe ?chat(?: ?pay)?\b|\bwx\b"),
    (PayMethod.PAYPAL, r"贝宝|\bpay ?pal\b"),
    (
        PayMethod.CARD,
        r"银行卡|信用卡|储蓄卡|借记卡|刷卡|\b(?:credit|debit|bank) ?cards?\b|\bvisa\b|\bmastercard\b"
        r"|(?<!gift )\bcards?\b",
    ),
)
_NAMED = tuple((method, re.compile(words)) for method, words in _METHODS)
_UNWANTED = re.compile(
    r"(?:不用|不想用|不要用?|别用|不是|从|取消|退掉"
    r"|\b(?:instead of|rather than|not|no longer|don't want|don't use|from|away from|drop)"
    r"(?: (?:to )?(?:use|pay(?:ing)?|with|by|via))*) ?(?:my |the |this |a |我的)?$"
)
_WANTED = re.compile(r"(?:[换換改](?:成|为|用|到|回|个)?|转成?|\bto) ?(?:my |the |a |用|我的)?$")


def pay_method_in(text: str) -> str:
    """Key of order.PayMethod; empty if none is named that is wanted."""
    hits = [(hit.start(), method) for method, words in _NAMED for hit in words.finditer(text)]
    wanted = [(at, method) for at, method in sorted(hits) if not _UNWANTED.search(text[:at])]
    named = [method for at, method in wanted if _WANTED.search(text[:at])] or [m for _, m in wanted]
    return named[0].value if named else ""
