//! The fields.yaml of an export.

use super::columns::{Column, Columns};
use super::yaml::{comment, file, list, scalar, width};
use crate::ingest::OptOut;
use crate::model::{DateOrder, Dictionary, FieldType, ValueMatch, fold};
use std::fmt::Write as _;

/// Remarks begin here, where the declaration leaves room.
const REMARKS: usize = 56;
/// Blank texts of exports that are written out although this export has none: the next one will.
const USUAL_BLANKS: &[&str] = &["-", "--", "N/A", "NULL", "Select", "-None-", "--None--", "无", "请选择", "未填写"];

/// The file.
pub(super) fn text(columns: &Columns, dictionary: &Dictionary) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "# Data dictionary 统一数据口径 — guessed from {} of {} ({}).\n\
         # Read it through once: a wrong type or a wrong name here is a wrong number everywhere.\n\
         #\n\
         # A column finds its field by name or alias; case, width, spaces and `_-()` do not matter. What nothing here declares is kept as it\n\
         # is, and rules can still read it as extra('header').\n\n",
        columns.seen(),
        file(&columns.file),
        columns.format,
    );
    let currency = &dictionary.currency.code;
    let seen = match columns.fields.iter().any(|f| f.guess.currency == Some(currency.as_str())) {
        true => "its sign is in the cells",
        false => "no cell says; change it if your amounts are in another one",
    };
    let _ = writeln!(out, "{:<24} # every amount is kept in this one currency; {seen}\n", format!("currency: {currency}"));
    out.push_str(if columns.fields.is_empty() { "leads: {}\n" } else { "leads:\n" });
    for field in &columns.fields {
        declare(field, dictionary, &mut out);
    }
    // Where a column says who must not be written to, there is something for that to take away.
    for id in ["consent_email", "consent_sms"] {
        let says = columns.fields.iter().find(|f| OptOut::consents(&f.guess.header).contains(&id));
        if let Some(by) = says.filter(|_| columns.fields.iter().all(|f| f.id != id)) {
            let declared = format!("  {id}: {{type: boolean}}");
            let _ = writeln!(out, "{declared:<REMARKS$}# FALSE for whoever says no in {}", comment(&by.guess.header));
        }
    }
    for (header, why) in &columns.left_out {
        let _ = writeln!(out, "  # not declared: {} ({why})", comment(header));
    }
    identity(columns, &mut out);
    let _ = writeln!(
        out,
        "\n# Of two values for one lead the newer counts: by `updated_at` if there is one, else by the later file. Also: keep_first, fill_blanks.\n\
         on_conflict: keep_newest"
    );
    blanks(columns, &mut out);
    lists(columns, &mut out);
    behaviour(columns, &mut out);
    out
}

fn declare(field: &Column, dictionary: &Dictionary, out: &mut String) {
    let mut parts = vec![format!("type: {}", field.ty.name())];
    if !field.aliases.is_empty() {
        parts.push(format!("aliases: {}", list(field.aliases.iter().map(String::as_str))));
    }
    match field.ty {
        FieldType::Phone => parts.push("region: CN".to_owned()),
        FieldType::Integer | FieldType::Money if field.known => parts.push("range: low".to_owned()),
        FieldType::Date | FieldType::Datetime if !field.guess.order_open => match field.guess.order {
            Some(DateOrder::Dmy) => parts.push("order: dmy".to_owned()),
            Some(DateOrder::Mdy) => parts.push("order: mdy".to_owned()),
            _ => {}
        },
        _ => {}
    }
    let mut remarks = field.remarks.clone();
    match field.ty {
        FieldType::Phone if field.known => remarks.insert(0, "numbers without a country code are of this country".to_owned()),
        FieldType::Channel => remarks.push("the first one stays: it is where the lead came from".to_owned()),
        _ => {}
    }
    if let Some(regions) = regions(field, dictionary) {
        let _ = writeln!(out, "  {}:{}", scalar(&field.id), remark(&remarks));
        for part in parts {
            let _ = writeln!(out, "    {part}");
        }
        let _ = writeln!(out, "    match: prefix        # 江苏省苏州市 is 华东\n    values:");
        for (region, places) in regions {
            let _ = writeln!(out, "      {}: {}", scalar(&region), list(places.iter().map(String::as_str)));
        }
        return;
    }
    let line = format!("  {}: {{{}}}", scalar(&field.id), parts.join(", "));
    let gap = if remarks.is_empty() { 0 } else { REMARKS.saturating_sub(width(&line)) };
    let _ = writeln!(out, "{line}{}{}", " ".repeat(gap), remark(&remarks));
}

