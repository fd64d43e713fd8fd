"""Times the nurture part of a tick against sop's own scoring of all leads, in turn. Called by nurture.sh.

The nurture part: a tick over a base whose leads are on paths, less the same tick over its twin, which has the same leads and no path."""
import os, shutil, sqlite3, sys, tempfile

from pairs import measured, median, parser

FIRST, BEGIN, NOTE, ENROLL = "2026-06-30T00:00:00", "2026-06-30T01:00:00", "2026-06-30T01:30:00", "2026-06-30T02:00:00"
LEFT, TICK = "2026-06-30T10:00:00", "2026-07-01T10:00:00"
DAY = 86_400
EVERY = 10  # days between two steps: a tenth of the journeys has one due each day
INDUSTRIES = ["制造", "软件", "零售", "医疗", "教育", "金融", "物流", "能源", "政府"]

LIFECYCLE = """stages:
  - {id: prospect}
  - {id: mql, enter: score >= 50}
  - {id: customer, enter: won_deals > 0}
detours:
  - {id: recycled, back: {after: 60d, to: prospect}}
"""
DELIVERY = """send:
  email: {via: csv, address: email, hours: "09:00-20:00", consent: "consent = 'yes'", limits: {per_day: 1, per_week: 4}}
  sms: {via: csv, address: phone, hours: "10:00-18:00", consent: "consent = 'yes'"}
limits: {per_day: 2, per_week: 6, on_cap: defer}
"""
CONTENT = """---
medium: {}
{}---
{{{{ lead.name | default('您好') }}}}，您好：{{{{ lead.company | default('贵公司') }}}} 的同行先算清了一笔账，再决定上哪几个模块，三个月收回投入。退订请回复“退订”。
"""


def path(name, when, priority):
    return f"""name: {name}
title: {name}
priority: {priority}
enroll: {{when: "{when}", again: after 90d}}
goal: reached('customer')
exit:
  - {{when: "stage = 'recycled'", reason: recycled}}
hold_while: days_since(last_follow_up_at) < 3
steps:
  - {{id: case, day: 1, send: email, content: [{{when: "industry = '制造'", use: case-mfg}}, {{use: case}}]}}
  - id: depth
    day: {1 + EVERY}
    send: email
    content: [{{when: "events('page_view', '30d') > 3", use: roi}}, {{use: depth}}]
    fallback: {{if: "NOT opened('depth')", after: 3d, by: 6d, send: sms, content: nudge}}
  - {{id: last, day: {1 + 2 * EVERY}, send: email, content: last}}
late: {{max: 7d}}
"""


def paths(n):
    """A fifth of the generator's leads: all on one path, or the same leads on ten."""
    whom = "(region = '华北' OR region = '海外' AND employees >= 50)"
    if n == 1:
        return {"one": path("one", whom, 50)}
    own = [f"industry = '{i}'" for i in INDUSTRIES] + ["industry NOT IN (" + ", ".join(f"'{i}'" for i in INDUSTRIES) + ")"]
    return {f"p{i}": path(f"p{i}", f"{whom} AND {which}", 50 - i) for i, which in enumerate(own)}


class Base:
    """A workspace of its own with a base in it."""

    def __init__(self, args, out, name, n):
        self.args, self.home, self.paths = args, os.path.join(out, name), paths(n) if n else {}
        shutil.copytree(args.rules, os.path.join(self.home, "sops"), copy_function=shutil.copyfile)
        os.chmod(os.path.join(self.home, "sops"), 0o755)
        self.write("lifecycle.yaml", LIFECYCLE)
        self.write("delivery.yaml", DELIVERY)
        for content in ("case-mfg", "case", "roi", "depth", "last"):
            self.write(f"content/{content}.md", CONTENT.format("email", "subject: 三个月收回投入\n"))
        self.write("content/nudge.md", "---\nmedium: sms\n---\n【示例科技】您关注的资料已备好：example.com/s 。拒收请回复R\n")

    def write(self, name, text):
        to = os.path.join(self.home, "sops", name)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        with open(to, "w", encoding="utf-8") as f:
            f.write(text)

    def db(self, name):
        return os.path.join(self.home, name + ".db")

    def sop(self, db, *rest):
        return measured([self.args.sop, "-C", self.home, "--db", self.db(db), "-q", *rest])

    def sql(self, db, *statements):
        with sqlite3.connect(self.db(db)) as base:
            last = None
            for statement in statements:
                last = base.execute(statement).fetchone()
            base.commit()
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return last and last[0]

    def copy(self, name, new):
        for suffix in ("-wal", "-shm", ""):
            if os.path.exists(self.db(new) + suffix):
                os.remove(self.db(new) + suffix)
        shutil.copyfile(self.db(name), self.db(new))

    def prepare(self, scored):
        """Everybody who matches enters on the same day; then nine of ten journeys move back, each by its own number of days."""
        shutil.copyfile(scored, self.db("base"))
        self.sop("base", "tick", "--as-of", BEGIN)
        for name, text in self.paths.items():
            self.write(f"nurture/{name}.yaml", text)
        # Whoever matches now matched before the path began. The rules are new: everybody is looked at.
        self.begin = self.sop("base", "tick", "--as-of", NOTE)
        for name in self.paths:
            self.sop("base", "nurture", "enroll", name, "--backfill", "--yes", "--as-of", ENROLL)
        self.all_at_once = self.sop("base", "tick", "--as-of", LEFT)
        if self.paths:
            back = f"{DAY} * ((lead + 1) % {EVERY})"
            self.sql(
                "base",
                "UPDATE messages SET state = 'sent', sent_at = not_before WHERE state IN ('queued', 'deferred')",
                # At the tick those have waited EVERY days since their first step.
                f"UPDATE messages SET sent_at = sent_at - {back}, not_before = not_before - {back}, due_at = due_at - {back}",
                f"UPDATE enrollments SET entered_at = entered_at - {back}, day_one = date(day_one, '-' || ((lead + 1) % {EVERY}) || ' days'), "
                f"due_at = due_at - {back}, last_at = last_at - {back}",
                f"UPDATE lead_state SET moves_at = (SELECT min(due_at) / {DAY} * {DAY} FROM enrollments e WHERE e.lead = lead_state.lead AND state = 'active') "
                "WHERE lead IN (SELECT lead FROM enrollments WHERE state = 'active')")


