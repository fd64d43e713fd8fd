"""Times ticks and hand-overs of sop against its own scoring of all leads, in turn. Called by assign.sh."""
import os, shutil, sqlite3, sys, tempfile

from pairs import alternate, measured, median, parser

FIRST, TICK, NEXT = "2026-06-30T00:00:00", "2026-06-30T01:00:00", "2026-06-30T02:00:00"
QUALIFIED, OWNERS, RULES = 10_000, 50, 200
REGIONS = ["华东", "华南", "华北", "华中", "西南", "西北", "东北", "海外"]
INDUSTRIES = ["制造", "软件", "金融", "医疗", "教育", "零售"]
TURNS = ["round_robin", "weighted", "least_loaded", "longest_idle"]


def team():
    return "owners:\n" + "".join(
        f"  s{i:02}: {{name: S{i}, role: sales, region: {REGIONS[i % 8]}, weight: {1 + i % 3}}}\n" for i in range(OWNERS))


def assignment():
    rule = lambda i: (f"      - {{name: r{i}, when: \"region = '{REGIONS[i % 8]}' AND industry = '{INDUSTRIES[i % 6]}' AND employees >= {20 + i * 37 % 4000}"
                      f" AND budget < {10_000 + i * 999}\", to: {{owners_where: \"region = '{REGIONS[i % 8]}'\"}}, by: {TURNS[i % 4]}}}\n")
    head = "rounds:\n  - name: sales\n    when: stage = 'mql' AND owner IS NULL AND queue IS NULL\n    roles: [sales]\n    rules:\n"
    return head + "".join(rule(i) for i in range(RULES - 1)) + "      - {name: rest, by: weighted}\n"


def lifecycle(least):
    return (f"stages:\n  - {{id: prospect}}\n  - {{id: mql, enter: score >= {least}}}\n  - {{id: sql, enter: accepted}}\n"
            "  - {id: opportunity, enter: open_deals > 0}\n  - {id: customer, enter: won_deals > 0}\ndetours:\n  - {id: recycled, back: {after: 60d, to: prospect}}\n")


def main():
    args = parser(__doc__, "--rules", "--data").parse_args()
    out = tempfile.mkdtemp(prefix="assign-", dir=os.environ.get("BENCH_DIR"))
    shutil.copytree(args.rules, os.path.join(out, "sops"), copy_function=shutil.copyfile)
    os.chmod(os.path.join(out, "sops"), 0o755)

    def write(name, text):
        with open(os.path.join(out, "sops", name), "w", encoding="utf-8") as f:
            f.write(text)

    def sop(db, *rest):
        return measured([args.sop, "-C", out, "--db", os.path.join(out, db), "-q", *rest])

    def copy(name, new):
        for suffix in ("-wal", "-shm", ""):
            if os.path.exists(os.path.join(out, new + suffix)):
                os.remove(os.path.join(out, new + suffix))
        shutil.copyfile(os.path.join(out, name), os.path.join(out, new))

    def ask(db, sql):
        with sqlite3.connect(os.path.join(out, db)) as base:
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return base.execute(sql).fetchone()[0]

    def show(what, run, by):
        print(f"{what:44} wall {run[0]:6.2f} s = {run[0] / by[0]:.3f}   cpu {run[1]:6.2f} s = {run[1] / by[1]:.3f}   peak {run[2]:5.0f} MB", flush=True)

    write("team.yaml", team())
    write("assignment.yaml", assignment())
    write("lifecycle.yaml", lifecycle(1_000_000))
    sop("base.db", "score", *(os.path.join(args.data, n) for n in ("leads.csv", "events.csv")), "--as-of", FIRST, "--limit", "1")
    leads = ask("base.db", "SELECT count(*) FROM leads")
    least = ask("base.db", f"SELECT score FROM lead_state ORDER BY score DESC LIMIT 1 OFFSET {min(QUALIFIED, leads - 1)}") + 1
    write("lifecycle.yaml", lifecycle(least))
    full = sop("base.db", "score", "--full", "--as-of", FIRST, "--limit", "1")
    ask("base.db", "SELECT 1")

    # The first day: nobody was looked at yet, everybody is.
    copy("base.db", "day.db")
    show(f"first tick over {leads:,} leads / scoring all", sop("day.db", "tick", "--yes", "--as-of", TICK), full)
    print(f"{ask('day.db', 'SELECT count(*) FROM assignments'):,} leads handed over")
    show("the same instant again / scoring all", sop("day.db", "tick", "--as-of", TICK), full)

    # A working day: so many have just qualified.
    copy("base.db", "qualified.db")
    write("assignment.yaml", "rounds: []\n")
    sop("qualified.db", "tick", "--as-of", TICK)
    write("assignment.yaml", assignment())
    sop("qualified.db", "score", "--as-of", TICK, "--limit", "1")
    with sqlite3.connect(os.path.join(out, "qualified.db")) as base:
        base.execute("UPDATE lead_state SET moves_at = iif(stage = 'mql', 0, 9223372036854775807)")
    ask("qualified.db", "SELECT 1")

    def afresh(db, *rest):
        copy("qualified.db", db)
        return sop(db, *rest, "--as-of", NEXT)

    a, b, ratio = alternate(args.pairs, lambda: afresh("a.db", "assign", "--yes"), lambda: afresh("b.db", "score", "--full", "--limit", "1"))
    show(f"assign {ask('a.db', 'SELECT count(*) FROM assignments'):,} / scoring all", median(a), median(b))
    print(f"wall by pair {ratio[0]:.3f}–{ratio[-1]:.3f}, {len(a)} pairs; bar: 0.5")
    shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(__file__))
    main()
