"""From a message to its wishes: cut where another wish may begin, put together again what is one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xiaoer.domain.understanding import OTHER, Guess, Intent
from xiaoer.understand.answers import answer_in
from xiaoer.understand.rules import CERTAIN

Guesser = Callable[[str], tuple[Guess, ...]]

MOST_WISHES = 5
_MOST_PIECES = 12  # of a flood, the rest is one piece
# After a mark, the word that only leads on goes with it: ". So please", ", and where".
_LEADS_ON = r"(?:(?:and then|so then|and so|and|but|then|so)\b,? )?"
_STRONG = re.compile(
    rf"[?!。;\n]+ ?{_LEADS_ON}|(?:(?<!\d)|(?<=\d{{6}}))\. {_LEADS_ON}"  # 5. Park Lane, but M20260001. Where
    r"|(?:,? ?(?:顺便|顺带|另外(?!一|那|的)|还有(?=[,，: ])|对了|以及|同时|"
    r"再问[一下个]{0,2}|再帮我|然后(?=[我帮查再])|此外)[,，: ]?)"
    r"|,? ?\b(?:and also|also|by the way|btw|in addition|additionally|besides|one more thing|as well as|"
    r"secondly|plus)\b,? ?"
)
_OPENS = (
    r"(?=(?:can|could|how|what|where|when|who|why|is|are|do|does|will|please|i want|i'd|i would|i need|"
    r"i also|cancel|change|return|track|show|tell|check|find|exchange|update|send|refund|let)\b)"
)
_WEAK = re.compile(rf"[,，] ?{_LEADS_ON}|: {_OPENS}|(?<=\S) (?:and|then|but) {_OPENS}")
# What is only supposed is no wish: it goes with what is asked about it. "If I cancel, what comes back?"
_SUPPOSED = re.compile(
    r"(?:如果|要是|假如|倘若|若是?|万一)(?:说|我|现在)*[^,没不能可]{0,16}(?:取消|撤|退|换)"
    r"|(?:if|suppose|supposing) (?:i|we) (?:were to |would |should )?(?:cancel|return|exchange|swap|send)"
)
_BRACKETS = re.compile(r"\([^()]{1,300}\)")
_NUMBER = re.compile(r"[a-z]*\d{6,}", re.ASCII)  # of an order or a parcel


def _named(*names: str) -> frozenset[Intent]:
    return frozenset(map(Intent, names))


_SMALL_TALK = _named("greeting", "thanks", "goodbye", "acknowledge", "apology", "wait_moment")
_NO_TASK = _SMALL_TALK | _named(
    "complaint", "other", "sad", "praise", "confused", "hurry_reply", "regular_customer", "just_looking",
    "address_correct",
)  # fmt: skip
# Wishes so near each other that two of them in a row are one wish said in two ways.
NEAR: tuple[frozenset[Intent], ...] = (
    _named(
        "order_status", "track_parcel", "list_orders", "urge_dispatch", "slow_delivery", "dispatch_time",
        "delivery_time", "order_paid",
    ),
    _named(
        "find_product", "check_stock", "likes_style", "colour_question", "gift_for_someone", "size_advice",
        "best_colour",
    ),
    _named(
        "request_return", "request_exchange", "not_wanted", "faulty_item", "wrong_item", "parcel_received",
        "return_policy", "exchange_policy", "ordered_by_mistake", "size_advice", "likes_style",
    ),
    _named("cancel_items", "not_wanted"),
    _named("cancel_order", "not_wanted", "ordered_by_mistake", "reorder", "order_paid"),
    _named("change_address", "address_changed", "address_book"),
    _named("return_policy", "exchange_policy", "return_condition", "how_to_return"),
)  # fmt: skip
# Of two near wishes the one that is to be done stands for both.
_TO_BE_DONE = _named(
    "cancel_order", "cancel_items", "request_return", "request_exchange", "change_address", "track_parcel",
    "order_status", "find_product",
)  # fmt: skip
_REPORT = Intent("parcel_lost")  # "it is lost, I want my money back": what is wanted for it is no other wish
# Read from what is said before the wish: "it hasn't left yet", "it came late".
_ALL_OF_IT = _named(
    "coupon_as_amends", "change_items", "refund_status", "arrived_damaged", "cancel_items", "find_product"
)
# How it is with the order, told beside a wish: not shipped yet.
_STANDS = re.compile(
    r"(?:而且|现在|目前|订单|商品|东西|货|都|我的?|这单)*(?:还|尚)?(?:没有?|未)(?:发货?|寄出?|出库|发出)(?:呢|的|了)?"
    r"|(?:it|they|the order|my order)?(?:'s| is| has| hasn't|have|haven't)? ?(?:still )?(?:not )?(?:yet )?"
    r"(?:been )?(?:shipped|sent|dispatched|left)(?: yet| out)*"
)
_CUE = re.compile(
    r"[?吗呢]|怎么|如何|多少|几|什么|哪|能不能|可不可以|可以|能|是否|有没有|我要|我想|想|要|帮|请|麻烦|"
    r"给我|取消|退|换|改|查|催|转|找|推荐|看"
    r"|不要了|申请|到账|^(?:can|could|how|what|where|when|who|why|is|are|do|does|did|will|would|please|"
    r"cancel|change|return|track|show|"
    r"tell|check|find|exchange|swap|update|send|refund|list|help|let|give|get|recommend|any|has|have|which)\b"
    r"|\b(?:i want|i'd like|i would like|i need|i wish|please|want to|can you|could you|can i|looking for)\b"
)
_QUESTION_ZH = re.compile(
    r"[吗呢么]|怎么|怎样|如何|能不能|可不可以|行不行|多久|多少|什么|哪|几[天个点]|是否|是不是|有没有|"
    r"会不会|为啥|为什么|咋|啥|不[?]|没[?]|[?]"
)
_QUESTION_EN = re.compile(
    r"^(?:hi|hello|hey|so|and|but|ok|also|or|sorry|excuse me|then)?[, ]*(?:can|could|may|might|is|are|am|"
    r"do|does|did|will|would|how|what|where|"
    r"when|who|which|why|should|has|have|what's|where's|how's|any)\b|[?]|\b(?:is it possible|how (?:can|do|"
    r"to)|whether|am i allowed)\b"
)
_REQUEST = re.compile(
    r"帮[我忙]|麻烦|请|给我|拜托"
    r"|\b(?:can|could|will|would) (?:you|u)\b(?! (?:accept|take|ship|deliver|offer|return))|\bplease\b|"
    r"\bcan i (?:have|get)\b"
)
_HOW = re.compile(r"怎么|如何|怎样|咋|\bhow (?:do|can|to|does|should)\b|\bis it possible\b|\bam i allowed\b")
_NOT_DO = {
    Intent("cancel_order"): r"取消|撤单|退单|cancel(?:l?ing)?|cancellation",
    Intent(
        "request_return"
    ): r"退货|退款|退掉|退|return(?:ing)?|refund(?:ing)?|send(?:ing)? (?:it|them) back",
    Intent("request_exchange"): r"换货|换|exchang(?:e|ing)|swap(?:ping)?|replace(?:ment)?",
    Intent("change_address"): r"改地址|换地址|改|chang(?:e|ing) (?:the |my )?address",
    Intent("find_product"): r"买|推荐|buy(?:ing)?",
    Intent("call_person"): r"(?:转|找)?(?:人工|真人|客服)|(?:human|person|agent)",
}
_DENIAL = (
    r"不再?(?:{0})了|(?:不是(?:要|想|来)?|并不想|不想|不要|不用|先别|别|没(?:有)?(?:要|想)|没说要|不打算|无需|"
    r"不需要) ?(?:帮?我|给我|再)? ?(?:{0})(?!了?别的)"
    r"|(?:don't|dont|do not|didn't|did not|not|never|no need to|rather than|instead of)"
    r"(?: (?:want|wanna|need|trying|asking|going|looking|wish|mean|ask))?(?: (?:to|for|you to|"
    r"me to))*(?: (?:a|an|the|my))?(?: human| real)? ?\b(?:{0})\b"
)
_DENIALS = {intent: re.compile(_DENIAL.format(verbs)) for intent, verbs in _NOT_DO.items()}


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a text that states one wish, and where it stands."""

    start: int
    end: int
    guesses: tuple[Guess, ...]
    question: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    strong: bool  # cut off by more than a comma
    guesses: tuple[Guess, ...]

    @property
    def best(self) -> Guess:
        return self.guesses[0] if self.guesses else Guess(OTHER, 0.0)

    @property
    def sure(self) -> float:
        """Of the best guess with those near it: not to know which of two that are one is to know the wish."""
        near = {self.best.intent}.union(*(wishes for wishes in NEAR if self.best.intent in wishes))
        return sum(guess.confidence for guess in self.guesses if guess.intent in near)


