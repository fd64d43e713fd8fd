//! `sop report quality`: how far the data can be trusted, and what sales says of the leads: by channel, by reason, and at which stage.

use super::walk::{FEW, NONE, number, percent, share, too_few};
use super::{Cell, Column, ColumnType, Frame, Layout, Note, Report, Section};

/// What was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// A field that most work needs is blank.
    Blank,
    /// A cell that the last import could not read.
    BadValue,
    /// Two leads that may be one.
    Duplicate,
    /// Something that cannot be.
    Impossible,
    /// Something that belongs to nothing known.
    Orphan,
    /// A name that no list knows.
    Unknown,
}

impl Check {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::BadValue => "bad_value",
            Self::Duplicate => "duplicate",
            Self::Impossible => "impossible",
            Self::Orphan => "orphan",
            Self::Unknown => "unknown",
        }
    }
}

/// One thing that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked for.
    pub check: Check,
    /// The field, the name, the table.
    pub subject: String,
    /// How many.
    pub count: u64,
    /// Of how many; `None` = there is no whole.
    pub of: Option<u64>,
    /// Which: the first of them by name.
    pub detail: String,
    /// What to do about it.
    pub next: String,
}

/// What sales said of the leads of one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// The channel; blank = [`NONE`].
    pub channel: String,
    /// Leads taken on.
    pub accepted: u64,
    /// Leads given back.
    pub rejected: u64,
    /// The reason given most often.
    pub reason: Option<String>,
}

/// Leads or deals lost for one reason at one stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// `rejected` (the lead, by sales) or `lost` (the deal).
    pub what: &'static str,
    /// The reason's id, or as told; blank = none was told.
    pub reason: String,
    /// The furthest stage that the lead had reached then; blank = no lead is known.
    pub stage: String,
    /// How many.
    pub count: u64,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// The data.
    pub findings: Vec<Finding>,
    /// By channel.
    pub verdicts: Vec<Verdicts>,
    /// By reason and stage.
    pub losses: Vec<Loss>,
    /// Verdicts and closings in it only.
    pub period: bool,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// Data first, then what sales says.
pub fn report(facts: Facts) -> Report {
    let mut columns = vec![Column::text("check"), Column::text("subject").of_ids(), Column::integer("count"), Column::integer("of")];
    columns.push(Column::new("share", ColumnType::Percent));
    columns.extend([Column::text("detail").sentences(), Column::text("next").sentences()]);
    let mut report = Report::new("quality", &facts.frame, columns);
    report.whole = true;
    report.rows = facts.findings.iter().map(finding).collect();
    let (accepted, rejected) = facts.verdicts.iter().fold((0, 0), |(a, r), v| (a + v.accepted, r + v.rejected));
    report.sections.push(verdicts(facts.verdicts));
    report.sections.push(losses(facts.losses));
    let problems = facts.findings.iter().filter(|f| f.check != Check::Blank && f.count > 0).count();
    report.total("problems", Cell::count(problems));
    report.total("accepted", number(accepted));
    report.total("rejected_leads", number(rejected));
    let within = if facts.period { " in the period" } else { "" };
    report.note("quality", "a blank is a share of all leads in the base; what is not listed was looked for and not found");
    report.note(
        "verdicts",
        format!("verdicts: the latest that sales gave on a lead{within}, by the lead's channel; reject rate = rejected / (accepted + rejected); losses: rejects and lost deals{within} at the furthest stage that the lead had reached by then; the reason of a lost deal is its file's word, that of a reject one of lifecycle.yaml; share: of all rejects, or of all lost deals, blank below {FEW}"),
    );
    report.notes.extend(facts.notes);
    report
}

fn finding(f: &Finding) -> Vec<Cell> {
    let share = f.of.filter(|of| *of > 0).map(|of| f.count as f64 / of as f64);
    vec![
        Cell::text(f.check.name()),
        Cell::text(&*f.subject),
        number(f.count),
        f.of.map_or(Cell::Empty, number),
        percent(share),
        Cell::text(&*f.detail),
        Cell::text(&*f.next),
    ]
}