def main():
    args = parser(__doc__, "--rules", "--data").parse_args()
    out = tempfile.mkdtemp(prefix="nurture-", dir=os.environ.get("BENCH_DIR"))
    bases = {n: Base(args, out, f"paths-{n}", n) for n in (0, 1, 10)}
    bases[0].sop("first", "score", *(os.path.join(args.data, n) for n in ("leads.csv", "events.csv")), "--as-of", FIRST, "--limit", "1")
    leads = bases[0].sql("first", "SELECT count(*) FROM leads")
    for n, base in bases.items():
        base.prepare(bases[0].db("first"))
        if n:
            on = base.sql("base", "SELECT count(*) FROM enrollments WHERE state = 'active'")
            base.copy("base", "tick")
            base.sop("tick", "tick", "--as-of", TICK)
            done = base.sql("tick", "SELECT count(*) FROM messages WHERE run = (SELECT max(run) FROM runs)")
            print(f"{leads:,} leads, {n} path{'s' if n > 1 else ''}: {on:,} journeys under way, {done:,} messages decided by the tick", flush=True)

    runs = {n: [] for n in (0, 1, 10)}
    full = []
    for _ in range(args.pairs):
        for n, base in bases.items():
            base.copy("base", "tick")
            runs[n].append(base.sop("tick", "tick", "--as-of", TICK)[:3])
        bases[0].copy("base", "tick")
        full.append(bases[0].sop("tick", "score", "--full", "--as-of", TICK, "--limit", "1")[:3])
    (wall, cpu, peak), none = median(full), median(runs[0])
    print(f"{'score --full':44} wall {wall:6.2f} s   cpu {cpu:6.2f} s   peak {peak:5.0f} MB")
    part = {}
    for n in (0, 1, 10):
        m = median(runs[n])
        part[n] = [a - b for a, b in zip(m, none)]
        print(f"{f'tick, paths: {n}':44} wall {m[0]:6.2f} s   cpu {m[1]:6.2f} s   peak {m[2]:5.0f} MB")
    for n, bar in ((1, "1.0"), (10, "2.0")):
        by_pair = sorted((a[0] - b[0]) / c[0] for a, b, c in zip(runs[n], runs[0], full))
        print(f"{f'nurture part, paths: {n} / score --full':44} wall {part[n][0] / wall:.3f}   cpu {part[n][1] / cpu:.3f}   "
              f"(wall by pair {by_pair[0]:.3f}–{by_pair[-1]:.3f}, {len(full)} pairs; bar {bar})")
    print(f"{'nurture part, 10 paths / 1 path':44} wall {part[10][0] / part[1][0]:.3f}   cpu {part[10][1] / part[1][1]:.3f}   (bar 2.0)")
    print("\nonce, for orientation:")
    for n in (1, 10):
        for what, run in (("the day they begin, everybody looked at", bases[n].begin), ("the day that all enter at once", bases[n].all_at_once)):
            print(f"{f'paths: {n}, {what}':54} wall {run[0]:6.2f} s = {run[0] / wall:.3f}   cpu {run[1]:6.2f} s = {run[1] / cpu:.3f}   peak {run[2]:5.0f} MB")
    if not os.environ.get("KEEP"):
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(__file__))
    main()
