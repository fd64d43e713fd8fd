//! Decoded text for the parser. What is long is read and decoded on a thread of its own, a few blocks ahead: the disk, the
//! encoding and the parser then do not wait for each other.

use super::decode::{Decoder, Flaw};
use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

/// From so many bytes on, a file is worth a thread.
const LONG: u64 = 2 << 20;
/// Blocks that are read ahead.
const DEPTH: usize = 4;

/// The text of one file, in blocks.
pub(super) struct Text {
    from: From,
    /// The encoding's name, as far as it is known.
    pub(super) encoding: &'static str,
    /// Bytes of the file that stand behind what was handed out.
    pub(super) read: u64,
    /// Flaws by position in the decoded text, in order.
    pub(super) flaws: VecDeque<(u64, Flaw)>,
}

enum From {
    Here(Box<Decoder>),
    There(Receiver<io::Result<Block>>, Sender<String>),
    End,
}

struct Block {
    text: String,
    encoding: &'static str,
    read: u64,
    flaws: VecDeque<(u64, Flaw)>,
    more: bool,
}

impl Text {
    pub(super) fn new(decoder: Decoder) -> Self {
        Self { encoding: decoder.encoding(), read: decoder.read, from: From::Here(Box::new(decoder)), flaws: VecDeque::new() }
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
        let more = match &mut self.from {
            From::End => return Ok(false),
            From::Here(decoder) => {
                let more = decoder.fill(out, 1)?;
                (self.encoding, self.read) = (decoder.encoding(), decoder.read);
                self.flaws.append(&mut decoder.flaws);
                more
            }
            From::There(blocks, empty) => {
                let block = blocks.recv().map_err(|_| io::Error::other("reading stopped unexpectedly"))??;
                out.push_str(&block.text);
                (self.encoding, self.read) = (block.encoding, block.read);
                self.flaws.extend(block.flaws);
                let _ = empty.send(block.text);
                block.more
            }
        };
        if !more {
            self.from = From::End;
        } else if self.read >= LONG && matches!(self.from, From::Here(_)) {
            self.from = match std::mem::replace(&mut self.from, From::End) {
                From::Here(decoder) => begin(decoder),
                other => other,
            };
        }
        Ok(more)
    }
}

/// The thread ends with the file, or when nobody listens any more.
fn begin(mut decoder: Box<Decoder>) -> From {
    let (send, blocks) = sync_channel(DEPTH);
    let (give_back, empty) = channel::<String>();
    std::thread::spawn(move || {
        loop {
            let mut text = empty.try_recv().unwrap_or_default();
            text.clear();
            let block = decoder.fill(&mut text, 1).map(|more| Block {
                text,
                encoding: decoder.encoding(),
                read: decoder.read,
                flaws: std::mem::take(&mut decoder.flaws),
                more,
            });
            let goes_on = block.as_ref().is_ok_and(|block| block.more);
            if send.send(block).is_err() || !goes_on {
                break;
            }
        }
    });
    From::There(blocks, give_back)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_long_file_reads_as_it_was_written() {
        let mut file = tempfile::tempfile().expect("a file");
        let mut written = String::new();
        for i in 0..200_000 {
            written.push_str(&format!("{i},王小明,0123456789\n"));
        }
        assert!(written.len() as u64 > 2 * LONG);
        // A NUL far behind the place where the thread begins.
        written.push_str("a\0b\n");
        file.write_all(written.as_bytes()).expect("room on disk");
        io::Seek::rewind(&mut file).expect("seekable");
        let mut text = Text::new(Decoder::new(file, encoding_rs::UTF_8, 0, false));
        let mut read = String::new();
        while text.fill(&mut read, 1).expect("readable") {}
        assert!(read == written);
        assert!(!text.fill(&mut read, 1).expect("readable"), "the end stays the end");
        assert_eq!(text.flaws, [(written.len() as u64 - 3, Flaw::Nul)]);
        assert_eq!((text.read, text.encoding), (written.len() as u64, "UTF-8"));
    }
}
