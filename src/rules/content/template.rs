//! A template: compiled once, its variables known, filled in for one lead. The only module that knows the template library.

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A compiled text with gaps: `{{ lead.name }}`, `{% if lead.industry == '制造业' %} … {% endif %}`.
pub struct Template {
    source: String,
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
}

const NAME: &str = "text";

impl Template {
    /// Compiles.
    pub(super) fn new(source: &str) -> Result<Self, Problem> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.add_template_owned(NAME, source.to_owned()).map_err(|e| problem(&e, source))?;
        let mut variables: Vec<String> = match environment.get_template(NAME) {
            Ok(template) => template.undeclared_variables(true).into_iter().collect(),
            Err(e) => return Err(problem(&e, source)),
        };
        variables.sort_unstable();
        Ok(Self { source: source.to_owned(), environment, variables })
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
            _ => RenderError::Other(e.to_string()),
        })
    }
    fn fill(&self, vars: &Vars) -> Result<String, Error> {
        let names = |of: &BTreeMap<String, String>| of.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str()))).collect::<BTreeMap<_, _>>();
        let all: BTreeMap<String, Value> = vars.iter().map(|(root, of)| ((*root).to_owned(), Value::from(names(of)))).collect();
        self.environment.get_template(NAME)?.render(Value::from(all))
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
    /// A filter, test or function that does not exist, which only filling in finds out: tried with every gap filled.
    pub(super) fn strange(&self, vars: &Vars) -> Option<Problem> {
        let error = self.fill(vars).err()?;
        let strange = matches!(error.kind(), ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction | ErrorKind::UnknownMethod);
        strange.then(|| problem(&error, &self.source))
    }
}

fn problem(error: &Error, source: &str) -> Problem {
    let line = || {
        let line = error.line().unwrap_or(1).saturating_sub(1);
        let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
        start..start + source.get(start..).map_or(0, |t| t.lines().next().map_or(0, str::len))
    };
    let at = error.range().filter(|r| source.get(r.clone()).is_some()).unwrap_or_else(line);
    Problem { message: error.detail().map_or_else(|| error.kind().to_string(), str::to_owned), at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(lead: &[(&str, &str)]) -> Vars {
        let of = |all: &[(&str, &str)]| all.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
        [("lead", of(lead)), ("owner", of(&[("name", "张伟")])), ("account", of(&[]))].into()
    }

    fn filled(text: &str, lead: &[(&str, &str)]) -> Result<String, RenderError> {
        Template::new(text).map_err(|p| p.message).expect("a sound template").render(&vars(lead))
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
    fn variables_and_mistakes_are_known_before_anybody_is_written_to() {
        let of = |text: &str| Template::new(text).map_err(|p| (p.message, text.get(p.at).map(str::to_owned)));
        let t = of("{{ lead.name }}{% if owner.region %}{{ account.name }}{% endif %}{% set x = 1 %}{{ x }}").expect("sound");
        assert_eq!(t.variables(), ["account.name", "lead.name", "owner.region"]);
        assert!(of("{{ lead.name ").is_err() && of("{% if lead.name %}").is_err());
        let strange = |text: &str| of(text).expect("it parses").strange(&vars(&[("name", "王芳")])).map(|p| p.message);
        assert!(strange("{{ lead.name | defualt('x') }}").is_some_and(|m| m.contains("defualt")));
        assert_eq!(strange("{{ lead.name | default('x') }}"), None);
    }
}
