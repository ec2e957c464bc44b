"""The few things that are certain without a classifier. All of them stand here."""

import re
from collections.abc import Mapping
from functools import cache

from xiaoer.domain.understanding import Guess, Intent
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.understand.answers import asks_about_robot, wants_person
from xiaoer.understand.catalogue import catalogue
from xiaoer.understand.codes import tracking_numbers

CERTAIN = 0.97
_MARKS = " .!?"
_CANCEL = re.compile(
    r"^(?![^,.?!]*(?:提醒|通知|退货|换货|退款|发票|券|投诉|工单|回电|订阅|会员|账号|账户|申请))"
    r"(?:所以|那|就|想|请|麻烦|你们?|您|帮我|我要|我想|我想要|给我)*(?:把)?[^,.?!还能可不怎已]{0,12}取消(?:掉|一下|下)?(?:了?吧|了)?[.!]*$"
    r"|^取消(?:一下|下|掉)?(?:这|那|我的|刚)?[^,.?!退款钱怎多]{0,10}(?:单|订单)"
    r"|^(?:请|麻烦|帮我|我要|我想)*取消(?:掉|一下|下)?(?:订单)? ?[a-z]{0,3}\d{3,}[.!]*$"
    r"|^(?:please |pls |can you |could you |i want to |i need to |i'd like to |just )*cancel (?:it|this|"
    r"that|my|the|order|both|all)\b"
    r"(?! (?:(?!order|and |or |then )[\w-]+ ){0,4}(?:subscription|account|newsletter|membership|return"
    r"|exchange|refund|alert|notification|notice|reminder|call|complaint|ticket|coupon|invoice|request)s?\b)"
)
# Some of an order, not all of it: what is meant then, no rule is certain of.
_IN_PART = re.compile(
    r"[单\d]子?(?:里|中)|里面|里头|其中|其[它他余]|[别另]的|剩下|剩余|部分|只取消|单独取消|不是全"
    r"|[这那一两二三几第].?[件样]"
    r"|\b(?:only|just (?:the|one|a|part)|one (?:item|thing|of)|some (?:items|of)|part of|items?|products?"
    r"|articles?|single|(?:from|out of|in) (?:my|the|this|that) (?:order|purchase)|the rest|keep|others?"
    r"|everything else)\b"
)
_LOST = re.compile(  # whatever is asked for besides: the money for it is not that of a return
    r"\b(?:parcel|package|shipment)\b[^,.?!]{0,24}\b(?:is|was|got|been|went) lost\b"
    r"|(?:快递|包裹|丢件)[^,.?!]{0,8}(?:丢了|弄丢|丢失|遗失)"
)
# Not here, and money or goods wanted all the same: there is nothing to be sent back.
_NEVER_CAME = re.compile(
    r"^(?!.*(?:退货|寄回|仓库|你们|退款还|发票|短信|验证码|消息)).*"
    r"(?:没有?收到|没有?到(?!账|期)|未收到)(?!(?:我的|你们的?)?(?:退|钱))[^?!]{0,8}"
    r"(?:退款|退钱|退我|把钱|补发|重发|重新发|再发)(?!.{0,6}(?:没|到账|什么时候|多久))"
    r"|^(?!.*\b(?:return|exchange|e-?mail|code|invoice|my refund|the refund)\b).*"
    r"(?:\bnever|\bnot|n't) (?:yet )?"
    r"(?:arrived?|received?(?: it| them)?|c[ao]me|turned up|showed up|been delivered)\b"
    r"[^?!]{0,12}\b(?:i want|i'd like|i need|please|can i|could i|give me)\b[^?!]{0,20}"
    r"\b(?:refund|money back|new one|another(?: one)?|replacement|re-?send|send (?:it|me))\b"
)
_NO_REFUND_YET = re.compile(
    r"\b(?:my|the) refund\b[^,.?!]{0,16}(?:\b(?:never|not|still)\b|n't)"
    r"|退款[^,.?!]{0,6}(?:没到|没收到|没有收到|没到账|还没)|(?:没有?|未)收到(?:我的|你们的?)?(?:退款|退的钱)"
)
_WISH = r"\b(?:i want to|i need to|i'd like to|i would like to|i wish to|please)"
# An object makes it a wish: how returning works is another question.
_THINGS = r" (?:the|my|this|these|those|both|one)\b"
_SENT_BACK = re.compile(_WISH + r" (?:return|send back)" + _THINGS)
_NUMBER = r"[a-z]{0,3}\d{6,}"
_OF_ORDER = rf"(?:单子?(?:号? ?{_NUMBER})?|{_NUMBER}) ?(?:里[面头]?|中)的?"
# 退 some of an order. Of what is not sent yet, or if the rest is to come, it is taken out of the order.
_BACK_BY_NAME = re.compile(
    r"^(?!.*(?:没有?(?:发|寄|出)|未发|别的|其[余他它]|剩下|照[常发]|取消|撤|退款|怎么|多少|多久|进度|到账|[吗么?]))"
    rf"[^,.!]{{0,20}}(?:退[掉货回]? ?[^,.!]{{0,8}}?{_OF_ORDER}"
    rf"|{_OF_ORDER}[^,.!]{{1,60}}退(?:[掉货了]|回去)*(?:吧|谢谢)?(?=[,.!]|$))"
    rf"|^(?:我[要想])?退货 ?(?:订单)?号? ?{_NUMBER}(?!.*(?:怎么|多少|多久|进度|到|[吗么?]))"
    rf"|^(?:please )?return (?!policy)[^,.?!]{{2,60}} from (?:my )?(?:order )?{_NUMBER}"
)
_SWAP = re.compile(_WISH + r" (?:exchange|swap)" + _THINGS)
_OTHER_KIND = re.compile(
    _WISH
    + r" change the (?!(?:\w+ )?(?:address|payment|delivery|shipping|phone|number|e-?mail|name|order|date|day"
    r"|time|password|card|invoice|recipient|language|subject|topic|method|way|account|contact)\b)[^,.?!]{3,60}"
    r"(?: \(| for (?:an?|the|one|another)\b)"
)
_OTHER_PLACE = re.compile(
    _WISH + r" change (?:the|my) (?:delivery |shipping )?address (?:of|for|on|in) (?:my )?order\b"
    # With the new one in the same breath: whatever town is in it.
    r"|\b(?:change|update|switch|correct|set) (?:the|my|our|its) (?:new |delivery |shipping )?address\b"
    r"[^.?!]{0,40}? to\b:? (?=[^?!]*\d)"
)
# The account's, not an order's.
_DEFAULT_PLACE = re.compile(
    r"默认(?:的)?(?:收货|送货|邮寄)?地址[^,.?!]{0,6}(?:改|换|设|更新)(?:成|到|为|一下)?|(?:改|换|更新)(?:一下|掉)?(?:我的?)?默认(?:的)?(?:收货)?地址"
    r"|\b(?:change|update|set|switch|edit|make|replace)\b[^.?!]{0,30}\b(?:default|profile|account|saved)\b"
    r"(?: delivery| shipping)? address\b|\baddress (?:in|on|of) my (?:account|profile)\b"
)
# With the new one in the same breath; without it the article tells how it is done.
_OTHER_CONTACT = re.compile(
    r"\b(?:change|update|set|switch) my (?:e-?mail|phone|mobile|telephone)(?: number| address)? to\b"
    r"|(?:手机|电话|邮箱)(?:号码?|地址)?(?:给我|帮我)?(?:改|换|更新|变更)(?:成|为)"
    r"|^(?:帮我|请|麻烦|我想|我要)*(?:改|换|修改|更换)(?:一下|下)?(?:我的)?(?:手机号码?|邮箱)[.!]*$"
)
_NEW_NUMBER = re.compile(
    r"^(?!.*(?:地址|收货|收件|订单)).*(?:我换|我改|新)[^,.?!]{0,6}(?:手机|电话|号码?)[^.?!]{0,14}\d{7,}"
    r"|^(?!.*\b(?:address|order|call|ring)\b).*"
    r"\b(?:new|changed my|other) (?:phone|mobile|cell|telephone)(?: number)?\b"
    r"[^.?!]{0,16}\+?\d[\d ()-]{6,}"
)
# What is wanted for the trouble is no refund that is on its way.
_MADE_UP_FOR = re.compile(
    r"^(?!.*(?:到账|什么时候|多久|进度|怎么还)).*(?:退我?(?:一)?(?:部分|点|些)(?:的)?(?:钱|款)|部分退款)"
    r"|^(?!.*\b(?:when|status|where)\b).*\b(?:partial refund|refund (?:me )?(?:a )?part of)\b"
)
_SOMETHING_FOR_IT = re.compile(
    r"\b(?:late|delay(?:ed|s)?|trouble|inconvenience|waited|waiting|mess|mistake)\b[^.?!]{0,40}"
    r"\b(?:get|give me|offer me|do) (?:something|anything) (?:for|about) "
    r"(?:it|that|this|the (?:wait|delay|trouble))\b"
    r"|\b(?:get|give me|offer me) (?:something|anything) for (?:the|my|all the) "
    r"(?:delay|trouble|wait|waiting|inconvenience|mess)\b"
)
# An invoice is asked for; that it is to be made anew is another wish.
_AN_INVOICE = re.compile(
    r"^(?!.*(?:重开|重新|改|换|错|作废|补开.*退|怎么|多久|什么时候|能不能|可以|[吗么?]))"
    rf"(?:[^,.?!]{{0,12}}{_NUMBER}[^,.?!]{{0,8}}|(?:请|麻烦|帮我|给我|我要|我想)*)开(?:一?[张份个])?(?:电子)?"
    r"(?:个人|公司|单位|企业|专用|普通)?的?(?:电子)?发票"
)
_COUPON_FOR_IT = re.compile(
    r"(?:延误|晚了?|迟|等了|这么[久慢差]|坏了?|破)[^.?!]{0,16}(?:送|给|补|发|赔)[^,.?!]{0,5}券"
    r"|\b(?:late|delay(?:ed)?|trouble|inconvenience|waited|waiting)\b[^.?!]{0,40}"
    r"\b(?:coupon|voucher|discount(?: code)?)\b"
)
_BY_GIFT_CARD = re.compile(
    rf"\b(?:use|apply|pay with) (?:my |the |a )?gift card (?:for|on|to(?: pay)?|towards?) (?:\w+ )?{_NUMBER}"
    rf"|{_NUMBER}[^,.?!]{{0,6}}(?:用|拿|换)[^,.?!]{{0,4}}礼品卡(?:付|支付|抵|来付)"
    rf"|(?:用|拿)[^,.?!]{{0,4}}礼品卡(?:付|支付|抵)[^,.?!]{{0,6}}{_NUMBER}"
)
_TWO_OF_THEM = re.compile(
    r"^(?:please |can you |could you )*compare (?!prices?\b)[^,.?!]{3,60} (?:and|with|to|vs\.?|versus) \w"
    r"|^(?:请|帮我|麻烦)*(?:对比|比较|比一比)(?:一下|下)?[^,.?!]{2,40}(?:和|跟|与)[^,.?!]{2,}"
)
# What has not left can be changed; what has not come cannot be exchanged.
_NOT_SENT = (
    r"(?:还?没有?发|未发|还?没有?寄|还?没有?出库"
    r"|(?:\bnot|n't) (?:yet )?(?:been )?(?:shipped|sent|dispatched|left)\b)"
)
_SWAP_UNSENT = re.compile(
    rf"^(?=.*{_NOT_SENT})(?=.*(?:换|\b(?:swap|exchange|switch)\b))"
    r"(?!.*(?:地址|付款|支付|退|取消|发票|电话|手机|时间|收货人|address|pay|return|cancel|refund|invoice"
    r"|换货[^,.?!]{0,6}[没未]))"
)
# Of this refund: how far it is, not where refunds go.
_HOW_FAR = re.compile(
    r"退(?:款|的?钱)?(?:进行|处理|办)?到(?:了)?(?:哪一?步|第几步|哪个?(?:阶段|环节|进度)|什么(?:程度|阶段|地步))"
    rf"|{_NUMBER}[^,.?!]{{0,8}}退(?:款|的?钱)?到(?:了)?哪"
    r"|\bhow far (?:along )?(?:is|are|has|have|did)\b[^.?!]{0,16}\brefund"
    r"|\b(?:what|which) (?:stage|step|point)\b[^.?!]{0,16}\brefund"
)
# What came broken is seen to at once, for a new one or for the money; a return is another wish.
_CAME_BROKEN = re.compile(
    r"^(?!.*(?:退货|寄回|退掉|券|别人|如果|万一|怎么办)).*"
    r"(?:收到|到手|拿到|签收)(?:货|东西|它)?(?:的)?(?:时候?|后|来)?,?(?:就|已经?|都|全|竟然?|居然)*(?:是|被)?"
    r"(?:坏|碎|破|裂|摔|压)(?:[的了坏碎烂裂扁掉]|$)"
    r"|^(?!.*\b(?:return|if|what happens|send (?:it|them|this) back|policy|coupon|voucher|compensat\w+)\b).*"
    r"\b(?:(?<!what )came|arrived|turned up|got here|(?:was|were) delivered|what came (?:is|was))\b "
    r"(?:\w+ ){0,2}?"
    r"(?:damaged|broken|smashed|cracked|shattered|dented|in pieces)\b"
)
# Until when, not where to: 退到哪天.
_UNTIL_WHEN = re.compile(
    r"退(?:货)?(?:可以|能)?到(?:哪天|几号|哪一天|什么时候|几时)(?:为止|截止)?[?]?$"
    r"|(?:最晚|最迟)(?:什么时候|哪天|几号)[^,.?!]{0,4}退(?!款)|退货?(?:截止|最后期限)"
    r"|\b(?:until|till|by) when (?:can|may|could|do|must|should) (?:i|we|it)(?: still| have to| need to)* "
    r"(?:return|send (?:it|this|them) back|be (?:returned|sent back))"
    r"|\b(?:what(?:'s| is)|when(?:'s| is)) the (?:last|latest) day\b[^.?!]{0,20}\breturn"
    r"|\bhow long (?:can|may|do) (?:i|we)\b[^.?!]{0,16}\breturn (?:it|this|them)\b"
)
# Whether it may go back: no condition is asked for.
_MAY_IT = re.compile(
    r"^(?:请问|那么?|我)*(?:这[个件双款单]?|它)(?:还|都)?(?:能不能|可不可以|可以|能)(?:申请|办)?退(?:货|掉|回去)?(?:吗|么|嘛)?[?.]*$"
    r"|^(?:so |and |but |hi,? |hello,? )?(?:can|could|may) (?:i|we) (?:still )?(?:return|send back) "
    r"(?:it|this|that|them|these|those)(?: back| one)?[?.]*$"
    r"|^(?:so |and |but )?(?:can|could|may) (?:it|this|that|they|these) (?:still )?be "
    r"(?:returned|sent back)[?.]*$"
    r"|^(?:is (?:it|this|that)|are (?:they|these)) returnable[?.]*$"
)
_ONE_OF_THEM = r"(?:其中)?(?:的)?(?:[一1两二三几](?:件|个|样|双|部分)|部分)"
_PART_UNSENT = re.compile(
    rf"^(?=.*{_NOT_SENT})(?!.*(?:换|地址|发票|怎么还?没|为什么|\b(?:swap|exchange|why|when|address|invoice)\b))"
    rf"(?:.*(?:只|单独)能?(?:退|取消|撤)|.*(?:退|取消|撤)(?:掉|款)?{_ONE_OF_THEM}"
    r"|(?=.*\b(?:cancel|refund|return|remove|drop|take out)\b)"
    r".*\b(?:(?:only|just) (?:one|a part|part|some|a single)|one (?:item|thing|of)|part of|single item)\b)"
)
_PART_BACK = re.compile(rf"^(?!.*(?:怎么|如何|拼单))[^?!]*(?:只|单独)退(?:货)?{_ONE_OF_THEM}(?!的?[钱款])")
# A thing of one's own that is looked for. What is no parcel is said by name.
_NO_PARCEL = (
    r"(?:orders?|oder|item|purchase|number|freebie|pizza|food|money|refund|return|exchange|replacement|invoice|receipt|coupon|voucher|code|discount|points?|card"
    r"|balance|account|password|e-?mail|confirmation|reply|answer|response|ticket|complaint|agent|person|size"
    r"|cart|basket|wish ?list|address|cash ?back|compensation|call|feedback|review|message|data"
    r"|history|subscription|newsletter|membership|warranty|manual|name|photos?|colou?r|label|cash|credit"
    r"|deposit|payment)"
)
_MINE = rf"my (?!(?:[\w-]+ ){{0,3}}{_NO_PARCEL}s?\b)[\w'-]+(?: [\w'-]+){{0,5}}"
_WHERE_IS_IT = re.compile(
    rf"^(?:hi|hello|hey|so|and|ok|sorry|excuse me)?,? ?where(?:'s| is| are)(?: all)? {_MINE}[?!.]*$"
    rf"|^(?:why )?(?:hasn't|haven't|has|have|did|didn't) {_MINE} (?:still )?(?:not )?"
    r"(?:arrived?|come|been delivered|turned up|shown up)(?: yet| so far)?[?!.]*$"
    rf"|^{_MINE} (?:still )?(?:hasn't|haven't|has not|have not|didn't) (?:yet )?"
    r"(?:arrived?|come|been delivered|turned up|shown up)(?: yet| so far)?[!.]*$"
    rf"|^when (?:will|does|do) {_MINE} (?:arrive|come|get here|be delivered|be here)[?!.]*$"
)
# A day is named on which it shall come; by when it comes is another question.
_ON_A_DAY = re.compile(
    r"^(?!.*(?:发货|寄出|退|换|取消|之?前(?:能|可以)?(?:送|到)|最晚|客服|上班|会不会|吗.*吗))"
    r"[^,.?!]{0,12}(?:能不能|可不可以|可以|能|帮我|请|麻烦|想要?|要)[^,.?!前]{0,6}"
    r"(?:(?:周|星期|礼拜)[一二三四五六日天]|明天|后天|\d{1,2}[号日])[^,.?!前寄发]{0,6}(?:送|派送?|配送)"
    r"(?:到|来|货|达|过来|上门)*(?:吗|么|吧|呢)?[?.]*$"
)
# Something to give, and what it may cost: gifts are looked for. In paper or on a card is another question.
_MOST = (
    r"(?:以内|以下|之内|左右|上下|预算|不超过|不到"
    r"|\b(?:under|below|max(?:imum)?|up to|around|about|budget|less than)\b)"
)
_GIFT_FOR = re.compile(
    r"^(?!.*(?:包装|贺卡|卡片|礼品卡|礼品袋|订单|包邮|退|换|\b(?:wrap\w*|cards?|receipt|return|order)\b))"
    rf"(?=.*{_MOST})(?=.*\d)(?=.*(?:礼物|礼品|送人|送[给个]?[^,.?!货]{{0,6}}(?:什么|啥|礼)|\b(?:gifts?|presents?)\b))"
)
_OWN_COUPONS = re.compile(
    r"\b(?:do i|have i) (?:still )?(?:have|got)(?: any)? (?:coupon|voucher)s?\b"
    r"|我(?:现在|还)?有(?:没有)?(?:优惠)?券吗?$"
)
_BRINGS = (
    r"\b(?:how much|what|would i|do i|will i)\b[^.?!]{0,40}"
    r"\b(?:get|back|refund(?:ed)?|returned|charged?|lose|cost)\b"
)
_BRINGS_ZH = r"[^.?!]{0,16}(?:退|返|拿回|扣)[^.?!]{0,8}(?:多少|几|全|[吗么])"
_IF_CANCELLED = r"\b(?:if|suppose|supposing) i (?:were to |would |should )?cancel"
# No refund is on its way: what is asked is what cancelling would bring.
_WOULD_BRING = re.compile(
    rf"(?:如果|要是|假如|倘若|若是?|万一)[^.?!]{{0,20}}(?:取消|撤单|退单){_BRINGS_ZH}"
    rf"|(?:取消|撤单|退单)[^,.?!了]{{0,12}}(?:的话|[能会]){_BRINGS_ZH}"
    rf"|{_BRINGS}[^.?!]{{0,30}}{_IF_CANCELLED}|{_IF_CANCELLED}[^.?!]{{0,60}}{_BRINGS}"
)
_PLAIN_WISHES = (
    ("cancellation_fee", _WOULD_BRING),
    ("refund_status", _HOW_FAR),
    ("arrived_damaged", _CAME_BROKEN),
    ("return_policy", _UNTIL_WHEN),
    ("request_return", _MAY_IT),
    ("cancel_items", _PART_UNSENT),
    ("request_return", _PART_BACK),
    ("track_parcel", _WHERE_IS_IT),
    ("change_delivery", _ON_A_DAY),
    ("find_product", _GIFT_FOR),
    ("refund_status", _NO_REFUND_YET),
    ("ask_compensation", _MADE_UP_FOR),
    ("coupon_as_amends", _COUPON_FOR_IT),
    ("ask_compensation", _SOMETHING_FOR_IT),
    ("ask_invoice", _AN_INVOICE),
    ("change_payment", _BY_GIFT_CARD),
    ("compare_products", _TWO_OF_THEM),
    ("change_items", _SWAP_UNSENT),
    ("edit_account", _NEW_NUMBER),
    ("edit_account", _OTHER_CONTACT),
    ("my_coupons", _OWN_COUPONS),
    ("request_return", _SENT_BACK),
    ("request_return", _BACK_BY_NAME),
    ("request_exchange", _SWAP),
    ("change_items", _OTHER_KIND),
    ("address_book", _DEFAULT_PLACE),
    ("change_address", _OTHER_PLACE),
)


