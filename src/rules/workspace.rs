//! The files of a workspace together: bytes in, [`Sop`] out, or every problem of every file. Pure: the caller reads the folder.
//!
//! Files are read in the order in which they need each other (fields, calendar, scoring, team, lifecycle,
//! assignment, sla, alerts, experiments, reports, delivery, content, nurture, tests), whatever order they came in; a file that is missing brings its default. One problem never
//! hides another file's problems, and a file with errors makes no name of another one wrong (`echo`).

use super::fields::{self, Fields};
use super::files::{is_beside_the_point, plain_name, text_of};
use super::known::Known;
use super::reader::{Reader, compile};
use super::scoring;
use super::sop::{Derived, Sop};
use super::{alerts, assignment, calendar, cases, echo, empty, experiments, lifecycle, paths, reports, sla, team, yaml};
use crate::condition::{Scope, ScopeKind, Want};
use crate::diag::{Diagnostics, SourceId, Sources, Span};
use crate::model::{Calendar, stable_hash};

/// Changes when the meaning of unchanged files does: part of the fingerprint, so that every lead is scored anew.
const RULES_VERSION: &str = concat!("rules 1, sop ", env!("CARGO_PKG_VERSION"));

/// One file as the caller read it: its name relative to the workspace (`sops/scoring.yaml`), its bytes or why there are none.
pub type File = (String, Result<Vec<u8>, String>);

/// The starter SOPs: the same bytes as the repository's `sops/`.
pub fn starter() -> Vec<(String, Vec<u8>)> {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    vec![
        file("sops/fields.yaml", include_str!("../../sops/fields.yaml")),
        file("sops/calendar.yaml", include_str!("../../sops/calendar.yaml")),
        file("sops/scoring.yaml", include_str!("../../sops/scoring.yaml")),
        file("sops/team.yaml", include_str!("../../sops/team.yaml")),
        file("sops/lifecycle.yaml", include_str!("../../sops/lifecycle.yaml")),
        file("sops/assignment.yaml", include_str!("../../sops/assignment.yaml")),
        file("sops/sla.yaml", include_str!("../../sops/sla.yaml")),
        file("sops/alerts.yaml", include_str!("../../sops/alerts.yaml")),
        file("sops/reports.yaml", include_str!("../../sops/reports.yaml")),
        file("sops/delivery.yaml", include_str!("../../sops/delivery.yaml")),
        file("sops/nurture/birthday.yaml", include_str!("../../sops/nurture/birthday.yaml")),
        file("sops/nurture/decision.yaml", include_str!("../../sops/nurture/decision.yaml")),
        file("sops/nurture/event-signup.yaml", include_str!("../../sops/nurture/event-signup.yaml")),
        file("sops/nurture/interested.yaml", include_str!("../../sops/nurture/interested.yaml")),
        file("sops/nurture/newcomer.yaml", include_str!("../../sops/nurture/newcomer.yaml")),
        file("sops/nurture/order-thanks.yaml", include_str!("../../sops/nurture/order-thanks.yaml")),
        file("sops/nurture/web-form.yaml", include_str!("../../sops/nurture/web-form.yaml")),
        file("sops/content/birthday-card.md", include_str!("../../sops/content/birthday-card.md")),
        file("sops/content/case-auto.md", include_str!("../../sops/content/case-auto.md")),
        file("sops/content/case-general.md", include_str!("../../sops/content/case-general.md")),
        file("sops/content/case-mfg.md", include_str!("../../sops/content/case-mfg.md")),
        file("sops/content/deep-dive.md", include_str!("../../sops/content/deep-dive.md")),
        file("sops/content/intro-general.md", include_str!("../../sops/content/intro-general.md")),
        file("sops/content/intro-mfg.md", include_str!("../../sops/content/intro-mfg.md")),
        file("sops/content/intro-sms.md", include_str!("../../sops/content/intro-sms.md")),
        file("sops/content/nudge.md", include_str!("../../sops/content/nudge.md")),
        file("sops/content/order-again.md", include_str!("../../sops/content/order-again.md")),
        file("sops/content/order-checkin.md", include_str!("../../sops/content/order-checkin.md")),
        file("sops/content/order-thanks.md", include_str!("../../sops/content/order-thanks.md")),
        file("sops/content/product-brief.md", include_str!("../../sops/content/product-brief.md")),
        file("sops/content/roi-calculator.md", include_str!("../../sops/content/roi-calculator.md")),
        file("sops/content/signup-confirm.md", include_str!("../../sops/content/signup-confirm.md")),
        file("sops/content/signup-recording.md", include_str!("../../sops/content/signup-recording.md")),
        file("sops/content/signup-reminder.md", include_str!("../../sops/content/signup-reminder.md")),
        file("sops/content/story-large.md", include_str!("../../sops/content/story-large.md")),
        file("sops/content/story-small.md", include_str!("../../sops/content/story-small.md")),
        file("sops/content/trial-a.md", include_str!("../../sops/content/trial-a.md")),
        file("sops/content/trial-b.md", include_str!("../../sops/content/trial-b.md")),
        file("sops/content/webinar.md", include_str!("../../sops/content/webinar.md")),
        file("sops/tests/scoring.yaml", include_str!("../../sops/tests/scoring.yaml")),
        file("sops/tests/lifecycle.yaml", include_str!("../../sops/tests/lifecycle.yaml")),
        file("sops/tests/assignment.yaml", include_str!("../../sops/tests/assignment.yaml")),
        file("sops/tests/promises.yaml", include_str!("../../sops/tests/promises.yaml")),
        file("sops/tests/nurture.yaml", include_str!("../../sops/tests/nurture.yaml")),
    ]
}

