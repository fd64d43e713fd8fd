"""Times sop against a peer in alternating pairs, after proving that both say the same. Called by run.sh.

Only ratios of one run count: the machine is shared and noisy. A is sop, B the peer; each run writes fresh files; the inputs are read
once beforehand. wall, cpu (user + system, children included) and peak memory come from wait4."""
import argparse, os, shutil, statistics, subprocess, sys, tempfile, time

TICK = "2026-07-01T00:00:00"
AS_OF = "2026-06-30T00:00:00"


def measured(command):
    """Runs a command: (wall s, cpu s, peak MB, standard output)."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        text = stdout.read().decode()
        if process.returncode != 0:
            stderr.seek(0)
            sys.exit(f"{' '.join(command)}\nexit {process.returncode}\n{text[-2000:]}{stderr.read().decode()[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def parser(doc, *folders):
    """What every timing is called with: the program, its folders, and how many pairs are run."""
    p = argparse.ArgumentParser(description=doc)
    for flag in ("--sop", *folders):
        p.add_argument(flag, required=True, type=os.path.abspath)
    p.add_argument("--pairs", type=lambda s: max(3, int(s)), default=3)
    return p


def median(runs):
    """Of several (wall, cpu, peak), each number's."""
    return [statistics.median(column) for column in zip(*runs)]


def alternate(n, run_a, run_b):
    """A B A B …: the (wall, cpu, peak) of each side, and the ratios of their walls by pair, lowest first."""
    a, b = zip(*((run_a()[:3], run_b()[:3]) for _ in range(n)))
    return a, b, sorted(x[0] / y[0] for x, y in zip(a, b))


class Kit:
    """One size: where its data is, and how to run each side on it."""

    def __init__(self, args, size):
        self.args, self.size, self.data = args, size, os.path.join(args.dir, size)
        self.out = tempfile.mkdtemp(prefix=f"run-{size}-", dir=args.dir)
        # A workspace of its own: the kit's folder is not ours to write rejects into.
        self.home = os.path.join(self.out, "workspace")
        shutil.copytree(os.path.join(args.bench, "sops"), os.path.join(self.home, "sops"))
        os.chmod(os.path.join(self.home, "sops"), 0o755)

    def csv(self, name):
        return os.path.join(self.data, name)

    def sop(self, db, *rest):
        return [self.args.sop, "-C", self.home, "--db", db, "score", *rest]

    def peer(self, name, out):
        script = os.path.join(self.args.bench, f"peer_{name}")
        if name == "sqlite":
            return [script + ".sh", self.data, out]
        return [sys.executable, script + ".py", self.data, out] + ([] if name == "pyloop" else ["all"])

    def new(self, name):
        return os.path.join(self.out, f"{name}-{time.monotonic_ns()}")

    def said_by_sop(self, db, as_of):
        """The eight numbers and the top 20, as the peers print them."""
        report = self.new("report") + ".json"
        measured(self.sop(db, "-f", "json", "-o", report, "--as-of", as_of))
        *_, text = measured([sys.executable, "-c", DIGEST, report])
        os.remove(report)
        return text.strip().splitlines()


# Read in a process of its own: a child's peak memory counts that of the process it was started from.
DIGEST = """
import json, sys
r = json.load(open(sys.argv[1], encoding="utf-8")); t = r["totals"]
print(t["leads"], t["fit"], t["engagement"], t["score"], t["bands"]["mql"], t["bands"]["warm"], t["lead_rows"], t["events_matched"])
for row in r["rows"][:20]: print(row["id"], row["score"], row["band"])
"""


def prove(what, a, b):
    if a != b:
        differ = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        sys.exit(f"{what}: NOT EQUAL, so there is nothing to compare. Line {differ + 1}:\n  sop:  {a[differ:differ + 1]}\n  peer: {b[differ:differ + 1]}")
    print(f"{what}: equal ({a[0]}" + (f"; {len(a) - 1} leads in order)" if len(a) > 1 else ")"))


def remove(path):
    shutil.rmtree(path, ignore_errors=True)
    for suffix in ("", "-wal", "-shm", ".wal", ".lock"):
        if os.path.isfile(path + suffix):
            os.remove(path + suffix)


