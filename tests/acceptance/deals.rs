//! Deals of two public data sets. What must come out stands in their `expected.json`, worked out with Python's csv, and in
//! the files' descriptions; never from the program.

use crate::{Workspace, data};
use rusqlite::Connection;

/// One row of numbers out of a workspace's base.
fn numbers<const N: usize>(ws: &Workspace, sql: &str) -> [i64; N] {
    let db = Connection::open(ws.path().join("sop.db")).unwrap();
    db.query_row(sql, [], |r| Ok(std::array::from_fn(|i| r.get(i).unwrap()))).unwrap()
}

#[test]
fn olist_deals_find_their_leads_and_the_impossible_one_is_named() {
    let Some(data) = data() else { return };
    let ws = Workspace::with(&[(
        "sops/fields.yaml",
        "currency: BRL\nleads:\n  id: {type: text, aliases: [mql_id]}\n  created_at: {type: datetime, aliases: [first_contact_date]}\n  channel: {type: channel, aliases: [origin]}\n",
    )]);
    let [leads, deals] = ["marketing_qualified_leads", "closed_deals"].map(|n| data.join(format!("olist/olist_{n}_dataset.csv")).display().to_string());
    ws.run(&["score", &leads, "--limit", "1"]).ok();
    let first = ws.run(&["import", "--as", "deals", &deals]).ok();
    assert!(first.said().contains("1 deal closed before its lead was created: b91cf8812365f50ff4bda4bcd6206b05"), "{}", first.said());
    const SUMS: &str = "SELECT count(*), count(DISTINCT lead), sum(status = 'won'), count(DISTINCT deal) FROM deals WHERE lead IS NOT NULL";
    assert_eq!(numbers(&ws, SUMS), [842, 842, 842, 842]);
    assert_eq!(numbers(&ws, "SELECT count(*) FROM leads"), [8000]);
    // By where the leads came from.
    let of = |origin: &str| numbers(&ws, &format!("SELECT count(*) FROM deals JOIN leads USING (lead) WHERE channel {origin}"));
    assert_eq!([of("= 'paid_search'"), of("= 'organic_search'"), of("= 'social'"), of("IS NULL")], [[195], [271], [75], [14]]);
    let again = ws.run(&["import", "--as", "deals", &deals, "-f", "json"]).ok().json();
    let row = &again["rows"][0];
    assert_eq!([&row["new"], &row["updated"], &row["unchanged"]], [0, 0, 842]);
}

#[test]
fn maven_deals_tie_out_to_the_cent() {
    let Some(data) = data() else { return };
    let ws = Workspace::with(&[("sops/fields.yaml", "currency: USD\n")]);
    let file = data.join("maven_crm/sales_pipeline.csv").display().to_string();
    let first = ws.run(&["import", &file, "-f", "json"]).ok().json();
    assert_eq!([first["rows"][0]["kind"].as_str(), Some("deals")], [Some("deals"); 2]);
    const SUMS: &str = "SELECT sum(status = 'won'), sum(status = 'lost'), sum(status = 'open'), sum(iif(status = 'won', amount, 0)), count(lead) FROM deals";
    assert_eq!(numbers(&ws, SUMS), [4238, 2473, 2089, 1_000_553_400, 0], "cents");
    // Days to win: the median of 4,238 is the mean of the two in the middle, both 57.
    const MEDIAN: &str =
        "SELECT min(d), max(d) FROM (SELECT (closed_at - opened_at) / 86400 AS d FROM deals WHERE status = 'won' ORDER BY d LIMIT 2 OFFSET 2118)";
    assert_eq!(numbers(&ws, MEDIAN), [57, 57]);
    let again = ws.run(&["import", &file, "-f", "json"]).ok().json();
    assert_eq!([&again["rows"][0]["new"], &again["rows"][0]["updated"], &again["rows"][0]["unchanged"]], [0, 0, 8800]);
}
