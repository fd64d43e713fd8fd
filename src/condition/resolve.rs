//! Names: what one means in its scope, and, where it means nothing, what to write instead.

use super::check::{Checker, listed};
use super::names::{self, Function};
use super::plan::{Node, NodeKind, Read};
use super::print;
use super::scope::{Scope, ScopeKind, StateUse, Type};
use super::tree::{Bytes, Quote};
use crate::diag::Code;
use crate::model::{EventFieldIx, FieldIx, FieldType, fold, nearest};

/// What a field of this type yields.
fn yields(ty: FieldType) -> Type {
    match ty {
        FieldType::Integer | FieldType::Number | FieldType::Money | FieldType::Percent => Type::Number,
        FieldType::Date => Type::Date,
        FieldType::Datetime => Type::Instant,
        FieldType::Boolean => Type::Boolean,
        FieldType::List => Type::List,
        FieldType::Text | FieldType::Email | FieldType::Phone | FieldType::Owner | FieldType::Stage | FieldType::Channel => Type::Text,
    }
}

/// The canonical spelling of a name of this scope.
pub(super) fn canonical_name(scope: &Scope<'_>, name: &str) -> String {
    let folded = fold(name);
    let state = scope.state.iter().map(|s| &s.name);
    let fields = scope.dictionary.fields.iter().map(|f| &f.id);
    let event_fields = scope.dictionary.event_fields.iter().map(|f| &f.id);
    let known: Option<&String> = match scope.kind {
        ScopeKind::Event => event_fields.into_iter().find(|n| fold(n) == folded),
        ScopeKind::Owner => state.into_iter().find(|n| fold(n) == folded),
        ScopeKind::Scoring | ScopeKind::Lifecycle | ScopeKind::State | ScopeKind::Where => state.chain(fields).find(|n| fold(n) == folded),
    };
    known.cloned().unwrap_or_else(|| folded.into_owned())
}

