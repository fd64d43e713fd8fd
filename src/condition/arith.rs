//! `+ - * /` over numbers, dates, instants and durations.

use super::check::{Checker, called};
use super::literal;
use super::plan::{Lit, Node, NodeKind};
use super::scope::Type;
use super::tree::{Bytes, Expr, Sign};

impl Checker<'_, '_, '_> {
    pub(super) fn arith(&mut self, sign: Sign, left: &Expr, right: &Expr, span: Bytes) -> Option<Node> {
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
