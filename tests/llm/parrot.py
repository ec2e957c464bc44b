"""A model of a few rules, to run the counter with by hand and to measure what the counter adds.

It does what a good model would be hoped to: looks up the order that is named, proposes what is asked for,
answers from the articles it is given with their number, repeats what the tools say, and is kind otherwise.
"""

import json
import re

from tests.llm.server import Asked, Reply, Say

_ORDER = re.compile(r"ORDER-[A-Z]+")
_ONLY_ASKS = re.compile(r"要是|如果|能不能|多少|\bif\b|could|would|how much", re.IGNORECASE)
_CHANGES = ("cancel_order", "request_return", "request_exchange")
_WANTS = (  # (in the customer's words, the tool)
    (r"取消|cancel", "cancel_order"),
    (r"退货|退了|return|send (?:it|them) back", "request_return"),
    (r"换货|exchange|swap", "request_exchange"),
    (r"地址|address", "change_address"),
    (r"人工|真人|person|human", "call_person"),
    (r"推荐|买|recommend|looking for|buy", "find_product"),
    (r"订单|包裹|快递|到哪|order|parcel|package|where", "track_parcel"),
)


def parrot(asked: Asked) -> Reply:
    if str(asked.messages[0]["content"]).startswith("You translate") and "<text>" in asked.last:
        return Say(text=f"fr\n« {_between(asked.last, 'text')} »")
    said = asked.last.partition("<customer>")[2].partition("</customer>")[0] or asked.last
    han = "Simplified Chinese" in str(asked.messages[0]["content"]) or bool(re.search("[一-鿿]", said))
    if found := asked.found:
        return Say(text=" ".join(map(_told, found)) or ("好的。" if han else "All right."))
    if word := re.search(r"nothing but this word: (\S+)", said):
        return Say(text=word[1])
    clauses = re.split(r"[，。；,.;和]|\band\b", said)
    calls = [call for clause in clauses if (call := _call(clause, said, asked.tools))]
    if calls:
        return Say(calls=[_asked_about(*call) if _ONLY_ASKS.search(said) else call for call in calls])
    articles = re.findall(r"^\[(\d+)\] [^:\n]*: ([^\n]+)", asked.last, re.MULTILINE)
    if articles and re.search(r"[?？吗]|怎么|多久|how|what|can", said):
        number, text = articles[0]
        return Say(text=f"{text}[{number}]")
    return Say(
        text="我在呢，您慢慢说，我来帮您看。" if han else "I am here. Tell me more and I will have a look."
    )


def _between(text: str, name: str) -> str:
    return text.partition(f"<{name}>\n")[2].partition(f"\n</{name}>")[0]


def _call(clause: str, said: str, tools: list[str]) -> tuple[str, dict[str, str]] | None:
    """What a clause asks for; one that only names an order asks for what the rest of it does."""
    order = _ORDER.search(clause)
    for words, tool in _WANTS:
        where = clause if order is None else said
        if tool in tools and re.search(words, where, re.IGNORECASE):
            if order is not None:
                return tool, {"order_id": order[0]}
            return None if _ORDER.search(said) else (tool, {})
    return None


def _asked_about(tool: str, args: dict[str, str]) -> tuple[str, dict[str, object]]:
    """What is only asked about is not prepared."""
    return ("preview", {"tool": tool, "arguments": args}) if tool in _CHANGES else (tool, {**args})


def _told(found: str) -> str:
    try:
        told = json.loads(found)
    except ValueError:
        return ""
    return str(told.get("in_our_words") or told.get("state") or "")
