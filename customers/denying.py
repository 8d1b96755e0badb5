"""What a clause denies: 价格没问题, 不需要培训, "not too expensive", "no issue with the price" imply nothing. Pure.

A fixed list, as that of dates: a "not" with only little words up to the word, or a "no problem" right after it; and a
clause that begins with what we showed or offered. Irony, and a denial in another clause, are not seen.
"""

import re

NOT = re.compile(r"[不没无未]|\b(?:no|not|never|without)\b|n't")
SOFT = (
    "(?:太|很|会|算|是|有|觉得|认为|嫌|说|提|提到|提及|怎么|那么|这么|用|需要|需|要|要求|用上|做|担心|怕|存在|关心|在意"
    "|在乎|介意|考虑|涉及|打算|再|谈|谈到|问|问到|纠结|特别|什么|任何|必|必要|想|计划|安排|对)"
)
ZH_BEFORE = re.compile(
    rf"^(?!.*(?:如果|要是|假如)).*(?:(?<![差能是要会可好对行想])不(?![仅但光只过料得管]|知道)|(?<!有)没有?(?!想到|料到|法|办法)|无(?!法)|未(?!来)|并非|别){SOFT}{{0,3}}$"
)
ZH_AFTER = re.compile(
    r"(?:方面|这块|这边|上|都|也|倒是?|还是?|已经?|就|对[他她它我]们?来说|的?事|的?问题|的?要求|比较|很|挺|完全)*"
    r"(?:没问题|没有问题|没啥问题|不是问题|不成问题|没意见|没有意见|没异议|无异议|可以接受|能接受|接受了|接受得了|不高|不贵"
    r"|不算高|不算贵|不大|合适|合理|认可|满意|解决|搞定|敲定|谈妥|批了|不重要|不急|不着急|不用|不需要|不要|不考虑|没兴趣"
    r"|不感兴趣|不担心|不关心|不在意|不介意|无所谓|不是重点|不存在|放心|没关系|没必要|已?完成|做完|结束|谈好|谈定)"
)
LITTLE = (
    r"(?:a|an|any|the|that|this|our|their|too|really|very|so|much|all|need|needs|want|wants|about|to|ask|asked|asking"
    r"|for|mention|mentioned|bring|up|worried|concerned|bothered|have|having|has|consider|considering|overly"
    r"|particularly|longer|issues?|concerns?|objections?|problems?|questions?|complaints?|with|on|of|finds?|found|thinks?"
    r"|it|is|was|be|as|interest|interested|in|looking|require|required|requires|us|them|they|we|seem|sees?"
    r"|especially|anything|do|does|care|matters?)"
)
EN_BEFORE = re.compile(
    rf"^(?!\s*(?:if|unless)\b).*(?:\b(?:no|not|never|without|nobody|none|neither|nor|cannot)\b|n't\b)\s+(?:{LITTLE}\s+){{0,6}}$"
    r"|\b(?:fine|ok|okay|happy|comfortable|satisfied|pleased|agreed?|relaxed)\s+(?:with|on|about|to|by)"
    r"\s+(?:the|our|this|that)?\s*$"
    r"|\b(?:instead of|rather than)\s+(?:\w+\s+){0,2}$"
)
EN_AFTER = re.compile(
    r"(?:\s+\w+\b){0,2}?\s*(?:\b(?:is|are|was|were|seems?|looks?|sounds?|'s|isn't|aren't|wasn't))?"
    r"\s*\b(?:all |quite |perfectly |completely )?"
    r"(?:fine|ok|okay|acceptable|agreed|sorted|settled|solved|resolved|approved|no (?:problem|issue|concern|obstacle)"
    r"|not (?:a |an |the |really )*(?:problem|issue|concern|obstacle|blocker|needed|required|important|relevant)"
    r"|(?:isn't|wasn't|aren't) (?:a |an |the )*(?:problem|issue|concern|obstacle|blocker|needed|required)"
    r"|within budget|under control|unnecessary)\b"
    r"|\s+(?:(?:is|was|already) )?(?:done|completed)\b"
)
OURS = re.compile(
    r"^\s*(?:我们?|我方)?(?:又|再|已经?|主动|重点|详细|现场|给客户|向客户|给对方|向对方|跟客户)*(?:(?<=主动)提出|介绍|演示|讲解|展示)"
    r"|^\s*(?:(?:i|we) )?(?:presented|showed|offered|explained|introduced|demoed|walked (?:him|her|them) through)\b"
)


def is_denied(before, after):
    """Whether a word is denied, given its clause before and after it, both after core.text.plain()."""
    return bool(
        OURS.search(before) or ZH_BEFORE.search(before) or ZH_AFTER.match(after)
        or EN_BEFORE.search(before) or EN_AFTER.match(after)
    )
