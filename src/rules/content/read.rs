//! content/NAME.md → [`Content`]: front matter between two `---` lines, then the text.

use super::template::{Kind, Problem};
use super::{Content, Purpose, Template, Vars};
use crate::diag::{Code, Diagnostic, Diagnostics, SourceId, Span};
use crate::model::{fold, nearest};
use crate::rules::known::Known;
use crate::rules::reader::Reader;
use crate::rules::yaml;
use chrono::NaiveDate;

/// The keys of the front matter.
pub(in crate::rules) const KEYS: &[&str] = &["review_by", "medium", "subject", "purpose"];

/// What texts may ask of the colleague who holds the lead.
pub const OWNER: [&str; 5] = ["id", "name", "role", "email", "region"];
/// What texts may ask of the company.
pub const ACCOUNT: [&str; 1] = ["name"];

/// Where the parts of a text stand, for the checks of the whole.
pub(in crate::rules) struct Spots {
    /// The file.
    pub(in crate::rules) source: SourceId,
    /// Of `medium:`.
    pub(in crate::rules) medium: Span,
    /// Where the body begins.
    pub(in crate::rules) body: usize,
}

impl Spots {
    /// The first line of the body.
    pub(in crate::rules) fn first_line(&self, body: &str) -> Span {
        let blank = body.len() - body.trim_start().len();
        let len = body.trim_start().lines().next().map_or(0, str::len);
        Span { source: self.source, start: self.body + blank, end: self.body + blank + len }
    }
}

/// Reads one text. `None` only after an error.
pub(in crate::rules) fn read(
    (name, source, text): (&str, SourceId, &str),
    known: &Known<'_>,
    media: &[String],
    out: &mut Diagnostics,
    reviews: &mut Vec<(Span, NaiveDate)>,
) -> Option<(Content, Spots)> {
    let (front, body) = match front_matter(text) {
        Ok(parts) => parts,
        Err(unclosed) => {
            let at = Span { source, start: 0, end: text.lines().next().map_or(0, str::len) };
            let (message, help) = match unclosed {
                None => ("this text has no front matter", "begin with `---`, then e.g. `medium: email` and `subject: …`, then `---`".to_owned()),
                Some(line) => {
                    ("the front matter that begins here is never closed", format!("write `---` on a line of its own before line {line}, where the text begins"))
                }
            };
            out.push(Diagnostic::new(Code::MissingKey, at, message).help(help));
            return None;
        }
    };
    let root = yaml::parse(source, text.get(..front)?, out)?;
    let r = &mut Reader { text, out, reviews };
    let map = r.map(&root, "the front matter", KEYS)?;
    r.review_by(map);
    let what = "the front matter";
    let medium = r.need(map, what, "medium").and_then(|n| Some((r.known(n, "medium", media.iter().map(String::as_str), "")?, n.span)));
    let purpose = map.get("purpose").map_or(Some(Purpose::Marketing), |n| r.choice(n, &[("marketing", Purpose::Marketing), ("service", Purpose::Service)]));
    let mails = medium.is_some_and(|(m, _)| m == "email");
    let before = r.out.0.len();
    let subject = match map.get("subject") {
        Some(node) if medium.is_some() && !mails => {
            r.error(Code::BadValue, node.span, "only mails have a subject", "take it out, or write it into the text");
            None
        }
        Some(node) => {
            let found = r.text(node).zip(node.place(r.text));
            found.and_then(|(text, place)| template((text, Kind::Line), &|at| place.span(at.start, at.end), known, r))
        }
        None if mails => {
            r.need(map, "a mail's front matter", "subject");
            None
        }
        None => None,
    };
    let letters = text.get(body..)?;
    if letters.trim().is_empty() {
        let at = Span { source, start: body, end: text.len() };
        r.error(Code::MissingKey, at, "this text says nothing", "write what the lead is to read below the second `---`");
        return None;
    }
    let span = |at: std::ops::Range<usize>| Span { source, start: body + at.start, end: body + at.end };
    let template = template((letters, Kind::Markdown), &span, known, r);
    if template.is_some() {
        super::markup::check(letters, &span, r.out);
    }
    let sound = r.out.0.len() == before;
    let ((medium, at), template) = (medium?, template?);
    let content = Content { name: name.to_owned(), medium: medium.to_owned(), purpose: purpose?, subject, body: template };
    let spots = Spots { source, medium: at, body };
    if content.purpose == Purpose::Marketing {
        super::check::advertising(&content, &spots, r.out);
    }
    sound.then_some((content, spots))
}

