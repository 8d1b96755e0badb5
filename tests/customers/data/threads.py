"""Threads as they come out of the clipboard, with what they hold: written down by hand, message by message.

Pasted on Friday 8 March 2024 at 15:00 in Shanghai by 李强 (Li Qiang). A case: name, the text, and the messages in the
order of time: "day time | who | words" (a line break as ⏎; "-" where the text does not say). The first word of the name
is the language, the second the kind.
"""

CASES = [
    ("zh wechat desktop", "张敏 2024/3/1 10:12:03\n你好，报价收到了\n\n李强 2024/3/1 10:13:10\n有问题随时联系我\n", """
2024-03-01 10:12:03 | 张敏 | 你好，报价收到了
2024-03-01 10:13:10 | 李强 | 有问题随时联系我"""),
    ("zh wechat desktop without blank lines", "张经理 2024/3/1 10:12:03\n你好\n李强 2024/3/1 10:12:40\n您好\n张经理 2024/3/1 10:15:00\n价格能降吗", """
2024-03-01 10:12:03 | 张经理 | 你好
2024-03-01 10:12:40 | 李强 | 您好
2024-03-01 10:15:00 | 张经理 | 价格能降吗"""),
    ("zh wechat several lines and a time inside", "张敏 2024/3/1 10:12:03\n会议改到 14:30\n\n地点不变\n\n李强 2024/3/1 10:13:10\n[图片]", """
2024-03-01 10:12:03 | 张敏 | 会议改到 14:30⏎⏎地点不变
2024-03-01 10:13:10 | 李强 | [图片]"""),
    ("zh wechat phone, bare times of today", "张经理 10:12\n你好\n李强 10:13\n您好\n张经理 10:20\n好", """
2024-03-08 10:12:00 | 张经理 | 你好
2024-03-08 10:13:00 | 李强 | 您好
2024-03-08 10:20:00 | 张经理 | 好"""),
    ("zh wechat bare times later than now are yesterday's", "张敏 20:15\n今天忙\n李强 20:40\n明天再说", """
2024-03-07 20:15:00 | 张敏 | 今天忙
2024-03-07 20:40:00 | 李强 | 明天再说"""),
    ("zh wechat bare times over midnight", "张敏 23:50\n还在吗\n李强 00:05\n在的", """
2024-03-07 23:50:00 | 张敏 | 还在吗
2024-03-08 00:05:00 | 李强 | 在的"""),
    ("zh wechat time lines with colons", "2024年3月1日 10:12\n张经理: 你好\n李强：您好\n2024年3月1日 下午3:05\n张经理：在吗", """
2024-03-01 10:12:00 | 张经理 | 你好
2024-03-01 10:12:00 | 李强 | 您好
2024-03-01 15:05:00 | 张经理 | 在吗"""),
    ("zh wechat 昨天 and 星期三", "星期三 10:12\n张敏：收到合同\n昨天 15:05\n张敏：法务看过了", """
2024-03-06 10:12:00 | 张敏 | 收到合同
2024-03-07 15:05:00 | 张敏 | 法务看过了"""),
    ("zh wechat the weekday of today is last week's", "星期五 09:00\n张敏：早", "2024-03-01 09:00:00 | 张敏 | 早"),
    ("zh wechat a date without its year is the last one", "12月20日 上午9:30\n张敏：年前定不了", "2023-12-20 09:30:00 | 张敏 | 年前定不了"),
    ("zh wechat heads with relative days", "张敏 昨天 10:12\n好的\n\n李强 昨天 10:15\n谢谢", """
2024-03-07 10:12:00 | 张敏 | 好的
2024-03-07 10:15:00 | 李强 | 谢谢"""),
    ("zh wechat forwarded record", "“张敏”和“李强”的微信聊天记录如下：\n\n—————  2024-03-01  —————\n\n\n张敏  10:12\n\n你好\n\n李强  10:13\n\n[图片: image1.jpg(请在附件中查看)]\n\n—————  2024-03-02  —————\n\n\n张敏  09:00\n\n早", """
2024-03-01 10:12:00 | 张敏 | 你好
2024-03-01 10:13:00 | 李强 | [图片: image1.jpg(请在附件中查看)]
2024-03-02 09:00:00 | 张敏 | 早"""),
    ("zh wechat recalled", "张敏 2024/3/1 10:12:03\n价格是\n张敏撤回了一条消息\n李强 2024/3/1 10:13:10\n？", """
2024-03-01 10:12:03 | 张敏 | 价格是
2024-03-01 10:12:03 | - | 张敏撤回了一条消息
2024-03-01 10:13:10 | 李强 | ？"""),
    ("zh wechat group lines", '2024年3月1日 10:12\n"李强"邀请"张敏"加入了群聊\n张敏：大家好\n张敏 拍了拍 李强', """
2024-03-01 10:12:00 | - | "李强"邀请"张敏"加入了群聊
2024-03-01 10:12:00 | 张敏 | 大家好
2024-03-01 10:12:00 | - | 张敏 拍了拍 李强"""),
    ("zh wechat WeCom house behind the name", "张敏@星澜科技 3/1 10:12:03\n方案看了\n\n李强 3/1 10:13:10\n如何？", """
2024-03-01 10:12:03 | 张敏 | 方案看了
2024-03-01 10:13:10 | 李强 | 如何？"""),
    ("zh wechat QQ order", "2024-03-01 10:12:03 张敏(10086123)\n在吗\n\n2024-03-01 10:13:10 李强(20086123)\n在", """
2024-03-01 10:12:03 | 张敏 | 在吗
2024-03-01 10:13:10 | 李强 | 在"""),
    ("zh wechat one line each", "[2024/3/1 10:12] 张敏：你好\n[2024/3/1 10:13] 李强：您好\n第二行", """
2024-03-01 10:12:00 | 张敏 | 你好
2024-03-01 10:13:00 | 李强 | 您好⏎第二行"""),
    ("zh wechat names without any time", "张敏：样品到了\n李强：好的", """
- | 张敏 | 样品到了
- | 李强 | 好的"""),
    ("zh wechat words before the first head", "给你看一下\n\n张敏 2024/3/1 10:12:03\n你好", """
- | - | 给你看一下
2024-03-01 10:12:03 | 张敏 | 你好"""),
    ("zh wechat not a chat", "今天和张敏谈了方案，她觉得价格高，下周再约。", "- | - | 今天和张敏谈了方案，她觉得价格高，下周再约。"),
    ("en wechat desktop", "Zhang Min 2024/3/1 10:12:03\nToo expensive for us\n\nLi Qiang 2024/3/1 10:13:10\nLet me check", """
2024-03-01 10:12:03 | Zhang Min | Too expensive for us
2024-03-01 10:13:10 | Li Qiang | Let me check"""),
    ("en wechat times with AM and PM", "March 1, 2024 10:12 AM\nPeter: Hello\nLi Qiang: Hi\nMarch 1, 2024 3:05 PM\nPeter: Any news?", """
2024-03-01 10:12:00 | Peter | Hello
2024-03-01 10:12:00 | Li Qiang | Hi
2024-03-01 15:05:00 | Peter | Any news?"""),
    ("en wechat Yesterday and Wednesday", "Wednesday 10:12\nPeter: Got the contract\nYesterday 15:05\nPeter: Legal is fine with it", """
2024-03-06 10:12:00 | Peter | Got the contract
2024-03-07 15:05:00 | Peter | Legal is fine with it"""),
    ("en wechat record", 'The following is the WeChat chat history between "Zhang Min" and "Li Qiang":\n\n—————  2024-03-01  —————\n\n\nZhang Min  10:12\n\nHello\n\nLi Qiang  10:13\n\n[Photo]', """
2024-03-01 10:12:00 | Zhang Min | Hello
2024-03-01 10:13:00 | Li Qiang | [Photo]"""),
    ("en wechat bare times and a time inside", "Zhang Min 10:12\nDemo at 14:30\nLi Qiang 10:13\nFine", """
2024-03-08 10:12:00 | Zhang Min | Demo at 14:30
2024-03-08 10:13:00 | Li Qiang | Fine"""),
    ("en wechat recalled", 'Peter 2024/3/1 10:12:03\nWait\n"Peter" recalled a message\nLi Qiang 2024/3/1 10:13:10\nOK', """
2024-03-01 10:12:03 | Peter | Wait
2024-03-01 10:12:03 | - | "Peter" recalled a message
2024-03-01 10:13:10 | Li Qiang | OK"""),
    ("zh email Outlook", "发件人: 张敏 <zhangmin@xl.com>\n发送时间: 2024年3月1日 10:12\n收件人: 李强 <liqiang@sf.cn>\n主题: 回复: 报价\n\n价格太高了。\n\n发件人: 李强 <liqiang@sf.cn>\n发送时间: 2024年2月29日 16:05\n收件人: 张敏 <zhangmin@xl.com>\n主题: 报价\n\n报价见附件。", """
2024-02-29 16:05:00 | 李强 | 报价见附件。
2024-03-01 10:12:00 | 张敏 | 价格太高了。"""),
    ("zh email QQ", '好的，我们周一开会定。\n\n------------------ 原始邮件 ------------------\n发件人: "李强" <liqiang@sf.cn>;\n发送时间: 2024年3月1日(星期五) 上午10:12\n收件人: "张敏"<zhangmin@xl.com>;\n主题: 报价\n\n报价见附件。', """
2024-03-01 10:12:00 | 李强 | 报价见附件。
- | - | 好的，我们周一开会定。"""),
    ("zh email Gmail", "好的\n\n张敏 <zhang@xl.com> 于2024年3月1日周五 10:12写道：\n\n> 报价太高\n>\n> 李强 <li@sf.cn> 于2024年2月29日周四 下午3:05写道：\n>\n>> 报价在附件\n\n补充一句", """
2024-02-29 15:05:00 | 李强 | 报价在附件
2024-03-01 10:12:00 | 张敏 | 报价太高
- | - | 好的⏎⏎补充一句"""),
    ("zh email 163", '收到\n\n在 2024-03-01 10:12:03，"张敏" <zhang@xl.com> 写道：\n\n请发合同\n', """
2024-03-01 10:12:03 | 张敏 | 请发合同
- | - | 收到"""),
    ("zh email Foxmail", "发件人： 张敏\n发送时间： 2024-03-01 10:12\n收件人： 李强\n抄送： 王总\n主题： 合同\n请寄两份", "2024-03-01 10:12:00 | 张敏 | 请寄两份"),
    ("zh email Apple", "在 2024年3月1日，上午10:12，张敏 <zhang@xl.com> 写道：\n\n> 明天可以", "2024-03-01 10:12:00 | 张敏 | 明天可以"),
    ("zh email the same mail quoted twice", "发件人: 张敏 <zhang@xl.com>\n发送时间: 2024年3月1日 10:12\n主题: 报价\n\n太贵\n\n发件人: 李强 <li@sf.cn>\n发送时间: 2024年3月1日 11:00\n主题: 回复: 报价\n\n给您九折\n\n发件人: 张敏 <zhang@xl.com>\n发送时间: 2024年3月1日 10:12\n主题: 报价\n\n太贵", """
2024-03-01 10:12:00 | 张敏 | 太贵
2024-03-01 11:00:00 | 李强 | 给您九折"""),
    ("zh email raw", "From: =?utf-8?B?5byg5pWP?= <zhang@xl.com>\nTo: li@sf.cn\nDate: Fri, 1 Mar 2024 02:12:03 +0000\nSubject: =?utf-8?B?5oql5Lu3?=\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n太贵了，再谈谈", "2024-03-01 10:12:03 | 张敏 | 太贵了，再谈谈"),
    ("en email Outlook", "From: Zhang Min <zhang@xl.com>\nSent: Friday, March 1, 2024 10:12 AM\nTo: Li Qiang <li@sf.cn>; Wang\nSubject: RE: Quote\n\nToo expensive.\n\n-----Original Message-----\nFrom: Li Qiang\nSent: Thursday, February 29, 2024 4:05 PM\nTo: Zhang Min\nSubject: Quote\n\nHere it is.", """
2024-02-29 16:05:00 | Li Qiang | Here it is.
2024-03-01 10:12:00 | Zhang Min | Too expensive."""),
    ("en email Outlook with a rule", "Sure.\n\n________________________________\nFrom: Zhang Min <zhang@xl.com>\nSent: 01 March 2024 10:12\nTo: Li Qiang\nSubject: Visit\n\nCan you come on Monday?", """
2024-03-01 10:12:00 | Zhang Min | Can you come on Monday?
- | - | Sure."""),
    ("en email Gmail", "Sounds good.\n\nOn Fri, Mar 1, 2024 at 10:12 AM Zhang Min <zhang@xl.com> wrote:\n\n> Can we meet?\n> Next week is fine.", """
2024-03-01 10:12:00 | Zhang Min | Can we meet?⏎Next week is fine.
- | - | Sounds good."""),
    ("en email Gmail broken over two lines", "OK\n\nOn Fri, Mar 1, 2024 at 10:12 AM Zhang Min <\nzhang@xl.com> wrote:\n\n> Deal?", """
2024-03-01 10:12:00 | Zhang Min | Deal?
- | - | OK"""),
    ("en email Gmail three deep", "On Mon, Mar 4, 2024 at 9:00 AM Zhang Min <zhang@xl.com> wrote:\n\n> Fine.\n>\n> On Fri, Mar 1, 2024 at 5:30 PM Li Qiang <li@sf.cn> wrote:\n>\n>> Ten percent off?\n>>\n>> On Fri, Mar 1, 2024 at 10:12 AM Zhang Min <zhang@xl.com> wrote:\n>>\n>>> Too expensive.", """
2024-03-01 10:12:00 | Zhang Min | Too expensive.
2024-03-01 17:30:00 | Li Qiang | Ten percent off?
2024-03-04 09:00:00 | Zhang Min | Fine."""),
    ("en email Apple", "On 1 Mar 2024, at 10:12, Zhang Min <zhang@xl.com> wrote:\n\n> See you then", "2024-03-01 10:12:00 | Zhang Min | See you then"),
    ("en email American numbers", "From: Zhang Min\nSent: 3/1/2024 10:12 AM\nTo: Li Qiang\nSubject: Quote\n\nThanks", "2024-03-01 10:12:00 | Zhang Min | Thanks"),
    ("en email a date that may be two days is none", "From: Zhang Min\nSent: 03/01/2024 10:12\nTo: Li Qiang\nSubject: Quote\n\nThanks", "- | Zhang Min | Thanks"),
    ("en email with its zone", "From: Zhang Min <zhang@xl.com>\nDate: Fri, 1 Mar 2024 02:12:03 +0000\nTo: Li Qiang\nSubject: Quote\n\nThanks", "2024-03-01 10:12:03 | Zhang Min | Thanks"),
    ("en email forwarded", "---------- Forwarded message ---------\nFrom: Zhang Min <zhang@xl.com>\nDate: Fri, Mar 1, 2024 at 10:12 AM\nSubject: Samples\nTo: <li@sf.cn>\n\nPlease send two.", "2024-03-01 10:12:00 | Zhang Min | Please send two."),
    ("en email raw html", "Message-ID: <1@xl.com>\nFrom: Zhang Min <zhang@xl.com>\nTo: li@sf.cn\nDate: Fri, 1 Mar 2024 10:12:03 +0800\nSubject: Quote\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<html><head><style>p{}</style></head><body><p>Too expensive.</p><p>On Thu, Feb 29, 2024 at 4:05 PM Li Qiang &lt;li@sf.cn&gt; wrote:</p><blockquote>Here it is.</blockquote></body></html>", """
2024-02-29 16:05:00 | Li Qiang | Here it is.
2024-03-01 10:12:03 | Zhang Min | Too expensive."""),
    ("en wechat one line each", "[2024/3/1 10:12] Zhang Min: Hello\n[2024/3/1 10:13] Li Qiang: Hi\nsecond line", """
2024-03-01 10:12:00 | Zhang Min | Hello
2024-03-01 10:13:00 | Li Qiang | Hi⏎second line"""),
    ("en wechat names without any time", "Zhang Min: Samples arrived\nLi Qiang: Good", """
- | Zhang Min | Samples arrived
- | Li Qiang | Good"""),
    ("en wechat not a chat", "Met Zhang today, price too high, demo on Friday.", "- | - | Met Zhang today, price too high, demo on Friday."),
    ("en wechat joined a group", "2024/3/1 10:12\nZhang Min joined the group\nZhang Min: Hello all", """
2024-03-01 10:12:00 | - | Zhang Min joined the group
2024-03-01 10:12:00 | Zhang Min | Hello all"""),
    ("en wechat heads with weekdays", "Zhang Min Wednesday 10:12\nFine\n\nLi Qiang Wednesday 10:15\nThanks", """
2024-03-06 10:12:00 | Zhang Min | Fine
2024-03-06 10:15:00 | Li Qiang | Thanks"""),
    ("en email raw base64", "Message-ID: <1@xl.com>\nFrom: Zhang Min <zhang@xl.com>\nDate: Fri, 1 Mar 2024 10:12:03 +0800\nSubject: Quote\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nVG9vIGV4cGVuc2l2ZS4=", "2024-03-01 10:12:03 | Zhang Min | Too expensive."),
]
