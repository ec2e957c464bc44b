"""Names of people, where the words around them say that one stands there.

A name merely mentioned no form tells. \ufffc is what was taken before: a phone, a street.
"""

import re

from xiaoer.text.form import Form
from xiaoer.text.name_lists import (
    BRANDS,
    BRANDS_ZH,
    COMMON_SURNAME,
    ENGLISH,
    EVERY_DAY,
    GIVEN_ZH,
    GOODS_TOO,
    SURNAME,
    TITLED_BRANDS,
    WORDS_ZH,
)
from xiaoer.text.words import HAN

_NAME_WORDS = re.compile(r"[^\W\d_]+")

# --- in Latin letters ----------------------------------------------------------------------------------

_UPPER = "A-Z\u00c0-\u00de\u0100-\u017f"
_NO_NAME = rf"(?!(?i:{EVERY_DAY})(?![^\W\d_]|['’]t))"
_AND_MORE = r"(?:[-'’](?!s\b)[^\W\d_]{1,24}){0,2}"
_CAPITAL = (
    rf"(?=[{_UPPER}]){_NO_NAME}[{_UPPER}](?:['’][{_UPPER}])?[^\W\d_]{{0,24}}[^\W\d_{_UPPER}]{_AND_MORE}"
    r"(?![^\W\d_])"
)
_BETWEEN = r"(?:(?:de|van|von|der|den|di|da|del|la|al|bin|ibn|el|ter|ten|le) ){0,2}"
_NAME = rf"(?:[A-Z]\. ?){{0,2}}{_CAPITAL}(?: {_BETWEEN}(?:{_CAPITAL}|[A-Z]\.?(?![\w’']))){{0,3}}"
_WORD = rf"{_NO_NAME}[^\W\d_]{{1,24}}{_AND_MORE}"
_GIVEN_EN = f"(?:{'|'.join(sorted(map(str.title, ENGLISH), key=len, reverse=True))})(?![a-zA-Z])"
_KIN_EN = (
    r"(?:husband|wife|mum|mom|mother|dad|father|son|daughter|sister|brother|neighbou?r|flatmate|housemate|"
    r"roommate|boyfriend|girlfriend|partner|friend|colleague|co-?worker|boss|manager|assistant|receptionist|"
    r"aunt|uncle|cousin|niece|nephew|grandma|grandpa|grandmother|grandfather|grandson|granddaughter|secretary|"
    r"landlord|landlady|driver|concierge|porter|courier|postman|doorman|nurse|teacher|carer|fianc[ée]e?)"
)
_THING = r"(?:order|box|parcel|package|card|account|label|invoice|booking|envelope|door)"
_SAYS_EN = (
    r"(?:(?:my|her|his|their|full|first|last|middle|maiden|family|given|billing|recipient'?s?|customer|"
    rf"{_KIN_EN}['’]s) name(?: is|['’]s|:|,)?|surname(?: is|:)?|name:|name on the {_THING} is|"
    r"(?:am|['’]m|is) called|"
    r"(?:recipient|receiver|cardholder|account holder|addressee|customer|attn|attention|c/o|"
    r"consignee|contact)(?: is|:)?|from:|to:|signed:|"
    r"(?:spelt|spelled)(?: it)?)"
)
_IT = r"(?:it |this |that |them |the \w+ )?(?:over )?"
_LEADS = (  # to somebody, not to a place
    r"(?:under the name (?:of )?|in the name of |on behalf of |made out to |named |called |"
    rf"(?:addressed|hand(?:ed)?|given?|gave|pass(?:ed)?|released) {_IT}to |"
    r"(?:ask|asked|gift|present|parcel|package|delivery) for |"
    r"(?:signed|collected|picked up|pick up|taken|received|accepted)(?: for)? by (?:an? )?|"
    r"(?:call|tell|contact|engraved?(?: with)?|text|ring|phone|ask|call from) |"
    r"(?:spoke|talked|speaking) (?:to|with) |"
    r"(?:buyer|sender|customer|agent|name|person|user|client) (?:was|is) |"
    rf"(?:my|his|her|our|their|the) (?:\w+ )?{_KIN_EN}(?:-in-law)?,? \(?)"
)
_PERHAPS = (  # or to a place, or by a brand
    rf"(?:(?:addressed|deliver(?:ed)?|ship(?:ped)?|sen[dt]|dispatched) {_IT}to |"
    r"(?:bought|paid|ordered|sent|placed) by |"
    r"(?:under|cancel|for|to|from|with|by|not|says?|could|can|let|will|is|has|dear|hi|hello|hey) )"
)
_I_AM = r"(?:i['’]?m|i am|this is|hola,? soy|me llamo|je suis|je m['’]appelle|ich bin|ich hei(?:ß|ss)e)"
_BYE = (
    r"(?:(?:many )?thanks|thank you|thx|(?:kind |best |warm )?regards|(?:yours )?sincerely|yours(?: truly)?|"
    r"best(?: wishes)?|cheers|all the best|love)"
)
_DOES_EN = (
    r"(?: (?:has|is|was|will|would|can|could|did|does|said|says|told|wants|who|collects?|picks?|signs?|"
    r"signed|ordered|bought|paid|lives|works|from next|here|instead|please|already|gets?|got|took|asked|"
    r"called)\b|[,.;:!?\"”]|$|['’]s name)"
)
_BEGINS = r"(?:^|[\n.!?;:] ?)"
_NEAR = r"(?:(?i:big|old|little|uncle|aunt|auntie|grandma|grandpa) )?[\"“']?(?:(?i:mr|mrs|ms|miss|dr)\.? )?"

