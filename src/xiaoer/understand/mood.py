"""How a customer feels, and how much it presses: by words and marks alone, see vocabulary/feelings.*.yaml.

Sarcasm is out of reach: "so efficient, only a month" reads as praise.
"""

import re
from dataclasses import dataclass
from itertools import islice

from xiaoer.domain.understanding import Mood, Risk, Urgency
from xiaoer.understand.feelings import feelings
from xiaoer.understand.risks import risks_in
from xiaoer.understand.tone import tone
from xiaoer.understand.vocabulary import Pattern

_DENIED = re.compile(
    r"(?:[不没无别非]|没有|不是|不太|不怎么|不会|不够|不算|毫不|并不|并没有|没啥|没什么|谈不上|"
    r"一[点丝]儿?[都也]不|不觉得|不再|不那么|不是很|没那么)(?:是|很|太|怎么)?$"
    r"|\b(?:not|no|never|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|can't|couldn't|won't|without|"
    r"hardly|nothing|cannot)"
    r"(?: (?!but\b|only\b|just\b)\w+){0,2} ?$"
)
_DENIAL_REACH = 24  # characters before a word in which "not" speaks to it
# Mail that is no longer wanted: whoever says so is not angry for that alone.
_NO_MORE_MAIL = re.compile(
    r"\bstop sending (?:me |us )?(?:\w+ ){0,3}?(?:e-?mails?|newsletters?|ads|adverts?|advertis\w+|mails?"
    r"|texts?|sms|promotions?|marketing|offers|notifications?)\b"
)
_LOUD = re.compile(r"[!?]{3}|(?:!\s?){2}")
_SHOUTED = re.compile(r"\b[A-Z]{3,}\b")
_SHOUTS = 3  # words in capitals; fewer may be sizes, codes and names
_CLAUSE = re.compile(r"[^,.!?;。\n~…]+[!?]?")
_ASKED = re.compile(
    r"\?|[吗么]$|有没有|会不会|是不是|能不能|可不可以|怎么样$|哪[个款种]|想[买要找]|求|推荐|需要一"
    r"|^ ?(?:is|are|do|does|did|can|could|will|would|what|which|how|any|have|has)\b|\b(?:looking for|"
    r"need an?|want an?)\b"
)
_ANXIOUS = re.compile(
    r"(?<![费货款票价单])怎么办(?!理)|(?:该不|会不|不)会.{0,6}(?:丢|退回|送错|弄错|骗|坏|漏电|爆炸|"
    r"断货|出问题|有问题|假的|假货|重复).{0,4}(?:[吧了啊吗]|$)|万一.{0,8}(?:到不了|丢|赶不|坏|不来)"
    r"|\b(?:could|is|has|did|was) (?:it|my (?:parcel|package|order))(?: \w+){0,2} (?:lost|stolen|"
    r"missing|sent back|wrong house|dangerous)\b"
    r"|\bwhat (?:do|should|can) i do(?: now)?(?=$| about (?:it|this))|\bis it (?:safe|fake)(?=$|\?)"
)
_BUT = re.compile(r"^ ?(?:但|不过|可是|然而|\b(?:but|however|though|although|yet)\b)")
_THANKED = re.compile(r"谢|\bthank")
_AT_ONCE = re.compile(
    r"(?:务必|必须|一定|最晚|最迟).{0,4}(?:今天|今晚|今日|明早|马上|立刻)|急急急|(?:今天|今晚|十分钟|"
    r"半小时|一小时|几分钟)(?:之?内|后)?.{0,6}(?:就要|就走|要走|要用|要出发|来取|后走)|"
    r"还有.{0,4}(?:分钟|小时).{0,4}(?:走|出发|开始|到期)"
    r"|\b(?:need|want|refund|cancel|fix|stop|answer|help|send|money)\b[^.?!]{0,30}\bright now\b"
    r"|\b(?:has|have|needs?|must|got) to (?:leave|go|ship|be sent|be here|arrive|"
    r"be done)(?: out)? (?:today|tonight|now|by tonight|this morning|this afternoon)\b"
    r"|\b(?:in|within) (?:the next )?(?:\d{1,2}|five|ten|twenty|thirty|a few|an) (?:minutes?|"
    r"hours?)\b(?! or so)|\bleav(?:es|ing|e) (?:in|tonight|now|soon)\b|\b(?:today|"
    r"tonight) at the latest\b"
)
_SOONER = re.compile(
    r"(?:能不能|可以|麻烦|请|给我|就)?快(?:一)?(?:点|些)|早(?:一)?(?:点|些)(?:发|给|处理|送|解决|退|"
    r"办)|催(?:一下|催|促|单)|速(?:度|速)|(?<![着不救诊着])急(?![救诊支冻躁])"
    r"|\b(?:quicker|faster|sooner|speedier|quick as|hurry|chase (?:it|this|them)|push (?:it|this)|"
    r"early if you can|can't wait any longer|without delay|straight away|promptly)\b"
)
_THREATS = frozenset({Risk.LEGAL, Risk.AUTHORITY, Risk.VIOLENCE})
_BAD = frozenset({Mood.ANGRY, Mood.UPSET})
_MOST_CLAUSES = 60  # of a flood the rest is not heard
# Weight of a word of feeling, of one about the goods, and of what follows a "but".
_FELT, _SAID, _TURNED = 1.0, 0.5, 1.5


