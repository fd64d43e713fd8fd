//! The pieces of a written date: digits, words and marks, Chinese ones as the Latin ones that say the same.

/// Half of the day, from a word beside the time.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Half {
    Am,
    Pm,
    Noon,
}

/// The text in lower case with the Chinese marks as Latin ones; whether 年 said that the year comes first; the half of the day.
pub(super) fn clean(text: &str) -> (String, bool, Option<Half>) {
    let mut s = text.to_lowercase();
    // (中国标准时间), [Asia/Shanghai]
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let (Some(from), Some(to)) = (s.find(open), s.rfind(close))
            && from < to
        {
            s.replace_range(from..=to, " ");
        }
    }
    if s.is_ascii() {
        return (s, false, None);
    }
    let mut half = None;
    for (word, h) in [
        ("上午", Half::Am),
        ("凌晨", Half::Am),
        ("早上", Half::Am),
        ("清晨", Half::Am),
        ("中午", Half::Noon),
        ("下午", Half::Pm),
        ("傍晚", Half::Pm),
        ("晚上", Half::Pm),
        ("午前", Half::Am),
        ("午後", Half::Pm),
    ] {
        if s.contains(word) {
            (s, half) = (s.replace(word, " "), Some(h));
        }
    }
    let year_first = s.contains('年');
    for (from, to) in [
        ("星期", "周"),
        ("礼拜", "周"),
        ("点半", ":30 "),
        ("时半", ":30 "),
        ("点整", ":00 "),
        ("年", "-"),
        ("月", "-"),
        ("日", " "),
        ("号", " "),
        ("时", ":"),
        ("点", ":"),
        ("分", ":"),
        ("秒", " "),
    ] {
        s = s.replace(from, to);
    }
    if let Some(at) = s.find('周') {
        let end = at + s.get(at..).unwrap_or_default().chars().take(2).map(char::len_utf8).sum::<usize>();
        s.replace_range(at..end, " ");
    }
    (s, year_first, half)
}

/// A piece of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Number(&'a str),
    Word(&'a str),
    Mark(char),
}

/// The pieces of a clean text; spaces and commas only part them.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let run = |f: fn(char) -> bool| rest.find(|c| !f(c)).unwrap_or(rest.len());
        let n = if c.is_ascii_digit() {
            run(|c| c.is_ascii_digit())
        } else if c.is_alphabetic() {
            run(char::is_alphabetic)
        } else {
            c.len_utf8()
        };
        let (token, after) = rest.split_at(n);
        match c {
            c if c.is_ascii_digit() => out.push(Token::Number(token)),
            c if c.is_alphabetic() => out.push(Token::Word(token)),
            c if c.is_whitespace() || c == ',' => {}
            c => out.push(Token::Mark(c)),
        }
        rest = after;
    }
    out
}
