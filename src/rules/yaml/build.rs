//! The parser's events → the tree, with limits on depth and size. Stops at the first thing that YAML cannot read.

use super::{Entry, Kind, MAX_DEPTH, MAX_NODES, Node, Scalar, Stop, Style};
use super::{accident, colon};
use crate::diag::{Code, Diagnostic, Diagnostics, SourceId, Span};
use rustc_hash::FxHashMap;
use serde_saphyr::granit_parser::{self as granit, ErrorKind, Event, Parser, ScalarStyle, StructureStyle};

/// Reads a whole text; an empty one is an empty map.
pub(super) fn tree(source: SourceId, text: &str, out: &mut Diagnostics) -> Result<Node, Stop> {
    let mut tree = Builder { source, text, nodes: 0, open: Vec::new(), anchors: FxHashMap::default(), root: None };
    tree.read(out)?;
    Ok(tree.root.unwrap_or(Node { span: Span { source, start: 0, end: 0 }, kind: Kind::Map(Vec::new()) }))
}

/// A list or map that is still being read.
struct Open {
    node: Node,
    anchor: usize,
    /// Nodes read when it began: its size, once closed.
    before: usize,
    /// Of a map: the key that waits for its value.
    key: Option<(String, Span)>,
    /// Its opening bracket, if it has one.
    bracket: Option<Span>,
}

struct Builder<'a> {
    source: SourceId,
    text: &'a str,
    nodes: usize,
    open: Vec<Open>,
    /// Anchored nodes with their sizes.
    anchors: FxHashMap<usize, (Node, usize)>,
    root: Option<Node>,
}

