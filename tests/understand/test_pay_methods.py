"""The way of paying that is wanted, where others are named besides."""

import pytest

from xiaoer.understand.pay_methods import pay_method_in


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("改成支付宝", "alipay"),
        ("不用支付宝了,我换微信付", "wechat_pay"),
        ("刚才刷卡付的,想换成礼品卡", "gift_card"),
        ("从paypal换到信用卡", "card"),
        ("想改成支付宝,别用微信", "alipay"),
        ("改用另一张银行卡", "card"),
        ("换付款方式", ""),
        ("by card and not paypal", "card"),
        ("switch from card to alipay", "alipay"),
        ("use paypal instead of my card", "paypal"),
        ("my gift card rather than wechat pay", "gift_card"),
        ("i don't want to pay with paypal, use the credit card", "card"),
        ("change how i pay", ""),
        ("a cardigan", ""),
    ],
)
def test_the_wanted_one(text: str, method: str) -> None:
    assert pay_method_in(text) == method
