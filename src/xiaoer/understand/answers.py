"""Yes, no, stop, "that is not what I meant", and the wish for a person: by rule, in both languages."""

import re
from functools import cache

from xiaoer.domain.understanding import Answer
from xiaoer.understand.patterns import consumed
from xiaoer.understand.vocabulary import Pattern, vocabulary

_LONGEST_ANSWER = 40  # characters; whoever says more says more than yes

_STOP_ZH = re.compile(r"(?<![打计预估推])算了(?![解一下算半好])")
_CORRECTION = re.compile(
    r"(?:^|[,.!?;。\n] ?|\b(?:sorry|oh|wait|hmm),? )"
    r"(?:不对(?=[,.!。 是]|$)|不是(?:这|那)[个单双件款]|不是不是|不是[,. ]{1,2}|不,? ?(?:是|我说)|"
    r"[我]?(?:说错|打错|选错|看错)了"
    r"|我(?:说的|指的|要的|是说|的意思)|应该是|no,? (?:it'?s|i meant?|i mean|not|the|that|this|my|make it|"
    r"wait)\b"
    r"|not (?:that|this)(?: one)?\b|i meant\b|i mean (?:the|my|order|size)\b|actually,? (?:it'?s|i meant|"
    r"the|make it)\b"
    r"|wrong (?:one|order)(?=[,.!]|$)|the other (?:one|order)\b|make that\b)"
    r"|换成?另外?一[个单]订?单?|是另外?一[个单双件]|,? i meant\b"
)
_NOT_ASKED = (
    r"(?:不用|不要|不需要|别|无需|不想|没必要|先不)(?:帮?我|给我)?(?:转|找|接|要)?|no need for (?:a |an )?"
    r"|(?:don'?t|do not) (?:need|want)(?: to (?:talk|speak|chat) (?:to|with))? (?:a |an )?"
)
_PERSON_ZH = re.compile(
    r"人工(?!智能|费|降|制|皮|草|合成|呼吸|(?:客服|服务)?(?:的)?(?:几点|什么时候|工作时间|上班|下班|"
    r"在线时间|时间|电话))"
    r"|(?:转|找|要|接|换|叫|和|跟|与|联系|请)[^,.?!。\n]{0,6}(?:真人|活人|客服专员|客服人员|专员|接线员)"
    r"|(?:转|找|转接|接通|联系|要)(?:个|位|一下|下|一个)?客服(?!电话|几点|怎么)"
    r"|(?:找|换|叫|安排|派)(?:个|一个|位|一位)人(?:来|跟|和|聊|说|处理|接|$|[,.!吧])"
    r"|(?:叫|找|让|换|要)[^,.?!。\n]{0,6}(?:经理|主管|负责人|店长|领导|老板|上级)(?:来|出来|说|谈|跟|和|$|"
    r"[,.!聊])"
    r"|有没有(?:真人|活人)|真人(?:客服|服务)"
)
_WHO_EN = (
    r"(?:humans?|real person|live person|actual person|person|(?:live |real |human )?agents?|"
    r"representatives?|someone|somebody|"
    r"operator|managers?|supervisors?|colleagues?|employees?|staff|customer (?:service|support|care)|"
    r"support team|"
    r"member of (?:your )?(?:staff|team)|people)"
)
_PERSON_EN = re.compile(
    r"\b(?:talk|speak|chat|connect|transfer|escalate|hand|put|pass|forward|refer|switch)(?:ing|ed)?\b"
    rf"[^.?!\n]{{0,25}}\b(?:to|with|through to|over to) (?:an? |the |your |my |some |"
    rf"one of your )?(?:\w+ )?{_WHO_EN}\b"
    rf"|\b(?:want|need|get me|give me|prefer|like|send me|find me) (?:an? |your |the |some )?(?:real |"
    rf"live |actual |human )?"
    r"(?:human(?: being| agent)?|person|agent|representative|manager|supervisor|operator)\b(?! size)"
    r"|\b(?:real|live|actual) (?:person|human|agent)\b|\bhuman (?:agent|being|please|support|help)\b"
    r"|\bescalate (?:this|it|my)\b"
)
_PERSON_ALONE = re.compile(
    r"(?:a |an )?(?:human|agent|representative|operator|person|real person|live agent|customer service|"
    r"customer support|manager|supervisor|staff|live chat|support)(?: please| now)?|客服|转客服|真人|活人|"
    r"接线员|投诉经理"
)
_ROBOT = re.compile(
    r"(?:你|您|这|这里|对面|那边)?(?:到底)?是不是(?:个)?(?:机器人?|真人|人工智能|ai|活人|自动回复)"
    r"|(?:你|您|这)(?:到底)?是(?:个)?(?:机器人?|真人|人工智能|ai|活人|人还是机器|自动回复|智能客服)|"
    r"人还是机器"
    r"|\b(?:are|r) (?:you|u) (?:an? )?(?:real |actual )?(?:ro)?(?:bot|human|person|ai|machine|chatbot|real)\b"
    r"|\b(?:is this|am i (?:talking|speaking|chatting) (?:to|with)) an? (?:real |actual )?"
    r"(?:ro|chat)?(?:bot|human|person|ai|machine)\b|\bis this (?:ai|automated)\b"
)
_REFUSED_PERSON = re.compile(rf"(?:{_NOT_ASKED})(?:{_WHO_EN}|人工|真人|客服|活人)")


def answer_in(text: str) -> Answer | None:
    """Yes or no, if a cleaned text says that and nothing else. "Yes, but to another address" is neither."""
    bare = text.strip(" .!~。…\n")
    if not bare or len(bare) > _LONGEST_ANSWER:
        return None
    words = vocabulary()
    for answer, pattern in ((Answer.YES, words.yes), (Answer.NO, words.no)):
        if pattern.search(bare) and consumed(bare, _either(pattern, words.polite)):
            return answer
    return None


_PLACED = re.compile(  # where a thing is to be put, and no "leave it"
    r"\b(?:leave|drop) it(?= (?:with|at|in|on|by|behind|under|outside|near|next to|there)\b(?! that\b))"
)


def wants_to_stop(text: str) -> bool:
    return bool(_STOP_ZH.search(text) or vocabulary().stop.search(_PLACED.sub(" ", text)))


def is_correction(text: str) -> bool:
    """不对，是另一个 / no, the blue one: what was understood before is to be put right."""
    return bool(_CORRECTION.search(text))


def wants_person(text: str) -> bool:
    """Asks for a human being. Not: asks whether this is one, or says that none is needed."""
    asked = _ROBOT.sub(" ", _REFUSED_PERSON.sub(" ", text))
    alone = _PERSON_ALONE.fullmatch(asked.strip(" .!?~。,"))
    return bool(alone or _PERSON_ZH.search(asked) or _PERSON_EN.search(asked))


def asks_about_robot(text: str) -> bool:
    return bool(_ROBOT.search(text))


@cache
def _either(first: Pattern, second: Pattern) -> Pattern:
    return re.compile(f"{first.pattern}|{second.pattern}")
