//! Rows as they were before a run, and taking a run back.
//!
//! While a run writes, temporary triggers keep the first state of every row that it changes or deletes. Rows that it
//! creates carry its number. Taking a run back restores the first and deletes the second, so that the base is equal,
//! table by table, to the one before (`runs` apart). Only the newest runs keep their rows.

use super::{Result, Store, ident};
use crate::model::RunId;
use rusqlite::{Connection, params};

/// How many of the newest runs with changes can be taken back.
const KEPT_RUNS: i64 = 10;

/// Tables whose rows may be overwritten or deleted: name, key columns, the column that names the lead.
const TABLES: &[(&str, &[&str], &str)] = &[
    ("leads", &["lead"], "lead"),
    ("lead_state", &["lead"], "lead"),
    ("identities", &["hash", "lead"], "lead"),
    ("barred", &["hash"], "NULL"),
    ("source_rows", &["lead", "source"], "lead"),
    ("events", &["lead", "at", "seq"], "lead"),
    ("event_ids", &["hash"], "lead"),
    ("waiting_events", &["hash", "at", "detail"], "NULL"),
    ("to_decide", &["lead", "other"], "lead"),
    ("stage_history", &["lead", "at", "stage"], "lead"),
    ("waiting_stages", &["hash", "at", "stage"], "NULL"),
    ("meta", &["name"], "NULL"),
];

/// Tables whose rows carry the run that created them.
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
    ("details", "run"),
    ("changes", "run"),
    ("sop_versions", "run"),
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
        for (table, keys, lead) in TABLES {
            create_triggers(&self.conn, table, &self.column_names(table)?, keys, lead)?;
        }
        Ok(())
    }

    /// Columns were added: the triggers must keep them too.
    pub fn refresh_before_images(&self, run: RunId) -> Result<()> {
        if self.is_first_import() { Ok(()) } else { self.keep_before_images(run) }
    }

    /// Drops the kept rows of old runs.
    pub fn prune_undo(&self) -> Result<()> {
        // Runs past the newest that kept anything.
        const OLD: &str = "DELETE FROM undo WHERE run NOT IN (SELECT run FROM (SELECT DISTINCT run FROM undo) ORDER BY run DESC LIMIT ?1)";
        self.conn.execute(OLD, [KEPT_RUNS])?;
        Ok(())
    }

    /// Whether rows that this run overwrote were dropped since.
    pub fn undo_is_pruned(&self, run: RunId) -> Result<bool> {
        // A run that recorded changes, but whose kept rows are gone.
        const PRUNED: &str = "SELECT (SELECT count(DISTINCT run) FROM undo WHERE run > ?1) >= ?2 AND NOT EXISTS (SELECT 1 FROM undo WHERE run = ?1)";
        Ok(self.conn.query_row(PRUNED, params![run.0, KEPT_RUNS], |r| r.get(0))?)
    }

    /// A later run (but not `but`) that touched a lead which this run touched, if any.
    pub fn built_upon(&self, run: RunId, but: RunId) -> Result<Option<RunId>> {
        // Leads that a run created, gave something to, or overwrote.
        const TOUCHED: &str = "SELECT lead, lead_run AS run FROM leads UNION SELECT lead, run FROM events UNION SELECT lead, run FROM identities
            UNION SELECT lead, run FROM changes UNION SELECT lead, run FROM undo WHERE lead IS NOT NULL";
        let sql = format!(
            "WITH t AS ({TOUCHED}) SELECT min(b.run) FROM t a JOIN t b USING (lead) JOIN runs r ON r.run = b.run
             WHERE a.run = ?1 AND b.run > ?1 AND b.run <> ?2 AND r.undone_by IS NULL"
        );
        Ok(self.conn.query_row(&sql, [run.0, but.0], |r| r.get::<_, Option<i64>>(0))?.map(RunId))
    }

    /// Takes a run back. The caller has checked that nothing was built upon it.
    pub fn take_back(&self, run: RunId, by: RunId) -> Result<Undone> {
        self.conn.execute_batch("DELETE FROM temp.this_run")?; // what undo itself overwrites needs no keeping
        let mut undone = Undone::default();
        for (table, _, _) in TABLES {
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
        for (table, column) in CREATED {
            let n = self.conn.execute(&format!("DELETE FROM {table} WHERE {column} = ?1"), [run.0])?;
            if n > 0 {
                undone.deleted.push(((*table).to_owned(), n));
            }
        }
        self.conn.execute("DELETE FROM undo WHERE run = ?1", [run.0])?;
        self.conn.execute("UPDATE runs SET undone_by = ?2 WHERE run = ?1", [run.0, by.0])?;
        Ok(undone)
    }
}

/// One trigger for updates and one for deletions of a table.
fn create_triggers(conn: &Connection, table: &str, columns: &[String], keys: &[&str], lead: &str) -> Result<()> {
    let names: Vec<String> = columns.iter().map(|c| ident(c)).collect();
    let literals: Vec<String> = names.iter().map(|c| format!("quote(old.{c})")).collect();
    let pk: Vec<String> = keys.iter().map(|k| format!("quote(old.{k})")).collect();
    let pk = pk.join(" || ',' || ");
    let lead = if lead == "NULL" { lead.to_owned() } else { format!("old.{lead}") };
    let differs: Vec<String> = names.iter().map(|c| format!("old.{c} IS NOT new.{c}")).collect();
    for (event, guard) in [("UPDATE", format!("WHEN {}", differs.join(" OR "))), ("DELETE", String::new())] {
        // Keeps a row the first time that this run changes or deletes it.
        conn.execute_batch(&format!(
            "DROP TRIGGER IF EXISTS temp.keep_{table}_{event};
             CREATE TEMP TRIGGER keep_{table}_{event} BEFORE {event} ON main.{table} {guard} BEGIN
               INSERT INTO main.undo (run, tbl, pk, lead, before)
               SELECT r.run, '{table}', {pk}, {lead}, '({}) VALUES (' || {} || ')' FROM temp.this_run r
               WHERE NOT EXISTS (SELECT 1 FROM main.undo u WHERE u.run = r.run AND u.tbl = '{table}' AND u.pk = {pk});
             END",
            names.join(", ").replace('\'', "''"),
            literals.join(" || ',' || ")
        ))?;
    }
    Ok(())
}
