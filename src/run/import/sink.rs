//! Events on their way into the base: sorted by (lead, instant, detail) in a bounded amount of memory.
//!
//! A clustered table must never be filled unsorted (ten times slower), so events are packed into 16 bytes each, sorted in
//! runs of a fixed budget, spilled to a temporary file when there are more, and merged. Law: every file with m equal events
//! raises the base to max(base, m), so equal events of different files are not added up.

use crate::model::{DetailId, Instant};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// Events held in memory before they are spilled: 5M × 16 bytes.
const BUDGET: usize = 5 << 20;
/// Leads from here on are not in the base yet: their events wait.
pub(super) const STRANGER: u32 = 1 << 31;

/// lead 32 | instant + 2^33 34 | detail 30 | file 32
fn pack(lead: u32, at: Instant, detail: DetailId, file: u16) -> Option<u128> {
    let at = u64::try_from(at.0.checked_add(1 << 33)?).ok().filter(|t| *t < 1 << 34)?;
    Some(u128::from(lead) << 96 | u128::from(at) << 62 | u128::from(detail.0 & ((1 << 30) - 1)) << 32 | u128::from(file))
}

/// One group of equal events, as many as its most repeating file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) lead: u32,
    pub(super) at: Instant,
    pub(super) detail: DetailId,
    pub(super) n: i64,
}

/// Collects events. A detail is the base's number, or, for a file that is renumbered, the file's own.
#[derive(Default)]
pub(super) struct EventSink {
    buffer: Vec<u128>,
    runs: Vec<File>,
    budget: usize,
    /// How many were pushed.
    pub(super) len: u64,
}

impl EventSink {
    pub(super) fn new() -> Self {
        Self { budget: BUDGET, ..Self::default() }
    }

    /// With room for so many events, as far as the budget goes: what grows by doubling is copied again and again.
    pub(super) fn expecting(events: u64) -> Self {
        let room = usize::try_from(events).unwrap_or(BUDGET).min(BUDGET);
        Self { buffer: Vec::with_capacity(room), ..Self::new() }
    }

    /// Takes one event; false when its instant is outside of 1698–2242.
    pub(super) fn push(&mut self, lead: u32, at: Instant, detail: DetailId, file: u16) -> io::Result<bool> {
        let Some(packed) = pack(lead, at, detail, file) else { return Ok(false) };
        if self.buffer.len() >= self.budget {
            self.spill()?;
        }
        self.buffer.push(packed);
        self.len += 1;
        Ok(true)
    }

    fn spill(&mut self) -> io::Result<()> {
        self.buffer.sort_unstable();
        let mut file = tempfile::tempfile()?;
        let mut out = BufWriter::with_capacity(1 << 20, &mut file);
        for packed in &self.buffer {
            out.write_all(&packed.to_le_bytes())?;
        }
        out.flush()?;
        drop(out);
        file.rewind()?;
        self.runs.push(file);
        self.buffer.clear();
        Ok(())
    }

    /// Hands the groups out in order. `renumber` holds, by file, the base's numbers of details that were pushed under
    /// numbers of the file's own.
    pub(super) fn drain(mut self, mut renumber: FxHashMap<u16, Vec<DetailId>>) -> io::Result<Groups> {
        let files = renumber.keys().max().map_or(0, |last| usize::from(*last) + 1);
        let renumber = (0..files).map(|file| renumber.remove(&(file as u16)).unwrap_or_default()).collect();
        // Nobody else has anything to do meanwhile: each half of what is in memory is sorted on a core of its own.
        let mut half = self.buffer.split_off(self.buffer.len() / 2);
        std::thread::scope(|scope| {
            if self.buffer.len() > ALONE {
                scope.spawn(|| half.sort_unstable());
                self.buffer.sort_unstable();
            } else {
                half.sort_unstable();
                self.buffer.sort_unstable();
            }
        });
        let mut sources: Vec<Source> = self.runs.into_iter().map(|file| Source::Spilled(BufReader::with_capacity(1 << 18, file))).collect();
        sources.extend([half, self.buffer].map(|run| Source::Memory(run.into_iter())));
        let heads = sources.iter_mut().map(Source::next).collect::<io::Result<_>>()?;
        Ok(Groups { sources, heads, renumber, ahead: None, instant: Vec::new(), out: VecDeque::new() })
    }
}

/// So few events are sorted faster than a thread begins.
const ALONE: usize = 1 << 16;
/// What follows the last event of a source: no event is packed like this.
const END: u128 = u128::MAX;

enum Source {
    Memory(std::vec::IntoIter<u128>),
    Spilled(BufReader<File>),
}