def pairs(title, kit, run_a, run_b):
    """Alternates A B A B … and prints the medians and the ratio of medians. run_* → (wall, cpu, rss, text)."""
    a, b, by_pair = alternate(kit.args.pairs, run_a, run_b)
    ma, mb = median(a), median(b)
    print(f"{title:34} wall {ma[0]:7.2f} /{mb[0]:7.2f} s = {ma[0] / mb[0]:.3f}   cpu {ma[1]:7.2f} /{mb[1]:7.2f} s = {ma[1] / mb[1]:.3f}   "
          f"peak {ma[2]:6.0f} /{mb[2]:6.0f} MB = {ma[2] / mb[2]:.3f}   (wall by pair {by_pair[0]:.3f}–{by_pair[-1]:.3f}, {len(a)} pairs)")
    return ma


def compare(args, size):
    kit = Kit(args, size)
    print(f"\n== {int(size):,} leads")
    for name in ("leads.csv", "events.csv", "events_delta.csv"):
        with open(kit.csv(name), "rb") as f:                     # nobody pays for a cold cache
            while f.read(1 << 24):
                pass

    def sop_import():
        db = kit.new("sop") + ".db"
        result = measured(kit.sop(db, kit.csv("leads.csv"), kit.csv("events.csv"), "--as-of", AS_OF))
        sop_import.last, old = db, getattr(sop_import, "last", None)
        if old:
            remove(old)
        return result

    sop_import()
    said = kit.said_by_sop(sop_import.last, AS_OF)
    csv_bytes = sum(os.path.getsize(kit.csv(n)) for n in ("leads.csv", "events.csv"))
    size_ratio = os.path.getsize(sop_import.last) / csv_bytes
    first = None
    for peer in args.peers:
        out = kit.new(peer)
        *_, text = measured(kit.peer(peer, out))
        remove(out)
        prove(f"import and score, sop and {peer}", said, text.strip().splitlines()[:21])

        def peer_import(peer=peer):
            out = kit.new(peer)
            result = measured(kit.peer(peer, out))
            remove(out)
            return result

        medians = pairs(f"import and score / {peer}", kit, sop_import, peer_import)
        first = first or medians
    print(f"database / CSV files: {size_ratio:.3f} of the bytes")
    if "duckdb" in args.peers:
        tick(kit, sop_import.last)
    shutil.rmtree(kit.out, ignore_errors=True)
    return first


def tick(kit, base):
    """The next day: 0.5 % of leads have new events, the clock a day on."""
    duck = kit.new("duckdb")
    measured(kit.peer("duckdb", duck))
    script = os.path.join(kit.args.bench, "peer_duckdb_tick.py")

    def copy(path):
        new = kit.new("tick")
        shutil.copyfile(path, new)
        with open(new, "rb") as f:
            os.fsync(f.fileno())
        return new

    def sop_tick():
        db = copy(base)
        result = measured(kit.sop(db, kit.csv("events_delta.csv"), "--as-of", TICK))
        sop_tick.last, old = db, getattr(sop_tick, "last", None)
        if old:
            remove(old)
        return result

    def duck_tick():
        file = copy(duck)
        result = measured([sys.executable, script, kit.data, file])
        remove(file)
        return result

    sop_tick()
    said = kit.said_by_sop(sop_tick.last, TICK)
    prove("tick, sop and duckdb", said[:1], duck_tick()[3].strip().splitlines()[:1])
    measured(kit.sop(sop_tick.last, "--full", "--as-of", TICK))
    prove("tick, due only and --full", said, kit.said_by_sop(sop_tick.last, TICK))
    pairs("tick / duckdb", kit, sop_tick, duck_tick)
    pairs("tick / own full re-score", kit, sop_tick, lambda: measured(kit.sop(sop_tick.last, "--full", "--as-of", TICK)))


def main():
    p = parser(__doc__, "--bench", "--dir")
    p.add_argument("--peers", type=str.split, default=["duckdb"])
    p.add_argument("sizes", nargs="+")
    args = p.parse_args()
    walls = {size: compare(args, size) for size in args.sizes}
    if len(walls) > 1:
        print("\n== per lead")
        for size, medians in walls.items():
            print(f"{int(size):>10,} leads: {medians[0] / int(size) * 1e6:.2f} µs wall, {medians[1] / int(size) * 1e6:.2f} µs cpu")


if __name__ == "__main__":
    main()
