"""The words of the log line (M14): how people write methods, needs, objections, tags and outcomes. Pure tables.

What was set up (labels, synonyms) always counts; these tables add how a seeded code is said in a hurry. A code that was
retired or renamed away is simply not looked for.
"""

import re
from dataclasses import dataclass, field

HANZI = r"\u4e00-\u9fff"
METHODS = {
    "meeting": r"(?:视频|电话|线上|腾讯|远程)会议|会议|开会|\bvideo call|\bzoom(?:ed)?\b|\bmeeting\b|\bteams call",
    "phone": r"(?:[打通回接去])?(?:了|过)?(?:一?[个通次])?电话(?:里|沟通|联系|中)?|致电|来电|去电|打给|\bphoned?\b|\bcall(?:ed|s|ing)?\b"
             r"|\brang\b|\bon the phone\b|\bspoke\b|\bvoicemail\b",
    "wechat": r"(?:企业|加了?|发了?)?微信(?:里|上|联系|沟通)?|企微|\bwe ?chat\b",
    "visit": r"(?:上门)?(?:拜访|走访)了?|上门|登门|面谈|见面|见了|\bvisit(?:ed)?\b|\bmet\b|\bdropped by\b|\bon[- ]site\b",
    "email": r"(?:发了?)?(?:电子)?邮件(?:里|中)?|\be-?mail(?:ed)?\b",
}
TOPICS = {
    "price": r"贵(?!司|公司|方|州|阳|宾|姓|港|族|处|单位)|(?:价格?|报价|单价|费用)(?:还是|有点|偏|太|比较|略|过|有些)*高|价高|降价|打折|优惠|便宜点?"
             r"|\btoo (?:expensive|pricey|costly)|\bexpensive\b|\bpricey\b|\boverpriced\b|\b(?:price|quote|cost) (?:is )?too high"
             r"|\bdiscount\b|\bcheaper\b",
    "instalments": r"分期|账期|月付|季付|分批付|\binstall?ments?\b|\bmonthly payments?\b|\bpay(?:ment)? (?:monthly|terms)\b",
    "budget": r"预算[^，。,;；\s]{0,4}(?:没|未|不|待|审批|紧|冻结|卡|砍|申请)|(?:没有?|无|缺)预算|\bbudget (?:is |was |has been )?(?:not|frozen|on hold"
              r"|approval|cut|tight|pending|freeze)|\bno budget\b|\bwaiting for (?:budget |the )?approval",
    "competitor": r"(?:有|用着?|固定的?)供应商|竞品|竞争对手|(?:别|另一|其他|其它|人)家|友商|\b(?:have|has|with|current|existing|another|other) "
                  r"(?:a |an )?(?:vendor|supplier|provider)|\bcompetitors?\b|\bincumbent\b",
    "security": r"(?:数据|信息|网络)安全|泄[露漏]|安全性|不安全|保密|隐私|等保|\bsecurity\b|\bdata protection\b|\bprivacy\b|\bin[- ]house\b",
    "timing": r"时机(?:不|未|还)|[太很说在]忙|没时间|没空|(?:现在|暂时|目前)(?:还)?不(?:考虑|需要|上|做|急|合适|方便)|\bbad timing\b|\btoo busy\b"
              r"|\bnot (?:now|the right time)\b|\bwrong time\b",
    "decision": r"拍板|点头|(?:领导|老板|总部|上面|董事会)(?:来|要|得)?(?:决定|定|批|同意)|上会|请示|\b(?:boss|board|ceo|cfo|management|director) "
                r"(?:\w+ ){0,2}decides?\b|\bhas to decide\b|\bsign-off\b",
    "effort": r"(?:使用|操作|用起来|系统|太|嫌|怕|觉得)[^，。,;；\s]{0,4}复杂|不会用|难用|用不[来惯]|学不会|上手[难慢]|\btoo (?:complicated|complex)\b"
              r"|\b(?:hard|difficult) to (?:use|learn)\b",
    "cut_cost": r"降本|降低?[^，。,;；\s]{0,6}成本|省钱|省成本|节[约省][^，。,;；\s]{0,4}(?:成本|费用|人工)|成本(?:压力|高|太高)|控(?:制)?成本"
                r"|\b(?:cut|lower|reduce|save|saving|cutting|reducing)(?: \w+)? (?:costs?|money)\b",
    "real_time": r"实时|\breal[- ]time\b|\blive data\b",
    "integrate": r"对接|打通|集成|接口|\bintegrat\w+|\bAPIs?\b",
    "custom": r"定制|二次开发|二开|个性化|\bcustom(?:i[sz]\w+)?\b(?! reports?\b.{0}$)|\bbespoke\b|\btailor\w*",
    "mobile": r"手机[端上版看]|移动端|移动办公|小程序|\bmobile\b|\b(?:phone|mobile) app\b|(?<![A-Za-z])APP(?![A-Za-z])",
    "reports": r"报表|统计|看板|仪表盘|\breport(?:s|ing)?\b|\bdashboards?\b",
    "training": r"培训|上线支持|\btraining\b|\bonboarding\b",
    "delivery": r"交货|交期|货期|工期|交付(?:期|时间|周期)|\bdelivery\b|\blead time\b",
}
TAGS = {
    "prospect": "潜在客户 潜在 prospect", "interested": "意向客户 意向 有意向 interested warm",
    "hot": "高意向 高意向客户 重点 hot high highintent high-intent", "won": "成交 已成交 签约 won", "lost": "流失 丢单 已流失 lost",
}
TAG_OF = {word: tag for tag, words in TAGS.items() for word in words.split()}
OUTCOMES = {
    "no_answer": r"未接通|未接听?|没接(?:电话)?|没人接|无人接听?|没打通|打不通|不接|占线|关机|没联系上|联系不上|\bno answer\b|\bvoicemail\b"
                 r"|\b(?:nobody|no one|didn'?t) (?:picked|pick|answered|answer)\b(?: up)?|\bunreachable\b|\bnot reached\b",
    "sent": r"(?:已|刚|给他|给她)?发(?:了|过去了?)(?:一?[份下些])?(?:资料|报价单?|方案|样本|彩页|画册|介绍|合同)|已发(?:资料|报价|方案|合同)"
            r"|\bsent (?:\w+ )?(?:materials?|brochures?|quote|proposal|deck|catalogue|samples?|price list)\b"
            r"|\b(?:materials?|brochure|price list|proposal) sent\b",
}
TALKED_ON = [
    ("yesterday", r"昨[天晚日]|\byesterday\b"), ("morning", r"(?:今天)?(?:上午|早上)|今早|\bthis morning\b"),
    ("afternoon", r"(?:今天)?下午|\bthis afternoon\b"), ("now", r"刚刚|刚才|\bjust now\b"), ("", r"今天|\btoday\b"),
]
TALKED_ON = [(name, re.compile(pattern, re.I)) for name, pattern in TALKED_ON]
TITLES = (
    "总经理|副总经理|副总|总监|经理|董事长|总|董|主任|主管|院长|校长|园长|厂长|店长|老板娘|老板|部长|处长|科长|局长|所长|站长|队长|行长|组长|会长|书记|秘书|助理"
    "|会计|医生|教授|博士|律师|老师|师傅|先生|女士|小姐|工|姐|哥|采购|专员|顾问"
)
PLACES = set(
    ["中国", "上海", "北京", "广州", "深圳", "杭州", "苏州", "南京", "天津", "重庆", "成都", "武汉", "西安", "宁波", "无锡", "青岛", "长沙", "郑州", "厦门", "合肥", "济南", "东莞", "佛山", "大连", "福州", "昆明", "浙江", "江苏", "广东", "山东", "四川", "湖北", "湖南", "河南", "河北", "福建", "安徽", "江西", "陕西", "山西", "云南", "贵州", "辽宁", "吉林", "黑龙江", "海南", "广西", "内蒙古", "新疆", "西藏", "宁夏", "甘肃", "青海", "华东", "华南", "华北", "国际", "全国"]
)
GENERIC = set(
    ["group", "company", "co", "ltd", "inc", "llc", "corp", "corporation", "limited", "technology", "technologies", "tech", "software", "systems", "system", "solutions", "services", "service", "logistics", "foods", "food", "medical", "insurance", "hotels", "hotel", "steel", "paper", "robotics", "traders", "trading", "industries", "industrial", "international", "global", "holdings", "energy", "the", "and", "of", "for", "new", "bank", "media", "science", "consulting", "engineering", "university", "hospital", "school"]
)
PLAIN_WORDS = set(
    ["a", "an", "the", "and", "or", "but", "if", "so", "to", "of", "in", "on", "at", "by", "for", "from", "with", "about", "as", "is", "are", "was", "were", "be", "been", "it", "its", "he", "she", "they", "we", "you", "i", "me", "my", "our", "his", "her", "them", "not", "no", "yes", "ok", "okay", "too", "very", "up", "out", "off", "over", "again", "next", "last", "this", "that", "these", "those", "then", "than", "now", "today", "tomorrow", "will", "would", "can", "could", "may", "might", "must", "should", "need", "needs", "want", "wants", "wanted", "asked", "says", "said", "say", "get", "got", "go", "went", "come", "came", "make", "made", "take", "took", "give", "gave", "see", "saw", "send", "sent", "call", "called", "demo", "price", "high", "low", "budget", "hot", "won", "lost", "visit", "email", "phone", "meet", "met", "meeting", "week", "day", "month", "year", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "ai", "it", "hr", "erp", "crm", "api", "poc", "his", "oa", "app", "pc", "demo", "vip", "ppt", "pdf", "excel", "qq", "id"]
)
TWO_NAMES = set(["欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木", "南宫"])
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦"
    "邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤章"
)
COMMON = set(["科技", "有限", "限公", "公司", "集团", "股份", "技术", "电话", "微信", "拜访", "需要", "价格", "预算", "上门", "演示", "客户", "方案", "合同", "报价", "联系", "跟进", "数据", "系统"])
# What may stand between or around placed words without saying anything of its own.
FILLER = re.compile(
    r"(?:刚[刚才]?|今天|和|与|跟|给|去|到|了|的|那边|那儿|这边|我|联系|沟通|回复|[+＋/&、:：,，\s]|\b(?:quick|just|with|to|a|an|the|for|on|and|from|at|spoke|left)\b)+",
    re.I,
)
PAST = re.compile(r"收到|上次|之前已|已经?|去年|\b(?:last|received|already|since|signed)\b|[发签谈见聊寄交付]了|过了", re.I)
ACTION = re.compile(
    r"再|发|给|寄|上门|拜访|演示|签|谈|跟|联系|回访|回电|回复|打|约|确认|报价|方案|交流|培训|评审|开会|面谈|见|去|做|安排|提交|沟通|启动|装|改|派|问|看"
    r"|\b(?:demo|call|ring|phone|visit|send|follow|meet|meeting|quote|offer|contract|sign|check|try|retry|ping|answer|review|workshop|pilot"
    r"|kickoff|email|write|present|deliver|start|training|session|plan|show|prepare|submit|book|arrange|chase)",
    re.I,
)