fn verdicts(mut rows: Vec<Verdicts>) -> Section {
    rows.sort_by(|a, b| {
        (a.channel.is_empty(), std::cmp::Reverse(a.accepted + a.rejected)).cmp(&(b.channel.is_empty(), std::cmp::Reverse(b.accepted + b.rejected)))
    });
    let mut columns = vec![Column::text("channel"), Column::integer("accepted"), Column::integer("rejected_leads")];
    columns.push(Column::new("reject_rate", ColumnType::Percent));
    columns.extend([Column::text("main_reason"), Column::text("remark").sentences()]);
    let row = |v: &Verdicts| {
        let all = v.accepted + v.rejected;
        let rate = share(v.rejected, all);
        vec![
            Cell::text(if v.channel.is_empty() { NONE } else { &v.channel }),
            number(v.accepted),
            number(v.rejected),
            percent(rate),
            Cell::maybe(v.reason.as_deref()),
            if rate.is_none() { Cell::text(too_few(all, "given")) } else { Cell::Empty },
        ]
    };
    Section::new("verdicts", Layout::Table, columns, rows.iter().map(row).collect())
}

fn losses(mut rows: Vec<Loss>) -> Section {
    rows.sort_by(|a, b| a.what.cmp(b.what).then(b.count.cmp(&a.count)).then_with(|| (&a.reason, &a.stage).cmp(&(&b.reason, &b.stage))));
    let columns =
        vec![Column::text("loss"), Column::text("reason"), Column::text("stage"), Column::integer("count"), Column::new("share", ColumnType::Percent)];
    let all = |what: &str| rows.iter().filter(|l| l.what == what).map(|l| l.count).sum::<u64>();
    let named = |text: &str| Cell::text(if text.is_empty() { NONE } else { text });
    let row = |l: &Loss| vec![Cell::text(l.what), named(&l.reason), named(&l.stage), number(l.count), percent(share(l.count, all(l.what)))];
    Section::new("losses", Layout::Table, columns, rows.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Instant};

    #[test]
    fn shares_by_hand() {
        let blank = Finding { check: Check::Blank, subject: "phone".into(), count: 25, of: Some(200), detail: String::new(), next: String::new() };
        let odd = Finding { check: Check::Impossible, subject: "deals".into(), count: 1, of: Some(0), detail: "b91".into(), next: String::new() };
        let verdicts = vec![
            Verdicts { channel: String::new(), accepted: 90, rejected: 10, reason: None },
            Verdicts { channel: "baidu".into(), accepted: 6, rejected: 14, reason: Some("price".into()) },
            Verdicts { channel: "expo".into(), accepted: 1, rejected: 1, reason: Some("price".into()) },
        ];
        let loss = |what, reason: &str, stage: &str, count| Loss { what, reason: reason.into(), stage: stage.into(), count };
        let losses = vec![loss("rejected", "price", "mql", 6), loss("rejected", "", "mql", 14), loss("lost", "late", "", 2)];
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") };
        let report = report(Facts { frame, findings: vec![blank, odd], verdicts, losses, period: false, notes: vec![] });
        assert_eq!((&report.rows[0][4], &report.rows[1][4]), (&Cell::Percent(0.125), &Cell::Empty), "of nothing there is no share");
        let v = &report.sections[0].rows;
        assert_eq!(v.iter().map(|r| r[0].clone()).collect::<Vec<_>>(), ["baidu", "expo", "(none)"].map(Cell::text));
        assert_eq!((&v[0][3], &v[1][3], &v[2][3]), (&Cell::Percent(0.7), &Cell::Empty, &Cell::Percent(0.1)));
        assert_eq!(v[1][5], Cell::text("2 given: too few to tell"));
        let l = &report.sections[1].rows;
        assert_eq!(l[0], vec![Cell::text("lost"), Cell::text("late"), Cell::text("(none)"), Cell::Integer(2), Cell::Empty]);
        assert_eq!((&l[1][1], &l[1][4], &l[2][4]), (&Cell::text("(none)"), &Cell::Percent(0.7), &Cell::Percent(0.3)));
        assert_eq!(report.totals[0].1, crate::report::Total::One(Cell::Integer(1)));
    }
}