# --- in Chinese ----------------------------------------------------------------------------------------

_NEVER = (
    "我你他她它您咱的了是在想要买退换查问来请帮把和跟说有没不可能怎就也还给到电手地收签先女老这那个单号寄取卡通谢机码箱下"
    "吧呢啊哦呀吗改写"
)
_GIVEN = rf"(?:(?![{_NEVER}])[{HAN}])"
_USUAL = f"[{GIVEN_ZH}]"
_NOBODY = f"(?={SURNAME})(?!{BRANDS_ZH}|{WORDS_ZH})"
_ENDS = r"(?=$|[\s，。,.！!；;：:、？?）)\"”\ufffc]|的|电话|手机|收|签|代|是|不|先生|女士|本人|吧|呢|啊|哦)"
_FULL = rf"{_NOBODY}{SURNAME}(?:{_GIVEN}{_USUAL}|{_GIVEN}{_GIVEN}{_ENDS}|{_GIVEN}{_ENDS}|{_USUAL})"
_SURE = rf"{_NOBODY}{SURNAME}{_USUAL}{{1,2}}"  # where the words around it say less
_LATIN = r"[A-Z][a-z]{1,15}(?: [A-Z][a-z]{1,15}){0,2}"
_WHO = (
    "(?:姓名|名字|收件人|收货人|联系人|寄件人|代收人|付款人|签收人|户名|开户名|持卡人|户主|买家名|机主|真名|登记的|"
    "登记人|下单人|实名|抬头个人|开票名称|经办人|订货人|收貨人|聯絡人|收件者)"
)
_SAYS = (
    rf"(?:[我她他]叫|名叫|叫做|女儿叫|儿子叫|英文名|本人|"
    rf"{_WHO}(?:姓名)?(?:改成|换成|改为|写的?|填的?|[是为叫:： ]){{0,3}}|"
    rf"不是(?=[{HAN}]{{2,3}}是)|(?:^|[\s，。,])收[:：])"
)
_UNSAID = (
    "承担|名字|姓名|什么|哪|快递|认证|电话|信息|地址|有误|错误|不对|不变|确认|待定|保密|代收|已经|如下|同上|以上|以下|"
    "未知|为空|空白|自己|家人|自取|不详|外卖|代驾|人工|客服|付款|付邮|工客服|拒收|无法|联系|本人"
)
_KIN = (
    "(?:老公|老婆|爱人|妈妈|爸爸|妈|爸|女儿|儿子|弟弟|妹妹|哥哥|姐姐|弟|妹|哥|姐|朋友|同事|室友|舍友|闺蜜|邻居|先生|"
    "太太|媳妇|对象|女朋友|男朋友|同学|亲戚|姑姑|舅舅|阿姨|叔叔|外公|外婆|爷爷|奶奶|助理|秘书|妻子|丈夫|孩子|孙女|孙子|"
    "表姐|表哥|表妹|表弟|堂哥|堂姐|堂弟|堂妹|嫂子|侄子|侄女|外甥|婆婆|公公|岳母|岳父|丈母娘|保姆|辅导员|班主任|外教|领导|房东|本人)"
)
_HANDS = (
    "(?:退到|打到|转到|汇到|用|换成|改成|改为|[写填]的是?|写|转给|交给|寄给|送给|发给|留给|给|找|让|请|帮|替|由|是|叫|先写|麻烦|把|"
    "备注[:：]?|联系|老板)"
)
_DOES = (
    r"(?=签收|代收|代签|代领|代取|领取|签的|去取|来取|取|去拿|来拿|拿|收|就可以|就行|就好|查|退|办|买|下的?单|"
    r"的(?:快递|包裹|订单|单|账户|账号|名字|电话|地址|东西|卡)|客服|吧|不行|改|亲收|让我|个人|的客服|"
    r"[，。,.;；!！?？\s]|$)"
)
_SEALS = "(?:签收|代收|代签|代领|代取|代付|下的?单|付的款|本人签)"
_OWNS = "的(?:快递|包裹|订单|单子|电话|手机|账户|账号|身份证|名下)"
_WITH = "跟和把给替帮找叫是让由与同向对请问用写系人主名户板注事"
_ALSO_WORDS = "明应于付成费单边严海丰商司连全温时路常车钱强花项关"  # more often than surnames
_GOES_ON = (
    r"(?:$|[\s，。,.;；！？!?:：、]|说|联系|就|在|会|来|去|她|他|不|也|都|已|那|一起|投诉|亲|本人|个人|改|两个|"
    "这个名|的客服|的账|打来|接的|发的)"
)
_TITLE = (
    r"(?:先生|女士|小姐(?!姐)|太太|同学|阿姨|老师|经理|总(?=$|[\s,，。!！:：说让您])|师傅|医生|大夫|大爷|大妈|大哥|大姐|"
    "叔叔|律师|主任|老板|教授|工程师|师兄|师姐|奶奶|爷爷|叔(?!叔)|姨(?!妈))"
)
_FAMILY = "的(?:妈|爸|老公|老婆|爱人|朋友|同事|家人|女儿|儿子)"


