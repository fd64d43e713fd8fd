//! Rows as they were before a run, and taking a run back.
//!
//! While a run writes, temporary triggers keep the first state of every row that it changes or deletes. Rows that it
//! creates carry its number. Taking a run back restores the first and deletes the second, so that the base is equal,
//! table by table, to the one before (`runs` apart). Only the newest runs keep their rows.

use super::{Result, Store, ident};
use crate::model::{LeadId, RunId};
use rusqlite::{Connection, params};

/// How many of the newest runs with changes can be taken back.
const KEPT_RUNS: i64 = 10;

/// A table whose rows may be overwritten or deleted.
struct Table {
    name: &'static str,
    keys: &'static [&'static str],
    /// The column that names the lead.
    lead: Option<&'static str>,
    /// The column that names the run which created the row.
    made: Option<&'static str>,
}

const fn table(name: &'static str, keys: &'static [&'static str], lead: Option<&'static str>, made: Option<&'static str>) -> Table {
    Table { name, keys, lead, made }
}

const TABLES: &[Table] = &[
    table("leads", &["lead"], Some("lead"), Some("lead_run")),
    table("lead_state", &["lead"], Some("lead"), None),
    table("identities", &["hash", "lead"], Some("lead"), Some("run")),
    table("barred", &["hash"], None, Some("run")),
    table("source_rows", &["lead", "source"], Some("lead"), Some("run")),
    table("events", &["lead", "at", "seq"], Some("lead"), Some("run")),
    table("event_ids", &["hash"], Some("lead"), Some("run")),
    table("waiting_events", &["hash", "at", "detail"], None, Some("run")),
    table("to_decide", &["lead", "other"], Some("lead"), Some("run")),
    table("stage_history", &["lead", "at", "stage"], Some("lead"), Some("run")),
    table("waiting_stages", &["hash", "at", "stage"], None, Some("run")),
    table("waiting_names", &["hash", "waits"], None, Some("run")),
    table("standings", &["lead"], Some("lead"), Some("run")),
    table("deals", &["deal"], Some("lead"), Some("run")),
    table("told_of", &["about", "hash"], None, Some("run")),
    table("waiting_deals", &["hash", "deal"], None, Some("run")),
    table("payments", &["deal", "at", "amount", "payment"], None, Some("run")),
    table("follow_ups", &["lead", "at", "seq"], Some("lead"), Some("run")),
    table("verdicts", &["lead", "at", "seq"], Some("lead"), Some("run")),
    table("assignments", &["lead", "at", "seq"], Some("lead"), Some("run")),
    table("queue_stays", &["lead", "from_at", "seq"], Some("lead"), Some("run")),
    table("credits", &["round", "rule"], None, Some("run")),
    table("alerts", &["alert", "lead", "cause"], Some("lead"), Some("run")),
    table("alert_state", &["lead", "alert"], Some("lead"), Some("run")),
    table("breaches", &["promise", "lead", "start", "kind"], Some("lead"), Some("run")),
    table("notices", &["notice"], Some("lead"), Some("run")),
    table("path_versions", &["version"], None, Some("run")),
    table("enrollments", &["enrollment"], Some("lead"), Some("run")),
    table("messages", &["message"], Some("lead"), Some("run")),
    table("feedback", &["hash"], Some("lead"), Some("run")),
    table("feedback_cover", &["medium", "kind"], None, Some("run")),
    table("suppressions", &["hash", "medium", "kind"], None, Some("run")),
    table("exposures", &["experiment", "lead"], Some("lead"), Some("run")),
    table("costs", &["cost"], None, Some("run")),
    table("meta", &["name"], None, None),
];

/// Tables that a run may overwrite without changing anything in the end: two rows of a file that disagree do it each time.
const REWRITTEN: [&str; 4] = ["leads", "lead_state", "standings", "source_rows"];

/// Tables whose rows carry the run that created them. Further down are those that the rows above refer to.
const CREATED: &[(&str, &str)] = &[
    ("leads", "lead_run"),
    ("identities", "run"),
    ("barred", "run"),
    ("source_rows", "run"),
    ("events", "run"),
    ("event_ids", "run"),
    ("waiting_events", "run"),
    ("to_decide", "run"),
    ("stage_history", "run"),
    ("waiting_stages", "run"),
    ("waiting_names", "run"),
    ("standings", "run"),
    ("deals", "run"),
    ("waiting_deals", "run"),
    ("told_of", "run"),
    ("payments", "run"),
    ("follow_ups", "run"),
    ("verdicts", "run"),
    ("assignments", "run"),
    ("queue_stays", "run"),
    ("credits", "run"),
    ("alerts", "run"),
    ("alert_state", "run"),
    ("breaches", "run"),
    ("notices", "run"),
    ("enrollments", "run"),
    ("messages", "run"),
    ("feedback", "run"),
    ("feedback_cover", "run"),
    ("suppressions", "run"),
    ("exposures", "run"),
    ("costs", "run"),
    ("changes", "run"),
    ("details", "run"),
    ("sop_versions", "run"),
    ("path_versions", "run"),
];

/// Rows of a run that later runs, which stay, refer to.
const STILL_NEEDED: &[(&str, &str)] = &[
    ("details", "detail IN (SELECT detail FROM events UNION SELECT detail FROM waiting_events UNION SELECT detail FROM event_ids)"),
    ("sop_versions", "sop IN (SELECT sop FROM lead_state UNION SELECT sop FROM runs WHERE undone_by IS NULL AND run <> ?1)"),
    ("path_versions", "version IN (SELECT version FROM enrollments)"),
];

/// What taking a run back did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Rows deleted, by table.
    pub deleted: Vec<(String, usize)>,
    /// Rows restored, by table.
    pub restored: Vec<(String, usize)>,
}

