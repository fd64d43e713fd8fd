//! Typed reading of the located tree. Every reader reports what is wrong where it is wrong and goes on, so that one run tells everything.
//!
//! A reader returns `None` (or leaves an item out) only after it has pushed an error: a file that gave no error gave its whole value.

use super::yaml::{Entry, Kind, Node, Scalar, Style, colon};
use crate::condition::{Condition, Place, Scope, Want};
use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::model::{Duration, Within, fold, nearest};
use chrono::NaiveDate;
use std::num::IntErrorKind;

/// One file being read.
pub(super) struct Reader<'a> {
    /// Its text.
    pub(super) text: &'a str,
    /// Where problems go.
    pub(super) out: &'a mut Diagnostics,
    /// The `review_by:` dates met so far, for [`super::dated_warnings`].
    pub(super) reviews: &'a mut Vec<(Span, NaiveDate)>,
}

/// A map whose keys were checked.
#[derive(Clone, Copy)]
pub(super) struct Map<'n> {
    node: &'n Node,
    entries: &'n [Entry],
    keys: &'static [&'static str],
}

impl<'n> Map<'n> {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|e| e.key == key).map(|e| &e.value)
    }
    /// The bytes of a key.
    pub(super) fn key_span(&self, key: &str) -> Option<Span> {
        self.entries.iter().find(|e| e.key == key).map(|e| e.key_span)
    }
    /// Whether one of its unknown keys was told to be most likely this one: what follows from its absence is then no news.
    pub(super) fn is_misspelt(&self, key: &str) -> bool {
        let mut strange = self.entries.iter().filter(|e| !self.keys.contains(&e.key.as_str()));
        let meant = |e: &Entry| nearest(&e.key, self.keys.iter().copied()).or(e.key.split('：').next().map(str::trim)) == Some(key);
        self.get(key).is_none() && strange.any(meant)
    }
    /// Where problems of the whole map are shown.
    pub(super) fn span(&self) -> Span {
        self.node.span
    }
}

