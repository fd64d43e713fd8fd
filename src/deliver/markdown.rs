//! The Markdown of a message as plain text and as HTML. HTML inside the Markdown is text: what a lead typed into a form
//! stands in messages, and must not become part of their markup.

use crate::model::may_be_followed;
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html::push_html};

fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => Event::Start(Tag::Link { link_type, dest_url: sound(dest_url), title, id }),
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => Event::Start(Tag::Image { link_type, dest_url: sound(dest_url), title, id }),
        other => other,
    })
}

/// A link that a mail program may follow; any other leads nowhere.
fn sound(url: CowStr<'_>) -> CowStr<'_> {
    if may_be_followed(&url) { url } else { CowStr::Borrowed("#") }
}

/// A whole page of HTML.
pub fn html(markdown: &str) -> String {
    let mut out = String::from("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n");
    push_html(&mut out, events(markdown));
    out.push_str("</body></html>\n");
    out
}

/// What is left where nothing can be marked up: links with their addresses, lists with their bullets.
pub fn plain(markdown: &str) -> String {
    let mut text = Plain::default();
    for event in events(markdown) {
        text.take(event);
    }
    text.out.trim().to_owned()
}

#[derive(Default)]
struct Plain {
    out: String,
    /// The next number of each open list; `None` = bullets.
    lists: Vec<Option<u64>>,
    /// Open links: their address, and where their text starts.
    links: Vec<(String, usize)>,
    quotes: usize,
}

impl Plain {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(t) | Event::Code(t) | Event::Html(t) | Event::InlineHtml(t) | Event::InlineMath(t) | Event::DisplayMath(t) => self.out.push_str(&t),
            Event::FootnoteReference(t) => self.out.push_str(&format!("[{t}]")),
            Event::SoftBreak | Event::HardBreak => self.line(),
            Event::Rule => self.out.push_str("----\n\n"),
            Event::TaskListMarker(done) => self.out.push_str(if done { "[x] " } else { "[ ] " }),
        }
    }
    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(start) => {
                if !self.lists.is_empty() {
                    self.line();
                }
                self.lists.push(start);
            }
            Tag::Item => {
                let indent = "  ".repeat(self.lists.len().saturating_sub(1));
                self.out.push_str(&indent);
                match self.lists.last_mut() {
                    Some(Some(n)) => {
                        self.out.push_str(&format!("{n}. "));
                        *n += 1;
                    }
                    _ => self.out.push_str("- "),
                }
            }
            Tag::BlockQuote(_) => {
                self.quotes += 1;
                self.out.push_str("> ");
            }
            Tag::Link { link_type, dest_url, .. } => {
                let shown = !matches!(link_type, LinkType::Email | LinkType::Autolink) && &*dest_url != "#";
                self.links.push((if shown { dest_url.to_string() } else { String::new() }, self.out.len()));
            }
            _ => {}
        }
    }
    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::Table => self.gap(),
            TagEnd::BlockQuote(_) => {
                self.quotes = self.quotes.saturating_sub(1);
                self.gap();
            }
            TagEnd::Item => self.end_line(),
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.gap();
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => self.end_line(),
            TagEnd::TableCell => self.out.push('\t'),
            TagEnd::Link => {
                if let Some((url, from)) = self.links.pop()
                    && !url.is_empty()
                    && self.out.get(from..) != Some(&url)
                {
                    self.out.push_str(&format!(" ({url})"));
                }
            }
            _ => {}
        }
    }
    fn line(&mut self) {
        self.out.push('\n');
        self.out.push_str(&"> ".repeat(self.quotes));
    }
    fn end_line(&mut self) {
        while self.out.ends_with('\n') {
            self.out.pop();
        }
        self.out.push('\n');
    }
    /// A blank line; inside a list, items stand close together.
    fn gap(&mut self) {
        self.end_line();
        if self.lists.is_empty() {
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_keeps_what_a_reader_needs() {
        for (markdown, text) in [
            (
                "王芳，您好：\n\n第一段。\n第二行。\n\n[查看案例](https://example.com/a)",
                "王芳，您好：\n\n第一段。\n第二行。\n\n查看案例 (https://example.com/a)",
            ),
            ("<https://example.com> **重点** `x`", "https://example.com 重点 x"),
            ("接下来：\n\n1. 一\n2. 二\n   - 甲\n\n完", "接下来：\n\n1. 一\n2. 二\n  - 甲\n\n完"),
            ("【示例科技】资料：example.com/s 。拒收请回复R", "【示例科技】资料：example.com/s 。拒收请回复R"),
            ("a < b & c_d_e <b>x</b>", "a < b & c_d_e <b>x</b>"),
            ("> 引用\n> 两行", "> 引用\n> 两行"),
            ("", ""),
        ] {
            assert_eq!(plain(markdown), text, "{markdown}");
        }
    }

    #[test]
    fn html_inside_is_text_and_links_lead_to_the_web() {
        let page = html("<script>alert(1)</script>\n\n王<b>芳</b> [a](javascript:alert(1)) [b](https://example.com/?a=1&b=2)");
        assert!(page.contains("&lt;script&gt;") && page.contains("&lt;b&gt;") && !page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(!page.contains("javascript") && page.contains("href=\"https://example.com/?a=1&amp;b=2\""), "{page}");
        assert_eq!(plain("[a](javascript:alert(1))"), "a");
        for way in [
            "![a](data:image/svg+xml,x)",
            "[a](<java\tscript:alert(1)>)",
            "[a](java&#115;cript:alert(1))",
            "[a][x]\n\n[x]: JavaScript:alert(1)",
            "<javascript:alert(1)>",
            "<img src=x onerror=alert(1)>",
            "a <!-- b",
        ] {
            let page = html(way);
            let body = page.split("<body>").nth(1).unwrap_or_default();
            assert!(!body.contains("=\"data") && !body.contains("=\"java") && !body.contains("=\"Java") && !body.contains("<img src=x"), "{way}: {page}");
            assert!(!body.contains("<!--"), "{way}: {page}");
        }
    }
}