@dataclass
class Vocabulary:
    """What is looked for: {code: pattern} of methods in use, [(topic id, pattern)] of topics in use, {word: tag}."""

    methods: dict = field(default_factory=dict)
    topics: list = field(default_factory=list)
    tags: dict = field(default_factory=lambda: dict(TAG_OF))
    learned: dict = field(default_factory=dict)  # {plain clause: topic id} the person once said by hand


def vocabulary(methods, topics, *, tag_labels=None, learned=None, taught=None):
    """From the rows of setup: methods {code: Method}, topics [Topic], own names of tags, {topic id: words taught}."""
    found = {}
    for code, method in methods.items():
        own = [method.label, method.label_en, method.short, *method.synonyms.split(",")]
        found[code] = _pattern(METHODS.get(code, ""), own)
    rows = []
    for topic in topics:
        own = [topic.label, topic.label_en, *re.split(r"[与和及、/]", topic.label), *(taught or {}).get(topic.pk, ())]
        rows.append((topic.pk, _pattern(TOPICS.get(topic.code, ""), [word for word in own if len(word) > 1])))
    tags = dict(TAG_OF)
    for tag, label in (tag_labels or {}).items():
        tags[str(label).casefold()] = tag
    return Vocabulary(found, rows, tags, learned or {})


def _pattern(known, own):
    words = sorted({word.strip() for word in own if word and word.strip()}, key=len, reverse=True)
    words = [rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in words]
    return re.compile("|".join(filter(None, [known, *words])) or r"(?!)", re.I)
