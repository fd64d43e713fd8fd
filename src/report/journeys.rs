//! `sop report nurture`: what each path and each of its steps has brought, beside those who were left alone to compare with.

use super::walk::{FEW, number, percent, share, too_few};
use super::{Cell, Column, ColumnType, Frame, Layout, Note, Report, Section};
use crate::measure::{Finding, Proportion, difference, finding};
use std::collections::BTreeMap;

/// Journeys of one path by how they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Its name.
    pub path: String,
    /// Its title.
    pub title: Option<String>,
    /// Leads that matched when the path came: counted, never enrolled.
    pub noted: u64,
    /// Journeys that are written to, by state.
    pub treated: BTreeMap<String, u64>,
    /// Journeys that are only measured, by state.
    pub control: BTreeMap<String, u64>,
}

/// Messages of one part of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The path.
    pub path: String,
    /// The step.
    pub step: String,
    /// `main` or `fallback`.
    pub part: String,
    /// `email`
    pub medium: String,
    /// By state.
    pub states: BTreeMap<String, u64>,
    /// Sent messages that came back as undeliverable.
    pub bounced: u64,
    /// Of those delivered (sent, and not come back): the ones that were opened, clicked, replied to; once each, by people.
    pub opened: u64,
    /// See [`Step::opened`].
    pub clicked: u64,
    /// See [`Step::opened`].
    pub replied: u64,
    /// What of this medium was never imported.
    pub unheard: Unheard,
}

/// What was never imported: that nobody did it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unheard {
    /// Nobody told of openings.
    pub opens: bool,
    /// Nobody told of clicks.
    pub clicks: bool,
    /// Nobody told of replies.
    pub replies: bool,
}

/// Journeys that ended, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// The path.
    pub path: String,
    /// How: `exited`, `superseded`.
    pub state: String,
    /// The reason; blank = none told.
    pub why: String,
    /// How many.
    pub count: u64,
}

/// What became of journeys.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// By path.
    pub paths: Vec<Path>,
    /// By step and part.
    pub steps: Vec<Step>,
    /// By path and reason.
    pub exits: Vec<Exit>,
    /// Journeys that began in it only.
    pub period: bool,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// By path; then by step; then why journeys ended.
pub fn report(facts: Facts) -> Report {
    let mut columns = vec![Column::text("path"), Column::text("path_title")];
    columns.extend(["enrolled", "active", "paused", "finished", "goal", "exited", "superseded"].map(Column::integer));
    columns.push(Column::new("goal_rate", ColumnType::Percent));
    columns.push(Column::integer("control"));
    columns.extend(["control_rate", "uplift"].map(|id| Column::new(id, ColumnType::Percent)));
    columns.extend(["uplift_low", "uplift_high"].map(|id| Column::new(id, ColumnType::Percent)));
    columns.push(Column::integer("noted"));
    columns.push(Column::text("remark").sentences());
    let mut report = Report::new("journeys", &facts.frame, columns);
    report.whole = true;
    report.rows = facts.paths.iter().map(path).collect();
    report.sections.push(steps(&facts.steps));
    report.sections.push(exits(&facts.exits));
    report.total("enrolled", number(facts.paths.iter().map(|p| all(&p.treated)).sum()));
    report.total("goal", number(facts.paths.iter().map(|p| of(&p.treated, "goal")).sum()));
    report.total("sent", number(facts.steps.iter().map(|s| of(&s.states, "sent")).sum()));
    let which = if facts.period { "journeys that began in the period, with what has become of them by now" } else { "all journeys" };
    report.note(
        "journeys",
        format!(
            "{which}; goal rate = goal / enrolled; control: leads of the path that are only measured; uplift = goal rate − control's, with Newcombe's 95 % interval; noted: \
             matched before the path began, not enrolled by itself"
        ),
    );
    report.note(
        "messages",
        "sent: taken by whoever carries it on; delivered = sent − bounced; opened, clicked and replied are of those delivered, once per message, by people; click to open = clicked / \
         opened; a click counts although its opening was not seen",
    );
    unheard(&mut report, &facts.steps);
    report.notes.extend(facts.notes);
    report
}

