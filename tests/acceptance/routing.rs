//! Two public data sets handed out to their own people. Who must get how many is worked out here from the files, with a CSV reader
//! and whole numbers; never by the program.

use crate::{Workspace, data};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Rows = Vec<BTreeMap<String, String>>;

fn read(path: &Path) -> Rows {
    csv::Reader::from_path(path).unwrap().into_deserialize().map(Result::unwrap).collect()
}

fn pairs(ws: &Workspace, sql: &str) -> Vec<(String, i64)> {
    let db = Connection::open(ws.path().join("sop.db")).unwrap();
    let mut statement = db.prepare(sql).unwrap();
    statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(Result::unwrap).collect()
}

fn number(ws: &Workspace, sql: &str) -> i64 {
    Connection::open(ws.path().join("sop.db")).unwrap().query_row(sql, [], |r| r.get(0)).unwrap()
}

fn id_of(name: &str) -> String {
    name.to_lowercase().replace(' ', ".")
}

/// A colleague: region and weight.
type Team = BTreeMap<String, (String, i64)>;

fn team_yaml(agents: &Rows, weights: bool) -> (String, Team) {
    let mut yaml = String::from("owners:\n");
    let mut team = Team::new();
    let managers: BTreeSet<&String> = agents.iter().map(|a| &a["manager"]).collect();
    for manager in managers {
        yaml.push_str(&format!("  {}: {{name: {manager}, role: manager, capacity: 0}}\n", id_of(manager)));
    }
    for (i, a) in agents.iter().enumerate() {
        let weight = if weights { 1 + i64::try_from(i).unwrap() % 3 } else { 1 };
        let (id, region) = (id_of(&a["sales_agent"]), &a["regional_office"]);
        yaml.push_str(&format!("  {id}: {{name: {}, role: sales, region: {region}, manager: {}, weight: {weight}}}\n", a["sales_agent"], id_of(&a["manager"])));
        team.insert(id, (region.clone(), weight));
    }
    (yaml, team)
}

#[test]
fn maven_opportunities_are_spread_over_their_regions() {
    let Some(data) = data() else { return };
    let folder = data.join("maven_crm");
    let (agents, pipeline) = (read(&folder.join("sales_teams.csv")), read(&folder.join("sales_pipeline.csv")));
    let accounts: BTreeMap<String, BTreeMap<String, String>> = read(&folder.join("accounts.csv")).into_iter().map(|a| (a["account"].clone(), a)).collect();
    assert_eq!((agents.len(), pipeline.len(), accounts.len()), (35, 8_800, 85));
    let office: BTreeMap<&String, &String> = agents.iter().map(|a| (&a["sales_agent"], &a["regional_office"])).collect();
    let mut leads = String::from("id,company,region,employees\n");
    let mut of_region: BTreeMap<String, i64> = BTreeMap::new();
    for o in &pipeline {
        let region = office[&o["sales_agent"]];
        *of_region.entry(region.clone()).or_default() += 1;
        let employees = accounts.get(&o["account"]).map_or("", |a| a["employees"].as_str());
        leads.push_str(&format!("{},{},{region},{employees}\n", o["opportunity_id"], o["account"]));
    }
    for (by, weights) in [("round_robin", false), ("weighted", true), ("least_loaded", false)] {
        let (yaml, team) = team_yaml(&agents, weights);
        let rules: String = of_region
            .keys()
            .map(|r| format!("      - {{name: {r}, when: \"region = '{r}'\", to: {{owners_where: \"region = '{r}'\"}}, by: {by}}}\n"))
            .collect();
        let ws = Workspace::with(&[
            (
                "sops/fields.yaml",
                "currency: USD\nleads:\n  id: {type: text}\n  company: {type: text}\n  region: {type: text}\n  employees: {type: integer}\nidentity: [id]\n",
            ),
            ("sops/team.yaml", &yaml),
            (
                "sops/assignment.yaml",
                &format!("rounds:\n  - name: regions\n    when: owner IS NULL AND queue IS NULL\n    roles: [sales]\n    rules:\n{rules}"),
            ),
            ("leads.csv", &leads),
        ]);
        let deals = folder.join("sales_pipeline.csv").display().to_string();
        ws.run(&["score", "leads.csv", "--as-of", "2026-11-20T10:00:00", "--limit", "1"]).ok();
        ws.run(&["import", &deals, "--as", "deals", "--as-of", "2026-11-20T10:00:00"]).ok();
        ws.run(&["tick", "--as-of", "2026-11-20T10:00:00"]).ok();

        assert_eq!(number(&ws, "SELECT count(*) FROM lead_state WHERE owner IS NULL"), 0, "{by}: every lead is placed");
        const ELSEWHERE: &str = "SELECT l.region || ' > ' || s.owner, count(*) FROM leads l JOIN lead_state s USING (lead) GROUP BY 1";
        let mut got: BTreeMap<String, i64> = BTreeMap::new();
        for (pair, n) in pairs(&ws, ELSEWHERE) {
            let (region, owner) = pair.split_once(" > ").unwrap();
            assert_eq!(team[owner].0, region, "{by}: {owner} works elsewhere");
            got.insert(owner.to_owned(), n);
        }
        for (region, n) in &of_region {
            let people: Vec<(&String, i64)> = team.iter().filter(|(_, (r, _))| r == region).map(|(id, (_, w))| (id, *w)).collect();
            let shares: i64 = people.iter().map(|(_, w)| w).sum();
            let sum: i64 = people.iter().map(|(id, _)| got[*id]).sum();
            assert_eq!(sum, *n, "{by}: leads of {region}");
            for (id, weight) in people {
                // Within one lead of n × weight / shares.
                assert!((got[id] * shares - n * weight).abs() <= shares, "{by}: {id} got {} of {n}, weight {weight} of {shares}", got[id]);
            }
        }
        // A second run hands out nothing, and nobody touched the deals.
        assert!(ws.run(&["assign", "--as-of", "2026-11-20T11:00:00"]).ok().said().contains("nothing changed"), "{by}");
        assert_eq!(number(&ws, "SELECT count(*) FROM assignments"), 8_800, "{by}");
        let gtx = pipeline.iter().filter(|o| o["product"] == "GTXPro").count();
        assert_eq!((gtx, number(&ws, "SELECT count(*) FROM deals WHERE product = 'GTXPro'")), (1_480, 1_480), "{by}");
    }
}

