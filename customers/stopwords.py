"""Words that say nothing by themselves, in Chinese and English, for the words of many logs (customers/cutting.py)."""

ZH = """
    的 了 和 是 就 都 而 及 与 着 或 一个 没有 我们 你们 他们 她们 它们 我 你 他 她 它 咱们 自己 大家 对方 客户 贵司
    我司 这 那 这个 那个 这些 那些 这边 那边 这里 那里 这样 那样 什么 怎么 怎样 多少 几 哪 哪个 哪里 谁 为 为了 因为
    所以 但 但是 不过 如果 虽然 然后 还是 还 还有 也 又 再 才 只 只有 只是 只要 就是 不 没 别 要 想 会 能 可以 可能
    应该 需要 希望 觉得 认为 表示 说 说是 问 问了 讲 谈 聊 聊了 告诉 回复 反馈 反映 提出 提到 看 看看 看到 听 听说
    知道 了解 到 去 来 过 在 有 给 跟 对 对于 关于 把 被 让 由 从 向 往 以 以及 之 之后 之前 以后 以前 后 前 里 上
    下 中 内 外 时 时候 现在 目前 今天 明天 昨天 后天 上午 下午 晚上 早上 本周 下周 上周 周一 周二 周三 周四 周五
    周六 周日 星期 本月 下月 上月 月底 年底 年后 明年 今年 去年 号 日 月 年 天 周 次 个 家 台 套 份 点 些 一些 一下
    一点 有点 比较 非常 很 太 更 最 挺 已 已经 正在 刚 刚刚 马上 先 后来 再次 一直 继续 一起 可 吧 吗 呢 啊 哦 嗯 好
    好的 行 做 用 等 等等 请 帮 帮忙 发 发了 打 打了 约 约了 联系 沟通 电话 微信 邮件 拜访 见面 会议 跟进 下次 经理
    总 王总 李总 张总 主任 老板 领导 同事 公司 方面 情况 问题 东西 事情 事 人 人员 左右 大概 差不多 其他 其它 另外
    并 并且 或者 以上 下来 起来 出来 过来 一 二 三 两 几个 第一 不是 不会 不能 不要 不用 是否 要求 主要 确认 安排
    准备 介绍 内容 具体 进行 通过 根据 按 按照 当 当时 每 每个 各 各个 同 相关 部分 全部 所有 啥 咋 得 地 所 将 即
    则 嘛
"""
EN = """
    a about above after again all also am an and any are as at back be because been before being below between both
    but by call called came can come could customer client did do does doing done down during each few for from
    further get gets getting go goes going good got had has have having he her here hers him his how i if in into is
    it its just know last let like made make many may me meeting might more most much must my need needs new next no
    nor not now of off ok on once one only or other our out over own per please quite really said same saw say says
    see seems send sent she should so some soon spoke still such take talk talked talks than thanks that the their
    them then there these they thing things think this those through time to today together told tomorrow too two
    under until up us use very want wanted wants was we week well went were what when where whether which while who
    why will with would yes yesterday yet you your monday tuesday wednesday thursday friday saturday sunday mon tue
    wed thu fri sat sun january february march april june july august september october november december jan feb
    mar apr jun jul aug sep oct nov dec asked ask asks email phone visit visited met follow follow-up contact team
    company don't doesn't didn't isn't wasn't won't can't it's that's he's she's they're we're i'm i've i'll we'll
    ms mr mrs
"""
STOP = frozenset(f"{ZH} {EN}".split())