/// Whatever was never imported is blank, not zero: of which messages, and what to do.
fn unheard(report: &mut Report, steps: &[Step]) {
    let media: BTreeMap<&str, Unheard> = steps.iter().filter(|s| of(&s.states, "sent") > 0).map(|s| (s.medium.as_str(), s.unheard)).collect();
    for (medium, Unheard { opens, clicks, replies }) in media {
        for (what, _) in [("opens", opens), ("clicks", clicks), ("replies", replies)].into_iter().filter(|(_, unheard)| *unheard) {
            let text = format!("no {what} by {medium} were ever imported: their number and rate are blank, not 0 (sop import FILE --as feedback)");
            report.note("unheard", text);
        }
    }
}

fn of(states: &BTreeMap<String, u64>, state: &str) -> u64 {
    states.get(state).copied().unwrap_or(0)
}

fn all(states: &BTreeMap<String, u64>) -> u64 {
    states.values().sum()
}

fn path(p: &Path) -> Vec<Cell> {
    let (enrolled, control) = (all(&p.treated), all(&p.control));
    let (ours, theirs) = (Proportion::new(of(&p.treated, "goal"), enrolled), Proportion::new(of(&p.control, "goal"), control));
    let enough = enrolled >= FEW && control >= FEW;
    let apart = difference(theirs, ours).filter(|_| enough);
    let remark = match finding(theirs, ours) {
        _ if enrolled == 0 => String::new(),
        _ if enrolled < FEW => too_few(enrolled, "enrolled"),
        _ if control == 0 => "no control: nobody knows what would have happened without it".to_owned(),
        Finding::TooFew => format!("{control} in control: too few to tell"),
        Finding::Undecided => "no difference that chance could not explain".to_owned(),
        Finding::Better => "better than control".to_owned(),
        Finding::Worse => "worse than control".to_owned(),
    };
    let mut row = vec![Cell::text(&*p.path), Cell::maybe(p.title.as_deref()), number(enrolled)];
    row.extend(["active", "paused", "finished", "goal", "exited", "superseded"].map(|state| number(of(&p.treated, state))));
    row.extend([percent(share(ours.hits(), enrolled)), number(control), percent(share(theirs.hits(), control))]);
    row.push(percent(apart.map(|(d, _)| d)));
    row.extend([percent(apart.map(|(_, i)| i.low)), percent(apart.map(|(_, i)| i.high))]);
    row.extend([number(p.noted), Cell::text(remark)]);
    row
}

/// The states a message may be in, in the order of its way.
const STATES: [&str; 10] = ["queued", "sending", "sent", "failed", "unknown", "held", "deferred", "suppressed", "skipped", "cancelled"];

fn steps(steps: &[Step]) -> Section {
    let mut columns: Vec<Column> = ["path", "step", "part", "medium"].map(Column::text).into();
    columns.extend(STATES.map(|state| Column::integer(&format!("{state}_messages"))));
    columns.extend(["bounced", "opened", "clicked", "replied"].map(Column::integer));
    columns.extend(["open_rate", "click_rate", "click_to_open", "reply_rate"].map(|id| Column::new(id, ColumnType::Percent)));
    columns.push(Column::text("remark").sentences());
    // A state that no message is in takes no room.
    let row = |s: &Step| {
        let delivered = of(&s.states, "sent").saturating_sub(s.bounced);
        let count = |n: u64| if n == 0 { Cell::Empty } else { number(n) };
        let mut row = [&s.path, &s.step, &s.part, &s.medium].map(|t| Cell::text(&**t)).to_vec();
        row.extend(STATES.map(|state| count(of(&s.states, state))));
        row.push(count(s.bounced));
        let Unheard { opens, clicks, replies } = s.unheard;
        let told = |n: u64, unheard: bool| if unheard { Cell::Empty } else { number(n) };
        row.extend([told(s.opened, opens), told(s.clicked, clicks), told(s.replied, replies)]);
        let rate = |n: u64, of: u64, unheard: bool| percent(share(n, of).filter(|_| !unheard));
        row.extend([rate(s.opened, delivered, opens), rate(s.clicked, delivered, clicks)]);
        row.extend([rate(s.clicked, s.opened, opens || clicks), rate(s.replied, delivered, replies)]);
        let remark = match delivered {
            0 => String::new(),
            n if n < FEW => too_few(n, "delivered"),
            _ => String::new(),
        };
        row.push(Cell::text(remark));
        row
    };
    Section::new("steps", Layout::Table, columns, steps.iter().map(row).collect())
}

