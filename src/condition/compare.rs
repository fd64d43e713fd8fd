//! Comparisons: what may meet what, and what can never be equal.

use super::check::{Checker, called};
use super::literal;
use super::plan::{Lit, Node, NodeKind, Read};
use super::scope::{ScopeKind, Type};
use super::text::Pattern;
use super::tree::{Bytes, Expr, Kind, Op};
use crate::diag::Code;
use crate::model::{FieldType, fold};

impl Checker<'_, '_, '_> {
    pub(super) fn compare(&mut self, op: Op, left: &Expr, right: &Expr, span: Bytes) -> Option<Node> {
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
        if let Some(node) = self.has_item(op, &left, &right, span).or_else(|| self.has_item(op, &right, &left, span)) {
            return Some(node);
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
        if !op.is_equality() {
            self.by_place(&left)?;
            self.by_place(&right)?;
        }
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

    pub(super) fn in_list(&mut self, negated: bool, item: &Expr, list: &[Expr], span: Bytes) -> Option<Node> {
        let item = self.node(item);
        let list: Vec<_> = list.iter().map(|x| self.node(x)).collect();
        let item = item?;
        let list: Vec<Node> = list.into_iter().collect::<Option<_>>()?;
        let items: Option<Vec<Node>> = list.iter().map(|one| self.has_item(Op::Eq, &item, one, span)).collect();
        if let Some(any) = items.filter(|any| !any.is_empty()) {
            let any = Node::new(NodeKind::Or(any), Type::Boolean, span);
            return Some(if negated { Node::new(NodeKind::Not(Box::new(any)), Type::Boolean, span) } else { any });
        }
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

    pub(super) fn between(&mut self, negated: bool, item: &Expr, low: &Expr, high: &Expr, span: Bytes) -> Option<Node> {
        let (item, low, high) = (self.node(item), self.node(low), self.node(high));
        let (mut item, mut low, mut high) = (item?, low?, high?);
        if let Some(state) = self.ordered(&item) {
            let (l, h) = (self.place(low, state), self.place(high, state));
            (item, low, high) = (self.rank(&item, state), l?, h?);
        }
        let (met, ty) = self.meet(vec![item, low, high])?;
        let [item, low, high]: [Node; 3] = met.try_into().ok()?;
        self.by_place(&item)?;
        if matches!(ty, Type::List | Type::Boolean) {
            return self.mismatch(span, format!("{} has no order for BETWEEN", called(ty)), "");
        }
        Some(Node::new(NodeKind::Between(negated, Box::new(item), Box::new(low), Box::new(high)), Type::Boolean, span))
    }

    pub(super) fn like(&mut self, negated: bool, item: &Expr, pattern: &Expr, span: Bytes) -> Option<Node> {
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
        if let NodeKind::Read(Read::State(i)) = field.kind
            && let Some(state) = self.scope.state.get(i)
        {
            self.known_id(state, &text, literal.span);
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
}
