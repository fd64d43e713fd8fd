//! What fills a gap is text, whatever it holds: a lead who calls himself `[click](https://…)` gets to read just that, and no link.
//!
//! In two steps, because what makes a character harmless hangs on where it stands. While the template runs, every character of a value
//! that Markdown could take for markup becomes a stand-in of its own ([`hidden`]). When the whole text is there, each stand-in becomes
//! its character again ([`shown`]): escaped, or as it is where nothing is markup (between backticks, in `<https://…>`).

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};
use std::ops::Range;

/// The stand-in of an ASCII character is this many code points behind it: a plane that is for private use.
const STAND_INS: u32 = 0x10_0000;
/// Markup wherever they stand.
const ANYWHERE: &str = "\\`*_[]<>&~|()";
/// Markup where a value begins, because a line may begin there, or a link end before it.
const AT_THE_START: &str = "#+-=:.";

fn stand_in(c: char) -> char {
    char::from_u32(STAND_INS + u32::from(c)).filter(|_| c.is_ascii()).unwrap_or(c)
}

fn stands_for(c: char) -> Option<char> {
    u32::from(c).checked_sub(STAND_INS).and_then(|n| u8::try_from(n).ok()).map(char::from).filter(char::is_ascii)
}

/// A value with stand-ins for what could be markup, in one line: a break is a space, and so are several spaces at its ends.
pub(super) fn hidden(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let core = value.trim();
    if value.starts_with(char::is_whitespace) {
        out.push(' ');
    }
    let number = core.bytes().take_while(u8::is_ascii_digit).count();
    let mut broken = false;
    for (at, c) in core.char_indices().filter(|(_, c)| stands_for(*c).is_none()) {
        if c.is_control() {
            if !broken {
                out.push(' ');
            }
            broken = true;
            continue;
        }
        if broken && c == ' ' {
            continue;
        }
        broken = false;
        let last = at + c.len_utf8() == core.len();
        let starts = at == 0 && AT_THE_START.contains(c);
        // `1. ` begins a list, and `!` before a link makes a picture of it.
        let marks = ANYWHERE.contains(c) || starts || (at == number && c == '.') || (last && c == '!');
        out.push(if marks { stand_in(c) } else { c });
    }
    if value.ends_with(char::is_whitespace) && !core.is_empty() {
        out.push(' ');
    }
    out
}

/// The Markdown with every character again that has a stand-in, none of it markup.
pub(super) fn shown(text: String) -> String {
    if !text.chars().any(|c| stands_for(c).is_some()) {
        return text;
    }
    let (verbatim, addresses) = places(&text);
    let within = |places: &[Range<usize>], at: usize| places.iter().any(|place| place.contains(&at));
    let mut out = String::with_capacity(text.len() + 16);
    // A backslash of the text itself that nothing follows yet: it must not take the force from ours.
    let mut open = false;
    for (at, c) in text.char_indices() {
        let Some(plain) = stands_for(c) else {
            open = c == '\\' && !open;
            out.push(c);
            continue;
        };
        match plain {
            '<' if within(&addresses, at) => out.push_str("%3C"),
            '>' if within(&addresses, at) => out.push_str("%3E"),
            '`' if within(&verbatim, at) => out.push('\''),
            c if within(&addresses, at) || within(&verbatim, at) => out.push(c),
            c => {
                if open {
                    out.push('\\');
                }
                match c {
                    // A backslash does not keep these from ending a span of code or an address that the text began.
                    '`' => out.push_str("&#96;"),
                    '<' => out.push_str("&lt;"),
                    '>' => out.push_str("&gt;"),
                    '&' => out.push_str("&amp;"),
                    c => out.extend(['\\', c]),
                }
            }
        }
        open = false;
    }
    out
}