/// Reads the files of a workspace: the checked whole with its warnings, or the texts with all problems.
pub fn load(files: &[File]) -> Result<(Sop, Diagnostics), (Sources, Diagnostics)> {
    let there = |name: &str| files.iter().any(|(n, _)| plain_name(n) == name);
    let mut files: Vec<&File> = files.iter().filter(|(name, _)| !is_beside_the_point(name)).collect();
    files.sort_by_key(|(name, _)| plain_name(name));
    let (mut sources, mut out) = (Sources::default(), Diagnostics::default());
    let texts: Vec<(String, SourceId, String)> = files.into_iter().filter_map(|(name, bytes)| text_of(name, bytes.as_ref(), &mut sources, &mut out)).collect();
    let whole = |name: &str| texts.iter().find(|(n, ..)| n == name).map(|(_, id, text)| (*id, text.as_str()));

    let mut reviews = Vec::new();
    let mut fields = read_file(whole("fields.yaml"), &mut out, &mut reviews, fields::read).unwrap_or_else(fields::builtin);
    let derived = compile_derived(&mut fields, &mut out);
    let (calendar, calendar_ends) = read_file(whole("calendar.yaml"), &mut out, &mut reviews, calendar::read).unwrap_or_else(|| (Calendar::default(), None));
    let scored = read_file(whole("scoring.yaml"), &mut out, &mut reviews, |n, r| scoring::read::read(n, &fields.dictionary, r));
    let scoring = match scored {
        Some((scoring, spots)) => {
            if !out.has_errors() {
                scoring::check::check(&scoring, &spots, &mut out);
            }
            scoring
        }
        None => scoring::read::default(),
    };
    let letters = paths::Letters::new(&texts, &mut out);
    let (team, owner_spots) = split(read_file(whole("team.yaml"), &mut out, &mut reviews, team::read::read), there("team.yaml"));
    let staged = read_file(whole("lifecycle.yaml"), &mut out, &mut reviews, |n, r| lifecycle::read::read(n, (&fields.dictionary, &scoring, &letters.media), r));
    let (lifecycle, stage_spots) = split(staged, there("lifecycle.yaml"));
    let known = Known::new(&fields.dictionary, &scoring, lifecycle.as_ref(), team.as_ref()).with_messages(&letters.media, &letters.steps);
    let assigned = read_file(whole("assignment.yaml"), &mut out, &mut reviews, |n, r| assignment::read::read(n, &known, r));
    let (assignment, rule_spots) = split(assigned, there("assignment.yaml"));
    let known = known.with_queues(assignment.iter().flat_map(|a| &a.queues).map(|q| q.id.as_str()));
    let promised = read_file(whole("sla.yaml"), &mut out, &mut reviews, |n, r| sla::read::read(n, &known, r));
    let (promises, promise_spots) = split(promised, there("sla.yaml"));
    let alerting = read_file(whole("alerts.yaml"), &mut out, &mut reviews, |n, r| alerts::read::read(n, &known, r));
    let (alerts, told) = split(alerting, there("alerts.yaml"));
    let experiments = read_file(whole("experiments.yaml"), &mut out, &mut reviews, |n, r| experiments::read::read(n, &known, r)).unwrap_or_default();
    let reports = read_file(whole("reports.yaml"), &mut out, &mut reviews, reports::read::read).unwrap_or_default();
    let read = letters.read(&known, &mut out, &mut reviews);
    let (mut all_cases, named) = (Vec::new(), read.letters());
    for (_, id, text) in texts.iter().filter(|(n, ..)| n.starts_with("tests/")) {
        let (assignment, promises, alerts) = (assignment.as_ref(), promises.as_deref(), alerts.as_deref());
        let around = cases::Around { calendar: &calendar, scoring: &scoring, known: &known, assignment, promises, alerts, letters: &named };
        let read = read_file(Some((*id, text.as_str())), &mut out, &mut reviews, |n, r| cases::read(n, &around, r));
        all_cases.extend(read.unwrap_or_default());
    }
    let (lifecycle, team, assignment) = (lifecycle.unwrap_or_default(), team.unwrap_or_default(), assignment.unwrap_or_default());
    let (promises, alerts) = (promises.unwrap_or_default(), alerts.unwrap_or_default());
    if !out.has_errors() {
        lifecycle::check::check(&lifecycle, &scoring, (&fields.dictionary, &calendar), &stage_spots, &mut out);
        assignment::check::check(&assignment, &rule_spots, (&team, &owner_spots), (&fields.dictionary, &calendar), &mut out);
        read.check((&scoring, &lifecycle), (&team, &fields.dictionary, &calendar), &mut out);
        [&promise_spots.recipients, &told].into_iter().for_each(|spots| sla::recipient::check(spots, &team, &mut out));
        if !there("calendar.yaml") {
            sla::check::business_time(promise_spots.business.iter().chain(&rule_spots.business), &mut out);
        }
    }
    echo::silence(&sources, &mut out);
    empty::tell(&texts, &sources, &mut out);
    out.sort();
    if out.has_errors() {
        return Err((sources, out));
    }
    let mut parts: Vec<&[u8]> = vec![RULES_VERSION.as_bytes(), calendar.zone.name().as_bytes()];
    parts.extend(texts.iter().filter(|(n, ..)| !n.starts_with("tests/") && n != "reports.yaml").flat_map(|(n, _, t)| [n.as_bytes(), t.as_bytes()]));
    let fingerprint = format!("{:016x}", stable_hash(&parts));
    let (delivery, paths, content) = read.parts();
    let Fields { dictionary, tables, .. } = fields;
    let sop = Sop {
        dictionary,
        calendar,
        scoring,
        lifecycle,
        team,
        assignment,
        promises,
        alerts,
        delivery,
        paths,
        content,
        experiments,
        reports,
        derived,
        tables,
        cases: all_cases,
        reviews,
        calendar_ends,
        fingerprint,
        sources,
        starter: false,
    };
    Ok((sop, out))
}