fn exits(exits: &[Exit]) -> Section {
    let columns = vec![Column::text("path"), Column::text("ended_as"), Column::text("why"), Column::integer("count")];
    let none = |text: &str| Cell::text(if text.is_empty() { super::walk::NONE } else { text });
    let row = |e: &Exit| vec![Cell::text(&*e.path), Cell::text(&*e.state), none(&e.why), number(e.count)];
    Section::new("exits", Layout::Table, columns, exits.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Instant};

    fn states(all: &[(&str, u64)]) -> BTreeMap<String, u64> {
        all.iter().map(|(state, n)| ((*state).to_owned(), *n)).collect()
    }

    fn frame() -> Frame {
        Frame { as_of: Instant(0), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") }
    }

    /// 250 of 4,000 beside 200 of 4,000: the difference of 1.25 points lies between .2398 and 2.2648 (Newcombe's method 10).
    #[test]
    fn against_control() {
        let path = Path {
            path: "web-form".into(),
            treated: states(&[("goal", 250), ("active", 3000), ("finished", 750)]),
            control: states(&[("goal", 200), ("active", 3800)]),
            noted: 412,
            ..Path::default()
        };
        let few = Path { path: "new".into(), treated: states(&[("active", 3)]), ..Path::default() };
        let report = report(Facts { frame: frame(), paths: vec![path, few], steps: vec![], exits: vec![], period: false, notes: vec![] });
        let at = |id: &str| report.columns.iter().position(|c| c.id == id).expect("a column");
        let cell = |id: &str| report.rows[0][at(id)].clone();
        assert_eq!((cell("enrolled"), cell("goal_rate"), cell("control_rate")), (Cell::Integer(4000), Cell::Percent(0.0625), Cell::Percent(0.05)));
        let ends = [cell("uplift_low"), cell("uplift_high")];
        assert!(matches!(ends, [Cell::Percent(low), Cell::Percent(high)] if (low - 0.002_398).abs() < 5.1e-7 && (high - 0.022_648).abs() < 5.1e-7));
        assert_eq!((cell("remark"), cell("noted")), (Cell::text("better than control"), Cell::Integer(412)));
        assert_eq!(report.rows[1].last(), Some(&Cell::text("3 enrolled: too few to tell")));
    }

    #[test]
    fn rates_are_of_what_arrived() {
        let step = Step {
            path: "web-form".into(),
            step: "guide".into(),
            part: "main".into(),
            medium: "email".into(),
            states: states(&[("sent", 105), ("queued", 7)]),
            bounced: 5,
            opened: 40,
            clicked: 10,
            replied: 1,
            unheard: Unheard::default(),
        };
        let deaf = Step { unheard: Unheard { opens: true, replies: true, ..Unheard::default() }, opened: 0, ..step.clone() };
        let report = report(Facts { frame: frame(), paths: vec![], steps: vec![step, deaf], exits: vec![], period: false, notes: vec![] });
        let section = &report.sections[0];
        let at = |id: &str| section.columns.iter().position(|c| c.id == id).expect("a column");
        let rates = ["open_rate", "click_rate", "click_to_open", "reply_rate"].map(|id| section.rows[0][at(id)].clone());
        assert_eq!(rates, [0.4, 0.1, 0.25, 0.01].map(Cell::Percent));
        assert_eq!((&section.rows[1][at("open_rate")], &section.rows[1][at("opened")]), (&Cell::Empty, &Cell::Empty), "unheard is not unopened");
        assert_eq!((&section.rows[1][at("reply_rate")], &section.rows[1][at("click_to_open")]), (&Cell::Empty, &Cell::Empty));
        assert_eq!(section.rows[1][at("click_rate")], Cell::Percent(0.1), "clicks were told");
        let notes: Vec<&str> = report.notes.iter().filter(|n| n.code == "unheard").map(|n| n.text.as_str()).collect();
        assert!(matches!(notes.as_slice(), [opens, replies] if opens.contains("no opens by email") && replies.contains("no replies by email")), "{notes:?}");
        assert_eq!(report.totals[2].1, crate::report::Total::One(Cell::Integer(210)));
    }
}