impl Source {
    fn next(&mut self) -> io::Result<u128> {
        match self {
            Self::Memory(rest) => Ok(rest.next().unwrap_or(END)),
            Self::Spilled(file) => {
                let mut bytes = [0; 16];
                match file.read_exact(&mut bytes) {
                    Ok(()) => Ok(u128::from_le_bytes(bytes)),
                    Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(END),
                    Err(e) => Err(e),
                }
            }
        }
    }
}

/// The groups, sorted by (lead, instant, detail).
pub(super) struct Groups {
    sources: Vec<Source>,
    /// The next event of each source. There are few sources: looking at all of them is faster than keeping them in order.
    heads: Vec<u128>,
    /// By file.
    renumber: Vec<Vec<DetailId>>,
    /// Read already, of the next instant.
    ahead: Option<u128>,
    /// Details and files of one lead's instant.
    instant: Vec<(DetailId, u16)>,
    out: VecDeque<Group>,
}

impl Groups {
    fn pop(&mut self) -> io::Result<u128> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(ahead);
        }
        let (mut least, mut from) = (END, 0);
        for (i, head) in self.heads.iter().enumerate() {
            if *head < least {
                (least, from) = (*head, i);
            }
        }
        if let (Some(head), Some(source)) = (self.heads.get_mut(from), self.sources.get_mut(from)) {
            *head = source.next()?;
        }
        Ok(least)
    }

    /// The next group.
    pub(super) fn next_group(&mut self) -> io::Result<Option<Group>> {
        if let Some(group) = self.out.pop_front() {
            return Ok(Some(group));
        }
        let first = self.pop()?;
        if first == END {
            return Ok(None);
        }
        let place = first >> 62;
        let (lead, at) = ((first >> 96) as u32, Instant((place & ((1 << 34) - 1)) as i64 - (1 << 33)));
        let next = self.pop()?;
        if next >> 62 != place {
            self.ahead = Some(next);
            return Ok(Some(Group { lead, at, detail: self.detail(first).0, n: 1 }));
        }
        self.instant.clear();
        self.instant.extend([first, next].map(|packed| self.detail(packed)));
        self.ahead = loop {
            let next = self.pop()?;
            if next >> 62 != place {
                break Some(next);
            }
            let same = self.detail(next);
            self.instant.push(same);
        };
        self.instant.sort_unstable();
        for same in self.instant.chunk_by(|a, b| a.0 == b.0) {
            let most = same.chunk_by(|a, b| a.1 == b.1).map(<[_]>::len).max().unwrap_or(0);
            self.out.push_back(Group { lead, at, detail: same[0].0, n: most as i64 });
        }
        Ok(self.out.pop_front())
    }

    /// The base's number of an event's detail, and the event's file.
    fn detail(&self, packed: u128) -> (DetailId, u16) {
        let (detail, file) = (DetailId(((packed >> 32) & ((1 << 30) - 1)) as u32), packed as u16);
        let known = self.renumber.get(usize::from(file)).and_then(|ids| ids.get(detail.0 as usize)).copied();
        (known.unwrap_or(detail), file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drained(budget: usize, events: &[(u32, i64, u32, u16)]) -> Vec<(u32, i64, u32, i64)> {
        let mut sink = EventSink { budget, ..EventSink::default() };
        for &(lead, at, detail, file) in events {
            assert!(sink.push(lead, Instant(at), DetailId(detail), file).expect("room on disk"));
        }
        let mut groups = sink.drain(FxHashMap::default()).expect("readable");
        let mut out = Vec::new();
        while let Some(g) = groups.next_group().expect("readable") {
            out.push((g.lead, g.at.0, g.detail.0, g.n));
        }
        out
    }

    #[test]
    fn equal_events_of_one_file_repeat_and_of_two_files_do_not() {
        let events = [(2, 5, 1, 0), (1, 9, 1, 0), (2, 5, 1, 0), (2, 5, 1, 1), (2, 5, 3, 1), (1, -9, 1, 1)];
        let expected = vec![(1, -9, 1, 1), (1, 9, 1, 1), (2, 5, 1, 2), (2, 5, 3, 1)];
        for budget in [1, 2, 3, 100] {
            assert_eq!(drained(budget, &events), expected, "budget {budget}");
        }
    }

    #[test]
    fn instants_out_of_range_are_refused() {
        let mut sink = EventSink::new();
        assert!(!sink.push(1, Instant(1 << 34), DetailId(1), 0).expect("no disk needed"));
        assert!(!sink.push(1, Instant(i64::MAX), DetailId(1), 0).expect("no disk needed"));
    }
}
