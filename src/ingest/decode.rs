//! Bytes of a text file → UTF-8, in blocks. BOMs decide first, then zero bytes (UTF-16), then valid UTF-8, then chardetng.
//!
//! A file of pure ASCII stays undecided: the first other byte decides, however late it comes.
//! Bytes that the encoding does not have become U+FFFD and are remembered by position, so that the rows they stand in can be refused.

use encoding_rs::{DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};

const BLOCK: usize = 256 * 1024;

/// What is wrong at a place of the decoded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Bytes that the encoding does not have.
    Undecodable,
    /// A NUL.
    Nul,
}

enum State {
    /// ASCII so far: the encoding is open.
    Ascii,
    Known(Box<encoding_rs::Decoder>),
}

impl State {
    fn of(encoding: &'static Encoding) -> Self {
        Self::Known(Box::new(encoding.new_decoder_without_bom_handling()))
    }
}

/// A text file as blocks of UTF-8.
pub(super) struct Decoder {
    file: File,
    raw: Vec<u8>,
    kept: usize,
    state: State,
    /// Bytes of the file read so far.
    pub(super) read: u64,
    written: u64,
    /// Flaws by position in the decoded text, in order.
    pub(super) flaws: VecDeque<(u64, Flaw)>,
}

impl Decoder {
    /// Decodes a file from its current place, where `skip` bytes (a BOM) were already taken. `undecided`: the head was pure ASCII.
    pub(super) fn new(file: File, encoding: &'static Encoding, skip: u64, undecided: bool) -> Self {
        let state = if undecided { State::Ascii } else { State::of(encoding) };
        Self { file, raw: Vec::new(), kept: 0, state, read: skip, written: 0, flaws: VecDeque::new() }
    }

    /// The encoding's name.
    pub(super) fn encoding(&self) -> &'static str {
        match &self.state {
            State::Ascii => UTF_8.name(),
            State::Known(decoder) => decoder.encoding().name(),
        }
    }

    /// Appends at least about `want` decoded bytes to `out`; false at the end of the file.
    pub(super) fn fill(&mut self, out: &mut String, want: usize) -> io::Result<bool> {
        let goal = out.len() + want;
        while out.len() < goal {
            if !self.block(out)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn block(&mut self, out: &mut String) -> io::Result<bool> {
        if self.raw.len() < BLOCK {
            self.raw.resize(BLOCK, 0);
        }
        let n = loop {
            match self.file.read(self.raw.get_mut(self.kept..).unwrap_or_default()) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.read += n as u64;
        let (end, last) = (self.kept + n, n == 0);
        let before = out.len();
        let raw = std::mem::take(&mut self.raw);
        let used = self.decode(raw.get(..end).unwrap_or_default(), out, last);
        self.raw = raw;
        self.raw.copy_within(used..end, 0);
        self.kept = end - used;
        if let Some(new) = out.get(before..).filter(|new| new.as_bytes().contains(&0)) {
            self.flaws.extend(new.bytes().enumerate().filter(|(_, b)| *b == 0).map(|(i, _)| (self.written + i as u64, Flaw::Nul)));
            self.flaws.make_contiguous().sort_by_key(|(at, _)| *at);
        }
        self.written += (out.len() - before) as u64;
        Ok(!last)
    }

    /// Decodes what it can of `bytes`; returns how many were used.
    fn decode(&mut self, bytes: &[u8], out: &mut String, last: bool) -> usize {
        let (begin, mut used) = (out.len(), 0);
        if let State::Ascii = self.state {
            used = Encoding::ascii_valid_up_to(bytes);
            out.push_str(bytes.get(..used).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default());
            let rest = bytes.get(used..).unwrap_or_default();
            if rest.is_empty() {
                return used;
            }
            self.state = match std::str::from_utf8(rest) {
                Ok(_) => State::of(UTF_8),
                // A character cut in two by the end of the block says nothing yet.
                Err(e) if e.error_len().is_none() && e.valid_up_to() == 0 && !last => return used,
                Err(e) if e.error_len().is_none() && !last => State::of(UTF_8),
                Err(_) if mostly_utf8(rest) => State::of(UTF_8),
                Err(_) => State::of(guess(rest)),
            };
        }
        let State::Known(decoder) = &mut self.state else { return used };
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            out.reserve(decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len() * 3) + 4);
            let (result, n) = decoder.decode_to_string_without_replacement(rest, out, last);
            used += n;
            match result {
                DecoderResult::InputEmpty => return bytes.len(),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.flaws.push_back((self.written + (out.len() - begin) as u64, Flaw::Undecodable));
                    out.push('\u{fffd}');
                }
            }
        }
    }
}