def _said(match: re.Match[str]) -> list[str]:
    """The words of the name, in lower case."""
    return _NAME_WORDS.findall(match[0].removeprefix(match.groupdict().get("kept") or "").lower())


def _is_no_brand(match: re.Match[str]) -> bool:
    """John Lewis has towels."""
    return " ".join(_said(match)[:2]) not in BRANDS


def _is_somebodys(match: re.Match[str]) -> bool:
    """By the first name: Warsaw and Sony have none."""
    first = _said(match)[0]
    return first in ENGLISH and first not in GOODS_TOO and _is_no_brand(match)


def _stands_alone(match: re.Match[str]) -> bool:
    """Not the Lewis of John Lewis."""
    before = _NAME_WORDS.findall(match.string[max(0, match.start() - 20) : match.start()].lower())
    return _is_somebodys(match) and " ".join([*before[-1:], *_said(match)]) not in BRANDS


def _is_a_first_name(match: re.Match[str]) -> bool:
    """In whatever case."""
    return match[0].removeprefix(match["kept"]).lower() in ENGLISH


def _is_titled(match: re.Match[str]) -> bool:
    """Mr Muscle cleans."""
    return match[0].removeprefix(match["kept"]).lower().split()[0] not in TITLED_BRANDS


NAMES_ZH: tuple[Form, ...] = (
    Form(rf"(?<=我是){SURNAME}{_GIVEN}{{1,2}}(?=$|[\s，。,.！!；;]|{_FAMILY})"),
    Form(rf"(?<![谢支运])(?![谢祝]老板|{BRANDS_ZH}){SURNAME}(?={_TITLE})"),
    Form(rf"(?<=姓){SURNAME}(?!名)"),
    Form(rf"[{HAN}]{{2,6}}·[{HAN}]{{2,5}}?(?=$|[^{HAN}]|的|收|签|代|说|是)"),
    Form(
        rf"(?P<kept>{_SAYS} ?)"
        rf"(?:{_FULL}|(?!{_UNSAID}){_GIVEN}{{2,4}}(?=$|[\s，。,.;；]|的|\ufffc)|{_LATIN})"
    ),
    Form(
        rf"(?P<kept>{_KIN}(?:叫|名叫|是)?[ ，,]?)"
        rf"(?:{_SURE}(?:{_DOES}|(?=[去来帮会能替在和也要给的不没说是转]))|{_LATIN})"
    ),
    Form(rf"(?P<kept>{_HANDS})(?:{_SURE}{_DOES}|{_GIVEN_EN})"),
    Form(rf"{_SURE}(?={_SEALS})|(?:(?<![{HAN}])|(?<=[是查看用])){_SURE}(?={_OWNS})"),
    Form(
        rf"{_NOBODY}{COMMON_SURNAME}{_USUAL}{{2}}|"
        rf"(?:(?<![{HAN}])|(?<=[{_WITH}])){_NOBODY}{COMMON_SURNAME}{_USUAL}(?={_GOES_ON})"
    ),
    Form(
        rf"(?<![{HAN}])(?:{_NOBODY}(?![{_ALSO_WORDS}]){SURNAME}{_USUAL}{{2}}(?![{HAN}])|{_GIVEN}{_USUAL}{{2}}(?=收(?![到货件了])))"
    ),
    Form(rf"{_GIVEN_EN}(?=是|会|收|说|的(?:快递|包裹|订单))", right=_is_somebodys),
    Form(rf"(?P<kept>(?:转给|交给|寄给|送给|发给)){_FULL}{_DOES}"),
    Form(rf"(?P<kept>(?:^|[\n，。；;:：,] ?)){_FULL}(?= [{HAN}]{{2,9}}[省市区县])"),
    Form(rf"(?<![{HAN}]){_FULL}(?=[\s,，:：、]{{0,2}}\ufffc)|(?<![{HAN}]){_SURE}(?=收(?![到货件了]))"),
    Form(rf"(?P<kept>\ufffc[\s,，、]{{1,2}}){_FULL}(?![{HAN}])"),
)
NAMES_EN: tuple[Form, ...] = (
    Form(rf"(?P<kept>\b(?i:mr|mrs|ms|miss|dr|prof)\.? )(?:{_CAPITAL}(?: {_CAPITAL})?)", right=_is_titled),
    Form(rf"(?P<kept>\b(?i:{_SAYS_EN}) ?[\"“']?){_NAME}", right=_is_no_brand),
    Form(rf"(?P<kept>(?i:\b{_LEADS}){_NEAR}){_NAME}", right=_is_no_brand),
    Form(rf"(?P<kept>\b(?i:{_I_AM}) ){_NAME}", right=_is_no_brand),
    Form(
        rf"(?P<kept>(?i:{_BEGINS}{_BYE})(?:[,!.]\s{{0,3}}|\s{{1,3}})){_NAME}(?=[.!\s]{{0,9}}$|\n)",
        right=_is_no_brand,
    ),
    Form(rf"(?P<kept>{_BEGINS}[-–] ?){_NAME}(?=\s{{0,9}}$)"),
    Form(
        rf"(?P<kept>(?i:{_BEGINS}(?:(?:hi|hello|hey),? )?)){_NAME}(?=,? (?:here|again|speaking|from your)\b)",
        right=_is_somebodys,
    ),
    Form(
        rf"(?P<kept>{_BEGINS}){_CAPITAL}"
        rf"(?:(?: {_BETWEEN}{_CAPITAL}){{1,3}}(?=,? ?\n?\ufffc)|(?=[,:] ?\n?\ufffc|\n\ufffc))"
    ),
    Form(rf"(?P<kept>(?i:\b{_PERHAPS})){_NAME}", right=_is_somebodys),
    Form(rf"\b{_GIVEN_EN}(?:-{_CAPITAL})?(?: {_BETWEEN}{_CAPITAL}){{1,2}}", right=_is_no_brand),
    Form(rf"(?<![tT]he )(?<!San )(?<!\b[aA] )\b{_GIVEN_EN}(?={_DOES_EN})", right=_stands_alone),
    Form(rf"\b{_CAPITAL}(?=['’]s {_THING})"),
)
NAMES_EN_IN_ANY_CASE: tuple[Form, ...] = (
    Form(rf"(?P<kept>\b(?:mr|mrs|ms)\.? ){_WORD}", right=_is_titled),
    Form(
        r"(?P<kept>(?i:\b(?:my name is|my name['’]s|my full name is|i am called|i['’]m called|name:) ))"
        rf"(?i:{_WORD}(?: {_WORD})?)"
    ),
    Form(
        rf"(?P<kept>(?i:\b(?:{_SAYS_EN} ?|{_LEADS}|{_I_AM} |it['’]?s ))){_WORD}(?!['’-])",
        right=_is_a_first_name,
    ),
)