/// The value of a file and its spots: the default where the file is missing, `None` where it is there and could not be read.
fn split<T: Default, S: Default>(read: Option<(T, S)>, there: bool) -> (Option<T>, S) {
    match read {
        Some((value, spots)) => (Some(value), spots),
        None => ((!there).then(T::default), S::default()),
    }
}

fn read_file<T>(
    file: Option<(SourceId, &str)>,
    out: &mut Diagnostics,
    reviews: &mut Vec<(Span, chrono::NaiveDate)>,
    read: impl FnOnce(&yaml::Node, &mut Reader<'_>) -> T,
) -> Option<T> {
    let (source, text) = file?;
    let root = yaml::parse(source, text, out)?;
    Some(read(&root, &mut Reader { text, out, reviews }))
}

fn compile_derived(fields: &mut Fields, out: &mut Diagnostics) -> Vec<Derived> {
    let scope = Scope::new(ScopeKind::Event, &fields.dictionary, &[]);
    let mut all = Vec::new();
    for d in std::mem::take(&mut fields.derived) {
        let when = match &d.filter {
            None => None,
            // A built-in condition that a declared event field's type makes impossible is left out with its kind; it is nobody's error.
            Some((text, place)) => {
                let mut quiet = Diagnostics::default();
                match compile(text, place, &scope, Want::Boolean, if d.declared { &mut *out } else { &mut quiet }) {
                    Some(c) => Some(c),
                    None => continue,
                }
            }
        };
        all.push(Derived { kind: d.kind, when });
    }
    all
}