@dataclass(frozen=True, slots=True)
class _Clause:
    """What one clause of a message says of feelings."""

    moods: frozenset[Mood]
    good: int  # words of praise and of blame about goods and service
    bad: int
    faults: int  # told without blame: who asks for an exchange says them too
    turns: bool  # begins with a "but"


def mood_of(tidied: str, text: str) -> Mood:
    """The strongest feeling of a message. `tidied` still has its capitals, `text` is the folded copy."""
    plain = _NO_MORE_MAIL.sub(" ", feelings().no_feeling.sub(" ", text))
    heard = _clauses(plain)
    named = frozenset[Mood]().union(*(clause.moods for clause in heard))
    risks = risks_in(text)
    if not risks and _is_over(heard, plain):
        return Mood.CALM
    is_loud = Mood.UPSET in named and _is_loud(tidied)
    if is_loud or Mood.ANGRY in named or _THREATS & set(risks):
        return Mood.ANGRY
    blames = not named and _blames(heard, plain)
    if risks or blames or Mood.UPSET in named:
        return Mood.UPSET
    named_mood = next((mood for mood in (Mood.WORRIED, Mood.HAPPY) if mood in named), None)
    denied = any(feelings().moods[mood].search(text) for mood in _BAD)  # 我不生气: a feeling one has not
    return named_mood or (Mood.CALM if denied else _unnamed(text))


def _unnamed(text: str) -> Mood:
    """What no word names is never taken for anger: twice that, and a person is called."""
    guessed = tone().mood_of(text)
    return Mood.UPSET if guessed is Mood.ANGRY else guessed


def urgency(text: str) -> Urgency:
    """Of a folded text."""
    words = feelings()
    pressing = words.not_urgent.sub(" ", text)
    if words.now.search(pressing) or _AT_ONCE.search(pressing):
        return Urgency.NOW
    soon = words.urgent.search(pressing) or _SOONER.search(pressing)
    return Urgency.SOON if soon else Urgency.NONE


def polarity(text: str) -> float:
    """Of a review or any text about goods: above zero for praise, below for blame, zero if neither."""
    heard = _clauses(feelings().no_feeling.sub(" ", text))
    return sum((_TURNED if clause.turns else 1) * _leaning(clause) for clause in heard)


def _clauses(plain: str) -> list[_Clause]:
    return [_clause(clause[0]) for clause in islice(_CLAUSE.finditer(plain), _MOST_CLAUSES)]


def _leaning(clause: _Clause) -> float:
    felt = (Mood.HAPPY in clause.moods) - bool(_BAD & clause.moods)
    return _FELT * felt + _SAID * (clause.good - clause.bad - clause.faults)


def _clause(words: str) -> _Clause:
    moods = {mood for mood in feelings().moods if _is_meant(feelings().moods[mood], words)}
    if _ANXIOUS.search(words):
        moods.add(Mood.WORRIED)
    happy, unhappy = _meant(feelings().moods[Mood.HAPPY], words)
    good, not_good = _meant(feelings().good, words)
    bad, not_bad = _meant(feelings().bad, words)
    faults, _ = _meant(feelings().fault, words)
    if unhappy:
        moods = (moods - {Mood.HAPPY}) | {Mood.UPSET}
    if not happy or _ASKED.search(words):
        moods -= {Mood.HAPPY}
    turns = _BUT.search(words) is not None
    return _Clause(frozenset(moods), good + not_bad, bad + not_good, faults, turns)


def _is_over(heard: list[_Clause], plain: str) -> bool:
    """气死我了，不过谢谢你帮我解决: what was bad is past."""
    turned = any(clause.turns and (Mood.HAPPY in clause.moods) for clause in heard[1:])
    thanked = any(clause.turns for clause in heard[1:]) and _THANKED.search(plain) is not None
    return (turned or thanked) and not _BAD & heard[-1].moods


def _blames(heard: list[_Clause], plain: str) -> bool:
    """Only blame, and no request or question: who asks for an exchange is calm about the fault."""
    is_asking = "?" in plain or feelings().asking.search(plain) is not None
    return not is_asking and sum(clause.bad - clause.good for clause in heard) > 0


def _meant(pattern: Pattern, words: str) -> tuple[int, int]:
    """How often one of the words is said, and how often denied."""
    denied = [_is_denied(words, found.start()) for found in pattern.finditer(words)]
    return denied.count(False), denied.count(True)


def _is_meant(pattern: Pattern, words: str) -> bool:
    return any(not _is_denied(words, found.start()) for found in pattern.finditer(words))


def _is_denied(text: str, at: int) -> bool:
    return bool(_DENIED.search(text[max(0, at - _DENIAL_REACH) : at]))


def _is_loud(tidied: str) -> bool:
    return bool(_LOUD.search(tidied)) or len(_SHOUTED.findall(tidied)) >= _SHOUTS
