"""What must not be left to a machine: threats of law, authorities and bad reviews; violence; self-harm.

Words stand in vocabulary/feelings.*.yaml; here stand the ways of saying it that no list of words holds.
Idioms and goods that only look like a danger are taken out first. Of violence and self-harm rather one alarm
too many than one too few.
"""

import re

from xiaoer.domain.understanding import Risk
from xiaoer.understand.feelings import feelings

_WHO = r"(?:你们?|您们?|客服|老板|店主|他们?|她|全家|家人|仓库|公司|店)"
_BY_FORM = {
    Risk.LEGAL: re.compile(
        r"(?:找|请|发|收|让|有|联系|咨询|委托).{0,4}律师|走.{0,3}司法|司法(?:程序|途径)|法(?:院|"
        r"庭)(?:上)?(?:见|传票|起诉|告)|追究.{0,6}(?:法律|责任)"
        r"|(?<![广报警布投])(?:告(?!诉)|(?<![投告])诉)(?:上法|到底|死|你们|他们)|打.{0,2}官司"
        r"|\b(?:legal (?:team|action|department|steps|route|proceedings)|before a judge|"
        r"in front of a judge|take (?:this|it|you) to court|"
        r"litigat\w{1,5}|tribunal|(?:my|our|a|the) (?:lawyers?|attorneys?|solicitors?|"
        r"barristers?) (?:will|is|are|has|said|advised)|"
        r"(?:hear|hearing|letter) from (?:my|our|a) (?:lawyer|attorney|solicitor|legal))\b"
    ),
    Risk.AUTHORITY: re.compile(
        r"315(?:晚会|投诉|举报|曝光|热线)|"
        r"(?:向|找|去|到|打|叫).{0,2}(?:消协|工商|市场监管|监管局|监管部门|质监|物价局|派出所|公安局?|"
        r"(?<!向)警察|税务局?|315)(?!.{0,3}(?:旁|对面|上班))"
        r"|(?:举报|投诉)(?:到|给|至).{0,8}(?:局|部门|协会|平台)|(?:已经|要|就|去)(?:报案|报警|举报)|"
        r"打.{0,2}(?:市长|政府|监督|维权|举报)热线"
        r"|\b(?:report(?:ing|ed)? (?:you|this|your (?:shop|store|company)|it) to|complain(?:ing|"
        r"ed)? to (?:the )?(?:authorit|government|ministry|regulator)|"
        r"(?:call|calling|called|contact(?:ed|ing)?|go(?:ing)? to|involve) the (?:police|cops|authorities)|"
        r"(?:bank|card (?:issuer|company)|paypal|visa|amex) (?:is|will|to|for) (?:revers|refund|"
        r"dispute|a chargeback)|revers(?:e|ing) the (?:payment|charge)|"
        r"file(?:d|ing)? a (?:dispute|case|claim|complaint) (?:with|to) (?!you|your|ur))"
    ),
    Risk.BAD_REVIEW: re.compile(
        r"(?:给|打|写|留|来|送|赏)(?:你们|你|个|一个|他们)?.{0,3}(?:差评|负评|一星|一颗星|1星|低分|零分|0分)"
        r"|(?:发|传|放|挂|写|晒|捅).{0,4}(?:到|上|在|篇)?.{0,2}(?:抖音|微博|小红书|朋友圈|知乎|贴吧|"
        r"论坛|网上|网络|b站|快手|业主群|群里|媒体)"
        r"|(?:小红书|抖音|微博|知乎|b站).{0,6}(?:发|写|见|避雷|吐槽|曝)|热搜|让.{0,4}(?:大家|网友|"
        r"所有人|更多人|全国).{0,4}(?:知道|看看|看清|避雷|评评|小心)"
        r"|\b(?:write|leave|give|post|writing|leaving|giving|posting|left|file)(?: \w+){0,4} (?:bad|"
        r"negative|terrible|awful|horrible|scathing|damning|"
        r"nasty|one[- ]star|1[- ]star|zero[- ]star|honest)(?: \w+)? ?(?:reviews?|ratings?|feedback|stars?)?\b"
        r"|\b(?:post|posting|put|putting|share|sharing|write|writing|blast)(?: \w+){0,4} (?:everywhere|"
        r"online|all over|on (?:facebook|twitter|x|tiktok|instagram|"
        r"reddit|youtube|google|social media|trustpilot|yelp))\b|\bgo(?:ing)? viral\b|"
        r"\bone star is all\b|\bwarn (?:people|everyone|others|my followers)\b"
        r"|\bso (?:that )?(?:nobody|no one|everyone|everybody|people|others)(?: else)? (?:falls|knows?|"
        r"sees?|stays?)\b"
    ),
    Risk.SELF_HARM: re.compile(
        r"(?:想|要|准备).{0,6}(?:跳下去|往下跳)|从.{0,6}(?:楼|桥)[上顶]?.{0,3}跳|活着.{0,4}(?:没劲|没意思|没盼头|太累|好累|"
        r"痛苦|煎熬)|(?:撑|熬|活)不过(?:今晚|今天|今夜|明天)|想(?:要)?(?:拿刀|用刀|割|划)(?:自己|手腕|手)|"
        r"(?:不想|不愿|没(?:有)?(?:勇气|力气|动力)|没法|撑不).{0,4}(?:活(?!动|儿|跃|络)|活下去|活着|"
        r"住了.{0,4}死)|一了百了|(?:吃|吞).{0,6}安眠药|安眠药.{0,8}(?:吃|睡过去|吞)"
        r"|(?:想|准备|打算|干脆|不如|我要)(?:去)?(?:死(?!你|我|这|那|心|命|活|磕)|跳(?:楼|河|江|桥|海)|"
        r"上吊|割腕|轻生|自尽|自我了断|了断)(?!价|机)"
        r"|(?:活着|人生|生活).{0,3}(?:没|无|毫无).{0,3}(?:意思|意义|希望|盼头)|遗书|(?:离开|"
        r"告别).{0,3}(?:人世|世界)|伤害(?:我)?自己|(?:割|划|伤)自己"
        r"|\bno (?:point|sense|use)(?: in)? (?:living|being alive|going on living)\b"
        r"|\bjump(?:ing)? (?:from|off) (?:a|the|my) "
        r"(?:roof|bridge|building|balcony|window)\b"
        r"|\b(?:no|lost (?:the|my|all)|lost|not? (?:have|got) the) (?:will|reason|desire|wish|strength|"
        r"point) (?:to|in|for) (?:live|living|life|go on|going on|carry on)\b"
        r"|\bwant (?:it|this|everything|my life)(?: all)? to (?:be over|end|stop for good)\b|"
        r"\bend(?:ing)? (?:it|things|everything|my life|it all|my own life)(?: for good| forever|"
        r" tonight)\b"
        r"|\b(?:kill|hurt|harm|cut|hang|drown|shoot|poison)(?:ing)? (?:my ?self|me self)\b|"
        r"\blife (?:isn't|is not|ain't) worth (?:it|living)\b"
        r"|\b(?:don't|do not|dont|no longer) want to (?:be here any ?more|be alive|exist|wake up|"
        r"live)\b|\bwish i (?:was|were) (?:dead|never born|gone)\b"
        r"|\b(?:goodbye (?:cruel )?world|suicid\w{1,4}|take my (?:own )?life|jump(?:ing)? (?:off|"
        r"in front of) (?:a|the) (?:bridge|roof|building|train))\b"
    ),
    Risk.VIOLENCE: re.compile(
        r"见一次(?:就)?(?:打|揍)|(?:别|最好别)让我(?:碰见|逮到|抓到|看见)你|"
        rf"(?:砍|捅|杀|宰|揍|弄死|搞死|整死|干掉|做掉|废|炸|烧|砸|打断|打死|打残|打爆|剁|扒)(?:了|死|"
        rf"掉|烂)?{_WHO}(?!价|会|的?电话|打|发)"
        rf"|(?:把|将){_WHO}.{{0,6}}(?:砍|捅|杀|宰|揍|弄死|炸|烧|砸|打断|打残|剁|废|灭)"
        r"|(?:提|拿|带|抄|拎)(?:着|把|上)?.{0,2}(?:刀|棍|家伙|斧|枪|汽油).{0,6}(?:去|找|上门|来|冲)|"
        r"(?:叫|带|找)(?:人|兄弟|几个人|一帮人).{0,4}(?:去|找|上|堵|砸)(?:你|门|仓库|店|公司)|"
        r"上门.{0,4}(?:砸|打|收拾|算账)"
        r"|(?:打断|敲断|卸).{0,4}(?:腿|胳膊|手)|同归于尽|血债|不得好过|要你(?:们)?(?:的)?(?:狗)?命|"
        r"放把?火|泼.{0,2}(?:硫酸|油漆)|灭你"
        r"|\b(?:kill|murder|stab|shoot|strangle|slaughter|punch|slap|beat|hurt|attack|destroy|bomb|"
        r"torch|maim)(?:ing)? "
        r"(?:you|u|y'all|your (?:family|kids|wife|face|staff|people|team|head)|all of you|"
        r"every one of you|someone there|somebody there|the (?:driver|courier|staff|"
        r"manager))\b(?! an?\b| email| a message)"
        r"|\b(?:smash|burn|torch|bomb|blow up|trash|wreck)(?:ing)?(?: down| up)? (?:you|your (?:shop|"
        r"store|office|warehouse|building|house|place|windows|car|face))\b"
        r"|\bbreak(?:ing)? (?:your|his|her|their) (?:legs?|arms?|neck|bones|jaw|nose|face)\b|\b(?:come|"
        r"coming|turn up|show up)(?: \w+){0,4} with a (?:bat|gun|knife|hammer|axe|crowbar)\b"
        r"|\b(?:i'll|i will|gonna|going to) (?:find|hunt|get|come for|come after) (?:you|"
        r"every one of you)\b|\bknow where (?:you|your \w+) (?:live|lives|work)\b|\byou(?:'ll|"
        r" will) pay with\b|\byou(?:'re| are) dead\b"
    ),
}  # fmt: skip


# "My tax number is 12345" calls no hotline.
_OWN_NUMBER = re.compile(
    r"(?:税号|编号|尾号|单号|号码|识别号|邮编)(?:是|为|写|填)?[: ]{0,2}\d+"
    r"|\b(?:number|code|id|no|digits|zip)\.?(?: is| are| would be)?[: ]{1,2}\d+"
)


def risks_in(text: str) -> tuple[Risk, ...]:
    """Of a folded text; in the order of domain.understanding.Risk."""
    serious = _OWN_NUMBER.sub(" ", feelings().harmless.sub(" ", text))
    return tuple(
        risk for risk in Risk if feelings().risks[risk].search(serious) or _BY_FORM[risk].search(serious)
    )