#[test]
fn olist_customers_stay_with_whom_they_bought_from() {
    let Some(data) = data() else { return };
    let [leads, deals] = ["marketing_qualified_leads", "closed_deals"].map(|n| data.join(format!("olist/olist_{n}_dataset.csv")));
    let won: BTreeMap<String, String> = read(&deals).into_iter().map(|d| (d["mql_id"].clone(), d["sr_id"].clone())).collect();
    assert_eq!(won.len(), 842);
    let mut text = String::from("mql_id,first_contact_date,origin,sr_id\n");
    for l in read(&leads) {
        let rep = won.get(&l["mql_id"]).map_or("", String::as_str);
        text.push_str(&format!("{},{},{},{rep}\n", l["mql_id"], l["first_contact_date"], l["origin"]));
    }
    let ws = Workspace::with(&[
        (
            "sops/fields.yaml",
            "currency: BRL\nleads:\n  id: {type: text, aliases: [mql_id]}\n  created_at: {type: datetime, aliases: [first_contact_date]}\n  origin: {type: text}\n  owner: {type: owner, aliases: [sr_id]}\nidentity: [id]\n",
        ),
        ("sops/lifecycle.yaml", "stages:\n  - {id: mql}\n  - {id: sql, enter: accepted}\n  - {id: customer, enter: won_deals > 0, dated: first_won_at}\n"),
        ("sops/team.yaml", "owners:\n  ana: {name: Ana, role: sales}\n  rui: {name: Rui, role: sales}\n"),
        ("sops/assignment.yaml", "rounds:\n  - {name: all, when: stage IS NOT NULL, roles: [sales], rules: [{name: turn, by: round_robin}]}\n"),
        ("leads.csv", &text),
    ]);
    ws.run(&["score", "leads.csv", "--limit", "1", "--as-of", "2026-11-20T10:00:00"]).ok();
    let said = ws.run(&["import", "--as", "deals", deals.to_str().unwrap(), "--as-of", "2026-11-20T10:00:00"]).ok().said();
    assert!(said.contains("1 deal closed before its lead was created: b91cf8812365f50ff4bda4bcd6206b05"), "{said}");
    ws.run(&["tick", "--as-of", "2026-11-20T10:00:00"]).ok();
    assert_eq!(number(&ws, "SELECT count(*) FROM lead_state WHERE stage = 'customer'"), 842);
    let held: BTreeMap<String, i64> = pairs(&ws, "SELECT owner, count(*) FROM lead_state WHERE stage = 'customer' GROUP BY owner").into_iter().collect();
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    won.values().for_each(|rep| *expected.entry(rep.clone()).or_default() += 1);
    assert_eq!(held, expected, "nobody took them from whom they bought from");
    // 8,000 less 842, in turn.
    assert_eq!(pairs(&ws, "SELECT owner, count(*) FROM assignments GROUP BY owner ORDER BY owner"), [("ana".to_owned(), 3_579), ("rui".to_owned(), 3_579)]);
    // The contract dates the customer, not the day of the import.
    const DATED: &str = "SELECT count(*) FROM stage_history h JOIN deals d USING (lead) WHERE h.stage = 'customer' AND h.at = d.closed_at";
    assert_eq!(number(&ws, DATED), 842);
}
