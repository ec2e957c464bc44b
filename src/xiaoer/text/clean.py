"""The copy of a message that is matched. What the customer wrote is stored and shown as it came."""

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

LONGEST = 2_000  # characters of a message that are understood; nobody states a wish later than that

_GONE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})  # controls, zero-width, bidi, surrogates, Zalgo
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
_QUOTES = str.maketrans("’‘`´“”、；﹔", "''''\"\",;;")

# Traditional characters that shop messages use, each before its simplified form; others stay as they are.
_PAIRS = (
    "訂订單单貨货發发運运費费錢钱買买賣卖價价購购車车優优禮礼積积點点員员級级個个們们這这裡里裏里嗎吗麼么沒没還还會会過过來来時时間间問问題题請请謝谢對对錯错電电話话號号碼码"
    "網网頁页帳账賬账戶户換换給给見见現现實实樣样紅红藍蓝綠绿黃黄顏颜銀银褲裤襪袜裝装雙双條条張张萬万幾几兩两雲云廣广東东灣湾國国縣县鄉乡鎮镇區区門门樓楼層层馬马陳陈劉刘楊杨"
    "趙赵吳吴孫孙後后從从開开關关產产應应該该爛烂壞坏髒脏舊旧無无聽听說说讓让誰谁課课評评論论訴诉訟讼師师檢检舉举報报憤愤煩烦氣气難难勞劳壓压斷断損损傷伤丟丢誤误殺杀傢家遲迟"
    "覺觉當当場场倉仓庫库轉转調调處处類类選选擇择總总數数據据計计畫划書书寫写讀读雞鸡魚鱼鳥鸟頭头髮发飾饰環环項项鏈链錶表帶带軟软體体驗验證证審审監监護护嬰婴兒儿輕轻動动靜静"
    "態态況况兌兑稅税統统編编聯联絡络線线圖图標标誌志連连結结觸触鍵键螢萤備备臺台儲储廚厨鍋锅爐炉燈灯籃篮傘伞圍围試试練练習习跡迹蹤踪簽签遞递達达順顺豐丰郵邮務务導导遊游歡欢"
    "經经濟济貴贵劃划劑剂膚肤潤润濕湿熱热涼凉溫温煙烟燒烧滿满極极為为爲为與与設设長长適适鬆松緊紧嚴严許许確确認认辦办願愿機机腳脚賠赔償偿詐诈騙骗狀状絕绝終终絲丝顧顾館馆養养"
    "傳传內内別别協协卻却參参啟启團团圓圆塊块夠够妝妆寬宽寶宝專专將将尋寻屬属幫帮愛爱擔担歐欧歸归決决測测減减獎奖獨独異异畢毕盤盘稱称紙纸細细維维縮缩續续罰罚臉脸補补製制複复"
    "復复規规視视親亲訊讯託托記记詢询詳详談谈諮咨責责資资賞赏贈赠較较載载輸输農农違违遠远釋释針针銷销鎖锁鏡镜鐘钟閉闭閱阅隊队際际隨随險险離离預预領领顯显風风飲饮餘余驚惊鮮鲜"
    "簡简繳缴廠厂聲声誠诚紋纹襯衬褸褛彈弹鐵铁銅铜鋁铝陽阳陰阴雜杂嚇吓樂乐歲岁腦脑術术義义靈灵醫医麗丽齊齐隻只於于誇夸華华傑杰鄭郑葉叶羅罗鄧邓馮冯蕭萧呂吕盧卢蔣蒋賈贾鄒邹閻阎"
    "賴赖龍龙萊莱蘇苏滬沪漢汉瀋沈濱滨徑径衛卫棟栋莊庄島岛橋桥廳厅"
)
_TO_SIMPLIFIED = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))


def tidy(text: str, *, limit: int = LONGEST) -> str:
    """The text without what no eye sees: width and compatibility forms, controls, endless repeats.

    Case and script stay, so that a name or an address can be taken from it. At most `limit` characters.
    """
    visible = "".join(
        c for c in unicodedata.normalize("NFKC", text[:limit]) if c in "\n\t" or _is_seen(c)
    ).translate(_QUOTES)
    one_spaced = _LINES.sub("\n", _SPACES.sub(" ", visible.replace("\r", "\n"))).strip()
    return _at_most_three(one_spaced)[:limit]


def _at_most_three(text: str) -> str:
    """Endless repeats cut to three, of what is matched as one: AAAa is four of a. Numbers stay."""
    runs = ("".join(run) for _, run in groupby(text, key=_plain))
    return "".join(run if run[0].isdecimal() or run[0].isspace() else run[:3] for run in runs)


def fold(tidied: str) -> str:
    """The tidied text for matching: lower case, plain Latin letters, simplified characters.

    Keeps every character's position: fold(t)[a:b] was said as t[a:b].
    """
    return "".join(map(_plain, tidied))


def simplified(text: str) -> str:
    """In simplified characters, as far as shop messages need it; every character keeps its position."""
    return "".join(_TO_SIMPLIFIED.get(char, char) for char in text)


def clean(text: str, *, limit: int = LONGEST) -> str:
    """fold(tidy(text)): what patterns, classifier and search see of a text."""
    return fold(tidy(text, limit=limit))


@lru_cache(maxsize=8_192)
def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _GONE


@lru_cache(maxsize=8_192)
def _plain(char: str) -> str:
    if char in _TO_SIMPLIFIED:
        return _TO_SIMPLIFIED[char]
    base = unicodedata.normalize("NFD", char)[0] if "\u00c0" <= char <= "\u1eff" else char
    lower = base.lower()
    return lower if len(lower) == 1 else char