/// Where the front matter's YAML ends, and where the text begins. Without one, nothing; of one that is not closed, the line from which
/// it is no front matter any more.
fn front_matter(text: &str) -> Result<(usize, usize), Option<usize>> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().filter(|l| l.trim_end() == "---").ok_or(None)?;
    let mut at = first.len();
    for line in lines {
        if line.trim_end() == "---" {
            return Ok((at, at + line.len()));
        }
        at += line.len();
    }
    let is_front = |line: &str| KEYS.iter().any(|key| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with([':', '：'])));
    let front = text.lines().skip(1).take_while(|line| is_front(line) || line.starts_with('#')).count();
    Err(Some(front + 2))
}

fn template((text, kind): (&str, Kind), span: &dyn Fn(std::ops::Range<usize>) -> Span, known: &Known<'_>, r: &mut Reader<'_>) -> Option<Template> {
    let wrong = |p: Problem, r: &mut Reader<'_>| {
        r.error(Code::TemplateSyntax, span(p.at), format!("the text cannot be filled in: {}", p.message), p.help);
    };
    let template = match Template::new(text, kind) {
        Ok(template) => template,
        Err(p) => {
            wrong(p, r);
            return None;
        }
    };
    let before = r.out.0.len();
    for variable in template.variables() {
        undefined(variable, text, span, known, r);
    }
    if r.out.0.len() == before
        && let Some(p) = template.strange(&filled(known))
    {
        wrong(p, r);
    }
    (r.out.0.len() == before).then_some(template)
}

/// The names of a root; `None`: no such root.
fn names<'k>(root: &str, known: &'k Known<'_>) -> Option<Vec<&'k str>> {
    match root {
        "lead" => Some(known.dictionary.fields.iter().map(|f| f.id.as_str()).chain(["key"]).collect()),
        "owner" => Some(OWNER.to_vec()),
        "account" => Some(ACCOUNT.to_vec()),
        _ => None,
    }
}

/// Every gap filled.
fn filled(known: &Known<'_>) -> Vars {
    let all = |root| (root, names(root, known).unwrap_or_default().into_iter().map(|n| (n.to_owned(), "1".to_owned())).collect());
    ["lead", "owner", "account"].map(all).into()
}

/// Functions that templates have without being told.
const FUNCTIONS: [&str; 4] = ["range", "dict", "namespace", "debug"];

fn undefined(variable: &str, text: &str, span: &dyn Fn(std::ops::Range<usize>) -> Span, known: &Known<'_>, r: &mut Reader<'_>) {
    let (root, name) = variable.split_once('.').map_or((variable, None), |(root, rest)| (root, rest.split('.').next()));
    let start = text.find(variable).or_else(|| text.find(root)).unwrap_or(0);
    let at = span(start..start + variable.len().min(text.len() - start));
    match (names(root, known), name) {
        (None, None) if FUNCTIONS.contains(&root) => {}
        (None, _) => {
            let as_field = known.dictionary.fields.iter().find(|f| fold(&f.id) == fold(root)).map(|f| format!("write `lead.{}`", f.id));
            let help = as_field.or_else(|| nearest(root, ["lead", "owner", "account"]).map(|n| format!("did you mean `{n}`?")));
            r.error(
                Code::UnknownName,
                at,
                format!("`{root}` is nothing that a text knows"),
                help.unwrap_or_else(|| "there are `lead`, `owner` and `account`".to_owned()),
            );
        }
        (Some(_), None) => {}
        (Some(all), Some(name)) if all.contains(&name) => {}
        (Some(all), Some(name)) => {
            let help = nearest(name, all.iter().copied()).map_or_else(|| format!("there are {}", all.join(", ")), |n| format!("did you mean `{root}.{n}`?"));
            r.error(Code::UnknownName, at, format!("`{root}` has no `{name}`"), help);
        }
    }
}
