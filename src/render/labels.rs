//! What people read for an id, in English and Chinese. An id that is not here is the user's own and speaks for itself.

mod catalogue;
mod columns;
mod definitions;
mod findings;
mod imports;
mod phrases;
mod sentences;
mod titles;
mod words;

use self::{
    columns::LABELS,
    titles::TITLES,
    words::{CHOICES, WORDS},
};
use crate::report::{Choice, Column};
use std::borrow::Cow;

/// The language of labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

impl Lang {
    /// One of two texts.
    pub(super) fn pick<'t>(self, en: &'t str, zh: &'t str) -> &'t str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

/// The label of a column. In Chinese the user's own word comes first: her headers are Chinese, ids are English.
pub(super) fn label(column: &Column, lang: Lang) -> String {
    let own = column.title.as_deref();
    let known = find(column.called.unwrap_or(&column.id)).map(|(en, zh)| lang.pick(en, zh));
    let of_itself = || match lang {
        Lang::En => known.or(own),
        Lang::Zh => own.or(known),
    };
    if let (None, Some((part, en, zh))) = (known, COMPARED.iter().find_map(|(prefix, en, zh)| Some((column.id.strip_prefix(prefix)?, en, zh)))) {
        let part = own.or_else(|| find(part).map(|(en, zh)| lang.pick(en, zh))).unwrap_or(part);
        return lang.pick(en, zh).replace("{}", part);
    }
    of_itself().unwrap_or(&column.id).to_owned()
}

/// Columns of `--compare`: what stands before the id of the column that they are about, and around its label.
const COMPARED: [(&str, &str, &str); 2] = [("previous_", "{} before", "上期{}"), ("change_", "{} ±", "{}变化")];

/// The heading of a report.
pub(super) fn title(report: &str, lang: Lang) -> &str {
    let titled = TITLES.iter().find(|(known, ..)| *known == report).map(|(_, en, zh)| (*en, *zh));
    titled.or_else(|| find(report)).map_or(report, |(en, zh)| lang.pick(en, zh))
}

/// The label of a total or a section; a section may be a report of its own, and a total that of the period before.
pub(super) fn name(id: &str, lang: Lang) -> Cow<'_, str> {
    if let Some((en, zh)) = find(id) {
        return Cow::Borrowed(lang.pick(en, zh));
    }
    match COMPARED.iter().find_map(|(prefix, en, zh)| Some((id.strip_prefix(prefix)?, lang.pick(en, zh)))) {
        Some((part, around)) => Cow::Owned(around.replace("{}", &name(part, lang))),
        None => Cow::Borrowed(title(id, lang)),
    }
}

/// What heads a part of a page: a part that is a report of its own has that report's heading.
pub(super) fn heading(id: &str, lang: Lang) -> Cow<'_, str> {
    TITLES.iter().find(|(known, ..)| *known == id).map_or_else(|| name(id, lang), |(_, en, zh)| Cow::Borrowed(lang.pick(en, zh)))
}

/// The label of a choice: the user's own, else the one of its id.
pub(super) fn choice(choice: &Choice, lang: Lang) -> &str {
    let known = || CHOICES.iter().find(|(known, ..)| *known == choice.id).map(|(_, en, zh)| lang.pick(en, zh));
    choice.title.as_deref().or_else(known).unwrap_or(&choice.id)
}

/// The word that people read in a cell: columns of the program's own words say them in the language of the labels. English
/// readers see the ids, which they also type. A user's own column or word speaks for itself.
pub(super) fn word(column: &Column, text: &str, lang: Lang) -> Option<&'static str> {
    if lang == Lang::En || column.title.is_some() {
        return None;
    }
    WORDS.iter().find(|(of, word, _)| *of == column.id && *word == text).map(|(.., zh)| *zh)
}

/// What people read in a cell of text: the program's words and sentences in the language of the labels, the user's own as they are.
pub(super) fn said<'t>(column: &Column, text: &'t str, lang: Lang) -> Cow<'t, str> {
    if let (true, Lang::Zh, Some((_, zh))) = (column.ids, lang, find(text)) {
        return Cow::Borrowed(zh);
    }
    let is_ours = || column.wrap || ["kpi_name", "subject", "read_as"].contains(&column.id.as_str()) || (text.starts_with('(') && text.ends_with(')'));
    match word(column, text, lang) {
        Some(word) => Cow::Borrowed(word),
        None if is_ours() => sentence(text, lang),
        None => Cow::Borrowed(text),
    }
}

/// A sentence that a report says, in the language of the labels.
pub(super) fn sentence(text: &str, lang: Lang) -> Cow<'_, str> {
    match lang {
        Lang::En => Cow::Borrowed(text),
        Lang::Zh => sentences::chinese(text),
    }
}

fn find(id: &str) -> Option<(&'static str, &'static str)> {
    LABELS.binary_search_by(|(known, ..)| (*known).cmp(id)).ok().and_then(|i| LABELS.get(i)).map(|(_, en, zh)| (*en, *zh))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_sorted_and_unique() {
        assert!([LABELS, CHOICES].iter().all(|table| table.windows(2).all(|w| w[0].0 < w[1].0)));
    }

    #[test]
    fn every_kind_of_thing_that_waits_has_a_chinese_word() {
        let schema = crate::render::schema("today").expect("the schema");
        let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
        let kinds = schema.pointer("/properties/rows/items/properties/waits/enum").and_then(|e| e.as_array()).expect("the kinds").clone();
        for kind in kinds.iter().filter_map(|k| k.as_str()) {
            assert!(word(&Column::text("waits"), kind, Lang::Zh).is_some(), "{kind}");
            assert_eq!(word(&Column::text("waits"), kind, Lang::En), None);
        }
        assert_eq!(word(&Column::text("status").titled("状态"), "open", Lang::Zh), None, "the user's own column");
    }

    #[test]
    fn the_totals_of_the_period_before_have_names_too() {
        assert_eq!([name("previous_period_basis", Lang::En), name("previous_period_basis", Lang::Zh)], ["period basis before", "上期期间口径"]);
        assert_eq!(name("previous_leads", Lang::Zh), "上期线索");
    }

    #[test]
    fn the_users_word_comes_first_in_chinese() {
        let column = Column::text("company").titled("企业名称");
        assert_eq!(label(&column, Lang::Zh), "企业名称");
        assert_eq!(label(&column, Lang::En), "company");
        assert_eq!(label(&Column::text("company"), Lang::Zh), "公司");
        assert_eq!(label(&Column::text("budget_year"), Lang::Zh), "budget_year");
    }
}
