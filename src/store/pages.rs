//! A table of a base that is being built, written as SQLite's own pages, bottom up, from rows that come sorted.
//!
//! Every row that goes through SQL costs half a microsecond or more, however many share a statement; a page costs as much
//! as copying it. The format is SQLite's published one: <https://www.sqlite.org/fileformat2.html>, sections 1.6 and 2. Rows are
//! small here: one that would need overflow pages is refused ([`Shape::most`]).

use super::record::varint;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

/// The size of every page of a base that we build.
pub(super) const PAGE: usize = 8192;
/// The byte that SQLite locks: its page holds nothing.
const LOCKED_BYTE: u64 = 1 << 30;
/// The head of a page with children; leaves have four bytes less.
const HEAD: usize = 12;

/// Pages after which the disk is set to work, so that the end of the run need not wait for all of them.
const FLUSH: u32 = 4096;

/// The end of a file of pages, to which more are added.
pub(super) struct PageFile {
    file: BufWriter<File>,
    pages: u32,
    /// Asks for what was written so far to be brought to the disk; dropped before the thread is waited for.
    flush: Option<SyncSender<()>>,
    flusher: Option<JoinHandle<()>>,
}

impl PageFile {
    /// `file` holds so many pages.
    pub(super) fn new(mut file: File, pages: u32) -> io::Result<Self> {
        file.seek(SeekFrom::Start(u64::from(pages) * PAGE as u64))?;
        Ok(Self { file: BufWriter::with_capacity(1 << 20, file), pages, flush: None, flusher: None })
    }

    /// Adds a page and gives its number.
    fn append(&mut self, image: &[u8]) -> io::Result<u32> {
        if u64::from(self.pages) * PAGE as u64 == LOCKED_BYTE {
            self.file.write_all(&[0; PAGE])?;
            self.pages += 1;
        }
        self.file.write_all(image)?;
        self.pages = self.pages.checked_add(1).filter(|n| *n < u32::MAX - 2).ok_or_else(|| io::Error::other("the base is too large"))?;
        if self.pages.is_multiple_of(FLUSH) {
            self.flush()?;
        }
        Ok(self.pages)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.flusher.is_none() {
            let file = self.file.get_ref().try_clone()?;
            let (send, asked) = sync_channel(1);
            self.flush = Some(send);
            // Whether it worked is seen when the whole file is synced.
            self.flusher = Some(std::thread::spawn(move || asked.into_iter().for_each(|()| drop(file.sync_data()))));
        }
        if let Some(flush) = &self.flush {
            let _ = flush.try_send(());
        }
        Ok(())
    }

    /// Overwrites the pages that stand before those that were added, and writes down in the file's head how many there are now.
    pub(super) fn finish(mut self, roots: &[(u32, Box<[u8]>)]) -> io::Result<()> {
        drop(self.flush.take());
        if let Some(flusher) = self.flusher.take() {
            flusher.join().map_err(|_| io::Error::other("writing stopped unexpectedly"))?;
        }
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        for (root, image) in roots {
            file.seek(SeekFrom::Start(u64::from(root.saturating_sub(1)) * PAGE as u64))?;
            file.write_all(image)?;
        }
        // Bytes 28 to 31 of the file are its length in pages.
        file.seek(SeekFrom::Start(28))?;
        file.write_all(&self.pages.to_be_bytes())
    }
}

/// How rows are found in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// By `INTEGER PRIMARY KEY`: rows are in the leaves, numbers above them.
    Numbered,
    /// `WITHOUT ROWID`: a row stands once, in a leaf or above.
    Keyed,
}

impl Shape {
    /// The largest cell, with room to spare: four must fit on a page of a keyed table.
    pub(super) fn most(self) -> usize {
        match self {
            Self::Numbered => PAGE - 64,
            Self::Keyed => PAGE / 4 - 64,
        }
    }

    fn flag(self, leaf: bool) -> u8 {
        match (self, leaf) {
            (Self::Numbered, true) => 0x0d,
            (Self::Numbered, false) => 0x05,
            (Self::Keyed, true) => 0x0a,
            (Self::Keyed, false) => 0x02,
        }
    }
}

/// One page that is being filled: pointers from the head on, cells from the end down.
struct Page {
    bytes: Box<[u8; PAGE]>,
    cells: usize,
    top: usize,
    /// Where the last cell ends.
    above: usize,
}

impl Page {
    fn new() -> Self {
        Self { bytes: Box::new([0; PAGE]), cells: 0, top: PAGE, above: PAGE }
    }

