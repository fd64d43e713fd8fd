//! `sop report scores`: does the score know? What became of leads by the band that they had when they were handed over, not by the one
//! that they have now: a lead that was won has collected points since, and of course those look well.

use super::walk::{FEW, number, percent, share, too_few};
use super::{Cell, Column, ColumnType, Frame, Note, Report};
use crate::measure::auc;

/// The leads of one band, when they were handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Band {
    /// Its id; blank = none was known yet.
    pub band: String,
    /// Leads.
    pub leads: u64,
    /// Of them, those that sales took on afterwards.
    pub accepted: u64,
    /// Of them, those won afterwards.
    pub won: u64,
}

/// What was found out.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// From the lowest band to the highest; the one without a name, if any, first.
    pub bands: Vec<Band>,
    /// Leads judged at their first assignment.
    pub at_assignment: u64,
    /// Leads never assigned, judged when they first entered the stage that means mql.
    pub at_mql: u64,
    /// Leads that were never either: not judged.
    pub never: u64,
    /// Leads judged that neither sales nor a closed deal has said anything about yet.
    pub open: u64,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// By band, the highest first.
pub fn report(facts: Facts) -> Report {
    let mut columns = vec![Column::text("band"), Column::integer("leads")];
    for what in ["accepted", "won"] {
        columns.push(Column::integer(what));
        columns.extend(["rate", "share"].map(|id| Column::new(&format!("{what}_{id}"), ColumnType::Percent)));
        columns.push(Column::new(&format!("{what}_lift"), ColumnType::Number));
    }
    columns.push(Column::text("remark").sentences());
    let mut report = Report::new("scores", &facts.frame, columns);
    report.whole = true;
    let all = facts.bands.iter().fold(Band::default(), |sum, b| Band {
        band: String::new(),
        leads: sum.leads + b.leads,
        accepted: sum.accepted + b.accepted,
        won: sum.won + b.won,
    });
    report.rows = facts.bands.iter().rev().map(|b| row(b, &all)).collect();
    report.total("leads", number(all.leads));
    report.total("accepted", number(all.accepted));
    report.total("won", number(all.won));
    let area = |of: fn(&Band) -> u64| {
        // A band's place stands for its threshold: only the order matters.
        let each = facts.bands.iter().zip(0_i64..).filter(|(b, _)| !b.band.is_empty());
        auc(each.flat_map(|(b, place)| {
            let hits = of(b).min(b.leads);
            (0..b.leads).map(move |i| (place, i < hits))
        }))
    };
    for (id, of) in [("auc_accepted", (|b| b.accepted) as fn(&Band) -> u64), ("auc_won", |b| b.won)] {
        let area = area(of).filter(|_| of(&all) >= FEW && all.leads - of(&all).min(all.leads) >= FEW);
        report.total(id, area.map_or(Cell::Empty, |a| Cell::Number((a * 10_000.0).round() / 10_000.0)));
    }
    say(&mut report, &facts);
    report.notes.extend(facts.notes);
    report
}

fn row(b: &Band, all: &Band) -> Vec<Cell> {
    let mut row = vec![Cell::text(if b.band.is_empty() { super::walk::NONE } else { &b.band }), number(b.leads)];
    for (n, of_all) in [(b.accepted, all.accepted), (b.won, all.won)] {
        let (rate, base) = (share(n, b.leads), share(of_all, all.leads));
        let lift = rate.zip(base).filter(|(_, base)| *base > 0.0).map(|(rate, base)| rate / base);
        row.extend([number(n), percent(rate), percent(share(n, of_all))]);
        row.push(lift.map_or(Cell::Empty, |l| Cell::Number((l * 100.0).round() / 100.0)));
    }
    row.push(if b.leads < FEW { Cell::text(too_few(b.leads, "in it")) } else { Cell::Empty });
    row
}

fn say(report: &mut Report, facts: &Facts) {
    report.note(
        "as-of-then",
        format!(
            "the band is the one that the lead had when it was first assigned ({} leads), or else when it first entered the stage that means mql ({}), as the recorded \
             changes of bands tell it: what it did later does not count. Scores themselves are not recorded, so bands stand for them",
            facts.at_assignment, facts.at_mql
        ),
    );
    report.note(
        "outcomes",
        "accepted: sales took the lead on after that moment; won: a deal was won after it; rate = of the band's leads; share = of all accepted or won; lift = rate / rate of \
         all; auc = the chance that of two leads, one of them converted, that one was in the higher band (equal bands count half; 0.5 = no better than chance)",
    );
    if facts.open > 0 {
        report.note("open", format!("neither a verdict nor a closed deal yet: {} of them; they count as not converted", facts.open));
    }
    if facts.never > 0 {
        report.note("never", format!("never assigned nor mql: {}; nobody could convert these leads, they are left out", facts.never));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Instant};

    fn band(band: &str, leads: u64, accepted: u64, won: u64) -> Band {
        Band { band: band.into(), leads, accepted, won }
    }

    fn facts(bands: Vec<Band>) -> Facts {
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") };
        Facts { frame, bands, at_assignment: 90, at_mql: 10, never: 5, open: 7, notes: vec![] }
    }

    #[test]
    fn a_band_three_times_as_good() {
        let report = report(facts(vec![band("cold", 70, 0, 11), band("warm", 20, 0, 3), band("hot", 10, 0, 6)]));
        let at = |id: &str| report.columns.iter().position(|c| c.id == id).expect("a column");
        let hot = &report.rows[0];
        assert_eq!((&hot[0], &hot[at("won_rate")], &hot[at("won_lift")]), (&Cell::text("hot"), &Cell::Percent(0.6), &Cell::Number(3.0)));
        assert_eq!(hot[at("won_share")], Cell::Percent(0.3));
        assert_eq!((&hot[at("accepted_rate")], &hot[at("accepted_lift")]), (&Cell::Percent(0.0), &Cell::Empty), "nobody was taken on");
        // Pairs of a won and a lost lead: hot 6 x (59 + 17 + 4/2), warm 3 x (59 + 17/2), cold 11 x 59/2, of 20 x 80.
        let auc = |id: &str| report.totals.iter().find(|(name, _)| name == id).map(|(_, t)| t.clone());
        let expected = ((6.0 * 78.0 + 3.0 * 67.5 + 11.0 * 29.5) / 1600.0_f64 * 10_000.0).round() / 10_000.0;
        assert_eq!(auc("auc_won"), Some(crate::report::Total::One(Cell::Number(expected))));
        assert_eq!(auc("auc_accepted"), Some(crate::report::Total::One(Cell::Empty)));
    }

    #[test]
    fn a_handful_says_nothing() {
        let report = report(facts(vec![band("", 2, 1, 0), band("hot", 3, 1, 1)]));
        assert_eq!(report.rows[0].last(), Some(&Cell::text("3 in it: too few to tell")));
        assert_eq!(report.rows[1][0], Cell::text("(none)"));
        assert!(report.totals.iter().any(|(n, t)| n == "auc_won" && *t == crate::report::Total::One(Cell::Empty)));
    }
}
