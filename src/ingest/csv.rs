//! RFC 4180 records, strictly: what a lenient parser would guess at is refused with its line.
//!
//! Allowed beyond the RFC, because real exports have them: blanks around a quoted cell, a quotation mark after a digit
//! (inches, arc seconds) in an unquoted cell, backslash escapes where the whole file uses them, lone CR as line end where no LF is.
//! After a broken record, reading goes on at the next line. Memory is bounded by [`MAX_RECORD`].

use super::RawRow;
use super::ahead::Text;
use super::decode::Flaw;
use std::io;

/// The longest record.
const MAX_RECORD: usize = 16 << 20;
/// The longest cell.
const MAX_CELL: u32 = 1 << 20;
/// The widest table.
pub(super) const MAX_COLUMNS: usize = 16_384;

/// How a text file separates its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    /// `\"` stands for a quotation mark inside quotes.
    pub(super) backslash: bool,
    /// A lone CR ends a line.
    pub(super) cr: bool,
}

/// Why no record came.
#[derive(Debug)]
pub(super) enum RecordError {
    Io(io::Error),
    /// A quotation mark opened in this line is never closed.
    Unclosed(u64, String),
    /// A record longer than any export has.
    TooLong(u64),
}

/// What one look at the text gave.
pub(super) enum Scan {
    /// A record of so many bytes and line ends.
    Record { bytes: usize, lines: u64 },
    /// The record does not end here.
    More,
    /// The text ends inside quotes, opened so many lines on.
    Unclosed { lines: u64, at: usize },
    /// Nothing left.
    End,
}

/// The records of one text file.
pub(super) struct Records {
    pub(super) text: Text,
    dialect: Dialect,
    buffer: String,
    at: usize,
    /// Position of the buffer's first byte in the decoded text.
    base: u64,
    line: u64,
    eof: bool,
}

impl Records {
    pub(super) fn new(text: Text, dialect: Dialect) -> Self {
        Self { text, dialect, buffer: String::new(), at: 0, base: 0, line: 1, eof: false }
    }

    /// Skips a first line `sep=;`.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        self.eof = !self.text.fill(&mut self.buffer, 1)?;
        let end = self.buffer.find('\n').map_or(self.buffer.len(), |i| i + 1);
        (self.at, self.line) = (end, 2);
        Ok(())
    }

    /// The next record, blank lines included; false at the end.
    pub(super) fn next(&mut self, row: &mut RawRow) -> Result<bool, RecordError> {
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            match scan(rest, self.eof, self.dialect, row) {
                Scan::Record { bytes, lines } => {
                    row.number = self.line;
                    let start = self.base + self.at as u64;
                    self.at += bytes;
                    self.line += lines;
                    if !self.text.flaws.is_empty() {
                        self.flawed(row, start);
                    }
                    if row.buffer.len() > MAX_CELL as usize && row.spans.iter().any(|(a, b)| b - a > MAX_CELL) {
                        row.refuse("a cell is longer than 1 MiB");
                    }
                    return Ok(true);
                }
                Scan::End => return Ok(false),
                Scan::Unclosed { lines, at } => {
                    let text = rest.get(at..).unwrap_or_default();
                    return Err(RecordError::Unclosed(self.line + lines, text.lines().next().unwrap_or_default().to_owned()));
                }
                Scan::More => {
                    let pending = self.buffer.len() - self.at;
                    if pending > MAX_RECORD {
                        return Err(RecordError::TooLong(self.line));
                    }
                    self.buffer.drain(..self.at);
                    self.base += self.at as u64;
                    self.at = 0;
                    // Doubling keeps the repeated scan of a long record linear.
                    self.eof = !self.text.fill(&mut self.buffer, pending.max(1)).map_err(RecordError::Io)?;
                }
            }
        }
    }

    /// Refuses a row that holds a flaw of the decoder.
    fn flawed(&mut self, row: &mut RawRow, start: u64) {
        let end = self.base + self.at as u64;
        while let Some(&(at, flaw)) = self.text.flaws.front() {
            if at >= end {
                break;
            }
            self.text.flaws.pop_front();
            if at >= start {
                row.refuse(match flaw {
                    Flaw::Undecodable => "bytes that are no text in the file's encoding (shown as \u{fffd})",
                    Flaw::Nul => "a NUL byte",
                });
            }
        }
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const LOWS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Clears the high bit of every byte of the word that equals the byte that `pattern` repeats, and of no other.
fn misses(word: u64, pattern: u64) -> u64 {
    let x = word ^ pattern;
    ((x & LOWS) + LOWS) | x
}

/// One record from the head of `text` into `row`.
pub(super) fn scan(text: &str, eof: bool, dialect: Dialect, row: &mut RawRow) -> Scan {
    row.clear();
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return if eof { Scan::End } else { Scan::More };
    }
    let line_end = if dialect.cr { b'\r' } else { b'\n' };
    let (d, q, e) = (u64::from(dialect.delimiter) * ONES, u64::from(dialect.quote) * ONES, u64::from(line_end) * ONES);
    let (mut start, mut at) = (0, 0);
    // The common record has no quotation mark: its cells are spans of its own line. Eight bytes are looked at at a time.
    let (chunks, tail) = bytes.as_chunks::<8>();
    let tail = tail.iter().rev().fold(0, |w, b| w << 8 | u64::from(*b));
    let end = 'line: {
        for word in chunks.iter().map(|c| u64::from_le_bytes(*c)).chain([tail]) {
            let (quotes, ends) = (misses(word, q), misses(word, e));
            let mut mask = !(misses(word, d) & quotes & ends) & HIGHS;
            while mask != 0 {
                let bit = mask & mask.wrapping_neg();
                let i = at + (mask.trailing_zeros() / 8) as usize;
                if quotes & bit == 0 {
                    return scan_quoted(text, eof, dialect, row);
                }
                if ends & bit == 0 {
                    break 'line Some(i);
                }
                row.spans.push((start as u32, i as u32));
                start = i + 1;
                mask ^= bit;
            }
            at += 8;
        }
        None
    };
    if end.is_none() && !eof {
        return Scan::More;
    }
    let stop = end.unwrap_or(bytes.len());
    let line = text.get(..stop).unwrap_or_default();
    let line = if dialect.cr { line } else { line.trim_end_matches('\r') };
    row.spans.push((start.min(line.len()) as u32, line.len() as u32));
    row.buffer.push_str(line);
    Scan::Record { bytes: stop + usize::from(end.is_some()), lines: 1 }
}

