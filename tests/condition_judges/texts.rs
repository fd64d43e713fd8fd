//! No text makes the parser panic, or point outside its characters.

use crate::cases;
use crate::condition_world::{World, states};
use proptest::prelude::*;
use sop::condition::{Scope, ScopeKind, Want, compile};
use sop::diag::{Diagnostics, SourceId};

proptest! {
    #![proptest_config(cases(800))]

    #[test]
    fn no_text_panics_and_spans_lie_on_characters(text in "\\PC{0,40}") {
        strange(&text);
    }

    #[test]
    fn no_mixture_of_tokens_panics(parts in prop::collection::vec(prop::sample::select(PIECES), 0..24), tight in any::<bool>()) {
        strange(&parts.join(if tight { "" } else { " " }));
    }
}

#[test]
fn conditions_inside_odd_quotes_point_at_characters() {
    for text in [
        "events('*', '7d', 'path ＝ 中",
        "events('*', '7d', ‘制造业’",
        "events('*', '7d', ’",
        "events( ， ， ' 制造业",
        "events('*','7d','path ＝ ''中''')",
        "events('*', '7d', “中’",
    ] {
        strange(text);
    }
}

const PIECES: &[&str] = &[
    "stage",
    "days_in_stage",
    "reached(",
    "follow_ups(",
    "industries",
    "'mql'",
    "'30d'",
    "industry",
    "employees",
    "title",
    "制造业",
    "(",
    ")",
    "（",
    "）",
    "'",
    "''",
    "'a'",
    "’",
    "‘",
    "“",
    "”",
    "\"",
    "[",
    "]",
    "【",
    "＝",
    "=",
    "<",
    ">",
    "＞",
    "!",
    "&",
    "|",
    "，",
    ",",
    "NOT",
    "AND",
    "OR",
    "IN",
    "BETWEEN",
    "LIKE",
    "IS",
    "NULL",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "1",
    "１",
    "2.5",
    "1e9",
    "30d",
    "5万",
    "-",
    "--",
    "+",
    "*",
    "/",
    "events(",
    "'page_view'",
    "'7d'",
    "'path ＝ ''中'''",
    "has_any(",
    "has_tag(",
    "coalesce(",
    "as_of",
    "created_at",
    "score",
    "TRUE",
    "\n",
    "\u{3000}",
    "é",
    "%",
    "％",
    "；",
    "≥",
    "🙂",
    "extra(",
    "days_since(",
    "'2026-11-21'",
    "0",
    "'%CTO%'",
    ".",
    "_",
];

fn strange(text: &str) {
    let w = World::new();
    let scopes = [
        (ScopeKind::Scoring, Want::Boolean),
        (ScopeKind::Event, Want::Boolean),
        (ScopeKind::Lifecycle, Want::Boolean),
        (ScopeKind::Where, Want::Number),
        (ScopeKind::Owner, Want::Boolean),
    ];
    for (kind, want) in scopes {
        let mut out = Diagnostics::default();
        let place = sop::condition::Place::verbatim(SourceId(0), 0, text.len());
        let condition = compile(text, &place, &Scope::new(kind, &w.dictionary, &states(kind)), want, &mut out);
        assert_eq!(condition.is_none(), out.has_errors(), "{text:?}: no value without a reason");
        for d in &out.0 {
            let span = d.span.expect("a span");
            assert!(text.get(span.start..span.end).is_some(), "{text:?} {d:?}");
        }
        if let Some(condition) = condition {
            condition.test(&w.facts());
            let _ = condition.explain(&w.facts()).summary();
        }
    }
}