def clauses(text: str, guess: Guesser, *, sure: float) -> tuple[Clause, ...]:
    """The wishes of a cleaned text in their order, at most five; none for an empty text.

    `sure` is the confidence from which a piece alone is a wish of its own.
    """
    if not text:
        return ()
    pieces = [_Piece(start, end, strong, guess(text[start:end])) for start, end, strong in _cut(text)]
    own = [piece for piece in pieces if _is_own(piece, text, sure)]
    groups = _joined(own, pieces, text) if len(own) > 1 else [_single(own, pieces, text, guess)]
    read = [_clause(text, group, guess) for group in groups]
    meant = [clause for clause in read if not clause.negated]
    return tuple((meant or read)[:MOST_WISHES])


def _cut(text: str) -> list[tuple[int, int, bool]]:
    """Stretches between the marks and words at which another wish may begin."""
    strong = {m.span() for m in _STRONG.finditer(text)}
    described = [m.span() for m in _BRACKETS.finditer(text)]  # what a thing is like is no wish of its own
    found = strong | {m.span() for m in _WEAK.finditer(text)}
    whole = (cut for cut in found if not any(start < cut[0] < end for start, end in described))
    cuts = sorted(whole, key=lambda cut: (cut[0], -cut[1]))
    pieces: list[tuple[int, int, bool]] = []
    start, after_strong = 0, True
    for cut in cuts[: _MOST_PIECES - 1]:
        cut_start, cut_end = cut
        if cut_start < start or (cut not in strong and _SUPPOSED.match(text, start, cut_start)):
            continue
        mark = text[cut_start:cut_end].strip()[:1] in ("?", "!")
        if text[start:cut_start].strip():
            pieces.append((start, cut_start + 1 if mark else cut_start, after_strong))
            after_strong = False
        start, after_strong = cut_end, after_strong or cut in strong
    if text[start:].strip():
        pieces.append((start, len(text), after_strong))
    return pieces or [(0, len(text), True)]


