//! Word lists, channels, and the columns of costs, deals and the other files.

use super::{CHANNEL_KEYS, COLUMN_KEYS, ORDERS, leads};
use crate::diag::Code;
use crate::model::{Channel, Dictionary, Table, TableColumn, fold, fold_header, nearest};
use crate::rules::builtin::{self, BuiltinChannel};
use crate::rules::reader::Reader;
use crate::rules::yaml::Node;
use rustc_hash::FxHashSet;

/// `lists: {决策者: [总监, CEO]}`; words folded, as they meet texts.
pub(super) fn read(node: &Node, r: &mut Reader<'_>) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    let mut names: FxHashSet<String> = FxHashSet::default();
    for e in r.names(node, "word lists") {
        if !names.insert(fold(&e.key).into_owned()) {
            r.error(Code::NameClash, e.key_span, format!("the list `{}` is declared already", e.key), "names ignore case and width; join the two");
        }
        let mut words = Vec::new();
        for (word, span) in r.texts(&e.value) {
            let folded = fold(word).into_owned();
            if folded.is_empty() {
                r.error(Code::BadValue, span, "an empty word would be found in every text", "take it out");
            } else if !words.contains(&folded) {
                words.push(folded);
            }
        }
        all.push((e.key.clone(), words));
    }
    all
}

pub(super) fn builtin_channels() -> Vec<Channel> {
    builtin::CHANNELS.iter().map(channel).collect()
}

fn channel(b: &BuiltinChannel) -> Channel {
    Channel { id: b.id.into(), title: b.title.into(), synonyms: builtin::value_spellings(b.synonyms).collect(), paid: b.paid, marketing: b.marketing }
}

/// `channels:`; declared ones come first, so that their spellings win.
pub(super) fn channels(node: &Node, d: &mut Dictionary, r: &mut Reader<'_>) {
    let mut declared: Vec<Channel> = Vec::new();
    let mut seen: Vec<(String, String)> = Vec::new();
    for e in r.names(node, "channels") {
        let known = builtin::CHANNELS.iter().find(|b| b.id == e.key);
        let mut c = known.map_or_else(|| Channel { id: e.key.clone(), title: e.key.clone(), synonyms: Vec::new(), paid: false, marketing: true }, channel);
        let mut spellings = vec![(e.key.as_str(), e.key_span)];
        if !e.value.is_nothing() {
            let Some(map) = r.map(&e.value, "a channel", CHANNEL_KEYS) else { continue };
            if let Some(n) = map.get("title")
                && let Some(t) = r.text(n)
            {
                c.title = t.into();
                spellings.push((t, n.span));
            }
            if let Some(n) = map.get("synonyms") {
                let own = r.texts(n);
                c.synonyms.splice(0..0, own.iter().map(|(s, _)| (*s).to_owned()));
                spellings.extend(own);
            }
            c.paid = map.get("paid").and_then(|n| r.yes_no(n)).unwrap_or(c.paid);
            c.marketing = map.get("marketing").and_then(|n| r.yes_no(n)).unwrap_or(c.marketing);
        }
        for (text, span) in spellings {
            let folded = fold(text).into_owned();
            match seen.iter().find(|(s, _)| *s == folded) {
                Some((_, other)) if *other != c.id => {
                    r.error(Code::AliasClash, span, format!("`{text}` would mean both channels `{other}` and `{}`", c.id), "leave it with one of them");
                }
                Some(_) => {}
                None => seen.push((folded, c.id.clone())),
            }
        }
        declared.push(c);
    }
    let builtin = std::mem::take(&mut d.channels);
    let kept = builtin.into_iter().filter(|b| !declared.iter().any(|c| c.id == b.id)).collect::<Vec<_>>();
    d.channels = declared.into_iter().chain(kept).collect();
}

pub(super) fn builtin_tables() -> Vec<Table> {
    let column = |(id, aliases): &(&str, &str)| TableColumn {
        id: (*id).into(),
        aliases: builtin::spellings(aliases).map(Into::into).collect(),
        order: None,
        values: Vec::new(),
    };
    builtin::TABLES.iter().map(|t| Table { id: t.id.into(), columns: t.columns.iter().map(column).collect() }).collect()
}

/// `costs: {amount: {aliases: [消费]}}` and its like.
pub(super) fn table(node: &Node, table: &mut Table, r: &mut Reader<'_>) {
    for e in r.names(node, "columns") {
        let Some(at) = table.columns.iter().position(|c| c.id == e.key) else {
            let known: Vec<&str> = table.columns.iter().map(|c| c.id.as_str()).collect();
            let help = nearest(&e.key, known.iter().copied()).map_or_else(|| format!("it may have: {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
            r.error(Code::UnknownKey, e.key_span, format!("{} have no column `{}`", table.id, e.key), help);
            continue;
        };
        if e.value.is_nothing() {
            continue;
        }
        let Some(map) = r.map(&e.value, "a column", COLUMN_KEYS) else { continue };
        let declared = map.get("aliases").map(|n| r.texts(n)).unwrap_or_default();
        for (alias, span) in &declared {
            let folded = fold_header(alias);
            if let Some(other) = declared_elsewhere(node, &e.key, &folded) {
                r.error(Code::AliasClash, *span, format!("the header `{alias}` would mean both `{other}` and `{}`", e.key), "leave it with one of them");
            }
            for c in &mut table.columns {
                c.aliases.retain(|a| fold_header(a) != folded);
            }
        }
        let order = map.get("order").and_then(|n| r.choice(n, ORDERS));
        let values = map.get("values").map(|n| leads::values(n, r)).unwrap_or_default();
        if let Some(c) = table.columns.get_mut(at) {
            c.aliases.splice(0..0, declared.iter().map(|(a, _)| (*a).to_owned()));
            (c.order, c.values) = (order, values);
        }
    }
}

/// An earlier column of the same section that declares this header.
fn declared_elsewhere<'n>(node: &'n Node, key: &str, folded: &str) -> Option<&'n str> {
    use crate::rules::yaml::Kind;
    let Kind::Map(entries) = &node.kind else { return None };
    entries.iter().take_while(|e| e.key != key).find_map(|e| {
        let Kind::Map(keys) = &e.value.kind else { return None };
        let aliases = &keys.iter().find(|k| k.key == "aliases")?.value;
        let has = |n: &Node| matches!(&n.kind, Kind::Scalar(s) if fold_header(&s.text) == folded);
        let found = if let Kind::List(items) = &aliases.kind { items.iter().any(has) } else { has(aliases) };
        found.then_some(e.key.as_str())
    })
}