/// The encoding of the head of a text file and the length of its BOM; `None` when the bytes are no text.
pub(super) fn sniff(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    if let Some((encoding, bom)) = Encoding::for_bom(head) {
        return Some((encoding, bom));
    }
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    // A stray NUL makes no UTF-16: in that, text of one byte a letter is half zeros, and other text is no UTF-8.
    let stray = even + odd < 2 || ((even + odd) * 4 < head.len() && std::str::from_utf8(head).is_ok());
    if !stray {
        // Even Chinese UTF-16 has its delimiters, digits and line ends with one zero byte each, always on the same side.
        if odd > half / 20 && even * 20 <= odd {
            return is_text(UTF_16LE, head).then_some((UTF_16LE, 0));
        }
        if even > half / 20 && odd * 20 <= even {
            return is_text(UTF_16BE, head).then_some((UTF_16BE, 0));
        }
    }
    let control = head.iter().filter(|b| matches!(b, 0..=8 | 14..=31 | 127) && **b != 0x1b).count();
    // One or two strays in a short file cost their rows, not the file.
    if control * 50 > head.len() && (control > 2 || control * 4 > head.len()) {
        return None;
    }
    let encoding = match std::str::from_utf8(head) {
        Ok(_) => UTF_8,
        Err(e) if e.error_len().is_none() && e.valid_up_to() > 0 => UTF_8,
        Err(_) if mostly_utf8(head) => UTF_8,
        Err(_) => guess(head),
    };
    Some((encoding, 0))
}

/// Whether bytes read as UTF-16 are letters and not numbers of a program: hardly any control characters or broken pairs.
fn is_text(encoding: &'static Encoding, head: &[u8]) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(head);
    let (all, odd) = text.chars().fold((0_usize, 0_usize), |(all, odd), c| (all + 1, odd + usize::from(is_odd(c))));
    odd * 50 <= all.max(50)
}

fn is_odd(c: char) -> bool {
    c == '\u{fffd}' || (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{1b}'))
}

/// UTF-8 with a few broken bytes, or with rows of another encoding pasted in: no other encoding makes that many valid sequences by
/// chance, least of all the three bytes of a Chinese character.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut long, mut bad) = (0_usize, 0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        long += chunk.valid().chars().filter(|c| c.len_utf8() == 3).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 20 * bad || (long >= MANY && long > bad)
}

/// So many long sequences are no accident.
const MANY: usize = 8;

/// What a legacy encoding most likely is. No hint of a country: it makes chardetng misread Big5.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    if guess == GBK || (guess.is_single_byte() && common_chinese(bytes)) { GB18030 } else { guess }
}

/// Short Chinese texts look like accented Latin to a detector: here every high byte belongs to a pair of GB 2312's first-level
/// characters, and there are several.
fn common_chinese(bytes: &[u8]) -> bool {
    let mut pairs = 0;
    let mut rest = bytes.iter().copied();
    while let Some(lead) = rest.next() {
        if lead < 0x80 {
            continue;
        }
        match (lead, rest.next()) {
            (0xb0..=0xd7, Some(0xa1..=0xfe)) => pairs += 1,
            (0xa1..=0xf7, Some(0xa1..=0xfe)) => {}
            (_, None) => break,
            _ => return false,
        }
    }
    pairs >= 2
}
