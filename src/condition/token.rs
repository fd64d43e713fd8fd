//! The tokens of a condition, and what characters mean: words of the language, names, digits, the full-width marks of a
//! Chinese keyboard.

use super::num::Num;
use super::tree::{Bytes, Op, Quote, Sign};
use crate::model::fold;

/// A word of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    And,
    Or,
    Not,
    In,
    Between,
    Like,
    Is,
    Null,
    True,
    False,
    Case,
    When,
    Then,
    Else,
    End,
}

impl Word {
    /// The word that a text spells, in any case.
    pub(super) fn of(text: &str) -> Option<Self> {
        const WORDS: [(&str, Word); 15] = [
            ("and", Word::And),
            ("or", Word::Or),
            ("not", Word::Not),
            ("in", Word::In),
            ("between", Word::Between),
            ("like", Word::Like),
            ("is", Word::Is),
            ("null", Word::Null),
            ("true", Word::True),
            ("false", Word::False),
            ("case", Word::Case),
            ("when", Word::When),
            ("then", Word::Then),
            ("else", Word::Else),
            ("end", Word::End),
        ];
        WORDS.iter().find(|(w, _)| w.eq_ignore_ascii_case(text)).map(|(_, w)| *w)
    }
}

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tok {
    Name(String, Quote),
    Text(String),
    Number(Num),
    Word(Word),
    Op(Op),
    Sign(Sign),
    Open,
    Close,
    Comma,
    /// The end of the text.
    Eof,
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) tok: Tok,
    pub(super) span: Bytes,
}

/// The ASCII that a full-width or typographic mark was typed for.
pub(super) fn meant(c: char) -> Option<&'static str> {
    Some(match c {
        '＝' => "=",
        '，' | '、' => ",",
        '（' => "(",
        '）' => ")",
        '＞' => ">",
        '＜' => "<",
        '；' => ";",
        '：' => ":",
        '！' => "!",
        '＋' => "+",
        '－' | '−' | '–' => "-",
        '＊' | '×' => "*",
        '／' | '÷' => "/",
        '［' | '【' => "[",
        '］' | '】' => "]",
        '≥' => ">=",
        '≤' => "<=",
        '≠' => "<>",
        '＆' => "&",
        '｜' => "|",
        '。' | '．' => ".",
        '％' => "%",
        _ => return None,
    })
}

/// The digit that a full-width one was typed for.
pub(super) fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

pub(super) fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

pub(super) fn continues_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Whether a name can stand without quotes.
pub(super) fn is_bare(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name) && Word::of(&fold(name)).is_none()
}