impl Store {
    /// From here on, keeps every row as it was before this run.
    pub(super) fn keep_before_images(&self, run: RunId) -> Result<()> {
        self.conn
            .execute_batch(&format!("CREATE TEMP TABLE IF NOT EXISTS this_run (run INTEGER); DELETE FROM this_run; INSERT INTO this_run VALUES ({})", run.0))?;
        for table in TABLES {
            create_triggers(&self.conn, table, &self.column_names(table.name)?)?;
        }
        Ok(())
    }

    /// Drops the kept rows of old runs, and marks these.
    pub fn prune_undo(&self) -> Result<()> {
        // Runs past the newest that kept anything: from one to the next by the key, for a run may have kept millions of rows.
        const OLD: &str = "WITH RECURSIVE newest (run, place) AS (SELECT max(run), 1 FROM undo UNION ALL
            SELECT (SELECT max(run) FROM undo WHERE run < newest.run), place + 1 FROM newest WHERE run IS NOT NULL)
            SELECT run FROM newest WHERE run IS NOT NULL AND place > ?1";
        self.conn.execute(&format!("UPDATE runs SET kept = 0 WHERE run IN ({OLD})"), [KEPT_RUNS])?;
        self.conn.execute("DELETE FROM undo WHERE run IN (SELECT run FROM runs WHERE kept = 0)", [])?;
        Ok(())
    }

    /// Whether a run left anything to take back.
    pub fn left_anything(&self, run: RunId) -> Result<bool> {
        let created: Vec<String> = CREATED.iter().map(|(table, column)| format!("EXISTS (SELECT 1 FROM {table} WHERE {column} = ?1)")).collect();
        let sql = format!("SELECT EXISTS (SELECT 1 FROM undo WHERE run = ?1) OR {}", created.join(" OR "));
        Ok(self.conn.query_row(&sql, [run.0], |r| r.get(0))?)
    }

    /// Whether rows that this run overwrote were dropped since.
    pub fn undo_is_pruned(&self, run: RunId) -> Result<bool> {
        Ok(self.conn.query_row("SELECT kept = 0 FROM runs WHERE run = ?1", [run.0], |r| r.get(0))?)
    }

    /// A later run (but not `but`) that built upon what this run did: it touched the same leads, or overwrote the same rows.
    pub fn built_upon(&self, run: RunId, but: RunId) -> Result<Option<RunId>> {
        if !self.is_followed(run, but)? {
            return Ok(None);
        }
        // Leads that a run created, gave something to, or overwrote.
        const TOUCHED: &str = "SELECT lead, lead_run AS run FROM leads UNION SELECT lead, run FROM events UNION SELECT lead, run FROM identities
            UNION SELECT lead, run FROM stage_history UNION SELECT lead, run FROM standings UNION SELECT lead, run FROM deals WHERE lead IS NOT NULL
            UNION SELECT lead, run FROM follow_ups UNION SELECT lead, run FROM verdicts UNION SELECT lead, run FROM assignments
            UNION SELECT lead, run FROM queue_stays UNION SELECT lead, run FROM alerts UNION SELECT lead, run FROM breaches
            UNION SELECT lead, run FROM notices WHERE lead IS NOT NULL UNION SELECT lead, run FROM feedback WHERE lead IS NOT NULL
            UNION SELECT lead, run FROM changes UNION SELECT lead, run FROM undo WHERE lead IS NOT NULL";
        // Later runs with a lead in common, or that overwrote a row which this run created or overwrote.
        let sql = format!(
            "WITH t AS ({TOUCHED}), later AS (SELECT run FROM runs WHERE run > ?1 AND run <> ?2 AND undone_by IS NULL)
             SELECT min(run) FROM (
               SELECT b.run FROM t a JOIN t b USING (lead) JOIN later ON later.run = b.run WHERE a.run = ?1
               UNION SELECT u.run FROM undo u JOIN later USING (run)
               WHERE u.made = ?1 OR EXISTS (SELECT 1 FROM undo v WHERE v.run = ?1 AND v.tbl = u.tbl AND v.pk = u.pk))"
        );
        Ok(self.conn.query_row(&sql, [run.0, but.0], |r| r.get::<_, Option<i64>>(0))?.map(RunId))
    }

    /// How many messages and notices are out of the house, or may be, of those that a run queued, changed or handed over.
    pub fn left_the_house(&self, run: RunId) -> Result<i64> {
        const OUT: &str = "state IN ('sending', 'sent', 'unknown') AND (t.run = ?1 OR t.sent_run = ?1
            OR EXISTS (SELECT 1 FROM undo u WHERE u.run = ?1 AND u.tbl = ?2 AND u.pk = quote(t.NUMBER)))";
        let mut all = 0;
        for (table, number) in [("messages", "message"), ("notices", "notice")] {
            let sql = format!("SELECT count(*) FROM {table} t WHERE {}", OUT.replace("NUMBER", number));
            all += self.conn.query_row(&sql, params![run.0, table], |r| r.get::<_, i64>(0))?;
        }
        Ok(all)
    }

    /// Drops what was kept of a run that can never be taken back: what left, left.
    pub fn forget_before_images(&self, run: RunId) -> Result<()> {
        self.conn.execute("DELETE FROM undo WHERE run = ?1", [run.0])?;
        Ok(())
    }

    /// Whether a later run stands.
    fn is_followed(&self, run: RunId, but: RunId) -> Result<bool> {
        const LATER: &str = "SELECT EXISTS (SELECT 1 FROM runs WHERE run > ?1 AND run <> ?2 AND undone_by IS NULL)";
        Ok(self.conn.query_row(LATER, [run.0, but.0], |r| r.get(0))?)
    }

    /// A run that is taken back keeps what it did in its own row: the rows that tell of it go.
    fn remember_deeds(&self, run: RunId) -> Result<()> {
        const REMEMBER: &str = "UPDATE runs SET counts = json_set(counts, '$.undone', json_object(
            'change', (SELECT count(*) FROM changes WHERE run = ?1),
            'sign', (SELECT count(*) FROM feedback WHERE run = ?1),
            'address', (SELECT count(*) FROM suppressions WHERE run = ?1))) WHERE run = ?1";
        self.conn.execute(REMEMBER, [run.0])?;
        Ok(())
    }

    /// Takes a run back. The caller has checked that nothing was built upon it.
    pub fn take_back(&self, run: RunId, by: RunId) -> Result<Undone> {
        // What undo itself overwrites needs no keeping; and only without triggers are the rows of a whole import deleted in little memory.
        for Table { name, .. } in TABLES {
            self.conn.execute_batch(&format!("DROP TRIGGER IF EXISTS temp.keep_{name}_UPDATE; DROP TRIGGER IF EXISTS temp.keep_{name}_DELETE"))?;
        }
        self.remember_deeds(run)?;
        let mut undone = Undone::default();
        for Table { name: table, .. } in TABLES {
            let mut select = self.conn.prepare("SELECT before FROM undo WHERE run = ?1 AND tbl = ?2 ORDER BY pk")?;
            let kept: Vec<String> = select.query_map(params![run.0, table], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
            for row in &kept {
                // `row` is a list of literals that SQLite's own quote() wrote, after the names of its columns.
                self.conn.execute_batch(&format!("INSERT OR REPLACE INTO {table} {row}"))?;
            }
            if !kept.is_empty() {
                undone.restored.push(((*table).to_owned(), kept.len()));
            }
        }
        // States of created leads go with them.
        self.conn.execute("DELETE FROM lead_state WHERE lead IN (SELECT lead FROM leads WHERE lead_run = ?1)", [run.0])?;
        let followed = self.is_followed(run, by)?;
        for (table, column) in CREATED {
            let needed = STILL_NEEDED.iter().find(|(t, _)| followed && t == table).map_or(String::new(), |(_, needed)| format!(" AND NOT ({needed})"));
            let n = self.conn.execute(&format!("DELETE FROM {table} WHERE {column} = ?1{needed}"), [run.0])?;
            if n > 0 {
                undone.deleted.push(((*table).to_owned(), n));
            }
        }
        // Kinds that nothing is of any more; texts that no run that stands obeyed.
        self.conn.execute("DELETE FROM identity_kinds WHERE kind NOT IN (SELECT kind FROM identities UNION SELECT kind FROM barred)", [])?;
        self.conn.execute("DELETE FROM undo WHERE run = ?1", [run.0])?;
        self.conn.execute("UPDATE runs SET undone_by = ?2, sop = (SELECT sop FROM sop_versions v WHERE v.sop = runs.sop) WHERE run = ?1", [run.0, by.0])?;
        Ok(undone)
    }

    /// Forgets what was kept of a lead whose rows are, after all, as they were. True when the lead itself is.
    pub fn forget_unchanged(&self, run: RunId, lead: LeadId) -> Result<bool> {
        for table in TABLES.iter().filter(|t| REWRITTEN.contains(&t.name)) {
            let now = literals(&self.column_names(table.name)?, "t.");
            let pk = primary_key(table, "t.");
            // The kept rows of one lead that equal the present ones.
            let sql = format!(
                "DELETE FROM undo WHERE run = ?1 AND tbl = '{0}' AND pk >= ?2 AND pk < ?2 || '-'
                 AND before = (SELECT {now} FROM {0} t WHERE t.lead = ?2 AND {pk} = undo.pk)",
                table.name
            );
            self.conn.prepare_cached(&sql)?.execute(params![run.0, lead.0])?;
        }
        const LEFT: &str = "SELECT NOT EXISTS (SELECT 1 FROM undo WHERE run = ?1 AND tbl = 'leads' AND pk = ?2)";
        Ok(self.conn.prepare_cached(LEFT)?.query_row(params![run.0, lead.0.to_string()], |r| r.get(0))?)
    }
}

