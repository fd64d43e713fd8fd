//! Tree → plan: names resolved in their scope, types met, literals read. Everything wrong is reported in one pass;
//! a broken part yields no node, and its neighbours are still looked at.

use super::closure;
use super::literal;
use super::plan::{Lit, Node, NodeKind, Read};
use super::problems::Problems;
use super::scope::{Scope, ScopeKind, Type};
use super::text::Pattern;
use super::tree::{Bytes, Expr, Kind, Op, Sign};
use crate::diag::Code;
use crate::model::{FieldIx, FieldType, KindId, fold, nearest};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a condition was found to use.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    pub(super) fields: BTreeSet<FieldIx>,
    pub(super) kinds: BTreeSet<KindId>,
    pub(super) events: bool,
    pub(super) clock: bool,
}

/// One condition being checked.
pub(super) struct Checker<'a, 'p, 'd> {
    pub(super) scope: Scope<'a>,
    pub(super) text: &'a str,
    pub(super) problems: &'p mut Problems<'d>,
    pub(super) uses: Uses,
}

/// A type for people.
pub(super) fn called(ty: Type) -> &'static str {
    match ty {
        Type::Boolean => "a yes/no value",
        Type::Number => "a number",
        Type::Text => "text",
        Type::List => "a list",
        Type::Date => "a date",
        Type::Instant => "an instant",
        Type::Duration => "a duration",
        Type::Null => "NULL",
    }
}

impl<'a> Checker<'a, '_, '_> {
    /// The text of a span on one line.
    pub(super) fn excerpt(&self, at: Bytes) -> String {
        one_line(self.text.get(at.start..at.end).unwrap_or_default())
    }
    pub(super) fn mismatch<T>(&mut self, at: Bytes, message: impl Into<String>, help: impl Into<String>) -> Option<T> {
        self.problems.error(Code::TypeMismatch, at, message, help);
        None
    }

    /// A node that is used as a condition.
    pub(super) fn boolean(&mut self, expr: &Expr) -> Option<Node> {
        let node = self.node(expr)?;
        match node.ty {
            Type::Boolean | Type::Null => Some(node),
            ty => {
                let what = self.excerpt(node.span);
                let help = match ty {
                    Type::Number => format!("compare it: `{what} > 0`"),
                    Type::Text if node.literal_text().is_some() => "a text alone says nothing: compare a field with it".to_owned(),
                    Type::Text => format!("compare it: `{what} = 'value'`, or ask `{what} IS NOT NULL`"),
                    Type::List => "ask for a tag: `has_tag('竞品')`".to_owned(),
                    Type::Date | Type::Instant => format!("compare it: `{what} >= as_of - '30d'`"),
                    _ => String::new(),
                };
                self.mismatch(node.span, format!("`{what}` is {}, where a condition is expected", called(ty)), help)
            }
        }
    }

    /// A node that is used as a number.
    pub(super) fn number(&mut self, expr: &Expr) -> Option<Node> {
        let node = self.node(expr)?;
        match node.ty {
            Type::Number | Type::Null => Some(node),
            ty => {
                let what = self.excerpt(node.span);
                let help = match ty {
                    Type::Boolean => format!("write `CASE WHEN {what} THEN 1 ELSE 0 END`"),
                    Type::Text if node.literal_text().is_some_and(|t| t.trim().parse::<f64>().is_ok()) => "write the number without quotes".to_owned(),
                    Type::Text => format!("`length({what})` is a number; a column of numbers is declared in fields.yaml"),
                    Type::Date | Type::Instant => format!("`days_since({what})` is a number"),
                    _ => String::new(),
                };
                self.mismatch(node.span, format!("`{what}` is {}, where a number is expected", called(ty)), help)
            }
        }
    }

