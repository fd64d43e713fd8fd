#!/usr/bin/env python3
"""Writes the exports of this example: nobody in them exists (e-mails end in .example, phones use block 0000).

Deterministic, standard library only:  python3 generate.py
Planted: sales take on few of the MQLs they are dealt, and 赵磊 hardly looks at his; referrals and 公众号 earn most for a yuan, 抖音 nothing;
of two subjects the number wins; of the trial's guides there are too few to tell; a channel and an owner that nobody knows.
"""
import csv, io, random
from datetime import date, datetime, timedelta
from pathlib import Path

R = random.Random(20261116)
HERE = Path(__file__).resolve().parent / "data"
SURNAMES = "王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 林lin 高gao 罗luo 梁liang".split()
GIVEN = "伟wei 敏min 静jing 丽li 强qiang 军jun 洋yang 勇yong 艳yan 杰jie 涛tao 明ming 超chao 建国jianguo 志强zhiqiang 晓东xiaodong 海燕haiyan 文博wenbo 雪梅xuemei 思远siyuan".split()
BRANDS = "恒远hengyuan 华昌huachang 东升dongsheng 瑞丰ruifeng 鼎盛dingsheng 金桥jinqiao 宏达hongda 永信yongxin 三江sanjiang 立诚licheng 远大yuanda 天工tiangong 新锐xinrui 中泰zhongtai 凯隆kailong".split()
TRADES = "精密机械 重工 自动化设备 轴承 数控机床 模具 泵业 汽车零部件 电子科技 新材料".split()
PLACES = {"华东": "上海 江苏省苏州市 浙江省宁波市 安徽省合肥市".split(), "华北": "北京 天津 河北省唐山市".split(), "华南": "广东省东莞市 广东省佛山市 广东省深圳市".split()}
OWNER = {"华东": "王芳", "华北": "孙悦", "华南": "赵磊"}
TITLES = "采购总监 生产总监 总经理 厂长 生产部长 信息部经理 设备主管 工艺工程师 采购专员 总经理助理".split()
CHANNELS = {"百度推广": 30, "公众号": 16, "官网": 14, "抖音推广": 16, "展会": 12, "老客户介绍": 9, "小程序直播": 3}
START, MONDAY = date(2026, 7, 6), date(2026, 11, 9)
BASE = datetime(2026, 11, 8, 20)      # the first export: Sunday evening, before the week of the page
STAGES = ["建联客户", "市场认可线索 MQL", "销售认可线索 SQL"]


def split(word):
    n = next(i for i, c in enumerate(word) if c.isascii())
    return word[:n], word[n:]


def at(day, lo=9, hi=18):
    return datetime(day.year, day.month, day.day, R.randrange(lo, hi), R.randrange(60))


def working(day):
    while day.weekday() > 4 or date(2026, 10, 1) <= day <= date(2026, 10, 7):
        day += timedelta(days=1)
    return day


def hash64(*parts):
    """The program's own stable hash: who is in which arm of an experiment follows from it."""
    h, mask = 0xCBF29CE484222325, (1 << 64) - 1
    for part in parts:
        for byte in part.encode() + b"\xff":
            h = ((h ^ byte) * 0x100000001B3) & mask
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        h = ((h ^ (h >> 33)) * factor) & mask
    return h ^ (h >> 33)


def first_arm(experiment, lead):
    number = hash64("id", "default\t" + lead.lower()) >> 9
    key = "k" + "".join("abcdefghijklmnopqrstuvwxyz234567"[number >> (5 * i) & 31] for i in range(10, -1, -1))
    return (hash64("experiment", experiment, key) >> 11) / (1 << 53) < 0.5


