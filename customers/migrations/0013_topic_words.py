"""The dictionary of needs and objections (M8), with the words an installation starts with.

They are written from what buyers say in general, a label at a time; a label that was renamed keeps them, one that was
retired is not offered. An ellipsis stands for a few words in between.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.text import plain

WORDS = {
    "cut_cost": """
        降本 | 降低成本 | 降成本 | 成本…降 | 减少成本 | 节约成本 | 节省成本 | 省成本 | 控制成本 | 成本压力 | 省钱 | 少花钱
        节省人工 | 省人工 | 省人力 | 减少人手 | 减少人工 | 人力成本 | 人工成本 | 压缩开支 | 减少浪费 | 降本增效
        cut cost | cut … cost | reduce cost | reduce … cost | lower cost | lower … cost | bring down … cost | save money
        saving money | cost saving | save … cost | save labour | save labor | cut headcount | cut spending
        reduce waste | spend less on
        维护费 | 费用…降 | 开支…压 | 降下来 | 减到 | 省多少 | 浪费
        cutting cost | reducing cost | lowering cost | bring … down | maintenance fee | what they'd save | out of overheads
        无纸化 | 降多少 | 节流 | 费用太高…降 | 省下 | 减员 | 精简 | 提高人效 | 提升人效 | 花费…降 | 降低费用 | 减少费用 | 节省费用 | 成本太高 | 成本高
        paperless | lower their costs | running costs | operating costs | total cost of ownership | cost pressure | fewer people | save time and money | cost reduction | savings | overheads
    """,
    "real_time": """
        实时 | 即时同步 | 马上能看到 | 随时看到 | 随时能看 | 第一时间看到 | 数据同步 | 同步不及时 | 数据滞后 | 数据延迟
        隔天才…看 | 第二天才…看 | 等一天才 | 更新不及时 | 数据不及时 | 及时看到
        real-time | real time | realtime | live data | live stock | live inventory | instant sync | sync instantly
        up to the minute | data lag | delayed data | out of date by | data … sync | sync … data | next-day data
        对不上 | 跑批 | 超卖 | 马上…看到 | 立刻…看到 | 当天…看 | 随时知道 | 随时查 | 在途 | 都是昨天的 | 同步…延迟 | 延迟不能 | 第二天才 | 隔一天才
        day behind | day old | day late | see … at once | tells … right now | yesterday's | in transit | within a minute | oversell | live figures
        刷新慢 | 更新太慢 | 滞后 | 实时性 | 动态更新 | 当天数据 | 两边数据不一致 | 数据不一致 | 库存不准 | 账实不符 | 看不到最新
        live view | live feed | instantly | same numbers at the same time | up-to-date | up to date | latest figures | stale data | out of sync | refresh | synchron | immediate visibility
    """,
    "integrate": """
        对接 | 打通 | 集成 | 接口 | 接入现有 | 接到…系统 | 系统连起来 | 连不上…系统 | 接老系统 | 和现有系统 | 与现有系统
        系统之间不通 | 重复录入 | 录两遍 | 数据孤岛 | 单点登录
        integrate | integration | api | connect to … system | connect with | interface with | plug into
        hook into | works with our existing | single sign-on | sso | double entry | typing everything twice | enter twice
        sync with sap | connector
        录一遍 | 各录 | 接进来 | 插件 | 导过来 | 导进来 | 历史数据 | 连起来 | 套系统 | 直接打开 | 数据迁移
        two systems | three systems | plug-in | plugin | linked to | be linked | work with their existing
        works with their existing | connect so | open inside | data migration | migrate
        联通 | 互通 | 对接ERP | 数据迁移到 | 数据导入 | 系统整合 | 整合 | 两套系统 | 多套系统 | 重复录 | 手工导 | 和erp | 跟erp | 与erp | 和oa | 跟oa
        interface to | connect … erp | connect … crm | link … with our | link … to our | hooks into | sync with … erp | existing systems | two-way sync | middleware | webhook | rekey | re-key | copy and paste between | islands | silos
        talk to … sap | talk to … erp | talk to … crm | talk to … system
    """,
    "custom": """
        定制 | 二次开发 | 二开 | 个性化 | 按我们…流程 | 按他们…流程 | 改成…流程 | 特殊流程 | 标准版…不 | 专门开发 | 单独开发
        能不能改
        custom | customise | customize | customisation | customization | bespoke | tailored | tailor | modify the workflow
        adapt … to our process | fit our process | our own workflow | special feature | build … for us
        改成他们 | 改成我们 | 自定义 | 配色 | 单据格式 | 单独做 | 改审批
        extra field | extra record | their own terms | change the rest | write a plug-in | built separately | needs an extra
        标准版…差 | 规则…特别 | 量身 | 改一下流程 | 特殊需求 | 特殊要求 | 非标 | 加个功能 | 加功能 | 增加字段 | 加字段 | 个性需求 | 自己的模板
        off the shelf | off-the-shelf | non-standard | own template | own branding | white label | white-label | modification | modify | tweak | add a field | add fields | extra feature | one-off development
    """,
    "mobile": """
        手机 | 移动端 | 移动办公 | 小程序 | app | 平板 | 外勤 | 在外面…用 | 扫码 | 微信里…看 | 微信上…看
        mobile | phone app | smartphone | tablet | ipad | in the field
        on the road | android | iphone
        企业微信
        from the phone | from their phones | on their phones | take photos | whatsapp
        手机上 | 移动应用 | 外出…用 | 出差…用 | 离线 | pad | 手持终端 | pda | h5 | 公众号
        from a phone | from his phone | handheld | offline | app for | scan … code | scanner | on mobile | while travelling | while traveling | out of the office
        on their phones | on a phone | use it on … phone | approve on … phone | works on … phone
    """,
    "reports": """
        报表 | 统计 | 看板 | 驾驶舱 | 数据分析 | 大屏 | 自动出…表 | 月报 | 周报 | 分析图 | 汇总表 | 导出…表
        report | reporting | dashboard | analytics | statistics | charts | kpi | monthly figures | bi tool | summary sheet
        汇总 | 毛利 | 年报 | 导出来 | 手工做
        margin by | annual figure | no such figure | figures for the board | spreadsheet | export has to | monthly figure
        导出成 | 图表 | 排名 | 统计报表 | 经营分析 | 数据看板 | 同比 | 环比 | 自动生成…表 | 一键…报表 | 可视化 | 明细表
        visibility into | forecast report | breakdown | pivot | export to excel | charting | overview of | metrics | performance figures | drill down | scorecard
    """,
    "training": """
        培训 | 上线支持 | 教…怎么用 | 教会 | 驻场 | 上门指导 | 实施支持 | 上线…支持 | 有人带 | 操作手册 | 手把手 | 陪跑
        售后服务 | 售后响应
        training | train the | train our | train their | train everyone | onboarding | go-live support | user manual
        teach … how | hand-holding | on-site support | rollout support | after-sales support | workshop for users
        讲一遍 | 讲一次 | 来…现场 | 多来几次 | 派人 | 教程 | 售后
        trained within | everyone trained | consultant on site | on site during | hand holding | support cost | response time | shown how | training days
        怎么用 | 讲课 | 上课 | 使用指导 | 带教 | 有人教 | 学习资料 | 视频教程 | 响应时间 | 维护响应 | 客服支持 | 技术支持 | 后期维护 | 上线指导
        tutorial | how-to | coaching | support hours | technical support | helpdesk | help desk | support contract | maintenance and support | train staff | train people | train-the-trainer | handover session | guidance
    """,
    "delivery": """
        交货 | 交期 | 货期 | 工期 | 交付时间 | 交付周期 | 交付期 | 多久能上线 | 多久能交 | 多久…上线 | 上线时间 | 上线周期 | 什么时候…到货
        什么时候能…上线 | 最快多久 | 赶在…上线 | 发货时间 | 供货周期 | 排产
        deliver by | deliver in | delivered by | lead time | ship by | shipping date | how soon | how quickly can
        go live by | go live before | live before | turnaround | how fast can you | when can you … start
        能不能装好 | 装好 | 能不能上线 | 周内上线 | 周内…上线 | 天内…上线 | 前…上线 | 实施周期 | 周期…长 | 周内交 | 加急 | 催交 | 催货 | 催…发货 | 等着…开工
        live within | live within … weeks
        months to implement | ship date | rush order | go live … before | be live | everything live | can you deliver | delivering | pressing for a date | implementation time
        到货 | 供货 | 发货 | 交付 | 赶工 | 进度要求 | 尽快上线 | 多久能 | 几天能 | 多长时间 | 排期 | 延期 | 能不能提前 | 提前交 | 等货 | 现货
        delivery | delay | in stock | stock availability | deadline | timeline | ship | when can you | how long does it take | how long will | earliest | expedite | rush | weeks to | implementation plan
    """,
    "price": """
        价格…高 | 价格…贵 | 报价…高 | 费用…高 | 单价…高 | 价…高 | 太贵 | 偏贵 | 有点贵 | 嫌贵 | 贵了 | 很贵 | 比较贵 | 更贵 | 贵出 | 贵不少
        便宜 | 降价 | 打折 | 折扣 | 优惠 | 砍价 | 压价 | 让利 | 再低 | 降一点 | 价格接受不了 | 价格不能接受 | 超出预期 | 价格战 | 比…贵
        expensive | pricey | overpriced | costly | price … high | price … steep | quote … high | cost … too much
        discount | cheaper | lower price | better price | price cut | knock … off | over our price | above … market
        can't afford | cannot afford | price is an issue | sticker shock | price … objection
        折今天 | 个九折 | 八折 | 九折 | 八五折 | 再降 | 心理价位 | 涨价 | 性价比 | 阶梯报价 | 网上…卖
        come down a bit | come down on | off per unit | % off | haggl | value for money | above the other | above … quote | on price | smallest package
        took off | undercut | cheap
        加不加钱 | 加钱 | 价位 | 报价超 | 高出 | 贵一倍 | 贵太多 | 太高了…价 | 让点价 | 优惠力度 | 返点 | 赠送 | 比别人…高 | 不划算 | 划算 | 谈价 | 还价 | 讲价 | 再让 | 底价 | 最低价 | 价格敏感
        grand lower | rebate | lower bid | concession | sharpen | best price | price match | match … price | match it | bargain | negotiat | reduce the price | bring the price down | cost is high | too much money | higher than | more than they | price-sensitive | list price | special price | free of charge | throw in | markup | per cent off | percent off
        涨了…价 | 价…涨 | prices went up | price increase | 总价…高 | 超…价位
    """,
    "instalments": """
        分期 | 账期 | 月付 | 季付 | 按月付 | 按季付 | 按年付 | 分批付 | 分两次付 | 分三次付 | 先付一半 | 先付…尾款 | 延期付款 | 月结 | 首付 | 首付款比例 | 付款方式…松 | 一次付清…难
        instalment | installment | pay monthly | monthly payment | quarterly payment | pay quarterly | payment terms
        payment plan | net 30 | net 60 | net 90 | spread the cost | spread the payment | split the payment | deferred payment
        pay later | pay in stages | staged payment | down payment
        先付 | 融资租赁 | 期付 | 分几次付 | 次月付款 | 押一付三 | 首付能
        % up front | rest after | days after delivery | pay yearly | leasing | deposit | pay in … instalments | pay after | net days
        分几年 | 分次 | 月结60天 | 货到付款 | 验收后付 | 验收后再付 | 预付款…比例 | 首付款 | 尾款 | 质保金 | 承兑 | 票据 | 赊账 | 账期太短 | 延长账期 | 付款周期 | 付款条件 | 租赁 | 融资
        annual billing | credit terms | longer terms | extend … terms | on credit | pay half | balance on | balance after | milestone | finance the purchase | financing | lease | upfront payment is | hire purchase | invoice monthly
        分期 | 天…付款 | each quarter
    """,
    "budget": """
        预算…没批 | 预算…没下来 | 预算…未批 | 预算…审批 | 预算…紧 | 预算…不够 | 预算…不足 | 预算…砍 | 预算…冻结 | 预算…超 | 超预算 | 超出预算 | 预算…用完 | 没预算
        没有预算 | 没做预算 | 明年预算 | 明年的预算 | 下半年预算 | 预算有限 | 预算…申请 | 等预算 | 经费 | 没钱 | 资金紧张 | 资金…紧
        no budget | budget … frozen | budget … cut | budget freeze | budget … tight
        budget cycle | budget … next | next year's budget | over budget | out of budget | budget … spent | budget is gone
        budget constraint | awaiting budget | budget … pending | no funds | no money | short of cash | cash is tight
        补贴 | 付不出 | 走预算 | 申请资金 | 立项 | 手头紧 | 暂时拿不出
        can't pay | cannot pay | business case | funding | budget round | fiscal year | budget approval | froze | no … budget | cash went
        冻结 | 采购计划 | 归口 | 预算内 | 批不下来 | 预算周期 | 年度预算 | 费用额度 | 额度不够 | 没额度 | 缺钱 | 钱不够 | 账上没钱 | 现金流 | 回款…慢 | 拨款
        earmarked | no spend | spending freeze | capex | opex budget | budget holder | allocated | unbudgeted | not in the budget | not budgeted | funds | cost centre | cost center | budget is small | limited budget | cash flow | next quarter's budget | financial year
        budget … not approved | budget isn't approved | grant money | grant did
    """,
    "competitor": """
        有供应商 | 供应商了 | 固定供应商 | 老供应商 | 现有供应商 | 长期合作的供应商 | 竞品 | 竞争对手 | 友商 | 别家 | 别的公司 | 另一家 | 其他家 | 其它家 | 在用…系统 | 已经用了 | 已经上了 | 已经买了 | 用的是
        刚换了 | 货比三家 | 也在谈 | 对比…几家 | 合作…多年
        competitor | current supplier | existing supplier | current vendor | existing vendor | another vendor
        another supplier | other vendors | incumbent | already have a supplier | already have a vendor | already using
        already use | already installed | switched to | under contract with | happy with what they have
        locked in with | salesforce | shopping around | comparing us | comparing with
        插不进去 | 关系很硬 | 合作…年 | 一直用 | 上的金蝶 | 上的用友 | 用的…金蝶 | 用的…用友 | 换供应商 | 换系统 | 隔壁…用 | 服务商
        reseller | other brand | same vendor | hard to get in | strong relationship | happy with … supplier | happy with … vendor | rival | changing supplier | switching | present provider | renewal
        另外两家 | 两家报价 | 三家报价 | 几家 | 比稿 | 比价 | 竞标 | 友商报价 | 老合作 | 关系户 | 用着 | 在用 | 现在用的 | 现有厂家 | 老厂家 | 别的厂家 | 国外品牌 | 进口品牌 | 合同没到期 | 用惯了 | 先入为主
        other supplier | other suppliers | other quotes | other offers | two quotes | three quotes | alternative vendor | current provider | existing provider | current system works | staying with | stay with | loyal to | same supplier | their supplier | contract with … until | tied to | pilot with | evaluating | other brands | rfp | in talks with | legacy vendor | used to the old | scoring us
        happy with their current | happy with their existing | happy with what
    """,
    "security": """
        数据安全 | 信息安全 | 网络安全 | 安全性 | 不安全 | 泄露 | 泄漏 | 保密 | 隐私 | 等保 | 加密 | 私有化 | 本地部署 | 放在云上…不放心 | 上云…不放心 | 数据…放在外面 | 数据出境 | 权限…控制 | 安全审查 | 安全评估
        security | data protection | privacy | gdpr | iso 27001 | encryption | encrypted | data leak | leaked | breach
        on-premise | on premise | own server | in-house hosting | hosted in the cloud | penetration test | compliance | confidential
        内网 | 外网 | 数据归属 | 外泄 | 账号…停 | 自己机房 | 自己…服务器 | 渗透 | 安全评审
        own network | owns the data | own the data | leavers | exports are logged | own servers | vendor risk | data processing | where … servers | where … hosted | permissions
        公有云 | 本地版 | 倒闭 | 信息泄漏 | 不能上云 | 上云 | 数据放哪 | 服务器放 | 备份 | 堡垒机 | 脱敏 | 涉密 | 内部资料 | 防火墙 | 漏洞 | 数据归谁
        go bust | data residency | data location | where … data … stored | backup | audit log | soc 2 | soc2 | access rights | firewall | vulnerab | infosec | ciso | secure | hacked | safe with you | data stays | nda
    """,
    "timing": """
        没时间 | 没空 | 太忙 | 忙不过来 | 很忙 | 忙着 | 旺季 | 过段时间 | 过一阵 | 年后再 | 明年再 | 下半年再 | 以后再说 | 再等等 | 先放一放 | 缓一缓 | 暂时不 | 暂不 | 目前不考虑 | 现在不考虑
        还不着急 | 不着急 | 不急着 | 时机 | 还早 | 暂缓 | 往后推 | 推迟 | 搁置
        too busy | no time | not now | not the right time | bad timing | wrong time | bad time | later this year
        on hold | postpone | put off | push back | pushed back | not a priority | no urgency | no rush | busy season
        peak season | come back in | after the holidays | revisit | not right now
        没精力 | 完再说 | 完了再谈 | 不急 | 约不到人 | 抽不出人 | 没有…计划 | 没计划 | 先了解 | 再联系我 | 往后放 | 年再说 | 过完年
        call again | call back in | no hurry | no plans | looking around | year end | year-end | no one to spare | nobody to spare | moving offices | slips to | slip to | in the spring | can wait | finish … before
        接手的人 | 都不动 | 挪到 | 休假 | 放一放 | 忙完 | 忙完这 | 等忙完 | 太早 | 缓缓 | 再看看 | 等明年 | 春节后 | 节后 | 年底太忙 | 盘点 | 搬迁 | 换届 | 没提上日程 | 不是现在 | 先不上 | 先不做 | 延后 | 等一等 | 过了这阵
        maternity | successor | reorganisation | reorganization | restructuring | after summer | after the summer | too early | later in the year | next quarter | swamped | snowed under | tied up | no capacity | no bandwidth | not ready yet | park it | parked | short-staffed | after year end | delayed until | wait till | wait until after | in the middle of | other priorities | low priority
        maybe next year | until next year | not before next year | 月再联系 | 月再打给
    """,
    "decision": """
        领导…定 | 领导…批 | 领导…同意 | 老板…定 | 老板…拍板 | 老板…同意 | 老板…点头 | 老板…决定 | 老总…定 | 总部…批 | 总部…定 | 总部…审批 | 集团…批 | 集团…审批 | 拍板 | 上会 | 请示 | 做不了主 | 定不了 | 董事会 | 往上报 | 向上汇报 | 领导汇报
        层层审批 | 走审批 | 说了不算 | 采购委员会 | 招标
        head office | the board | board approval | sign off | sign-off | boss … decide
        boss … approve | not his decision | not her decision | not my decision | has to decide | need to ask | needs to ask
        escalate | management approval | approval from | approved by | procurement committee | final say | decision maker | tender
        办公会 | 总部…没批 | 领导…没批 | 老板…没批 | 领导…没同意 | 没签字 | 签字…才 | 还差…签字 | 点头 | 权限 | 老总那里 | 老板商量 | 合伙人商量 | 集团审 | 报领导
        exec meeting | not approved yet | has not approved | can't decide | cannot decide | unsigned | nod from | the nod | group it | director is back
        run it past | goes to the | committee | goes to management | boss to decide
        上级 | 上面…批 | 上面…同意 | 领导…决定 | 领导…商量 | 老板…商量 | 集团…定 | 总经理…批 | 总经理…签 | 大领导 | 一把手 | 内部讨论 | 内部商量 | 开会讨论 | 会上讨论 | 集体决策 | 合伙人 | 股东 | 董事长 | 没有决定权 | 没权
        management … decide | management decision | ceo … decide | ceo has to | cfo has to | md has to | owner has to | partner has to | discuss internally | internal discussion | internal approval | approval process | needs approval | needs approval from | green light | go-ahead | buy-in | stakeholders | decides | convince | sign it off | take it to | present it to | parent company | steering committee | board meeting | shareholders
        headquarters … approv | headquarters … decide | headquarters has to | hq … approv | hq … decide | hq has to | no authority | no … authority
    """,
    "effort": """
        复杂 | 难用 | 不会用 | 用不惯 | 用不来 | 学不会 | 上手…难 | 上手慢 | 上手…慢 | 操作…繁琐 | 太麻烦 | 嫌麻烦 | 不好用 | 年纪大 | 步骤太多 | 字段太多 | 员工…抵触 | 不愿意…用 | 不愿意用 | 没人会用 | 界面…乱 | 学习成本
        complicated | complex | hard to use | difficult to use | hard to learn | steep learning curve | learning curve | too many steps
        too many fields | too many clicks | not tech-savvy | not computer people | won't use it | will not use it | resist
        confusing | overwhelming | user-friendly | cumbersome | too much hassle | hassle
        啰嗦 | 学新东西 | 推不下去 | 步骤多 | 找不到按钮 | 眼花 | 看晕 | 点…下 | 不顺手 | 教了也不会 | 不适应 | 不如…顺手
        clicks | pick it up | can't find | cannot find | dizzy | gave up | so many settings | struggle | dreads | painful | over their heads | was shown how
        麻烦 | 繁琐 | 不会操作 | 操作难 | 学起来 | 不想学 | 太难 | 看不懂 | 太专业 | 培训成本 | 适应不了 | 习惯不了 | 用起来…累 | 推广…难 | 落地难 | 用不起来 | 闲置 | 增加工作量 | 多一道工作 | 额外工作
        over-engineered | intimidating | hard to follow | too technical | too much work | extra work | more work for | resistance | reluctant | user adoption | adoption | old-fashioned | used to paper | used to excel | set in their ways | tedious | time-consuming | time consuming | bloated | not intuitive | unintuitive | hopeless | too long to learn | simple enough | easy enough
        clunky
    """,
    "": """
        统计局 | 手机号 | 手机号码 | 培训师 | 移动公司 | 中国移动 | 高总 | 安全帽 | 安全生产 | 交货单 | 送货单 | 培训机构 | 培训公司 | 报表已发 | 交付团队 | 实施团队
        mobile number | phone number | delivery team | delivery address | delivery note | report back | reports to
        security guard | training room | custom house | customs
    """,
}


def seed(apps, schema_editor):
    Topic, TopicWord = apps.get_model("customers", "Topic"), apps.get_model("customers", "TopicWord")
    topics, now, found = dict(Topic.objects.values_list("code", "pk")), django.utils.timezone.now(), {}
    for code, text in WORDS.items():
        for word in filter(None, (one.strip() for line in text.splitlines() for one in line.split("|"))):
            if code in topics or not code:  # without a label: they hold a word of one and mean something else
                word = TopicWord(text=word, key=plain(word), topic_id=topics.get(code), at=now)
                found.setdefault(word.key, word)
    TopicWord.objects.bulk_create(found.values(), batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0012_unanswered"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="TopicWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=60, verbose_name="Word or phrase")),
                ("key", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="taught",
                        to="customers.topic",
                    ),
                ),
            ],
            options={"ordering": ["key", "id"]},
        ),
        migrations.AddConstraint(
            model_name="topicword",
            constraint=models.UniqueConstraint(
                fields=["key"], condition=models.Q(taken_at=None), name="topic_word_once"
            ),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