impl Reader<'_> {
    /// Reports an error.
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.out.push(Diagnostic::new(code, span, message).help(help));
    }
    fn wrong(&mut self, node: &Node, wanted: &str, help: impl Into<String>) {
        self.error(Code::WrongType, node.span, format!("{wanted} is wanted here, not {}", node.what()), help);
    }

    /// `review_by: DATE`, which every file may carry.
    pub(super) fn review_by(&mut self, map: Map<'_>) {
        if let Some(node) = map.get("review_by")
            && let Some(date) = self.date(node)
        {
            self.reviews.push((node.span, date));
        }
    }
    /// A map with exactly these possible keys; `what` names it in messages (`a rule`).
    pub(super) fn map<'n>(&mut self, node: &'n Node, what: &str, keys: &'static [&'static str]) -> Option<Map<'n>> {
        let Kind::Map(entries) = &node.kind else {
            if let Some(colon) = colon::within(self.text, node.span.start..node.span.end, node.span.source) {
                self.out.push(colon);
                return None;
            }
            let shape = keys.iter().take(3).map(|k| format!("{k}: …")).collect::<Vec<_>>().join(", ");
            self.wrong(node, what, format!("write it as `{{{shape}}}`"));
            return None;
        };
        for e in entries.iter().filter(|e| !keys.contains(&e.key.as_str())) {
            if let Some(colon) = colon::within(self.text, e.key_span.start..e.key_span.end, e.key_span.source) {
                self.out.push(colon);
                continue;
            }
            let help = match nearest(&e.key, keys.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it may have: {}", keys.join(", ")),
            };
            self.error(Code::UnknownKey, e.key_span, format!("{what} has no key `{}`", e.key), help);
        }
        Some(Map { node, entries, keys })
    }
    /// A required key's value.
    pub(super) fn need<'n>(&mut self, map: Map<'n>, what: &str, key: &str) -> Option<&'n Node> {
        let found = map.get(key);
        if found.is_none() && !map.is_misspelt(key) {
            self.error(Code::MissingKey, map.span(), format!("{what} needs `{key}:`"), format!("add `{key}: …`"));
        }
        found
    }
    /// A map whose keys are the writer's own names.
    pub(super) fn names<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Entry] {
        match &node.kind {
            Kind::Map(entries) => {
                for e in entries.iter().filter(|e| e.key.trim().is_empty()) {
                    self.error(Code::BadValue, e.key_span, format!("{what} without a name"), "write `name: …`");
                }
                entries
            }
            _ if node.is_nothing() => &[],
            _ => {
                self.wrong(node, &format!("a map ({what})"), "write `name: …` lines");
                &[]
            }
        }
    }
    /// The keys of a map, and no word about anything else.
    pub(super) fn names_of<'n>(&self, node: &'n Node) -> Vec<&'n str> {
        match &node.kind {
            Kind::Map(entries) => entries.iter().map(|e| e.key.as_str()).collect(),
            _ => Vec::new(),
        }
    }
    /// The items of a list.
    pub(super) fn items<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.kind {
            Kind::List(items) => items,
            _ if node.is_nothing() => &[],
            _ => {
                self.wrong(node, &format!("a list ({what})"), "write `[a, b]`, or one `- ` line each");
                &[]
            }
        }
    }

    fn scalar<'n>(&mut self, node: &'n Node, wanted: &str) -> Option<&'n Scalar> {
        match &node.kind {
            Kind::Scalar(s) if !node.is_nothing() => Some(s),
            _ => {
                let help = if node.is_nothing() { "write a value, or take the key out" } else { "write one value" };
                self.wrong(node, wanted, help);
                None
            }
        }
    }
    /// Any text, exactly as written.
    pub(super) fn text<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        self.scalar(node, "text").map(|s| s.text.as_str())
    }
    /// The text of a scalar, and no word about anything else: for a second look at what was read.
    pub(super) fn text_of<'n>(&self, node: &'n Node) -> Option<&'n str> {
        match &node.kind {
            Kind::Scalar(s) if !node.is_nothing() => Some(&s.text),
            _ => None,
        }
    }
    /// One text or a list of them, with their places.
    pub(super) fn texts<'n>(&mut self, node: &'n Node) -> Vec<(&'n str, Span)> {
        match &node.kind {
            Kind::List(items) => items.iter().filter_map(|n| Some((self.text(n)?, n.span))).collect(),
            _ => self.text(node).map(|t| (t, node.span)).into_iter().collect(),
        }
    }
    /// A whole number.
    pub(super) fn whole(&mut self, node: &Node) -> Option<i64> {
        let s = self.scalar(node, "a whole number")?;
        match s.text.parse::<i64>() {
            Ok(n) if s.style == Style::Plain && !s.text.starts_with('+') => Some(n),
            Ok(n) => {
                self.error(Code::WrongType, node.span, "a whole number is wanted here, not text", format!("write `{n}`"));
                None
            }
            Err(e) if matches!(e.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow) => {
                self.error(Code::BadValue, node.span, format!("`{}` is too large", s.text), "write a number of at most 18 digits");
                None
            }
            Err(_) => {
                let digits: String = s.text.chars().filter(|c| !matches!(c, '_' | ',' | ' ')).collect();
                let help = digits.parse::<i64>().map_or_else(|_| "write digits only, e.g. `40`".to_owned(), |n| format!("write `{n}`"));
                self.error(Code::WrongType, node.span, format!("`{}` is not a whole number", s.text), help);
                None
            }
        }
    }
    /// A whole number of at least `least`.
    pub(super) fn count(&mut self, node: &Node, least: i64) -> Option<usize> {
        let n = self.whole(node)?;
        if n < least {
            self.error(Code::BadValue, node.span, format!("`{n}` is too small"), format!("write a number of at least {least}"));
            return None;
        }
        usize::try_from(n).ok()
    }
    /// `true` or `false`.
    pub(super) fn yes_no(&mut self, node: &Node) -> Option<bool> {
        let s = self.scalar(node, "true or false")?;
        match (s.style, s.text.as_str()) {
            (Style::Plain, "true") => Some(true),
            (Style::Plain, "false") => Some(false),
            _ => {
                let help = match s.text.to_lowercase().as_str() {
                    "yes" | "on" | "true" | "y" | "1" | "是" => "write `true`",
                    "no" | "off" | "false" | "n" | "0" | "否" => "write `false`",
                    _ => "write `true` or `false`",
                };
                self.error(Code::WrongType, node.span, format!("true or false is wanted here, not `{}`", s.text), help);
                None
            }
        }
    }
    /// One of several words.
    pub(super) fn choice<T: Copy>(&mut self, node: &Node, choices: &[(&str, T)]) -> Option<T> {
        let s = self.scalar(node, "a word")?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == s.text) {
            return Some(*value);
        }
        let words: Vec<&str> = choices.iter().map(|(w, _)| *w).collect();
        let help = match nearest(&s.text, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? It takes: {}", words.join(", ")),
            None => format!("it takes: {}", words.join(", ")),
        };
        self.error(Code::BadValue, node.span, format!("`{}` is not possible here", s.text), help);
        None
    }
    /// A length of time longer than nothing.
    pub(super) fn duration(&mut self, node: &Node) -> Option<Duration> {
        let s = self.scalar(node, "a duration")?;
        match Duration::parse(&s.text) {
            Ok(d) if d.0 > 0 => Some(d),
            Ok(_) => {
                self.error(Code::BadValue, node.span, format!("`{}` is no time at all", s.text), "write e.g. `24h`, `7d`, `2w`");
                None
            }
            Err(why) => {
                self.error(Code::BadValue, node.span, why, "write e.g. `24h`, `7d`, `2w`");
                None
            }
        }
    }
    /// A length of time of the wall clock or of working time.
    pub(super) fn within(&mut self, node: &Node) -> Option<Within> {
        let s = self.scalar(node, "a length of time")?;
        match Within::parse(&s.text) {
            Ok(within) => Some(within),
            Err(why) => {
                self.error(Code::BadValue, node.span, why, "write e.g. `24h`, `7d`, `4 business hours`, `2 business days`");
                None
            }
        }
    }
    /// Days and ranges of days, `[2026-10-01..2026-10-07, 2026-12-31]`, each with its first and last day; `longest` days at most.
    pub(super) fn days(&mut self, node: &Node, longest: i64) -> Vec<(NaiveDate, NaiveDate, Span)> {
        let mut all = Vec::new();
        if node.is_nothing() {
            return all;
        }
        for (text, at) in self.texts(node) {
            let (from, to) = text.split_once("..").unwrap_or((text, text));
            match (date_of(from.trim()), date_of(to.trim())) {
                (Some(a), Some(b)) if a <= b && (b - a).num_days() < longest => all.push((a, b, at)),
                (Some(a), Some(b)) => {
                    let help = if a > b { format!("write `{b}..{a}`") } else { format!("a range has at most {longest} days") };
                    self.error(Code::BadValue, at, format!("`{text}` is not a range of days"), help);
                }
                _ => self.error(Code::BadValue, at, format!("`{text}` is not a date"), "write `2026-10-01`, or a range `2026-10-01..2026-10-07`"),
            }
        }
        all
    }
    /// A number of people's work (capacity, claims a day): 0 and up.
    pub(super) fn limit(&mut self, node: &Node, least: i64) -> Option<u32> {
        let n = self.count(node, least)?;
        let fits = u32::try_from(n).ok();
        if fits.is_none() {
            self.error(Code::BadValue, node.span, format!("`{n}` is too large"), "leave the key out for no limit");
        }
        fits
    }
    /// Tells when a name was there before: case and width are ignored. `what` names its kind (`stage`).
    pub(super) fn unique(&mut self, seen: &mut Vec<(String, String)>, name: &str, span: Span, what: &str) {
        let folded = fold(name).into_owned();
        match seen.iter().find(|(f, _)| *f == folded) {
            Some((_, other)) if other == name => {
                self.error(Code::NameClash, span, format!("the {what} `{name}` stands here twice"), "give each its own name");
            }
            Some((_, other)) => {
                self.error(Code::NameClash, span, format!("`{other}` and `{name}` are one name: case and width are ignored"), "rename one of them");
            }
            None => seen.push((folded, name.to_owned())),
        }
    }
    /// A name that must be one of `known`. `what` names their kind (`stage`), `none` says what to do when there are none.
    pub(super) fn known<'k>(&mut self, node: &Node, what: &str, known: impl Iterator<Item = &'k str> + Clone, none: &str) -> Option<&'k str> {
        let text = self.text(node)?;
        if let Some(found) = known.clone().find(|k| *k == text) {
            return Some(found);
        }
        let all: Vec<&str> = known.clone().collect();
        let help = match nearest(text, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None if all.is_empty() => none.to_owned(),
            None => format!("there are {}", all.join(", ")),
        };
        self.error(Code::UnknownName, node.span, format!("no {what} is named `{text}`"), help);
        None
    }
    /// `2026-11-21`.
    pub(super) fn date(&mut self, node: &Node) -> Option<NaiveDate> {
        let s = self.scalar(node, "a date")?;
        let date = date_of(&s.text);
        if date.is_none() {
            self.error(Code::BadValue, node.span, format!("`{}` is not a date", s.text), "write e.g. `2026-11-21`");
        }
        date
    }
    /// A condition or an expression, compiled in its scope.
    pub(super) fn condition(&mut self, node: &Node, scope: &Scope<'_>, want: Want) -> Option<Condition> {
        let s = self.scalar(node, "a condition")?;
        let place = node.place(self.text)?;
        compile(&s.text, &place, scope, want, self.out)
    }
}

/// `2026-11-21`, in exactly this form.
pub(super) fn date_of(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

/// Compiles, and answers `None` when that gave an error.
pub(super) fn compile(text: &str, place: &Place, scope: &Scope<'_>, want: Want, out: &mut Diagnostics) -> Option<Condition> {
    crate::condition::compile(text, place, scope, want, out)
}