def guesses_by_rule(text: str, guesses: tuple[Guess, ...]) -> tuple[Guess, ...]:
    """The classifier's guesses, with what a rule is certain of put first."""
    certain = _certain(text)
    if certain is None:
        return guesses
    return (Guess(certain, CERTAIN), *(g for g in guesses if g.intent != certain))[:5]


def _certain(text: str) -> Intent | None:
    if (pressed := _buttons().get(text.strip(_MARKS))) is not None:
        return pressed
    if wants_person(text):
        return Intent("call_person")
    if asks_about_robot(text):
        return Intent("about_bot")
    numbers = tracking_numbers(text)
    if numbers and len(text) - len(numbers[0][0]) <= 1:
        return Intent("track_parcel")
    if _LOST.search(text) or _NEVER_CAME.search(text):
        return Intent("parcel_lost")
    for name, form in _PLAIN_WISHES:
        if form.search(text):
            return Intent(name)
    return Intent("cancel_order") if _CANCEL.search(text) and not _IN_PART.search(text) else None


@cache
def _buttons() -> Mapping[str, Intent]:
    """A button sends the words it shows: they mean its intent, whatever a model has learnt since."""
    entries = catalogue().values()
    return {clean(e.asks.in_(language)).strip(_MARKS): e.name for e in entries for language in Language}