    /// Any node.
    pub(super) fn node(&mut self, expr: &Expr) -> Option<Node> {
        let span = expr.span;
        let made = |kind, ty| Some(Node::new(kind, ty, span));
        let node = match &expr.kind {
            Kind::Broken => None,
            Kind::Null => made(NodeKind::Const(Lit::Null), Type::Null),
            Kind::Bool(b) => made(NodeKind::Const(Lit::Bool(*b)), Type::Boolean),
            Kind::Number(n) => made(NodeKind::Const(Lit::Number(*n)), Type::Number),
            Kind::Text(t) => made(NodeKind::Const(Lit::Text(t.as_str().into())), Type::Text),
            Kind::Name { name, quote } => self.name(name, *quote, span),
            Kind::Call { name, name_span, args } => self.call(name, *name_span, args, span),
            Kind::Not(x) => self.boolean(x).and_then(|x| made(NodeKind::Not(Box::new(x)), Type::Boolean)),
            Kind::And(parts) => self.booleans(parts).and_then(|p| made(NodeKind::And(p), Type::Boolean)),
            Kind::Or(parts) => self.booleans(parts).and_then(|p| made(NodeKind::Or(p), Type::Boolean)),
            Kind::Neg(x) => self.number(x).and_then(|x| made(NodeKind::Neg(Box::new(x)), Type::Number)),
            Kind::Compare { op, left, right } => self.compare(*op, left, right, span),
            Kind::Arith { sign, left, right } => self.arith(*sign, left, right, span),
            Kind::In { negated, item, list } => self.in_list(*negated, item, list, span),
            Kind::Between { negated, item, low, high } => self.between(*negated, item, low, high, span),
            Kind::Like { negated, item, pattern } => self.like(*negated, item, pattern, span),
            Kind::IsNull { negated, item } => self.node(item).and_then(|x| made(NodeKind::IsNull(*negated, Box::new(x)), Type::Boolean)),
            Kind::Case { arms, otherwise } => self.case(arms, otherwise.as_deref(), span),
        }?;
        Some(self.folded(node))
    }

