//! One row in SQLite's record format: <https://www.sqlite.org/fileformat2.html>, section 2.1.

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
        let bytes = n.to_be_bytes();
        let (ty, from) = match n {
            0 => (8, 8),
            1 => (9, 8),
            -0x80..=0x7f => (1, 7),
            -0x8000..=0x7fff => (2, 6),
            -0x80_0000..=0x7f_ffff => (3, 5),
            -0x8000_0000..=0x7fff_ffff => (4, 4),
            -0x8000_0000_0000..=0x7fff_ffff_ffff => (5, 2),
            _ => (6, 0),
        };
        self.types.push(ty);
        self.body.extend_from_slice(&bytes[from..]);
    }

    pub(super) fn text(&mut self, text: &str) {
        put_varint(&mut self.types, text.len() as u64 * 2 + 13);
        self.body.extend_from_slice(text.as_bytes());
    }

    /// The row as a cell of a leaf; `number` is that of a row of a numbered table.
    #[inline]
    pub(super) fn cell(&mut self, number: Option<i64>) -> &[u8] {
        // The head counts itself.
        let head = self.types.len() + if self.types.len() < 127 { 1 } else { 2 };
        self.cell.clear();
        put_varint(&mut self.cell, (head + self.body.len()) as u64);
        if let Some(number) = number {
            put_varint(&mut self.cell, number as u64);
        }
        put_varint(&mut self.cell, head as u64);
        self.cell.extend_from_slice(&self.types);
        self.cell.extend_from_slice(&self.body);
        &self.cell
    }
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
