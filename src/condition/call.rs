//! Calls: which function, whether here, and what its arguments mean.

use super::check::{Checker, called, listed};
use super::literal::{self, inner_offsets};
use super::names::{self, Function};
use super::plan::{Count, Lit, Node, NodeKind, Read, Which};
use super::scope::{Scope, ScopeKind, Type};
use super::text::Words;
use super::tree::{Bytes, Expr, Kind, Quote};
use super::{parse, print, sense};
use crate::diag::Code;
use crate::model::{FieldIx, FieldType, KindId, fold, fold_header, nearest};
use std::sync::Arc;

impl Checker<'_, '_, '_> {
    pub(super) fn call(&mut self, name: &str, name_span: Bytes, args: &[Expr], span: Bytes) -> Option<Node> {
        let folded = fold(name).into_owned();
        let Some(function) = Function::of(&folded) else { return self.unknown_function(name, &folded, name_span, args) };
        if function.asks_lead() && self.scope.kind == ScopeKind::Owner {
            return self.not_of_colleague(name, name_span);
        }
        if let Some(home) = names::home(&folded).filter(|home| !home.is_open_to(self.scope.kind)) {
            return self.elsewhere(name, home, name_span);
        }
        if function.asks_lead() && self.scope.kind == ScopeKind::Event {
            let message = format!("`{name}` asks about the lead; a `where` on events sees only the event");
            self.problems.error(Code::OutOfScope, name_span, message, "ask about the lead outside the event function");
            return None;
        }
        let (least, most) = function.arguments();
        if args.len() < least || args.len() > most {
            let wanted = match (least, most) {
                (1, usize::MAX) => "at least one argument".to_owned(),
                (1, 1) => "one argument".to_owned(),
                (0, most) => format!("at most {most} arguments"),
                (a, b) if a == b => format!("{a} arguments"),
                (a, b) => format!("{a} to {b} arguments"),
            };
            let help = format!("write e.g. `{}`", function.example());
            self.problems.error(Code::BadArguments, span, format!("`{name}` takes {wanted}, not {}", args.len()), help);
            return None;
        }
        let made = |kind, ty| Some(Node::new(kind, ty, span));
        match (function, args) {
            (Function::Events, [kind, rest @ ..]) => self.events(kind, rest, span),
            (Function::FirstEvent, [kind]) => self.which(kind).and_then(|w| made(NodeKind::FirstEvent(w), Type::Instant)),
            (Function::LastEvent, [kind]) => self.which(kind).and_then(|w| made(NodeKind::LastEvent(w), Type::Instant)),
            (Function::DaysSince, [at]) => self.instant(at, function).and_then(|x| made(NodeKind::DaysSince(Box::new(x)), Type::Number)),
            (Function::BusinessDaysSince, [at]) => self.instant(at, function).and_then(|x| made(NodeKind::BusinessDaysSince(Box::new(x)), Type::Number)),
            (Function::HasTag, [tag]) => self.has_tag(tag, span),
            (Function::HasAny, [text, list]) => self.has_any(text, list, span),
            (Function::HasWord, [text, word]) => self.has_word(text, word, span),
            (Function::Lower, [text]) => self.text(text, function).and_then(|x| made(NodeKind::Lower(Box::new(x)), Type::Text)),
            (Function::Length, [text]) => self.text(text, function).and_then(|x| made(NodeKind::Length(Box::new(x)), Type::Number)),
            (Function::Coalesce, all) => self.coalesce(all, span),
            (Function::Extra, [header]) => self.extra(header, span),
            (Function::Reached, [stage]) => self.holds("reached", stage, "the stage", span),
            (Function::Contactable, [medium]) => self.contactable(medium, span),
            (Function::FollowUps, args) => self.follow_ups(args, span),
            _ => None,
        }
    }

    fn unknown_function(&mut self, name: &str, folded: &str, name_span: Bytes, args: &[Expr]) -> Option<Node> {
        if self.scope.kind == ScopeKind::Owner && names::home(folded).is_some() {
            return self.not_of_colleague(name, name_span);
        }
        if let Some(home) = names::home(folded) {
            return self.elsewhere(name, home, name_span);
        }
        for arg in args {
            self.node(arg); // what is wrong inside is told as well
        }
        let help = match folded {
            "now" | "today" | "current_date" | "getdate" => "the instant that is reasoned about is `as_of`".to_owned(),
            "count" => "count events with `events('pricing_view', '7d')`".to_owned(),
            "ifnull" | "nvl" | "isnull" => "write `coalesce(x, 0)`".to_owned(),
            "len" => "write `length(x)`".to_owned(),
            "upper" | "trim" => "text compares without regard to case and outer space; `lower(x)` exists".to_owned(),
            "if" | "iif" => "write `CASE WHEN … THEN … ELSE … END`".to_owned(),
            "contains" => "write `title LIKE '%总监%'`, or `has_word(title, 'CTO')` for a whole word".to_owned(),
            _ => match nearest(folded, Function::names_in(self.scope.kind)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the functions are {}", listed(&Function::names_in(self.scope.kind).collect::<Vec<_>>())),
            },
        };
        self.problems.error(Code::UnknownName, name_span, format!("`{name}` is no function"), help);
        None
    }

    /// An argument that must be written out as text.
    pub(super) fn literal<'e>(&mut self, arg: &'e Expr, what: &str) -> Option<&'e str> {
        match &arg.kind {
            Kind::Text(text) => Some(text),
            Kind::Broken => None,
            other => {
                let help = match other {
                    Kind::Name { name, quote: Quote::Bare | Quote::Double } => format!("write `{}`", print::quoted(name)),
                    _ => "write it in single quotes".to_owned(),
                };
                self.problems.error(Code::BadArguments, arg.span, format!("{what} is a text in single quotes"), help);
                None
            }
        }
    }

    fn which(&mut self, arg: &Expr) -> Option<Which> {
        (self.uses.events, self.uses.clock) = (true, true);
        let text = self.literal(arg, "the kind of event")?;
        if text.trim() == "*" {
            return Some(Which::Acts);
        }
        let dictionary = self.scope.dictionary;
        let folded = fold(text);
        let own = dictionary.kinds.iter().position(|k| fold(&k.id) == folded).and_then(|i| u16::try_from(i).ok()).map(KindId);
        let Some(id) = own.or_else(|| dictionary.kind_of(text)).filter(|id| *id != KindId::OTHER) else {
            let near = nearest(text, dictionary.kinds.iter().map(|k| k.id.as_str()));
            let help = match near {
                Some(near) => format!("did you mean `'{near}'`?"),
                None => "declare it under `event_kinds:` in fields.yaml; `'*'` is everything that the lead did".to_owned(),
            };
            self.problems.error(Code::UnknownKind, arg.span, format!("`{text}` is no kind of event"), help);
            return None;
        };
        self.uses.kinds.insert(id);
        Some(Which::Kind(id))
    }

    fn events(&mut self, kind: &Expr, rest: &[Expr], span: Bytes) -> Option<Node> {
        let which = self.which(kind);
        let mut broken = which.is_none();
        let mut within = None;
        if let Some(arg) = rest.first().filter(|a| !matches!(a.kind, Kind::Null)) {
            within = self.literal(arg, "the age of events").and_then(|text| literal::duration(text, arg.span, self.problems));
            broken |= within.is_none();
        }
        let mut filter = None;
        if let Some(arg) = rest.get(1) {
            filter = self.literal(arg, "the condition on events").and_then(|text| self.nested(text, arg.span));
            broken |= filter.is_none();
        }
        let count = Count { which: which?, within, filter: filter.map(Box::new) };
        if broken { None } else { Some(Node::new(NodeKind::Events(count), Type::Number, span)) }
    }

    /// The condition inside a text literal, about one event; its spans are those of the letters inside the quotes.
    fn nested(&mut self, text: &str, literal: Bytes) -> Option<Node> {
        let offsets = inner_offsets(self.text, literal, text);
        let scope = Scope { kind: ScopeKind::Event, dictionary: self.scope.dictionary, state: &[] };
        let (node, clock) = self.problems.nested(&offsets, |problems| {
            let tree = parse::parse(text, problems);
            let mut inner = Checker { scope, text, problems, uses: Default::default() };
            let node = inner.boolean(&tree);
            let clock = inner.uses.clock;
            if let Some(node) = &node {
                sense::report(node, text, inner.problems);
            }
            (node, clock)
        });
        self.uses.clock |= clock;
        node
    }

    fn instant(&mut self, arg: &Expr, function: Function) -> Option<Node> {
        self.uses.clock = true;
        let node = self.node(arg)?;
        let node = literal::become_type(node, Type::Instant, self.problems)?;
        if matches!(node.ty, Type::Instant | Type::Date | Type::Null) {
            return Some(node);
        }
        let (what, help) = (self.excerpt(node.span), format!("write e.g. `{}`", function.example()));
        self.mismatch(node.span, format!("`{what}` is {}, where a date or an instant is expected", called(node.ty)), help)
    }

    fn text(&mut self, arg: &Expr, function: Function) -> Option<Node> {
        let node = self.node(arg)?;
        if matches!(node.ty, Type::Text | Type::Null) {
            return Some(node);
        }
        let (what, help) = (self.excerpt(node.span), format!("write e.g. `{}`", function.example()));
        self.mismatch(node.span, format!("`{what}` is {}, where text is expected", called(node.ty)), help)
    }

    fn has_tag(&mut self, tag: &Expr, span: Bytes) -> Option<Node> {
        let fields = &self.scope.dictionary.fields;
        let lists = || fields.iter().enumerate().filter(|(_, f)| f.ty == FieldType::List);
        let Some((i, field)) = lists().find(|(_, f)| f.id == "tags").or_else(|| lists().next()) else {
            self.problems.error(Code::BadArguments, span, "`has_tag` needs a field of type list", "declare `tags: {type: list}` in fields.yaml");
            return None;
        };
        let tag = self.literal(tag, "the tag")?;
        self.uses.fields.insert(FieldIx(i));
        let read = Read::Field(FieldIx(i), FieldType::List);
        Some(Node::new(NodeKind::Holds(read, field.id.as_str().into(), fold(tag).into_owned()), Type::Boolean, span))
    }

    fn has_any(&mut self, text: &Expr, list: &Expr, span: Bytes) -> Option<Node> {
        let node = self.node(text);
        let name = self.literal(list, "the word list");
        let words = name.and_then(|name| {
            let words = self.scope.dictionary.list(name);
            if words.is_none() {
                let known: Vec<&str> = self.scope.dictionary.lists.iter().map(|(n, _)| n.as_str()).collect();
                let help = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `'{near}'`?"),
                    None => format!("declare it under `lists:` in fields.yaml, or ask for one word: `has_word(title, {})`", print::quoted(name)),
                };
                self.problems.error(Code::UnknownList, list.span, format!("`{name}` is no word list"), help);
            }
            words
        });
        let (node, words) = (node?, words?);
        if !matches!(node.ty, Type::Text | Type::List | Type::Null) {
            let what = self.excerpt(node.span);
            return self.mismatch(node.span, format!("`{what}` is {}, where text or a list is expected", called(node.ty)), "");
        }
        Some(Node::new(NodeKind::HasWords(Box::new(node), Words::new(words)), Type::Boolean, span))
    }

    fn has_word(&mut self, text: &Expr, word: &Expr, span: Bytes) -> Option<Node> {
        let node = self.node(text);
        let typed = self.literal(word, "the word")?;
        if fold(typed).is_empty() {
            self.problems.error(Code::BadArguments, word.span, "the word is empty", "");
            return None;
        }
        let node = node?;
        if !matches!(node.ty, Type::Text | Type::List | Type::Null) {
            let what = self.excerpt(node.span);
            return self.mismatch(node.span, format!("`{what}` is {}, where text or a list is expected", called(node.ty)), "");
        }
        Some(Node::new(NodeKind::HasWords(Box::new(node), Words::new(&[typed])), Type::Boolean, span))
    }

    fn coalesce(&mut self, args: &[Expr], span: Bytes) -> Option<Node> {
        let nodes: Vec<_> = args.iter().map(|a| self.node(a)).collect();
        let (nodes, ty) = self.meet(nodes.into_iter().collect::<Option<_>>()?)?;
        match ty {
            Type::List => self.mismatch(span, "`coalesce` takes no lists", "a blank list has no tags: `has_tag('x')` is false for it"),
            Type::Null => Some(Node::new(NodeKind::Const(Lit::Null), Type::Null, span)),
            ty => Some(Node::new(NodeKind::Coalesce(nodes), ty, span)),
        }
    }

    fn extra(&mut self, header: &Expr, span: Bytes) -> Option<Node> {
        let header_text = self.literal(header, "the header")?;
        let dictionary = self.scope.dictionary;
        if let Some(field) = dictionary.field_of_header(header_text).and_then(|ix| dictionary.fields.get(ix.0)) {
            let (name, help) = (&field.id, format!("write `{}`", print::name(&field.id)));
            self.problems.error(Code::BadArguments, header.span, format!("`{header_text}` is declared: it is the field `{name}`"), help);
            return None;
        }
        let read = Read::Extra(Arc::from(header_text), fold_header(header_text));
        Some(Node::new(NodeKind::Read(read), Type::Text, span))
    }
}