/// Where nothing is markup: code, and addresses between `<` and `>`.
fn places(text: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut verbatim, mut addresses) = (Vec::new(), Vec::new());
    for (event, at) in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Code(_) | Event::Start(Tag::CodeBlock(_)) => verbatim.push(at),
            Event::Start(Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. }) => addresses.push(at),
            _ => {}
        }
    }
    (verbatim, addresses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::TagEnd;

    /// What is read of a Markdown, and how much of it is markup other than paragraphs and breaks.
    fn read(markdown: &str) -> (String, usize) {
        let (mut text, mut markup) = (String::new(), 0);
        for event in Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES) {
            match event {
                Event::Text(t) => text.push_str(&t),
                Event::SoftBreak => text.push(' '),
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                _ => markup += 1,
            }
        }
        (text, markup)
    }

    #[test]
    fn what_a_value_holds_is_read_as_it_is() {
        for value in [
            "[点我](http://evil)",
            "![x](http://evil/p.png)",
            "<http://evil>",
            "<script>alert(1)</script>",
            "**VIP** _x_ ~~y~~ `z`",
            "# 王",
            "1. 王",
            "12) 王",
            "- 王",
            "+ 王",
            "> 王",
            "---",
            "===",
            "```",
            "| a | b |",
            "&lt;b&gt; AT&T",
            "C:\\temp\\",
            "(http://evil)",
            ": http://evil",
            "王!",
            "Foo (Shanghai) Co., Ltd.",
            "https://example.com/a_b?c=1&d=2",
        ] {
            for (before, after) in [("", ""), ("您好 ", "，\n您好"), ("标题\n", ""), ("[a]", ""), ("", "[a]"), ("5` ", "` b"), ("a <", "> b"), ("\\", "")]
            {
                let filled = shown(format!("{before}{}{after}", hidden(value)));
                let (text, markup) = read(&filled);
                if before == "\\" {
                    assert_eq!(markup, 0, "{value:?}: {filled:?}");
                } else if before != "5` " && !(before == "a <" && value.starts_with("https")) {
                    let plain = format!("{before}{value}{after}").replace('\n', " ");
                    assert_eq!((text, markup), (plain, 0), "{before:?} {value:?} {after:?}: {filled:?}");
                }
            }
        }
    }

    #[test]
    fn addresses_and_code_keep_what_fills_them() {
        let page = |text: &str, value: &str| shown(text.replace('$', &hidden(value)));
        let links = |markdown: &str| -> Vec<String> {
            let of = |e| if let Event::Start(Tag::Link { dest_url, .. }) = e { Some(dest_url.to_string()) } else { None };
            Parser::new(markdown).filter_map(of).collect()
        };
        let url = "https://example.com/a_(b)*c?d=1&lt=2~";
        for text in ["[x]($)", "[x](<$>)", "<$>", "[$]($)"] {
            assert_eq!(links(&page(text, url)), [url], "{text}");
        }
        assert_eq!(page("`$` 和 $", "a_b"), "`a_b` 和 a\\_b");
        assert_eq!(page("`$`", "a`b"), "`a'b`");
        assert_eq!(page("$", "一楼\r\n\r\n  二楼"), "一楼 二楼");
        assert_eq!(page("$", "2026-11-21 王芳 +8613800000000"), "2026-11-21 王芳 +8613800000000", "what is no markup is left alone");
    }

    proptest! {
        #[test]
        fn no_value_becomes_markup(value in r"[\[\]()<>*_`~#!|&;:+=.\-\\ a1王/]{0,14}", before in r"[a王\[\]()!<\\]{0,3}") {
            let alone = shown(format!("{before}{}x", hidden("a")));
            prop_assume!(read(&alone).1 == 0);
            let filled = shown(format!("{before}{}x", hidden(&value)));
            prop_assert_eq!(read(&filled).1, 0, "{}", filled);
        }
        #[test]
        fn a_value_on_its_own_is_read_whole(value in r"[\[\]()<>*_`~#!|&;:+=.\-\\a1王/]{1,14}") {
            prop_assert_eq!(read(&shown(hidden(&value))), (value, 0));
        }
    }
}
