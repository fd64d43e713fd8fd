//! What a text must not hold: HTML, of which leads would read the tags, and links that run something or lead nowhere.
//!
//! Whoever sends the text makes the same of both and emits neither; here the writer learns of it before anybody is written to.

use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::model::may_be_followed;
use pulldown_cmark::{Event, Options, Parser, Tag};
use std::ops::Range;

/// Reports HTML and links that must not be followed. `span` places bytes of the text in its file.
pub(super) fn check(text: &str, span: &dyn Fn(Range<usize>) -> Span, out: &mut Diagnostics) {
    let seen = without_gaps(text);
    let mut opened = false;
    for (event, at) in Parser::new_ext(&seen, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => {
                let whole = seen.get(at.clone()).unwrap_or_default();
                let tag = whole.trim_start();
                let start = at.start + whole.len() - tag.len();
                let len = tag.find(['>', '\n']).map_or(tag.len(), |end| end + usize::from(tag.get(end..).is_some_and(|t| t.starts_with('>'))));
                // What closes a tag that was told is no news.
                if opened && tag.starts_with("</") {
                    continue;
                }
                opened = true;
                let written = text.get(start..start + len).unwrap_or(tag).trim_end();
                let (message, help) = match tag.starts_with("<!--") {
                    true => ("a comment of HTML would be read by leads".to_owned(), "take it out, or write `{# … #}`"),
                    false => (
                        format!("HTML is not used in messages: leads would read `{written}`"),
                        "write Markdown (`**bold**`, `[text](https://example.com)`); what is to be read as `<…>` stands between backticks",
                    ),
                };
                out.push(Diagnostic::new(Code::RawHtml, span(start..start + written.len()), message).help(help));
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) if !may_be_followed(&dest_url) => {
                let within = seen.get(at.clone()).and_then(|t| t.find(&*dest_url)).map(|i| at.start + i);
                let place = within.or_else(|| seen.find(&*dest_url)).map_or(at, |start| start..start + dest_url.len());
                let message = format!("`{}` is no link that a mail program follows", text.get(place.clone()).unwrap_or(&dest_url));
                out.push(Diagnostic::new(Code::UnsafeLink, span(place), message).help("links begin with `https://`, `http://`, `mailto:` or `tel:`"));
            }
            _ => {}
        }
    }
}

/// The text with every gap and every choice of the template blotted out, byte for byte as long.
fn without_gaps(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((at, end)) = ["{{", "{%", "{#"].iter().zip(["}}", "%}", "#}"]).filter_map(|(open, close)| Some((rest.find(open)?, close))).min() {
        let (before, gap) = rest.split_at(at);
        let len = gap.find(end).map_or(gap.len(), |i| i + end.len());
        let (gap, after) = gap.split_at(len);
        out.push_str(before);
        out.extend(gap.bytes().map(|b| if b == b'\n' { '\n' } else { 'x' }));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;

    fn told(text: &str) -> Vec<(&'static str, String)> {
        let source = Sources::default().add("a.md", text);
        let mut out = Diagnostics::default();
        check(text, &|at| Span { source, start: at.start, end: at.end }, &mut out);
        out.0.iter().map(|d| (d.code.id(), d.span.and_then(|s| text.get(s.start..s.end)).unwrap_or_default().to_owned())).collect()
    }

    #[test]
    fn what_leads_must_not_get_is_shown_where_it_stands() {
        let html = |t: &str| ("raw-html", t.to_owned());
        let link = |t: &str| ("unsafe-link", t.to_owned());
        for (text, problems) in [
            ("您好，<script>alert(1)</script>", vec![html("<script>")]),
            ("<script src=x>\nalert(1)\n</script>\n\n完", vec![html("<script src=x>")]),
            ("{{ lead.name }}<b>重点</b>，<i>x</i>", vec![html("<b>"), html("<i>")]),
            ("一\n\n  <div>\n二\n</div>", vec![html("<div>")]),
            ("<!-- 内部备注 -->\n\n正文", vec![html("<!-- 内部备注 -->")]),
            ("</p>", vec![html("</p>")]),
            ("[点击](javascript:alert(1))", vec![link("javascript:alert(1)")]),
            ("![图](data:image/png;base64,AAAA)", vec![link("data:image/png;base64,AAAA")]),
            ("[a][x] b\n\n[x]: vbscript:x", vec![link("vbscript:x")]),
        ] {
            assert_eq!(told(text), problems, "{text}");
        }
        for sound in [
            "[a](https://example.com/?a=1&b=2) <https://example.com> <a@example.com> [b](mailto:a@example.com) [c]({{ lead.url }}) [d](#top)",
            "a < b，1<2>1，<3，`<script>`\n\n    <b>code</b>\n",
            "{% if lead.employees < 5 %}小{% else %}大{% endif %} {# <b>备注</b> #}",
            "{{ '<b>' }} 【示例】退订回T",
        ] {
            assert_eq!(told(sound), [], "{sound}");
        }
    }
}