/// A record that has a quotation mark somewhere.
fn scan_quoted(text: &str, eof: bool, dialect: Dialect, row: &mut RawRow) -> Scan {
    row.clear();
    let bytes = text.as_bytes();
    let line_end = if dialect.cr { b'\r' } else { b'\n' };
    let ends = |b: u8| b == dialect.delimiter || b == line_end;
    let (mut at, mut lines) = (0, 0);
    loop {
        let blanks = bytes.get(at..).unwrap_or_default().iter().take_while(|b| **b == b' ').count();
        let start = row.buffer.len();
        if bytes.get(at + blanks) == Some(&dialect.quote) {
            let opened = (lines, at + blanks);
            at += blanks + 1;
            loop {
                let rest = bytes.get(at..).unwrap_or_default();
                let Some(n) = rest.iter().position(|b| *b == dialect.quote || (dialect.backslash && *b == b'\\')) else {
                    return if eof { Scan::Unclosed { lines: opened.0, at: opened.1 } } else { Scan::More };
                };
                let piece = text.get(at..at + n).unwrap_or_default();
                lines += piece.bytes().filter(|b| *b == line_end).count() as u64;
                row.buffer.push_str(piece);
                at += n + 1;
                match (rest.get(n), bytes.get(at)) {
                    (_, None) if !eof => return Scan::More,
                    (Some(b'\\'), Some(next)) if dialect.backslash && dialect.quote != b'\\' => {
                        if *next == dialect.quote || *next == b'\\' {
                            row.buffer.push(char::from(*next));
                            at += 1;
                        } else {
                            row.buffer.push('\\');
                        }
                    }
                    (_, Some(next)) if *next == dialect.quote => {
                        row.buffer.push(char::from(dialect.quote));
                        at += 1;
                    }
                    _ => break,
                }
            }
            row.end_cell(start);
            at += bytes.get(at..).unwrap_or_default().iter().take_while(|b| **b == b' ' || (**b == b'\r' && !dialect.cr)).count();
            match bytes.get(at) {
                None if !eof => return Scan::More,
                Some(b) if !ends(*b) => {
                    return broken(text, eof, line_end, row, "text after the closing quotation mark; write a quotation mark inside quotes twice");
                }
                _ => {}
            }
        } else {
            let rest = bytes.get(at..).unwrap_or_default();
            let n = rest.iter().position(|b| ends(*b));
            if n.is_none() && !eof {
                return Scan::More;
            }
            let n = n.unwrap_or(rest.len());
            let piece = text.get(at..at + n).unwrap_or_default();
            let bare = |(i, b): (usize, u8)| b == dialect.quote && !piece.as_bytes().get(i.wrapping_sub(1)).is_some_and(u8::is_ascii_digit);
            if piece.bytes().enumerate().any(bare) {
                return broken(text, eof, line_end, row, "a quotation mark inside an unquoted cell; put the cell in quotes and write the mark twice");
            }
            at += n;
            let last = bytes.get(at) != Some(&dialect.delimiter);
            row.buffer.push_str(if last && !dialect.cr { piece.trim_end_matches('\r') } else { piece });
            row.end_cell(start);
        }
        match bytes.get(at) {
            Some(b) if *b == dialect.delimiter => at += 1,
            Some(_) => return Scan::Record { bytes: at + 1, lines: lines + 1 },
            None => return Scan::Record { bytes: at, lines: lines + 1 },
        }
    }
}

/// Refuses the first line of a broken record; the next line gets its own chance.
fn broken(text: &str, eof: bool, line_end: u8, row: &mut RawRow, reason: &'static str) -> Scan {
    let end = text.bytes().position(|b| b == line_end);
    if end.is_none() && !eof {
        return Scan::More;
    }
    row.clear();
    row.buffer.push_str(text.get(..end.unwrap_or(text.len())).unwrap_or_default().trim_end_matches('\r'));
    row.end_cell(0);
    row.refuse(reason);
    Scan::Record { bytes: end.map_or(text.len(), |i| i + 1), lines: 1 }
}
