//! A condition as written: a tree in which every node knows its bytes. No meaning yet; that is `check`'s.

use super::num::Num;

/// Bytes `start..end` of a condition's text, always on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bytes {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Bytes {
    /// From the start of this to the end of the other.
    pub(super) fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Op {
    /// As printed.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "<>",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }
    /// Whether `a op b` holds when `a` compares to `b` like this.
    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
    /// The same comparison with its sides exchanged.
    pub(super) fn flipped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            same => same,
        }
    }
    /// The comparison that holds exactly when this one does not (both unknown on NULL).
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Ge,
            Self::Le => Self::Gt,
            Self::Gt => Self::Le,
            Self::Ge => Self::Lt,
        }
    }
    /// `= <>` ask only for equality.
    pub(super) fn is_equality(self) -> bool {
        matches!(self, Self::Eq | Self::Ne)
    }
}

/// `+ - * /`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
    Times,
    Over,
}

impl Sign {
    /// As printed.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
        }
    }
}

/// How a name was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    /// `industry`
    Bare,
    /// `"company size"`
    Double,
    /// `[company size]`
    Bracket,
}

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) span: Bytes,
    /// Levels below and including this node; bounded by the parser, so that recursion over a tree is safe.
    pub(super) height: u16,
}

/// What a node is. AND and OR are flat, so that a thousand conditions side by side are no deep tree.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Already reported.
    Broken,
    Null,
    Bool(bool),
    Number(Num),
    Text(String),
    Name {
        name: String,
        quote: Quote,
    },
    Call {
        name: String,
        name_span: Bytes,
        args: Vec<Expr>,
    },
    Not(Box<Expr>),
    Neg(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare {
        op: Op,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Arith {
        sign: Sign,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    In {
        negated: bool,
        item: Box<Expr>,
        list: Vec<Expr>,
    },
    Between {
        negated: bool,
        item: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
    },
    Like {
        negated: bool,
        item: Box<Expr>,
        pattern: Box<Expr>,
    },
    IsNull {
        negated: bool,
        item: Box<Expr>,
    },
    Case {
        arms: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
}

impl Kind {
    /// The nodes directly below, left to right.
    pub(super) fn children(&self) -> Vec<&Expr> {
        match self {
            Self::Broken | Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Name { .. } => Vec::new(),
            Self::Call { args: parts, .. } | Self::And(parts) | Self::Or(parts) => parts.iter().collect(),
            Self::Not(x) | Self::Neg(x) | Self::IsNull { item: x, .. } => vec![x],
            Self::Compare { left, right, .. } | Self::Arith { left, right, .. } | Self::Like { item: left, pattern: right, .. } => vec![left, right],
            Self::In { item, list, .. } => std::iter::once(&**item).chain(list).collect(),
            Self::Between { item, low, high, .. } => vec![item, low, high],
            Self::Case { arms, otherwise } => arms.iter().flat_map(|(c, v)| [c, v]).chain(otherwise.as_deref()).collect(),
        }
    }
}

impl Expr {
    /// A node over these bytes.
    pub(super) fn new(kind: Kind, span: Bytes) -> Self {
        let height = kind.children().iter().map(|c| c.height).max().unwrap_or(0).saturating_add(1);
        Self { kind, span, height }
    }
}