/// A row as SQL literals after the names of its columns: what an `INSERT` takes.
fn literals(columns: &[String], prefix: &str) -> String {
    let names: Vec<String> = columns.iter().map(|c| ident(c)).collect();
    let quoted: Vec<String> = names.iter().map(|c| format!("quote({prefix}{c})")).collect();
    format!("'({}) VALUES (' || {} || ')'", names.join(", ").replace('\'', "''"), quoted.join(" || ',' || "))
}

fn primary_key(table: &Table, prefix: &str) -> String {
    table.keys.iter().map(|k| format!("quote({prefix}{k})")).collect::<Vec<_>>().join(" || ',' || ")
}

/// One trigger for updates and one for deletions of a table.
fn create_triggers(conn: &Connection, table: &Table, columns: &[String]) -> Result<()> {
    let (before, pk) = (literals(columns, "old."), primary_key(table, "old."));
    let of = |column: Option<&str>| column.map_or("NULL".to_owned(), |c| format!("old.{c}"));
    let (lead, made, table) = (of(table.lead), of(table.made), table.name);
    let differs: Vec<String> = columns.iter().map(|c| ident(c)).map(|c| format!("old.{c} IS NOT new.{c}")).collect();
    for (event, guard) in [("UPDATE", format!("WHEN {}", differs.join(" OR "))), ("DELETE", String::new())] {
        // Keeps a row the first time that this run changes or deletes it.
        conn.execute_batch(&format!(
            "DROP TRIGGER IF EXISTS temp.keep_{table}_{event};
             CREATE TEMP TRIGGER keep_{table}_{event} BEFORE {event} ON main.{table} {guard} BEGIN
               INSERT INTO main.undo (run, tbl, pk, lead, made, before)
               SELECT r.run, '{table}', {pk}, {lead}, {made}, {before} FROM temp.this_run r
               WHERE NOT EXISTS (SELECT 1 FROM main.undo u WHERE u.run = r.run AND u.tbl = '{table}' AND u.pk = {pk});
             END"
        ))?;
    }
    Ok(())
}
