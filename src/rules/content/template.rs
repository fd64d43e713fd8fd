//! A template: compiled once, its variables known, filled in for one lead. The only module that knows the template library.

use super::filled::{hidden, shown};
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;

/// A compiled text with gaps: `{{ lead.name }}`, `{% if lead.industry == '制造业' %} … {% endif %}`.
pub struct Template {
    source: String,
    kind: Kind,
    environment: Environment<'static>,
    variables: Vec<String>,
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Template({:?})", self.source)
    }
}

/// What the gaps are filled with: by root (`lead`, `owner`, `account`) and name, as text for people. What is not there is a gap that
/// cannot be filled, and holds the message; so blanks are left out, and `{{ lead.name | default('您好') }}` speaks for them.
pub type Vars = BTreeMap<&'static str, BTreeMap<String, String>>;

/// Why a text could not be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// Something that this lead does not have.
    #[error("{0}")]
    Undefined(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// What is wrong with a template, and where in its text.
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) at: Range<usize>,
    pub(super) help: &'static str,
}

/// What a template is the text of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Markdown: what fills its gaps is text and never markup.
    Markdown,
    /// A line without markup.
    Line,
}

const NAME: &str = "text";
/// So many steps the filling in of one text may take: some hundred times what a long letter does.
const STEPS: u64 = 100_000;
/// So many bytes it may come to.
const BYTES: usize = 256 * 1024;

impl Template {
    /// Compiles.
    pub(super) fn new(source: &str, kind: Kind) -> Result<Self, Problem> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_fuel(Some(STEPS));
        // What the text itself makes (`{% set %}…{% endset %}`, `| safe`) is markup; what is looked up is not.
        environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
        environment.set_formatter(move |out, _, value| {
            let text = value.to_str().unwrap_or_else(|| value.to_string().into());
            if text.len() > BYTES {
                return Err(Error::new(ErrorKind::WriteFailure, "too long"));
            }
            let whole = value.is_safe() || kind == Kind::Line;
            Ok(if whole { out.write_str(&text) } else { out.write_str(&hidden(&text)) }?)
        });
        environment.add_template_owned(NAME, source.to_owned()).map_err(|e| problem(&e, source))?;
        let mut variables: Vec<String> = match environment.get_template(NAME) {
            Ok(template) => template.undeclared_variables(true).into_iter().collect(),
            Err(e) => return Err(problem(&e, source)),
        };
        variables.sort_unstable();
        Ok(Self { source: source.to_owned(), kind, environment, variables })
    }
    /// As written.
    pub fn source(&self) -> &str {
        &self.source
    }
    /// What it looks up, sorted: `lead.name`.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }
    /// Fills it in.
    pub fn render(&self, vars: &Vars) -> Result<String, RenderError> {
        self.fill(vars).map_err(|e| match e.kind() {
            ErrorKind::UndefinedError => RenderError::Undefined(self.gap(vars, &e)),
            _ => RenderError::Other(endless(&e).map_or_else(|| e.to_string(), |(why, _)| why)),
        })
    }
    fn fill(&self, vars: &Vars) -> Result<String, Error> {
        let names = |of: &BTreeMap<String, String>| of.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str()))).collect::<BTreeMap<_, _>>();
        let all: BTreeMap<String, Value> = vars.iter().map(|(root, of)| ((*root).to_owned(), Value::from(names(of)))).collect();
        let mut page = Page(Vec::new());
        self.environment.get_template(NAME)?.render_captured_to(Value::from(all), &mut page)?;
        let text = String::from_utf8(page.0).map_err(|e| Error::new(ErrorKind::WriteFailure, e.to_string()))?;
        Ok(if self.kind == Kind::Markdown { shown(text) } else { text })
    }
    /// The name of what is missing.
    fn gap(&self, vars: &Vars, error: &Error) -> String {
        let there = |name: &str| name.split_once('.').is_none_or(|(root, field)| vars.get(root).is_some_and(|v| v.contains_key(field)));
        let missing: BTreeSet<&str> = self.variables.iter().map(String::as_str).filter(|v| !there(v)).collect();
        let at = error.range().and_then(|r| self.source.get(r)).map(str::trim);
        match at.and_then(|text| missing.iter().find(|m| text.contains(**m))).or(missing.first()) {
            Some(name) => format!("`{name}` is blank"),
            None => error.to_string(),
        }
    }
    /// A filter, test or function that does not exist, or a text without end, which only filling in finds out: tried with every gap
    /// filled.
    pub(super) fn strange(&self, vars: &Vars) -> Option<Problem> {
        let error = self.fill(vars).err()?;
        let strange = matches!(error.kind(), ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction | ErrorKind::UnknownMethod);
        (strange || endless(&error).is_some()).then(|| problem(&error, &self.source))
    }
}

/// A filled-in text that does not grow without end.
struct Page(Vec<u8>);