def write(name, header, rows, encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    (HERE / name).write_bytes(out.getvalue().encode(encoding))


def person(i, day):
    (surname, s), (given, g), (brand, b) = (split(R.choice(words)) for words in (SURNAMES, GIVEN, BRANDS))
    region = R.choices(list(PLACES), [5, 3, 3])[0]
    place = R.choice(PLACES[region])
    city = place[-3:-1] if place.endswith("市") else place
    return {
        "id": f"H-{i:04d}", "name": surname + given, "phone": f"139{i // 10000:04d}{i % 10000:04d}", "email": f"{g}.{s}{i}@{b}.example", "company": f"{city}{brand}{R.choice(TRADES)}{i % 7 or ''}",
        "title": R.choice(TITLES), "industry": R.choices(["制造业", "机械制造", "汽车", "电子制造"], [5, 2, 2, 1])[0], "place": place, "region": region,
        "staff": R.choice(["", "80", "200-499", "350", "600", "1,200", "3000人"]), "channel": R.choices(list(CHANNELS), list(CHANNELS.values()))[0], "at": at(day, 8, 22), "owner": "", "stage": 0,
    }


def walk(lead):
    """The stages that the CRM knows of, dated: most connect, most qualify, few are taken on by sales."""
    rows, when = [], lead["at"]
    good = {"老客户介绍": 1.5, "公众号": 1.25, "抖音推广": 0.45}.get(lead["channel"], 1)
    for stage, chance, days in zip(STAGES, [0.86, 0.82, 0.39 * good], [(1, 4), (2, 9), (4, 16)]):
        if R.random() > chance:
            break
        when = at(working(when.date() + timedelta(days=R.randint(*days))))
        if when.date() >= MONDAY:
            break
        rows.append((lead["id"], stage, when.strftime("%Y-%m-%d %H:%M")))
        lead["stage"] += 1
    lead["since"] = when
    return rows


def main():
    HERE.mkdir(exist_ok=True)
    leads, stages, deals, events, follow_ups = [], [], [], [], []
    number, day = 1, START
    while day < MONDAY:
        for _ in range(R.choice([3, 4, 5, 6]) if day.weekday() < 5 else R.choice([0, 1])):
            leads.append(person(number, day))
            number += 1
        day += timedelta(days=1)
    for lead in leads:
        stages += walk(lead)
        if lead["stage"] > 1:
            lead["owner"] = OWNER[lead["region"]]
        if lead["stage"] > 2 and R.random() < 0.93:
            deals.append(deal(len(deals) + 1, lead))
    for lead in [l for l in leads if l["owner"] == "赵磊"][-6:]:
        lead["owner"] = "刘强"      # left the company in October; the CRM still names him
    for _ in range(8):              # customers who bought more
        old = R.choice([d for d in deals if d[9] == "赢单"])
        when = date(2026, 9, 1) + timedelta(days=R.randrange(65))
        deals.append([f"D-{len(deals) + 1:03d}", old[1], old[2], old[3], str(R.choice([12000, 18000, 30000])), "增购", "", when, when + timedelta(days=9), "赢单", ""])
    for lead in leads:
        if R.random() < 0.6:
            for _ in range(R.choice([1, 1, 2, 3])):
                kind = R.choices(["白皮书下载", "页面访问"], [2, 5])[0]
                when = lead["at"] + timedelta(days=R.randrange(20), minutes=R.randrange(600))
                if when.date() < MONDAY:
                    event = act(lead, kind, when)
                    events += [event] if when < BASE else []
    write("crm.csv", LEADS, [row(l) for l in leads])
    write("stages.csv", ["线索编号", "阶段", "变更时间"], stages)
    write("events.csv", EVENTS, sorted(events, key=lambda e: (e[2], e[0])))

    # The week: three drops, each read before the tick that follows it.
    fresh = []
    for file, days in (("tuesday", [0, 1]), ("thursday", [2, 3]), ("sunday", [4, 5, 6])):
        drop = []
        for offset in days:
            for _ in range([9, 11, 13, 10, 12, 3, 2][offset]):
                lead = person(number, MONDAY + timedelta(days=offset))
                lead["at"] = lead["at"].replace(hour=8 + R.randrange(0, 1 if offset in (1, 3) else 10))
                drop.append(lead)
                number += 1
        acts = []
        for lead in drop:
            if R.random() < 0.8:
                acts.append(act(lead, "接通电话" if R.random() < 0.6 else "添加企微", lead["at"] + timedelta(minutes=R.randrange(5, 25))))
                if R.random() < 0.72:
                    lead["stage"] = 2
                    acts.append(act(lead, "申请试用" if R.random() < 0.5 else "白皮书下载", lead["at"] + timedelta(minutes=26)))
                    acts += [act(lead, "白皮书下载", lead["at"] + timedelta(minutes=27 + n), f"同行案例{n}") for n in range(3)]
        write(f"{file}-leads.csv", LEADS, [row(l) for l in drop])
        write(f"{file}-events.csv", EVENTS, acts)
        fresh.append(drop)
    answers = {"thursday": answer(fresh[0], datetime(2026, 11, 10, 9, 30)), "sunday": answer(fresh[1], datetime(2026, 11, 12, 9, 30))}
    for file, rows in answers.items():
        write(f"{file}-follow-ups.csv", ["线索编号", "跟进人", "跟进时间", "跟进方式", "跟进结果", "判定", "原因"], rows)

    opened = [d for d in deals if d[9] == "进行中"]
    write("deals.csv", DEALS, [[str(c) for c in d] for d in deals])
    write("sunday-deals.csv", DEALS, [[str(c) for c in d] for d in closings(opened, leads)])
    costs()
    feedback(leads, [l for drop in fresh for l in drop])


LEADS = ["线索编号", "姓名", "手机", "邮箱", "公司名称", "职位", "行业", "省份", "员工数", "来源渠道", "负责人", "创建时间"]
EVENTS = ["线索编号", "行为", "时间", "路径", "内容"]
DEALS = ["商机编号", "线索编号", "公司", "负责人", "金额", "商机类型", "产品", "创建时间", "成交时间", "状态", "丢单原因"]


def row(l):
    return [l["id"], l["name"], l["phone"], l["email"], l["company"], l["title"], l["industry"], l["place"], l["staff"], l["channel"], l["owner"], l["at"].strftime("%Y-%m-%d %H:%M")]


def act(lead, kind, when, asset=None):
    path = R.choice(["/", "/pricing", "/cases/auto", "/product"]) if kind == "页面访问" else ""
    return [lead["id"], kind, when.strftime("%Y-%m-%d %H:%M"), path, asset or (R.choice(["选型指南", "排产白皮书", "OEE手册"]) if kind == "白皮书下载" else "")]


def deal(n, lead):
    opened = working(lead["since"].date() + timedelta(days=R.randint(1, 12)))
    opened = min(opened, MONDAY - timedelta(days=3))
    closed = working(opened + timedelta(days=R.randint(12, 55)))
    size = {"展会": 1.4, "老客户介绍": 1.3, "抖音推广": 0.5}.get(lead["channel"], 1)
    amount = f"{round(R.choice([28, 36, 48, 60, 75, 96]) * size) * 1000}"
    if closed >= MONDAY:
        return [f"D-{n:03d}", lead["id"], lead["company"], lead["owner"], amount, "新签", "MES", opened, "", "进行中", ""]
    won = R.random() < {"老客户介绍": 0.75, "公众号": 0.7, "抖音推广": 0.25}.get(lead["channel"], 0.55)
    return [f"D-{n:03d}", lead["id"], lead["company"], lead["owner"], amount, "新签", "MES", opened, closed, "赢单" if won else "丢单", "" if won else R.choice(["价格", "选了竞品", "项目取消"])]


def closings(opened, leads):
    """What closed in the week."""
    channel = {l["id"]: l["channel"] for l in leads}
    wins = {"百度推广": 2, "公众号": 2, "老客户介绍": 1, "展会": 1}
    losses = {"百度推广": 1, "抖音推广": 2, "官网": 1}
    rows = []
    for d in opened:
        of, day = channel[d[1]], MONDAY + timedelta(days=len(rows) % 5)
        if wins.get(of):
            wins[of] -= 1
            rows.append([*d[:8], day, "赢单", ""])
        elif losses.get(of):
            losses[of] -= 1
            rows.append([*d[:8], day, "丢单", R.choice(["价格", "选了竞品"])])
    return rows


def answer(drop, dealt):
    """What the salespeople wrote down on the leads they were dealt."""
    rows = []
    for i, lead in enumerate(l for l in drop if l["stage"] == 2):
        owner = OWNER[lead["region"]]
        minutes = R.randrange(20, 210)
        if owner == "赵磊":
            if i % 5:
                continue            # not looked at
            minutes = 60 * R.randrange(26, 50)
        verdict = "接受" if R.random() < 0.3 else "退回"
        reason = "" if verdict == "接受" else R.choice(["价格敏感", "价格敏感", "时机未到", "时机未到", "联系不上"])
        when = (dealt + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M")
        rows.append([lead["id"], owner, when, "电话", "未接" if reason == "联系不上" else "接通", verdict, reason])
    return rows


def costs():
    """百度营销 as it is exported (GBK, thousands marks, a row of totals), and the sheet of everything else."""
    rows, total = [], 0
    for week in range(19):
        monday = START + timedelta(days=7 * week)
        for offset, campaign, spend in ((0, "品牌词", 3200), (1, "行业词", 6100), (3, "竞品词", 2400)):
            amount = spend * (100 + R.randrange(-12, 13)) // 100 + R.randrange(100) / 100
            total += amount
            clicks = int(amount / R.uniform(18, 26))
            rows.append([(monday + timedelta(days=offset)).strftime("%Y-%m-%d"), "恒智云", campaign, f"{clicks * R.randrange(22, 34):,}", clicks, f"{amount:,.2f}"])
    rows.append(["合计", "", "", "", "", f"{total:,.2f}"])
    write("baidu.csv", ["日期", "账户", "推广计划", "展现", "点击", "消费"], rows, "gbk")
    sheet = []
    for week in range(19):
        monday = START + timedelta(days=7 * week)
        sheet.append(["投放", "抖音推广", "短视频", monday, monday + timedelta(days=6), R.randrange(8200, 9800)])
        sheet.append(["制作费", "公众号", "", monday, monday + timedelta(days=6), R.randrange(1500, 2100)])
        sheet.append(["佣金", "老客户介绍", "介绍有礼", monday, monday + timedelta(days=6), R.randrange(700, 1100)])
    sheet.append(["展会", "展会", "工博会2026", "2026-09-22", "2026-11-20", 150000])
    sheet += [["人力", "", "", f"2026-{m:02d}-01", f"2026-{m:02d}-{d}", 42000] for m, d in ((7, 31), (8, 31), (9, 30), (10, 31), (11, 30))]
    write("costs.csv", ["费用类型", "渠道", "市场活动", "开始日期", "结束日期", "金额"], [[str(c) for c in r] for r in sheet])


def feedback(leads, fresh):
    """Clicks on Monday's mail, as the mail platform exports them: the subject with a number does better."""
    rows = []
    for lead in leads:
        number_first = first_arm("案例邮件标题", lead["id"])
        if R.random() < (0.16 if number_first else 0.07):
            when = datetime(2026, 11, 9, 9, 40) + timedelta(minutes=R.randrange(2400))
            rows.append([lead["email"], "点击", when.strftime("%Y-%m-%d %H:%M"), "停机时间少了 37%，他们做了三件事" if number_first else "您的车间，每天停机几小时？"])
    for lead in fresh:
        if R.random() < 0.2 and lead["at"].date() < date(2026, 11, 12):
            rows.append([lead["email"], "点击", (lead["at"] + timedelta(days=1)).strftime("%Y-%m-%d %H:%M"), ""])
    rows.append(["nobody@elsewhere.example", "点击", "2026-11-15 23:00", ""])      # the export reaches to Sunday evening
    write("feedback.csv", ["收件人", "反馈类型", "时间", "主题"], sorted(rows, key=lambda r: r[2]))


main()