impl Builder<'_> {
    fn read(&mut self, out: &mut Diagnostics) -> Result<(), Stop> {
        let mut options = granit::options! { flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
        options.set_emit_comments(false);
        let mut documents = 0;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let (event, at) = event.map_err(|e| self.syntax(&e))?;
            let span = self.span(at.byte_range().unwrap_or(0..0));
            match event {
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(Stop::from(
                            Diagnostic::new(Code::YamlSyntax, span, "a second document begins here").help("one file is one document: take the `---` out"),
                        ));
                    }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    if let Some(tag) = tag {
                        out.push(tagged(self.tag_span(at, span), &tag.original()));
                    }
                    let style = match style {
                        ScalarStyle::Plain => Style::Plain,
                        ScalarStyle::SingleQuoted => Style::Single,
                        ScalarStyle::DoubleQuoted => Style::Double,
                        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                    };
                    // `key:` is an empty place, which the parser writes as `~`.
                    let text = if span.start == span.end { String::new() } else { text.into_owned() };
                    let node = Node { span, kind: Kind::Scalar(Scalar { text, style }) };
                    self.count(1, span)?;
                    self.keep(anchor, &node, 1);
                    self.put(node)?;
                }
                Event::SequenceStart(style, anchor, tag) => self.begin(Kind::List(Vec::new()), style, anchor, tag.as_deref(), at, out)?,
                Event::MappingStart(style, anchor, tag) => self.begin(Kind::Map(Vec::new()), style, anchor, tag.as_deref(), at, out)?,
                Event::SequenceEnd | Event::MappingEnd => {
                    if let Some(done) = self.open.pop() {
                        let size = self.nodes - done.before;
                        self.keep(done.anchor, &done.node, size);
                        self.put(done.node)?;
                    }
                }
                Event::Alias(id) => {
                    let Some((node, size)) = self.anchors.get(&id) else {
                        return Err(Stop::from(Diagnostic::new(Code::YamlSyntax, span, "this alias stands inside its own anchor").help("write the value out")));
                    };
                    let (node, size) = (node.clone(), *size);
                    self.count(size, span)?;
                    self.put(node)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn begin(
        &mut self,
        kind: Kind,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&granit::Tag>,
        at: granit::Span,
        out: &mut Diagnostics,
    ) -> Result<(), Stop> {
        let mut span = self.span(at.byte_range().unwrap_or(0..0));
        if let Some(tag) = tag {
            out.push(tagged(self.tag_span(at, span), &tag.original()));
        }
        if style == StructureStyle::Block {
            span.end = span.start; // grows over the first key
        }
        self.count(1, span)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(Stop::from(too_deep(span)));
        }
        let bracket = (style == StructureStyle::Flow).then_some(span);
        self.open.push(Open { node: Node { span, kind }, anchor, before: self.nodes - 1, key: None, bracket });
        Ok(())
    }

    /// A node is whole: it is the root, an item, a key or a value.
    fn put(&mut self, node: Node) -> Result<(), Stop> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        let first = open.node.span.start == open.node.span.end;
        match (&mut open.node.kind, open.key.take()) {
            (Kind::List(items), _) => {
                if first {
                    open.node.span = node.span;
                }
                items.push(node);
            }
            (Kind::Map(entries), Some((key, key_span))) => entries.push(Entry { key, key_span, value: node }),
            (Kind::Map(_), None) => {
                let Kind::Scalar(key) = node.kind else {
                    return Err(Stop::from(Diagnostic::new(Code::YamlSyntax, node.span, "a list or map cannot be a key").help("write `key: value`")));
                };
                if first {
                    open.node.span = node.span;
                }
                open.key = Some((key.text, node.span));
            }
            (Kind::Scalar(_), _) => {}
        }
        Ok(())
    }

    fn keep(&mut self, anchor: usize, node: &Node, size: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
    }

    fn count(&mut self, n: usize, span: Span) -> Result<(), Stop> {
        self.nodes += n;
        if self.nodes > MAX_NODES {
            return Err(Stop::from(
                Diagnostic::new(Code::TooLarge, span, format!("more than {MAX_NODES} values, aliases expanded")).help("split the file, or write fewer aliases"),
            ));
        }
        Ok(())
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        let (mut start, mut end) = (range.start.min(self.text.len()), range.end.min(self.text.len()));
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        Span { source: self.source, start, end: end.max(start) }
    }

    fn tag_span(&self, at: granit::Span, node: Span) -> Span {
        at.tag_span().and_then(|t| t.byte_range()).map_or(node, |range| self.span(range))
    }

    /// What to do about a syntax error that comes after a bracket of an earlier line: look there first.
    fn unclosed(&self, byte: usize) -> Option<String> {
        let open = self.open.last()?.bracket?;
        let between = self.text.get(open.start..byte)?;
        let line = self.text.get(..open.start)?.matches('\n').count() + 1;
        let bracket = between.chars().next()?;
        between.contains('\n').then(|| format!("the `{bracket}` of line {line} is still open here: close it"))
    }

    fn syntax(&self, e: &granit::ScanError) -> Stop {
        let byte = e.marker().byte_offset().unwrap_or(0).min(self.text.len());
        let span = self.span(byte..byte);
        let span =
            Span { end: span.start + self.text.get(span.start..).and_then(|t| t.chars().next()).filter(|c| *c != '\n').map_or(0, char::len_utf8), ..span };
        if matches!(e.kind(), ErrorKind::RecursionLimitExceeded) {
            return Stop::from(too_deep(span));
        }
        if let Some(colon) = colon::near(self.text, byte, self.source) {
            return Stop::from(colon);
        }
        if let Some(accident) = accident::at(self.text, byte) {
            return Stop::Accident(accident);
        }
        if let Some(tab) = tab_near(self.text, byte) {
            return Stop::from(
                Diagnostic::new(Code::YamlTab, Span { start: tab, end: tab + 1, ..span }, "a tab stands where YAML wants spaces")
                    .help("indent with spaces only (two per level)"),
            );
        }
        let info = e.info();
        let d = Diagnostic::new(Code::YamlSyntax, span, format!("not YAML: {info}"));
        if let Some(help) = self.unclosed(byte) {
            return Stop::from(d.help(help));
        }
        Stop::from(match e.kind() {
            ErrorKind::UnknownAnchor => d.help("a leading `*` refers to an anchor; quote the text if you meant the character"),
            ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => d.help("quote a value that contains `: `"),
            ErrorKind::UnclosedQuotedScalar => d.help("close the quote"),
            _ => d.help("check indentation, brackets and quotes on this line and the one before it"),
        })
    }
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TooLarge, span, format!("nested deeper than {MAX_DEPTH} levels")).help("no SOP file needs that; check the brackets")
}

fn tagged(span: Span, tag: &str) -> Diagnostic {
    Diagnostic::new(Code::YamlSyntax, span, format!("the tag `{tag}` means nothing here")).help("take it out; quote the text if it begins with `!`")
}

/// A tab in the indentation of the line of `byte`, or of the line before it.
fn tab_near(text: &str, byte: usize) -> Option<usize> {
    let mut start = text.get(..byte)?.rfind('\n').map_or(0, |i| i + 1);
    for _ in 0..2 {
        let line = text.get(start..)?;
        let indent = line.len() - line.trim_start_matches([' ', '\t', '-']).len();
        if let Some(tab) = line.get(..indent)?.find('\t') {
            return Some(start + tab);
        }
        start = text.get(..start.checked_sub(1)?)?.rfind('\n').map_or(0, |i| i + 1);
    }
    None
}