def _is_own(piece: _Piece, text: str, sure: float) -> bool:
    """Whether a piece, taken alone, asks for something."""
    words = text[piece.start : piece.end]
    if _STANDS.fullmatch(words.strip(" ,.")) and len(words) < len(text):
        return False
    if piece.best.intent in _NO_TASK or answer_in(words) is not None or not _CUE.search(words):
        return False
    return piece.sure >= (sure * 0.75 if piece.strong else sure)


def _single(own: Sequence[_Piece], pieces: Sequence[_Piece], text: str, guess: Guesser) -> _Piece:
    """One wish: the whole text, but for the greeting before it and the thanks behind it."""
    if len(pieces) == 1:
        return pieces[0]
    start, end = 0, len(text)
    serious = [p for p in pieces if p.best.intent not in _SMALL_TALK]
    if serious and len(serious) < len(pieces):
        start, end = serious[0].start, serious[-1].end
    whole = _Piece(start, end, True, guess(text[start:end].strip(" ,")))
    return _clearer(own[0], whole) if own else whole


def _clearer(own: _Piece, whole: _Piece) -> _Piece:
    """The whole text with the guess of its one clear piece, if the whole blurs it."""
    by_rule = whole.best.intent in _ALL_OF_IT and whole.best.confidence >= CERTAIN
    if whole.best.intent == _REPORT or by_rule or whole.best.confidence >= own.sure:
        return whole
    return _Piece(whole.start, whole.end, True, own.guesses)


def _joined(own: Sequence[_Piece], pieces: Sequence[_Piece], text: str) -> list[_Piece]:
    """Own pieces of the same or a near wish become one; what lies between goes with the one before it."""
    first_serious = next((p.start for p in pieces if p.best.intent not in _SMALL_TALK), own[0].start)
    groups: list[_Piece] = []
    for piece in own:
        if groups and _is_one(groups[-1], piece, text):
            kept = max(groups[-1], piece, key=lambda p: _rank(p, text))
            groups[-1] = _Piece(groups[-1].start, piece.end, True, kept.guesses)
        else:
            groups.append(piece)
    starts = [min(first_serious, own[0].start), *(g.start for g in groups[1:])]
    ends = [max(p.end for p in pieces if p.start < after) for after in (*starts[1:], len(text))]
    return [_Piece(s, e, True, g.guesses) for s, e, g in zip(starts, ends, groups, strict=True)]


def _rank(piece: _Piece, text: str) -> tuple[bool, bool, float]:
    """Of two that are one wish: what is wanted before what is not, what is to be done before what is told."""
    denied = _is_negated(text[piece.start : piece.end], piece.best.intent)
    return not denied, piece.best.intent in _TO_BE_DONE, piece.best.confidence


def _is_one(before: _Piece, piece: _Piece, text: str) -> bool:
    """The same wish said on. The same wish for two numbers is two."""
    one, other = before.best.intent, piece.best.intent
    if one != other:
        return any(one in near and other in near for near in NEAR)
    named, also = (set(_NUMBER.findall(text[p.start : p.end])) for p in (before, piece))
    return not (named and also - named)


def _clause(text: str, piece: _Piece, guess: Guesser) -> Clause:
    words = text[piece.start : piece.end].strip(" ,")
    start = piece.start + text[piece.start : piece.end].index(words) if words else piece.start
    guesses = piece.guesses or guess(words)
    best = guesses[0].intent if guesses else OTHER
    return Clause(start, start + len(words), guesses, _is_question(words), _is_negated(words, best))


def _is_question(words: str) -> bool:
    """Asks whether or how. "Could you cancel it?" and 能帮我取消吗 are requests."""
    if _HOW.search(words):
        return True
    asks = _QUESTION_EN.search(words) or (not words.isascii() and _QUESTION_ZH.search(words))
    return bool(asks) and not _REQUEST.search(words)


def _is_negated(words: str, intent: Intent) -> bool:
    denial = _DENIALS.get(intent)
    return bool(denial and denial.search(words))