    /// Puts a cell in; false when there is no room.
    #[inline]
    fn put(&mut self, cell: &[u8]) -> bool {
        let pointer = HEAD + self.cells * 2;
        let Some(top) = self.top.checked_sub(cell.len()).filter(|top| *top >= pointer + 2) else { return false };
        self.bytes[top..self.top].copy_from_slice(cell);
        self.bytes[pointer..pointer + 2].copy_from_slice(&(top as u16).to_be_bytes());
        (self.above, self.top) = (self.top, top);
        self.cells += 1;
        true
    }

    /// Takes the last cell out again.
    fn pop(&mut self) -> Vec<u8> {
        let cell = self.bytes[self.top..self.above].to_vec();
        self.bytes[self.top..self.above].fill(0);
        self.top = self.above;
        self.cells = self.cells.saturating_sub(1);
        let pointer = HEAD + self.cells * 2;
        self.bytes[pointer..pointer + 2].fill(0);
        cell
    }

    /// The page as it stands in the file, and an empty one in its place. `right` is the last child of a page that has any.
    fn image(&mut self, shape: Shape, right: Option<u32>) -> Box<[u8; PAGE]> {
        let mut full = std::mem::replace(self, Self::new());
        let head = if right.is_some() { HEAD } else { HEAD - 4 };
        full.bytes.copy_within(HEAD..HEAD + full.cells * 2, head);
        if right.is_none() {
            let end = head + full.cells * 2;
            full.bytes[end..end + 4].fill(0);
        }
        full.bytes[0] = shape.flag(right.is_none());
        full.bytes[3..5].copy_from_slice(&(full.cells as u16).to_be_bytes());
        full.bytes[5..7].copy_from_slice(&(full.top as u16).to_be_bytes());
        if let Some(right) = right {
            full.bytes[8..12].copy_from_slice(&right.to_be_bytes());
        }
        full.bytes
    }
}

/// A tree that grows at its right edge.
pub(super) struct Tree {
    shape: Shape,
    /// The page where SQLite looks for it.
    root: u32,
    leaf: Page,
    /// The pages above the leaf, lowest first.
    above: Vec<Page>,
    /// The number of the last row.
    last: i64,
}

impl Tree {
    pub(super) fn new(shape: Shape, root: u32) -> Self {
        Self { shape, root, leaf: Page::new(), above: Vec::new(), last: i64::MIN }
    }

    /// Adds a row behind all others. `number` is that of a numbered row.
    #[inline]
    pub(super) fn push(&mut self, file: &mut PageFile, cell: &[u8], number: i64) -> io::Result<()> {
        if cell.len() > self.shape.most() {
            return Err(io::Error::other("a row is too long to be written as a page"));
        }
        if !self.leaf.put(cell) {
            self.next_leaf(file)?;
            self.leaf.put(cell);
        }
        self.last = number;
        Ok(())
    }

    fn next_leaf(&mut self, file: &mut PageFile) -> io::Result<()> {
        let key = match self.shape {
            Shape::Numbered => varint(self.last as u64),
            Shape::Keyed => self.leaf.pop(),
        };
        let child = file.append(&*self.leaf.image(self.shape, None))?;
        self.divide(file, child, &key)
    }

    /// Tells the pages above that a child is full, and which key closes it.
    fn divide(&mut self, file: &mut PageFile, child: u32, key: &[u8]) -> io::Result<()> {
        let mut cell = [&child.to_be_bytes(), key].concat();
        for page in &mut self.above {
            if page.put(&cell) {
                return Ok(());
            }
            // The last key goes up; its child becomes the page's last one.
            let last = page.pop();
            let Some((right, key)) = last.split_first_chunk() else { return Err(io::Error::other("a page without children")) };
            let full = file.append(&*page.image(self.shape, Some(u32::from_be_bytes(*right))))?;
            page.put(&cell);
            cell = [&full.to_be_bytes(), key].concat();
        }
        let mut page = Page::new();
        page.put(&cell);
        self.above.push(page);
        Ok(())
    }

    /// Ends the tree: its root and what stands there.
    pub(super) fn finish(mut self, file: &mut PageFile) -> io::Result<(u32, Box<[u8]>)> {
        let mut image = self.leaf.image(self.shape, None);
        for page in &mut self.above {
            let child = file.append(&*image)?;
            image = page.image(self.shape, Some(child));
        }
        Ok((self.root, image))
    }
}