impl io::Write for Page {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.0.len() + more.len() > BYTES {
            return Err(io::Error::other("too long"));
        }
        self.0.extend_from_slice(more);
        Ok(more.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is said of a text that takes too long or gets too long, and what to do.
fn endless(error: &Error) -> Option<(String, &'static str)> {
    match error.kind() {
        ErrorKind::OutOfFuel => Some((format!("it takes more than {STEPS} steps"), "loops within loops make no letter: take them out")),
        ErrorKind::WriteFailure => Some((format!("it comes to more than {} KB", BYTES / 1024), "a message is short: repeat less")),
        _ => None,
    }
}

fn problem(error: &Error, source: &str) -> Problem {
    let line = || {
        let line = error.line().unwrap_or(1).saturating_sub(1);
        let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
        start..start + source.get(start..).map_or(0, |t| t.lines().next().map_or(0, str::len))
    };
    let at = error.range().filter(|r| source.get(r.clone()).is_some()).unwrap_or_else(line);
    let usual = "write gaps as `{{ lead.name }}`, choices as `{% if … %} … {% endif %}`";
    let (message, help) = endless(error).unwrap_or_else(|| (error.detail().map_or_else(|| error.kind().to_string(), str::to_owned), usual));
    Problem { message, at, help }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(lead: &[(&str, &str)]) -> Vars {
        let of = |all: &[(&str, &str)]| all.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
        [("lead", of(lead)), ("owner", of(&[("name", "张伟")])), ("account", of(&[]))].into()
    }

    fn filled(text: &str, lead: &[(&str, &str)]) -> Result<String, RenderError> {
        Template::new(text, Kind::Markdown).map_err(|p| p.message).expect("a sound template").render(&vars(lead))
    }

    #[test]
    fn gaps_are_filled_and_a_blank_one_holds_the_message() {
        assert_eq!(filled("{{ lead.姓名 }}您好，{{ owner.name }}敬上", &[("姓名", "王芳")]), Ok("王芳您好，张伟敬上".into()));
        assert_eq!(filled("{{ lead.name | default('您好') }}", &[]), Ok("您好".into()));
        assert_eq!(filled("{% if lead.industry is defined and lead.industry == '制造业' %}a{% else %}b{% endif %}", &[]), Ok("b".into()));
        assert_eq!(filled("{{ owner.name }} {{ lead.name }}", &[]), Err(RenderError::Undefined("`lead.name` is blank".into())));
        assert_eq!(filled("a < b & c", &[]), Ok("a < b & c".into()), "the text is Markdown: nothing is escaped");
    }

    #[test]
    fn what_fills_a_gap_is_text_and_what_the_text_makes_is_markup() {
        let evil = [("name", "[点我](http://evil)")];
        assert_eq!(filled("**{{ lead.name }}**", &evil), Ok(r"**\[点我\]\(http://evil\)**".into()));
        assert_eq!(filled("{% set a %}[a](https://b){% endset %}{{ a }} {{ '**b**' | safe }}", &[]), Ok("[a](https://b) **b**".into()));
        assert_eq!(filled("{% if lead.name == '[点我](http://evil)' %}a{% endif %}", &evil), Ok("a".into()), "conditions see what is there");
        let line = Template::new("{{ lead.name }}", Kind::Line).map_err(|p| p.message).expect("sound");
        assert_eq!(line.render(&vars(&evil)), Ok("[点我](http://evil)".into()), "a subject has no markup to be kept from");
    }

    #[test]
    fn a_text_without_end_is_refused() {
        for (text, what) in [
            ("{% for i in range(99999) %}{% for j in range(99999) %}{{ j }}{% endfor %}{% endfor %}", "steps"),
            ("{{ 'x' * 99999999 }}", "256 KB"),
            ("{% for i in range(2000) %}{{ 'x' * 1000 }}{% endfor %}", "256 KB"),
        ] {
            assert!(matches!(filled(text, &[]), Err(RenderError::Other(why)) if why.contains(what)), "{text}");
            let template = Template::new(text, Kind::Markdown).map_err(|p| p.message).expect("it parses");
            assert!(template.strange(&vars(&[])).is_some_and(|p| p.message.contains(what)), "{text}");
        }
        assert_eq!(filled("{% for i in range(3) %}{{ i }}{% endfor %}", &[]), Ok("012".into()));
    }

    #[test]
    fn variables_and_mistakes_are_known_before_anybody_is_written_to() {
        let of = |text: &str| Template::new(text, Kind::Markdown).map_err(|p| (p.message, text.get(p.at).map(str::to_owned)));
        let t = of("{{ lead.name }}{% if owner.region %}{{ account.name }}{% endif %}{% set x = 1 %}{{ x }}").expect("sound");
        assert_eq!(t.variables(), ["account.name", "lead.name", "owner.region"]);
        assert!(of("{{ lead.name ").is_err() && of("{% if lead.name %}").is_err());
        let strange = |text: &str| of(text).expect("it parses").strange(&vars(&[("name", "王芳")])).map(|p| p.message);
        assert!(strange("{{ lead.name | defualt('x') }}").is_some_and(|m| m.contains("defualt")));
        assert_eq!(strange("{{ lead.name | default('x') }}"), None);
    }
}
