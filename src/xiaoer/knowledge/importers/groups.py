"""The group of an article: a word of small letters. What shops call theirs is read; all else is OTHER."""

import re

from xiaoer.text.clean import clean

OTHER = "imported"
_LONGEST = 40
_KNOWN = {
    "account": "账户 账号 帐号 注册 登录",
    "care": "洗护 保养 洗涤",
    "complaints": "投诉 投诉建议",
    "coupons": "优惠 优惠券 优惠活动 活动 促销 促销活动",
    "delivery": "配送 物流 快递 发货 运费 物流配送 配送物流 发货配送",
    "exchange": "换货",
    "gift": "礼品 礼物 礼品卡",
    "invoice": "发票",
    "membership": "会员 积分 会员积分",
    "ordering": "订单 下单 购物 购物流程 订单问题",
    "payment": "支付 付款 支付方式",
    "presale": "预售",
    "price": "价格 价保",
    "privacy": "隐私 隐私安全",
    "product": "商品 产品 商品问题 产品问题",
    "refunds": "退款",
    "returns": "退货 退换货 退换 售后 售后服务 退货退款",
    "service": "客服 服务 联系我们",
    "sizes": "尺码 尺寸",
}
_BY_NAME = {name: group for group, names in _KNOWN.items() for name in names.split()}


def group_of(named: str) -> str:
    """OTHER if nothing is named, empty if the name is not known."""
    plain = clean(named)
    if not plain:
        return OTHER
    words = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST].strip("-")
    return words if plain.isascii() and words else _BY_NAME.get(plain, "")
