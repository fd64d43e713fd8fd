"""Times reports of sop: roi against DuckDB over the same files, Markov against the linear model, and what memory they take. Called by roi.sh.

sop reads its base, where leads are joined and events sorted already; DuckDB reads the files and does both, which is what a team without
a base does for every report. Both must give the same table, or nothing is compared."""
import csv, datetime, json, os, re, shutil, sqlite3, sys, tempfile

from pairs import alternate, measured, median, parser
from roi_rules import AS_OF, FIELDS, LIFECYCLE

PERIODS = {"2026-05": ("2026-05-01", "2026-06-01"), "2026": ("2026-01-01", "2027-01-01")}
FILES = ("leads.csv", "events.csv", "deals.csv", "costs.csv")
OTHERS = [("kpi",), ("channels",), ("funnel",), ("weekly",)]


def stages(data, path):
    """Every 29th lead became an MQL two days after it came, every third of those an SQL three days later: the kit has no such file."""
    with open(os.path.join(data, "leads.csv"), encoding="utf-8", newline="") as f, open(path, "w", encoding="utf-8") as out:
        print("lead_email,stage,at", file=out)
        for i, row in enumerate(csv.DictReader(f)):
            if i % 29 == 3 and "@" in row["email"]:
                born = datetime.datetime(*map(int, re.findall(r"\d+", row["created_at"])))
                print(row["email"].strip(), "mql", born + datetime.timedelta(days=2), sep=",", file=out)
                if i % 87 == 3:
                    print(row["email"].strip(), "sql", born + datetime.timedelta(days=5), sep=",", file=out)


class Bench:
    """One size: its data, and a base made of it."""

    def __init__(self, args, size, home):
        self.args, self.data, self.home = args, os.path.join(args.dir, size), os.path.join(home, size)
        self.stages, self.db = os.path.join(self.home, "stages.csv"), os.path.join(self.home, "sop.db")
        rules = os.path.join(self.home, "sops")
        if not os.path.exists(rules):
            os.makedirs(rules)
            shutil.copyfile(os.path.join(args.rules, "calendar.yaml"), os.path.join(rules, "calendar.yaml"))
            with open(os.path.join(args.rules, "scoring.yaml"), encoding="utf-8") as f:
                scoring = f.read().replace("source IN", "channel IN")
            for name, text in (("fields", FIELDS), ("scoring", scoring), ("lifecycle", LIFECYCLE)):
                with open(os.path.join(rules, name + ".yaml"), "w", encoding="utf-8") as f:
                    f.write(text)
        if not os.path.exists(self.db):
            stages(self.data, self.stages)
            path = lambda name: os.path.join(self.data, name)
            self.sop("score", path("leads.csv"), path("events.csv"), "--limit", "1")
            self.sop("import", path("deals.csv"), path("costs.csv"), self.stages)
            with sqlite3.connect(self.db) as base:
                base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for path in [os.path.join(self.data, n) for n in FILES] + [self.stages, self.db]:
            with open(path, "rb") as f:                             # nobody pays for a cold cache
                while f.read(1 << 24):
                    pass

    def sop(self, *rest):
        return measured([self.args.sop, "-C", self.home, "-q", *rest, "--as-of", AS_OF])

    def report(self, *rest):
        return self.sop("report", *rest, "-f", "json")

    def duckdb(self, period):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "roi_duckdb.py")
        return measured([sys.executable, script, self.data, self.stages, *PERIODS[period]])


def table(text):
    """By channel, as DuckDB's side gives it."""
    rows = ((r["channel"], *(round(float(r[c] or 0)) for c in ("cost", "leads", "mql", "sql", "new_deals", "new_revenue"))) for r in json.loads(text)["rows"])
    return sorted([list(r) for r in rows if any(r[1:])])


def prove(period, ours, theirs):
    theirs = sorted(theirs)
    if ours != theirs:
        lines = "\n".join(f"  sop:    {a}\n  duckdb: {b}" for a, b in zip(ours, theirs) if a != b)
        sys.exit(f"roi of {period}: NOT EQUAL ({len(ours)} and {len(theirs)} rows), so there is nothing to compare\n{lines}")
    sums = [sum(column) for column in list(zip(*ours))[1:]]
    print(f"roi of {period}: equal in {len(ours)} rows (cost {sums[0]:,}, leads {sums[1]:,}, MQL {sums[2]:,}, SQL {sums[3]:,}, deals {sums[4]:,}, revenue {sums[5]:,})")


def pairs(title, bar, n, run_a, run_b):
    """Alternates A B A B … and prints medians, their ratio, and the range of the pairs' ratios."""
    run_a(), run_b()
    a, b, by_pair = alternate(n, run_a, run_b)
    ma, mb = median(a), median(b)
    print(f"{title:44} wall {ma[0]:6.2f} /{mb[0]:6.2f} s = {ma[0] / mb[0]:.3f}   cpu {ma[1]:6.2f} /{mb[1]:6.2f} s = {ma[1] / mb[1]:.3f}   "
          f"peak {ma[2]:5.0f} /{mb[2]:5.0f} MB   (wall by pair {by_pair[0]:.3f}–{by_pair[-1]:.3f}, {n} pairs; bar {bar})", flush=True)
    return ma[2], mb[2]


def main():
    p = parser(__doc__, "--rules", "--dir")
    p.add_argument("--keep", default="")
    p.add_argument("--only", choices=["roi", "markov", "others"])
    p.add_argument("sizes", nargs="+")
    args = p.parse_args()
    home = os.path.abspath(args.keep) if args.keep else tempfile.mkdtemp(prefix="roi-", dir=args.dir)
    peaks = {}
    for size in args.sizes:
        bench = Bench(args, size, home)
        print(f"\n== {int(size):,} leads", flush=True)
        peaks[size] = here = {}
        for period in PERIODS if args.only in (None, "roi") else ():
            roi = lambda: bench.report("roi", "--period", period)
            prove(period, table(roi()[3]), json.loads(bench.duckdb(period)[3]))
            here[f"roi of {period}"] = pairs(f"roi of {period} / duckdb", 1.0, args.pairs, roi, lambda: bench.duckdb(period))[0]
        for period in PERIODS if args.only in (None, "markov") else ():
            by = lambda model: lambda: bench.report("attribution", "--model", model, "--period", period)
            here[f"markov of {period}"], here[f"linear of {period}"] = pairs(f"markov of {period} / linear", 5, args.pairs, by("markov"), by("linear"))
        for name in OTHERS if args.only in (None, "others") else ():
            runs = [bench.report(*name) for _ in range(args.pairs)]
            wall, cpu, here[name[0]] = median(run[:3] for run in runs)
            print(f"{' '.join(name):44} wall {wall:6.2f} s   cpu {cpu:6.2f} s   peak {here[name[0]]:5.0f} MB", flush=True)
    if len(args.sizes) > 1:
        print("\n== peak memory, MB: " + " · ".join(f"{int(s):,} leads" for s in args.sizes))
        for what in peaks[args.sizes[0]]:
            print(f"{what:44} " + " · ".join(f"{peaks[s][what]:.0f}" for s in args.sizes))
    if not args.keep:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(__file__))
    main()