    /// Literals among themselves are computed here, once.
    fn folded(&self, node: Node) -> Node {
        let logic = matches!(node.kind, NodeKind::Const(_) | NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_));
        if logic || !node.is_fixed() {
            return node;
        }
        let lit = closure::fixed(&node, self.scope.dictionary);
        Node { kind: NodeKind::Const(lit), folded: true, ..node }
    }

    fn booleans(&mut self, parts: &[Expr]) -> Option<Vec<Node>> {
        let nodes: Vec<_> = parts.iter().map(|p| self.boolean(p)).collect();
        nodes.into_iter().collect()
    }

    /// Brings nodes to one type, reading text literals as what the others are. `None` = reported.
    pub(super) fn meet(&mut self, nodes: Vec<Node>) -> Option<(Vec<Node>, Type)> {
        let lead = nodes.iter().find(|n| n.ty != Type::Null && n.literal_text().is_none()).or(nodes.iter().find(|n| n.ty != Type::Null));
        let Some(mut ty) = lead.map(|n| n.ty) else { return Some((nodes, Type::Null)) };
        let lead_span = lead.map(|n| n.span)?;
        let mut met = Some(Vec::with_capacity(nodes.len()));
        for node in nodes {
            let Some(node) = literal::become_type(node, ty, self.problems) else {
                met = None;
                continue;
            };
            match (ty, node.ty) {
                (Type::Date, Type::Instant) => ty = Type::Instant,
                (Type::Instant, Type::Date) | (_, Type::Null) => {}
                (a, b) if a == b => {}
                (a, b) => {
                    let (first, second) = (self.excerpt(lead_span), self.excerpt(node.span));
                    let help = self.meet_help(a, &node, &first, &second);
                    self.problems.error(
                        Code::TypeMismatch,
                        node.span,
                        format!("`{first}` is {}, `{second}` is {}: they cannot be compared or mixed", called(a), called(b)),
                        help,
                    );
                    met = None;
                }
            }
            if let Some(met) = &mut met {
                met.push(node);
            }
        }
        met.map(|nodes| (nodes, ty))
    }

    fn meet_help(&self, want: Type, node: &Node, first: &str, second: &str) -> String {
        match (want, node.ty) {
            (Type::Number, Type::Text) if node.literal_text().is_some_and(|t| t.trim().parse::<f64>().is_ok()) => {
                format!("write the number without quotes: `{}`", node.literal_text().map_or("", |t| t.trim()))
            }
            (Type::Text, Type::Number) => format!("write it as text: `'{second}'`"),
            (Type::Boolean, Type::Number | Type::Text) => format!("write `{first} = TRUE`, or just `{first}`"),
            (Type::List, _) | (_, Type::List) => "ask for a tag: `has_tag('竞品')`".to_owned(),
            (Type::Instant | Type::Date, Type::Number) | (Type::Number, Type::Instant | Type::Date) => {
                "count days with `days_since(…)`, or compare with a date `'2026-11-21'`".to_owned()
            }
            (Type::Duration, Type::Number) => "write a duration as text: `'30d'`".to_owned(),
            _ => String::new(),
        }
    }

    fn compare(&mut self, op: Op, left: &Expr, right: &Expr, span: Bytes) -> Option<Node> {
        let (left, right) = (self.node(left), self.node(right));
        let (mut left, mut right) = (left?, right?);
        for side in [&left, &right] {
            if side.constant() == Some(&Lit::Null) && !side.folded {
                let (other, not) = (if std::ptr::eq(side, &left) { &right } else { &left }, if op == Op::Ne { " NOT" } else { "" });
                let help = format!("write `{} IS{not} NULL`", self.excerpt(other.span));
                self.problems.warn(Code::NeverTrue, span, "a comparison with NULL is never true", help);
                break;
            }
        }
        if !op.is_equality() {
            if let Some(state) = self.ordered(&left) {
                (left, right) = (self.rank(&left, state), self.place(right, state)?);
            } else if let Some(state) = self.ordered(&right) {
                (left, right) = (self.place(left, state)?, self.rank(&right, state));
            }
        }
        let (mut met, ty) = self.meet(vec![left, right])?;
        let (mut right, mut left) = (met.pop()?, met.pop()?);
        match ty {
            Type::List => return self.mismatch(span, "lists cannot be compared", "ask for a tag: `has_tag('竞品')`, or `tags IS NULL`"),
            Type::Boolean if !op.is_equality() => {
                return self.mismatch(span, format!("yes/no values have no order for `{}`", op.sign()), "write `= TRUE` or `= FALSE`");
            }
            _ => {}
        }
        if op.is_equality() {
            left = self.as_kept(&right, left);
            right = self.as_kept(&left, right);
        }
        self.stored_value(&left, &right);
        self.stored_value(&right, &left);
        Some(Node::new(NodeKind::Compare(op, Box::new(left), Box::new(right)), Type::Boolean, span))
    }

    /// The place of an ordered state name (`band`, `stage`), if this node is one.
    fn ordered(&self, node: &Node) -> Option<usize> {
        let NodeKind::Read(Read::State(i)) = node.kind else { return None };
        self.scope.state.get(i).is_some_and(|s| !s.order.is_empty()).then_some(i)
    }
    fn rank(&self, node: &Node, state: usize) -> Node {
        let order: Arc<[String]> = self.scope.state.get(state).map(|s| s.order.iter().map(|id| fold(id).into_owned()).collect()).unwrap_or_default();
        Node { kind: NodeKind::Rank(state, order), ty: Type::Number, ..node.clone() }
    }
    /// The place of a literal in a state name's order.
    fn place(&mut self, node: Node, state: usize) -> Option<Node> {
        let Some(state) = self.scope.state.get(state) else { return Some(node) };
        if node.ty == Type::Null {
            return Some(node);
        }
        let Some(text) = node.literal_text().cloned() else {
            let help = format!("compare it with one of {}", listed(&state.order));
            return self.mismatch(node.span, format!("`{}` is ordered: only a value of it can stand here", state.name), help);
        };
        let folded = fold(&text);
        let Some(place) = state.order.iter().position(|id| fold(id) == folded) else {
            let near = nearest(&text, state.order.iter().map(String::as_str));
            let help = near.map_or_else(|| format!("its order is {}", listed(&state.order)), |n| format!("did you mean `'{n}'`?"));
            self.problems.error(Code::BadValue, node.span, format!("`{text}` has no place in the order of `{}`", state.name), help);
            return None;
        };
        let number = super::num::Num::Int(i64::try_from(place).unwrap_or(i64::MAX));
        Some(Node { kind: NodeKind::Const(Lit::Number(number)), ty: Type::Number, ..node })
    }

    /// A phone number or address as a person types it, in the form in which the field's cells are kept.
    fn as_kept(&mut self, field: &Node, literal: Node) -> Node {
        let (NodeKind::Read(Read::Field(ix, _)), Some(text)) = (&field.kind, literal.literal_text()) else { return literal };
        let Some(def) = self.scope.dictionary.fields.get(ix.0).filter(|_| !fold(text).is_empty()) else { return literal };
        match literal::as_kept(text, def) {
            Ok(kept) if kept == **text => literal,
            Ok(kept) => Node { kind: NodeKind::Const(Lit::Text(kept.into())), ..literal },
            Err(why) => {
                let help = format!("write it whole; for a part of it `{} LIKE '%{}%'`", def.id, text.trim());
                self.problems.warn(Code::NeverTrue, literal.span, format!("`{}` never holds `{text}`: {why}", def.id), help);
                literal
            }
        }
    }

    /// Warns where a text can never equal a field, because the field holds another spelling.
    fn stored_value(&mut self, field: &Node, literal: &Node) {
        let Some(text) = literal.literal_text().cloned() else { return };
        if fold(&text).is_empty() {
            let help = format!("a blank is NULL: write `{} IS NULL`", self.excerpt(field.span));
            self.problems.warn(Code::NeverTrue, literal.span, "no value is empty text", help);
            return;
        }
        let NodeKind::Read(Read::Field(ix, ty)) = field.kind else { return };
        let Some(def) = self.scope.dictionary.fields.get(ix.0) else { return };
        let stored = match ty {
            FieldType::Channel => self.scope.dictionary.channel_of(&text).map(|c| c.id.clone()),
            _ => def.canonical(&text).map(|v| v.to_string()),
        };
        if let Some(stored) = stored.filter(|s| fold(s) != fold(&text)) {
            let message = format!("`{}` never holds `{text}`: it is read as `{stored}`", def.id);
            self.problems.warn(Code::NeverTrue, literal.span, message, format!("write `'{stored}'`"));
        }
    }

    fn in_list(&mut self, negated: bool, item: &Expr, list: &[Expr], span: Bytes) -> Option<Node> {
        let item = self.node(item);
        let list: Vec<_> = list.iter().map(|x| self.node(x)).collect();
        let item = item?;
        let list: Vec<Node> = list.into_iter().collect::<Option<_>>()?;
        if negated && list.iter().any(|n| n.constant() == Some(&Lit::Null)) {
            self.problems.warn(Code::NeverTrue, span, "NOT IN with a NULL in its list is never true", "remove the NULL; for blanks add `OR … IS NULL`");
        }
        let nodes = std::iter::once(item).chain(list).collect();
        let (mut met, ty) = self.meet(nodes)?;
        if ty == Type::List {
            return self.mismatch(span, "a list is never one of several values", "ask for tags: `has_tag('a') OR has_tag('b')`");
        }
        let list = met.split_off(1);
        let item = met.pop()?;
        let list: Vec<Node> = list.into_iter().map(|literal| self.as_kept(&item, literal)).collect();
        for literal in &list {
            self.stored_value(&item, literal);
        }
        Some(Node::new(NodeKind::In(negated, Box::new(item), list), Type::Boolean, span))
    }

    fn between(&mut self, negated: bool, item: &Expr, low: &Expr, high: &Expr, span: Bytes) -> Option<Node> {
        let (item, low, high) = (self.node(item), self.node(low), self.node(high));
        let (mut item, mut low, mut high) = (item?, low?, high?);
        if let Some(state) = self.ordered(&item) {
            let (l, h) = (self.place(low, state), self.place(high, state));
            (item, low, high) = (self.rank(&item, state), l?, h?);
        }
        let (met, ty) = self.meet(vec![item, low, high])?;
        let [item, low, high]: [Node; 3] = met.try_into().ok()?;
        if matches!(ty, Type::List | Type::Boolean) {
            return self.mismatch(span, format!("{} has no order for BETWEEN", called(ty)), "");
        }
        Some(Node::new(NodeKind::Between(negated, Box::new(item), Box::new(low), Box::new(high)), Type::Boolean, span))
    }

    fn like(&mut self, negated: bool, item: &Expr, pattern: &Expr, span: Bytes) -> Option<Node> {
        let item = self.node(item);
        let Kind::Text(text) = &pattern.kind else {
            self.node(pattern);
            return self.mismatch(pattern.span, "the pattern of LIKE is a text", "write `title LIKE '%总监%'`");
        };
        let item = item?;
        if !matches!(item.ty, Type::Text | Type::Null) {
            let (what, help) = (self.excerpt(item.span), if item.ty == Type::List { "ask for a tag: `has_tag('竞品')`" } else { "" });
            return self.mismatch(item.span, format!("LIKE looks into text; `{what}` is {}", called(item.ty)), help);
        }
        let inner = text.trim_matches('%');
        let short = (1..=4).contains(&inner.len()) && inner.bytes().all(|b| b.is_ascii_alphabetic());
        if short && text.starts_with('%') && text.ends_with('%') && self.scope.kind != ScopeKind::Event {
            let (what, not) = (self.excerpt(item.span), if negated { "NOT " } else { "" });
            let also = if inner.eq_ignore_ascii_case("cto") { " such as \"director\"" } else { "" };
            self.problems.warn(
                Code::ShortLike,
                pattern.span,
                format!("`{text}` also matches inside longer words{also}"),
                format!("for the whole word write `{not}has_word({what}, '{inner}')`"),
            );
        }
        Some(Node::new(NodeKind::Like(negated, Box::new(item), Pattern::new(text)), Type::Boolean, span))
    }

    fn case(&mut self, arms: &[(Expr, Expr)], otherwise: Option<&Expr>, span: Bytes) -> Option<Node> {
        let conditions: Vec<_> = arms.iter().map(|(c, _)| self.boolean(c)).collect();
        let values: Vec<_> = arms.iter().map(|(_, v)| v).chain(otherwise).map(|v| self.node(v)).collect();
        let conditions: Vec<Node> = conditions.into_iter().collect::<Option<_>>()?;
        let values: Vec<Node> = values.into_iter().collect::<Option<_>>()?;
        if conditions.is_empty() {
            return None; // reported by the parser
        }
        let (mut values, ty) = self.meet(values)?;
        if ty == Type::List {
            return self.mismatch(span, "a CASE cannot yield a list", "");
        }
        let otherwise = if otherwise.is_some() { values.pop().map(Box::new) } else { None };
        Some(Node::new(NodeKind::Case(conditions.into_iter().zip(values).collect(), otherwise), ty, span))
    }

    fn arith(&mut self, sign: Sign, left: &Expr, right: &Expr, span: Bytes) -> Option<Node> {
        let (left, right) = (self.node(left), self.node(right));
        let (mut left, mut right) = (left?, right?);
        let time = |ty| matches!(ty, Type::Date | Type::Instant | Type::Duration);
        // A text beside a time, or a date beside a duration, is read as what the sum wants.
        if left.literal_text().is_some() && (time(right.ty) || right.literal_text().is_some_and(|t| crate::model::Duration::parse(t).is_ok())) {
            left = literal::become_type(left, Type::Instant, self.problems)?;
        }
        if let Some(text) = right.literal_text().cloned()
            && time(left.ty)
        {
            let is_date = sign == Sign::Minus && left.ty != Type::Duration && literal::date(&text).is_some();
            right = literal::become_type(right, if is_date { left.ty } else { Type::Duration }, self.problems)?;
        }
        let ty = match (left.ty, sign, right.ty) {
            (Type::Number | Type::Null, _, Type::Number | Type::Null) => Type::Number,
            (Type::Date, Sign::Plus | Sign::Minus, Type::Duration) => return Some(self.shift(sign, left, right, span)),
            (Type::Instant, Sign::Plus | Sign::Minus, Type::Duration) => Type::Instant,
            (Type::Date | Type::Instant, Sign::Minus, Type::Date | Type::Instant) => Type::Duration,
            (Type::Duration, Sign::Plus | Sign::Minus, Type::Duration) => Type::Duration,
            (Type::Duration, Sign::Plus, Type::Instant | Type::Date) => Type::Instant,
            (Type::Null, Sign::Plus | Sign::Minus, ty) if time(ty) => Type::Null,
            (ty, Sign::Plus | Sign::Minus, Type::Null) if time(ty) => Type::Null,
            (a, _, b) => {
                let help = match (a, b) {
                    (Type::Date | Type::Instant, Type::Number) => format!("write a duration as text: `{} {} '30d'`", self.excerpt(left.span), sign.sign()),
                    (Type::Text, _) | (_, Type::Text) => "only numbers and times are computed with".to_owned(),
                    _ => String::new(),
                };
                return self.mismatch(span, format!("{} `{}` {} means nothing", called(a), sign.sign(), called(b)), help);
            }
        };
        if ty == Type::Null {
            return Some(Node::new(NodeKind::Const(Lit::Null), Type::Null, span));
        }
        Some(Node::new(NodeKind::Arith(sign, Box::new(left), Box::new(right)), ty, span))
    }

    /// A date ± whole days stays a date; ± anything else it is the instant of its 00:00, moved.
    fn shift(&self, sign: Sign, left: Node, right: Node, span: Bytes) -> Node {
        match right.constant() {
            Some(Lit::Span(s)) if s % 86_400 == 0 => {
                let days = if sign == Sign::Minus { -(s / 86_400) } else { s / 86_400 };
                Node::new(NodeKind::Shift(Box::new(left), days), Type::Date, span)
            }
            _ => Node::new(NodeKind::Arith(sign, Box::new(left), Box::new(right)), Type::Instant, span),
        }
    }
}

/// Ids for a message: `a`, `b` and `c`.
pub(super) fn listed<S: AsRef<str>>(ids: &[S]) -> String {
    match ids {
        [] => "nothing".to_owned(),
        [one] => format!("`{}`", one.as_ref()),
        [many @ .., last] => format!("{} and `{}`", many.iter().map(|s| format!("`{}`", s.as_ref())).collect::<Vec<_>>().join(", "), last.as_ref()),
    }
}

/// White space, line breaks included, as one space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
