//! An older text of a path, read again for those who entered by it: the same reader, the present files around it.

use super::Path;
use super::read::{Around, names, read};
use crate::condition::MessageStep;
use crate::diag::{Diagnostics, SourceId};
use crate::rules::Sop;
use crate::rules::known::Known;
use crate::rules::reader::Reader;
use crate::rules::state::MEDIA;
use crate::rules::yaml;

/// The path that a text was, or `None` where the files of today no longer allow it: a content, a field or a stage is gone.
pub fn version(sop: &Sop, name: &str, text: &str) -> Option<Path> {
    let mut out = Diagnostics::default();
    let root = yaml::parse(SourceId(0), text, &mut out)?;
    let (own, old) = names(name, &root);
    let mut steps: Vec<MessageStep> = sop.message_steps().into_iter().filter(|s| s.path != own).collect();
    steps.extend(old);
    let mut media: Vec<String> = sop.delivery.media.iter().map(|m| m.id.clone()).collect();
    media.extend(MEDIA.iter().filter(|m| sop.delivery.medium(m).is_none()).map(|m| (*m).to_owned()));
    let contents: Vec<(String, Option<String>)> = sop.content.iter().map(|c| (c.name.clone(), Some(c.medium.clone()))).collect();
    let paths: Vec<String> = sop.paths.iter().map(|p| p.name.clone()).collect();
    let known = Known::new(&sop.dictionary, &sop.scoring, Some(&sop.lifecycle), Some(&sop.team)).with_messages(&media, &steps);
    let known = known.with_queues(sop.assignment.queues.iter().map(|q| q.id.as_str()));
    let around = Around { known: &known, media: &media, contents: &contents, paths: &paths };
    let (mut reviews, mut seen) = (Vec::new(), Vec::new());
    let found = read(name, &root, &around, &mut seen, &mut Reader { text, out: &mut out, reviews: &mut reviews });
    found.filter(|_| !out.has_errors()).map(|(path, _)| path)
}
