"""Messages in Latin letters that are not English: pinyin, and other languages by their small words."""

import re

FRAME_EN = re.compile(
    r"i|me|my|you|your|we|our|it|its|the|an?|this|that|is|are|was|were|be|been|am|do|does|did|have|has|"
    r"had|can|could|"
    r"will|would|should|what|where|when|how|why|who|which|in|on|at|to|for|of|with|from|and|or|but|not|"
    r"don't|please|"
    r"thanks?|hi|hello|want|need|there|here|any|some"
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Folded: French, German, Spanish, Italian, Portuguese, Dutch, Scandinavian, Polish, Turkish, Vietnamese,
# Indonesian and Malay, Hindi in Latin letters; with the nouns that shops are asked about in them.
_OTHER = _words(
    """
    je tu il elle nous vous ils ou est sont suis ma mon mes votre vos les des une un du au aux et pas ne
    que qui quand dans pour avec sur cette combien pouvez peux puis voudrais bonjour merci colis
    commande remboursement livraison taille trop ich du sie wir wo wie wann ist sind war habe haben hat
    kann konnen mein meine meinen der die das den dem und oder nicht kein ein eine zu mit fur von bei
    lange viel kommt mochte bitte guten danke dank vielen bestellung paket zuruckgeben schuhe el la los
    las un una unos donde cuando cuanto como que es son esta estan mi mis su con para por favor he ha no
    llego quiero quisiera puedo hola gracias pedido paquete envio recibido nada zapatos talla il lo gli
    le di che non sono quanto quando dove dov'e mio mia vorrei posso ordine pacco rimborso grazie ciao
    arriva troppo o os as do da em um uma nao onde meu minha quero obrigado obrigada produto chegou
    frete compra custa de het een niet van hoe waar mijn ik wil dit dat zijn kan te bestelling bedankt
    verzending schoenen jag ar var hvor er min mitt mina pakke paket jeg ikke och og gdzie jest kiedy
    moje moj zamowienie dziekuje nie czy wysylka ile siparisim kargom nerede ne zaman iade etmek
    istiyorum urun bozuk geldi tesekkurler khi nao giao hang cua toi tra muon don dau bao gio cam on
    saya mau mana berapa apa bisa tidak sudah belum pesanan barang ukurannya ongkirnya ongkir terima
    kasih kapan kirim mera meri mujhe kahan kab hai nahi chahiye kya kaise
    """
)
# English, names or pinyin too: they tell something only beside another.
_NOT_ALONE = _words(
    """
    als apa as au bao bei cam chi com compra con da das dat de den des di die dit do don du el em er es
    gio ha hai hang hat he il ile is kab kan kya la le lo ma mana me mi min mon nao ne no non o on os
    paket para puis quando que son su te tra tu un van var war wo
    """
)
_PINYIN = re.compile(
    r"(?:[bpmf](?:iao|ian|ing|ang|eng|ai|ei|ao|ou|an|en|in|ie|iu|a|e|o|i|u)|"
    r"[dtnl](?:iang|iong|uang|iao|ian|ing|ang|eng|ong|uan|ai|ei|ao|ou|an|en|in|ie|iu|ia|uo|ui|un|ue|ve|"
    r"a|e|i|u|v)|"
    r"(?:zh|ch|sh|[zcsrgkh])(?:uang|uai|uan|ang|eng|ong|ai|ei|ao|ou|an|en|uo|ui|un|ua|a|e|i|u)|"
    r"[jqx](?:iang|iong|iao|ian|ing|uan|ia|ie|iu|in|ue|un|i|u)|"
    r"y(?:ang|ing|ong|uan|ao|ou|an|in|ue|un|a|e|i|o|u)|w(?:ang|eng|ai|ei|an|en|a|o|u)|er|ai|ao|an|ang|"
    r"en|e|a|ou)+"
)
_SURELY_PINYIN = 2  # words
_TWO_SYLLABLES = 6  # letters: a word alone that no English one looks like by chance
_ENGLISH_END = re.compile(r"(?:ing|[aeiou][ntlrsg]e|age|use)$")
_PINYIN_TOO = _words("you me he she we to do an a i can in on any")  # of the small English words
_ENGLISH_TOO = _words(
    """
    a again an are bake ban bang bee bike bin bing bone cake came can care change china cue dad dare den
    die dine ding do done due e fan fare fine fun gain game gang gone guide gun ha hang he hello hen
    here hi hike hue human i in ken king lake lane lie like line long machine main make man mane me men
    mine more name nike nine no none o on one pain pan pea pen phone pie pin ping ran rare return ring
    run safe sake sale same sane sang sea she shine shoe shoes sing size so song suede sun take tan tea
    ten the there tie time tin to tone too u use wait wan we wear wen were win wine wing woman women you
    zone
    """
)


def is_of_others(words: list[str]) -> bool:
    """More small words of other languages than of English; those that are English too tell nothing alone."""
    other = [word for word in words if word in _OTHER]
    sure = [word for word in other if word not in _NOT_ALONE]
    english = sum(1 for word in words if FRAME_EN.fullmatch(word) and word not in _OTHER)
    return bool(sure) and len(other) > english


def is_pinyin(words: list[str]) -> bool:
    """Every word could be pinyin, and most are no English ones: wo yao tui huo, zenme tuihuo, tuikuan."""
    if not words or not all(_PINYIN.fullmatch(word) for word in words):
        return False
    if any(FRAME_EN.fullmatch(word) and word not in _PINYIN_TOO for word in words):
        return False
    own = [word for word in words if word not in _ENGLISH_TOO and len(word) > 1]
    long = [word for word in own if len(word) >= _TWO_SYLLABLES and not _ENGLISH_END.search(word)]
    return (len(own) >= _SURELY_PINYIN and 2 * len(own) > len(words)) or bool(long)
