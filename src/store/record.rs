//! One row in SQLite's record format: <https://www.sqlite.org/fileformat2.html>, section 2.1.

use rusqlite::types::ValueRef;

/// A row under way. Reused from row to row.
#[derive(Default)]
pub(super) struct Record {
    types: Vec<u8>,
    body: Vec<u8>,
    cell: Vec<u8>,
}

impl Record {
    pub(super) fn clear(&mut self) {
        self.types.clear();
        self.body.clear();
    }

    pub(super) fn null(&mut self) {
        self.types.push(0);
    }

    /// A whole number, in as few bytes as it needs.
    #[inline]
    pub(super) fn int(&mut self, n: i64) {
        let (ty, width) = match n {
            0 => (8, 0),
            1 => (9, 0),
            -0x80..=0x7f => (1, 1),
            -0x8000..=0x7fff => (2, 2),
            -0x80_0000..=0x7f_ffff => (3, 3),
            -0x8000_0000..=0x7fff_ffff => (4, 4),
            -0x8000_0000_0000..=0x7fff_ffff_ffff => (5, 6),
            _ => (6, 8),
        };
        self.types.push(ty);
        // Always eight bytes, of which the first ones stay: as many as there are would be a call.
        let end = self.body.len() + width;
        self.body.extend_from_slice(&n.unbounded_shl(64 - 8 * width as u32).to_be_bytes());
        self.body.truncate(end);
    }

    pub(super) fn text(&mut self, text: &str) {
        put_varint(&mut self.types, text.len() as u64 * 2 + 13);
        self.body.extend_from_slice(text.as_bytes());
    }

    pub(super) fn real(&mut self, n: f64) {
        self.types.push(7);
        self.body.extend_from_slice(&n.to_be_bytes());
    }

    /// The row without what a cell has before it.
    pub(super) fn payload(&mut self) -> &[u8] {
        self.cell.clear();
        self.put_payload();
        &self.cell
    }

    fn put_payload(&mut self) {
        let head = self.head() as u64;
        put_varint(&mut self.cell, head);
        self.cell.extend_from_slice(&self.types);
        self.cell.extend_from_slice(&self.body);
    }

    /// The length of the head, which counts itself.
    fn head(&self) -> usize {
        let types = self.types.len();
        types
            + if types < 127 {
                1
            } else if types < 16_382 {
                2
            } else {
                3
            }
    }

    /// The row as a cell of a leaf; `number` is that of a row of a numbered table.
    #[inline]
    pub(super) fn cell(&mut self, number: Option<i64>) -> &[u8] {
        self.cell.clear();
        let length = (self.head() + self.body.len()) as u64;
        put_varint(&mut self.cell, length);
        if let Some(number) = number {
            put_varint(&mut self.cell, number as u64);
        }
        self.put_payload();
        &self.cell
    }
}

/// A row that was written before as a cell of a leaf of a numbered table.
pub(super) fn numbered(number: i64, payload: &[u8], cell: &mut Vec<u8>) {
    cell.clear();
    put_varint(cell, payload.len() as u64);
    put_varint(cell, number as u64);
    cell.extend_from_slice(payload);
}

/// The values of a row; fewer if it is broken.
pub(super) fn values(payload: &[u8]) -> impl Iterator<Item = ValueRef<'_>> {
    let (head, used) = take_varint(payload).unwrap_or((0, 0));
    let mut types = payload.get(used..head as usize).unwrap_or_default();
    let mut body = payload.get(head as usize..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (ty, used) = take_varint(types)?;
        types = types.get(used..)?;
        let len = match ty {
            0 | 8 | 9 => 0,
            1..=4 => ty as usize,
            5 => 6,
            6 | 7 => 8,
            _ => (ty as usize).saturating_sub(12) / 2,
        };
        let (bytes, rest) = body.split_at_checked(len)?;
        body = rest;
        let int = || bytes.iter().skip(1).fold(i64::from(bytes.first().map_or(0, |b| *b as i8)), |n, b| n << 8 | i64::from(*b));
        Some(match ty {
            0 => ValueRef::Null,
            8 | 9 => ValueRef::Integer(ty as i64 - 8),
            1..=6 => ValueRef::Integer(int()),
            7 => ValueRef::Real(f64::from_bits(int() as u64)),
            _ if ty % 2 == 1 => ValueRef::Text(bytes),
            _ => ValueRef::Blob(bytes),
        })
    })
}

/// A number and how many bytes it takes.
fn take_varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut n = 0;
    for (i, b) in bytes.iter().take(8).enumerate() {
        n = n << 7 | u64::from(b & 0x7f);
        if b & 0x80 == 0 {
            return Some((n, i + 1));
        }
    }
    bytes.get(8).map(|b| (n << 8 | u64::from(*b), 9))
}

/// A number of one to nine bytes, seven bits each, largest first; the ninth has eight.
pub(super) fn varint(n: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(9);
    put_varint(&mut out, n);
    out
}

#[inline]
fn put_varint(out: &mut Vec<u8>, n: u64) {
    if n < 0x80 {
        out.push(n as u8);
    } else if n >> 56 != 0 {
        out.extend((0..8).rev().map(|i| (n >> (8 + 7 * i)) as u8 | 0x80));
        out.push(n as u8);
    } else {
        let bytes = (64 - n.leading_zeros()).div_ceil(7);
        out.extend((1..bytes).rev().map(|i| (n >> (7 * i)) as u8 | 0x80));
        out.push(n as u8 & 0x7f);
    }
}