fn remark(remarks: &[String]) -> String {
    if remarks.is_empty() { String::new() } else { format!("  # {}", remarks.join("; ")) }
}

/// The provinces of China by 大区, where most cells of the region are such.
fn regions(field: &Column, dictionary: &Dictionary) -> Option<Vec<(String, Vec<String>)>> {
    let (_, known) = dictionary.field("region").filter(|(_, f)| field.id == "region" && field.known && f.value_match == ValueMatch::Prefix)?;
    let values = &field.guess.values;
    let hits = values.iter().filter(|(v, _)| known.canonical(v).is_some()).count();
    if values.is_empty() || hits * 2 < values.len() {
        return None;
    }
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for (place, region) in &known.values {
        if !place.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) || **place == **region {
            continue;
        }
        match all.iter_mut().find(|(r, _)| **r == **region) {
            Some((_, places)) => places.push(place.clone()),
            None => all.push((region.to_string(), vec![place.clone()])),
        }
    }
    Some(all)
}

fn identity(columns: &Columns, out: &mut String) {
    if columns.identity.is_empty() {
        let _ = writeln!(
            out,
            "\n# No column recognises a lead: every row is a lead of its own, and only an equal row is the same lead again.\n\
             # If a column does name the lead, write it here.\n\
             identity: []"
        );
        return;
    }
    let own_id = if columns.identity.iter().any(|i| i == "id") { " `id` counts within one source only (--source crm)." } else { "" };
    let _ = writeln!(
        out,
        "\n# What recognises a lead, strongest first; the first that finds one decides.{own_id}\nidentity: {}",
        list(columns.identity.iter().map(String::as_str))
    );
}

fn blanks(columns: &Columns, out: &mut String) {
    let mut all = columns.blanks.clone();
    all.extend(USUAL_BLANKS.iter().filter(|b| !columns.blanks.iter().any(|s| fold(s) == fold(b))).map(|b| (*b).to_owned()));
    let seen = match columns.blanks.as_slice() {
        [] => "none was seen in this export, other exports write these".to_owned(),
        seen => format!("seen in this export: {}", seen.iter().map(|s| comment(s)).collect::<Vec<_>>().join(" ")),
    };
    let _ = writeln!(out, "\n# What exports write into empty cells; {seen}.");
    if !columns.answers.is_empty() {
        let answers = columns.answers.iter().map(|s| format!("`{}`", comment(s))).collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "# Also seen: {answers}. An answer is not the same as no answer, so it stays a value; if it means nothing with you, add it.");
    }
    let _ = writeln!(out, "blank: {}", list(all.iter().map(String::as_str)));
}

/// The words by which a title decides.
pub(super) const DECIDERS: &[&str] = &[
    "总监",
    "总经理",
    "厂长",
    "董事",
    "副总",
    "创始人",
    "负责人",
    "CEO",
    "CIO",
    "CTO",
    "COO",
    "VP",
    "director",
    "founder",
    "owner",
    "president",
    "head",
    "chief",
];
/// … and by which it does not, whatever else it says.
pub(super) const ASSISTANTS: &[&str] = &["助理", "秘书", "assistant", "secretary"];

fn lists(columns: &Columns, out: &mut String) {
    if super::scoring::has_titles(columns) {
        let _ = writeln!(
            out,
            "\n# Word lists for has_any(): whole words in Latin letters, parts of a text in Chinese.\nlists:\n  决策者: {}      # decision makers\n  非决策者: {}      # 总经理助理 contains 总经理 and decides nothing",
            list(DECIDERS.iter().copied()),
            list(ASSISTANTS.iter().copied()),
        );
    }
}

fn behaviour(columns: &Columns, out: &mut String) {
    let dated: Vec<&Column> = columns.fields.iter().filter(|f| !f.known && matches!(f.ty, FieldType::Date | FieldType::Datetime)).collect();
    if dated.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n# If one of these columns says when the lead did something, take it out of `leads:` and name the act here: it becomes an event, and\n\
         # engagement points with it. (Kinds: form_submit, whitepaper_download, pricing_view, trial_request, inquiry, reply, call_connected …)\n\
         # events_in:"
    );
    for field in dated {
        let _ = writeln!(out, "#   {}: form_submit", scalar(&field.guess.header).replace('\n', " "));
    }
}
