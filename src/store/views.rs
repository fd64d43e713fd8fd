//! For people who open the base with another tool: joined, readable, in local time.

use super::columns::{event_column, group_column, lead_column};
use super::{Columns, Result, Store, ident};
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

/// `fold(text)`: how text compares in `sop`.
pub(super) fn register(conn: &Connection) -> Result<()> {
    conn.create_scalar_function("fold", 1, FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC, |c| {
        Ok(c.get_raw(0).as_str_or_null()?.map(|t| crate::model::fold(t).into_owned()))
    })?;
    Ok(())
}

/// Local time of an instant column, by the offset in force then.
fn local(column: &str) -> String {
    format!("datetime({column} + (SELECT \"offset\" FROM zone WHERE from_at <= {column} ORDER BY from_at DESC LIMIT 1), 'unixepoch')")
}

/// (Re)creates the views for the columns that there are now.
pub(super) fn create(conn: &Connection, columns: &Columns) -> Result<()> {
    let letters: Vec<String> = (0..11).rev().map(|i| format!("substr('abcdefghijklmnopqrstuvwxyz234567', ((l.lead_key >> {}) & 31) + 1, 1)", i * 5)).collect();
    let key = format!("'k' || {} AS key", letters.join(" || "));
    let fields: String = columns.fields.iter().map(|(n, _)| format!(", l.{} AS {}", ident(&lead_column(n)), ident(n))).collect();
    let groups: String = columns.groups.iter().map(|g| format!(", s.{} AS {}", ident(&group_column(g)), ident(&group_column(g)))).collect();
    let event_fields: String = columns.event_fields.iter().map(|(n, _)| format!(", d.{} AS {}", ident(&event_column(n)), ident(n))).collect();
    let leads = format!(
        "CREATE VIEW v_leads AS SELECT l.lead, {key}, s.score AS total_score, s.band, s.stage AS stage_now, {} AS stage_since_local,
         s.owner AS owner_now, {} AS owner_since_local, s.queue, {} AS queue_since_local{groups},
         {} AS seen_at_local{fields}, l.extra FROM leads l JOIN lead_state s USING (lead) LEFT JOIN standings t USING (lead)",
        local("t.stage_at"),
        local("t.owner_at"),
        local("t.queue_at"),
        local("l.seen_at")
    );
    let digits = columns.currency_digits;
    let amount = |column: &str| if digits == 0 { column.to_owned() } else { format!("{column} / {:.1}", 10_f64.powi(digits as i32)) };
    let deals = format!(
        "CREATE VIEW v_deals AS SELECT d.deal, d.id, d.source, d.lead, {key}, d.company, d.owner, {} AS amount, d.kind, d.product, d.status, d.reason,
         {} AS opened_at_local, d.opened_at, {} AS closed_at_local, d.closed_at, (SELECT {} FROM payments p WHERE p.deal = d.deal) AS paid
         FROM deals d LEFT JOIN leads l USING (lead)",
        amount("d.amount"),
        local("d.opened_at"),
        local("d.closed_at"),
        amount("sum(p.amount * p.n)")
    );
    let follow_ups = format!(
        "CREATE VIEW v_follow_ups AS SELECT f.lead, {key}, {} AS at_local, f.at, f.owner, f.type, f.outcome, f.note, f.pain, f.progress, f.budget,
         {} AS next_at_local, f.next_at, f.quality FROM follow_ups f JOIN leads l USING (lead)",
        local("f.at"),
        local("f.next_at")
    );
    let events =
        format!("CREATE VIEW v_events AS SELECT e.lead, {} AS at_local, e.at, d.kind{event_fields} FROM events e JOIN details d USING (detail)", local("e.at"));
    let message: Vec<String> = letters.iter().map(|l| l.replace("l.lead_key", "m.message")).collect();
    let outbox = format!(
        "CREATE VIEW v_outbox AS SELECT 'm' || {} AS message, m.lead, {key}, m.path, m.step, m.part, m.medium, m.service, m.content, m.experiment, m.arm,
         m.address, m.colleague, m.subject, m.body, m.state, m.reason, {} AS due_at_local, m.due_at, {} AS not_before_local, m.not_before,
         {} AS not_after_local, m.attempts, {} AS sent_at_local, m.sent_at FROM messages m LEFT JOIN leads l USING (lead)",
        message.join(" || "),
        local("m.due_at"),
        local("m.not_before"),
        local("m.not_after"),
        local("m.sent_at")
    );
    let views = [("v_leads", leads.as_str()), ("v_events", &events), ("v_deals", &deals), ("v_follow_ups", &follow_ups), ("v_outbox", &outbox)];
    for (name, sql) in views {
        let there: Option<String> =
            conn.query_row("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?1", [name], |r| r.get(0)).map(Some).or_else(|e| match e {
                rusqlite::Error::QueryReturnedNoRows => Ok(None),
                e => Err(e),
            })?;
        if there.as_deref() != Some(sql) {
            conn.execute_batch(&format!("DROP VIEW IF EXISTS {name}; {sql}"))?;
        }
    }
    Ok(())
}

impl Store {
    /// Writes the zone's offsets: `(from, seconds east of UTC)`, oldest first.
    pub fn set_zone(&self, offsets: &[(i64, i64)]) -> Result<()> {
        let there: Vec<(i64, i64)> = {
            let mut s = self.conn.prepare("SELECT from_at, \"offset\" FROM zone ORDER BY from_at")?;
            s.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?
        };
        if there != offsets {
            self.conn.execute("DELETE FROM zone", [])?;
            let mut insert = self.conn.prepare("INSERT INTO zone (from_at, \"offset\") VALUES (?1, ?2)")?;
            for o in offsets {
                insert.execute([o.0, o.1])?;
            }
        }
        Ok(())
    }
}