impl Checker<'_, '_, '_> {
    /// What a name means here.
    pub(super) fn name(&mut self, name: &str, quote: Quote, span: Bytes) -> Option<Node> {
        let folded = fold(name).into_owned();
        let made = |read, ty| Some(Node::new(NodeKind::Read(read), ty, span));
        if folded == "as_of" {
            self.uses.clock = true;
            return made(Read::AsOf, Type::Instant);
        }
        let dictionary = self.scope.dictionary;
        if self.scope.kind == ScopeKind::Event {
            if let Some((i, field)) = dictionary.event_fields.iter().enumerate().find(|(_, f)| fold(&f.id) == folded) {
                return made(Read::EventField(EventFieldIx(i), field.ty), yields(field.ty));
            }
            if folded == "kind" {
                return made(Read::EventKind, Type::Text);
            }
            return self.unknown_name(name, &folded, quote, span);
        }
        if self.scope.kind == ScopeKind::Scoring && self.scope.state.iter().any(|s| fold(&s.name) == folded) {
            return self.elsewhere(name, names::Home::Lifecycle, span);
        }
        if let Some((i, state)) = self.scope.state.iter().enumerate().find(|(_, s)| fold(&s.name) == folded && s.used != StateUse::Holds) {
            let value = Node::new(NodeKind::Read(Read::State(i)), state.ty, span);
            if state.used == StateUse::Value {
                return Some(value);
            }
            self.uses.clock = true;
            return Some(Node::new(NodeKind::DaysSince(Box::new(value)), Type::Number, span));
        }
        if self.scope.kind == ScopeKind::Owner {
            return self.unknown_name(name, &folded, quote, span);
        }
        if folded == "created_at" {
            return made(Read::CreatedAt, Type::Instant);
        }
        if folded == "last_event_at" {
            (self.uses.events, self.uses.clock) = (true, true);
            return made(Read::LastEventAt, Type::Instant);
        }
        if names::home(&folded).is_some() {
            return self.unknown_name(name, &folded, quote, span);
        }
        if let Some((i, field)) = dictionary.fields.iter().enumerate().find(|(_, f)| fold(&f.id) == folded) {
            self.uses.fields.insert(FieldIx(i));
            return made(Read::Field(FieldIx(i), field.ty), yields(field.ty));
        }
        self.unknown_name(name, &folded, quote, span)
    }

    /// Says why a name means nothing here, and what to write instead.
    fn unknown_name(&mut self, name: &str, folded: &str, quote: Quote, span: Bytes) -> Option<Node> {
        let dictionary = self.scope.dictionary;
        let (event, owner) = (self.scope.kind == ScopeKind::Event, self.scope.kind == ScopeKind::Owner);
        let field = dictionary.fields.iter().find(|f| fold(&f.id) == folded);
        let usual = names::home_unless_field(folded).filter(|home| field.is_none() && !home.is_open_to(self.scope.kind));
        let home = names::home(folded).or(usual);
        if owner && (home.is_some() || field.is_some() || names::BUILT_IN.contains(&folded)) {
            return self.not_of_colleague(name, span);
        }
        if let Some(home) = home {
            return self.elsewhere(name, home, span);
        }
        if event && (field.is_some() || names::BUILT_IN.contains(&folded)) {
            let own = dictionary.event_fields.iter().map(|f| f.id.as_str()).collect::<Vec<_>>();
            let message = format!("`{name}` is the lead's; a `where` on events sees only the event's own fields");
            self.problems.error(
                Code::OutOfScope,
                span,
                message,
                format!("use {}, `kind` or `as_of`; ask about the lead outside the event function", listed(&own)),
            );
            return None;
        }
        if event && folded == "at" {
            self.problems.error(Code::OutOfScope, span, "the instant of an event is not among its fields", "limit the age with `within`: `events('x', '7d')`");
            return None;
        }
        if !event && !owner && dictionary.event_fields.iter().any(|f| fold(&f.id) == folded) {
            let help = format!("ask inside an event function: `events('*', '30d', '{name} = ''…''') > 0`");
            self.problems.error(Code::OutOfScope, span, format!("`{name}` is a field of events, not of the lead"), help);
            return None;
        }
        let message = match quote {
            Quote::Double => format!("`\"{name}\"` is no name here; double quotes are for names"),
            _ if owner => format!("`{name}` is nothing that is known of a colleague"),
            _ => format!("`{name}` is no field and no built-in name"),
        };
        let event_names = dictionary.event_fields.iter().map(|f| f.id.as_str()).filter(|_| event);
        let lead_names = dictionary.fields.iter().map(|f| f.id.as_str()).filter(|_| !event && !owner);
        let state_names = self.scope.state.iter().filter(|s| s.used != StateUse::Holds && self.scope.kind != ScopeKind::Scoring).map(|s| s.name.as_str());
        let built_in = names::BUILT_IN.into_iter().filter(|n| !owner || *n == "as_of");
        let known: Vec<&str> = event_names.chain(lead_names).chain(state_names).chain(built_in).collect();
        let header = dictionary.field_of_header(name).and_then(|ix| dictionary.fields.get(ix.0)).filter(|_| !event && !owner);
        let as_text = print::quoted(name);
        let help = if Function::of(folded).is_some() {
            format!("a function is called: `{}`", Function::of(folded).map_or("", Function::example))
        } else if let Some(field) = header {
            format!("`{name}` is a header of the field `{0}`: write `{0}`", print::name(&field.id))
        } else if let Some(near) = nearest(name, known.iter().copied()) {
            format!("did you mean `{}`? (text stands in single quotes: `{as_text}`)", print::name(near))
        } else if owner {
            format!("known are {}; text stands in single quotes: `{as_text}`", listed(&known))
        } else if dictionary.list(name).is_some() {
            format!("it is a word list: `has_any(title, {as_text})`")
        } else if quote == Quote::Double {
            format!("text stands in single quotes: `{as_text}`")
        } else {
            format!("if it is text, write `{as_text}`; an undeclared column is `extra({as_text})`")
        };
        self.problems.error(Code::UnknownName, span, message, help);
        None
    }

    /// A name of another scope, or one of this scope that stands for nothing.
    pub(super) fn elsewhere<T>(&mut self, name: &str, home: names::Home, span: Bytes) -> Option<T> {
        let folded = fold(name);
        if !home.is_open_to(self.scope.kind) {
            self.problems.error(Code::OutOfScope, span, format!("`{name}` cannot be used here"), format!("it is known in {}", home.place()));
        } else if names::asks_messages(&folded) {
            let help = "it asks about the messages of nurture paths, which come with a later version of sop";
            self.problems.error(Code::NotYet, span, format!("`{name}` is not known yet"), help);
        } else if let Some(function) = Function::of(&folded) {
            let help = format!("a function is called: `{}`", function.example());
            self.problems.error(Code::UnknownName, span, format!("`{name}` is no name: it is a function"), help);
        } else if let Some(band) = folded.strip_prefix(names::DAYS_BELOW) {
            let known: Vec<&str> = self.scope.state.iter().filter_map(|s| s.name.strip_prefix(names::DAYS_BELOW)).collect();
            let help = match nearest(band, known.iter().copied()) {
                Some(near) => format!("did you mean `{}`?", print::name(&format!("{}{near}", names::DAYS_BELOW))),
                None => format!("the bands are {}", listed(&known)),
            };
            self.problems.error(Code::UnknownName, span, format!("no band is called `{band}`"), help);
        } else {
            self.problems.error(Code::NotYet, span, format!("`{name}` is not known yet"), "it comes with a later version of sop");
        }
        None
    }

    /// Something of the lead, or of its events, where only a colleague is in sight.
    pub(super) fn not_of_colleague<T>(&mut self, name: &str, span: Bytes) -> Option<T> {
        let own: Vec<String> = self.scope.state.iter().map(|s| format!("`{}`", s.name)).collect();
        let message = format!("`{name}` is the lead's; {} see only the colleague", names::Home::Owner.place());
        let help = format!("use {} or `as_of`; ask about the lead in the `when` of the rule", own.join(", "));
        self.problems.error(Code::OutOfScope, span, message, help);
        None
    }
}
