"""E-mails, as they are written to escape filters too; links; accounts of other services."""

import re

from xiaoer.text.form import Form
from xiaoer.text.words import HAN

_ANY_CASE = re.ASCII | re.IGNORECASE
_TLD = "(?:com|net|org|cn|co|uk|de|fr|jp|hk|tw|io|me|info|edu|gov|nl|es|it|eu|us|ca|au|example)"
_AT = r"(?: ?@ ?| ?[\[({]at[\])}] ?|艾特)"
_DOT = r"(?:\.|点|。| ?[\[({]?dot[\])}]? ?)"
_PART = r"[\w-]{1,40}"
_TO_ITS_END = rf"[^\s，。；！？）)\]】>\"'{HAN}]{{1,2000}}"
EMAILS: tuple[Form, ...] = (
    Form(r"(?<![\w.+-])[\w.+-]++@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII),
    Form(
        r"(?<![\w.+-])[\w+-]{1,40}(?:(?:\.|点| dot )[\w+-]{1,40}){0,3}"
        rf"(?:{_AT}{_PART}(?:{_DOT}{_PART}){{0,3}}{_DOT}| at {_PART}(?: dot {_PART}){{0,3}} dot )"
        rf"{_TLD}(?![a-z0-9])",
        _ANY_CASE,
    ),
)
LINKS: tuple[Form, ...] = (
    Form(rf"(?:https?://|www\.){_TO_ITS_END}", re.IGNORECASE),
    Form(rf"(?<![\w.@-])[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}}){{0,4}}\.{_TLD}/{_TO_ITS_END}", _ANY_CASE),
)
_WHERE = (
    r"(?:微信号?|wechat|weixin|wx|vx|v信|加v|加我v|我v|qq号?|扣扣|支付宝|抖音号?|快手号?|小红书号?|旺旺|会员名|用户名|"
    r"账号|帐号|\b(?:username|user ?name|login|handle|line|telegram|insta|instagram|ig|snapchat|skype|paypal|"
    r"alipay|discord|steam|twitch|gamertag|facebook|twitter|tiktok))"
)
_CALLED = r"(?: ?(?:id|号|名|号码|name|is|是|为|:|=)){0,3} ?"
_BY_NAME = r"(?:微信号|微信是|wechat id|weixin id|微信id|my wechat is|用户名|会员名|username|line id)"
ACCOUNTS: tuple[Form, ...] = (
    Form(
        rf"(?P<kept>{_WHERE}{_CALLED})(?:@[a-z0-9_][a-z0-9_.]{{2,29}}|"
        r"(?=[a-z_.:-]{0,29}[\d_])[a-z0-9_.:-]{4,29}[a-z0-9_](?:#\d{4})?|[a-z]{3,20}#\d{4})",
        _ANY_CASE,
    ),
    Form(r"(?<![\w.@/-])(?=[a-z_]{1,20}\d)[a-z]+[a-z0-9]*_[a-z0-9_]{2,20}", _ANY_CASE),
    Form(  # no digit in it
        rf"(?P<kept>{_BY_NAME}(?: ?(?:is|是|为|:))? ?)"
        r"(?!(?:is|not|was|payment|broken)\b)[a-z][a-z0-9_-]{5,19}(?![a-z0-9])",
        _ANY_CASE,
    ),
)
