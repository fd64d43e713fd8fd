//! delivery.yaml, content/*.md and nurture/*.yaml together: earlier files may speak of media and of steps that send, so their names are
//! taken first, and what they say is read after the files that they speak of.

use super::content::{self, Content};
use super::delivery::{self, Delivery};
use super::files::stem;
use super::known::Known;
use super::lifecycle::Lifecycle;
use super::nurture::{self, Path};
use super::reader::Reader;
use super::scoring::Scoring;
use super::sla::recipient;
use super::state::MEDIA;
use super::team::Team;
use super::yaml::{self, Node};
use crate::condition::MessageStep;
use crate::diag::{Diagnostics, SourceId, Span};
use crate::model::{Calendar, Dictionary};
use chrono::NaiveDate;

/// The texts, and the names in them.
pub(super) struct Letters<'t> {
    delivery: Option<(&'t str, Node)>,
    contents: Vec<(&'t str, SourceId, &'t str)>,
    paths: Vec<(String, &'t str, Node)>,
    /// Names of paths, also of those that YAML could not read.
    names: Vec<String>,
    /// The ids of all media.
    pub(super) media: Vec<String>,
    /// The steps that send.
    pub(super) steps: Vec<MessageStep>,
}

/// What was read, with the places of its parts.
pub(super) struct Read {
    delivery: Delivery,
    /// The media that delivery.yaml speaks of; `None` = there is no such file.
    declared: Option<Vec<String>>,
    paths: Vec<(Path, nurture::read::Spots)>,
    contents: Vec<(Content, content::read::Spots)>,
}

impl<'t> Letters<'t> {
    /// Takes the names.
    pub(super) fn new(texts: &'t [(String, SourceId, String)], out: &mut Diagnostics) -> Self {
        let mut all = Self { delivery: None, contents: Vec::new(), paths: Vec::new(), names: Vec::new(), media: Vec::new(), steps: Vec::new() };
        for (name, source, text) in texts {
            if name == "delivery.yaml" {
                all.delivery = yaml::parse(*source, text, out).map(|root| (text.as_str(), root));
            } else if let Some(name) = stem(name, "content/", ".md") {
                all.contents.push((name, *source, text));
            } else if let Some(file) = stem(name, "nurture/", ".yaml") {
                let Some(root) = yaml::parse(*source, text, out) else {
                    all.names.push(file.to_owned());
                    continue;
                };
                let (path, steps) = nurture::read::names(file, &root);
                all.names.push(path.clone());
                all.steps.extend(steps);
                all.paths.push((path, text, root));
            }
        }
        all.media = all.delivery.iter().flat_map(|(_, root)| delivery::read::media(root)).collect();
        let usual: Vec<String> = MEDIA.iter().filter(|m| !all.media.iter().any(|id| id == *m)).map(|m| (*m).to_owned()).collect();
        all.media.extend(usual);
        all
    }

    /// Reads what they say. What has an error is left out; the errors are in `out`.
    pub(super) fn read(&self, known: &Known<'_>, out: &mut Diagnostics, reviews: &mut Vec<(Span, NaiveDate)>) -> Read {
        let delivery = match &self.delivery {
            Some((text, root)) => delivery::read::read(root, known, &mut Reader { text, out, reviews }),
            None => Delivery::usual(known.dictionary),
        };
        if let Some((text, root)) = &self.delivery {
            delivery::media::strange(root, &|id| self.is_used(id), &mut Reader { text, out, reviews });
        }
        let read = |file: &(&str, SourceId, &str), out: &mut _, reviews: &mut _| content::read::read(*file, known, &self.media, out, reviews);
        let by_file: Vec<_> = self.contents.iter().map(|file| (file.0.to_owned(), read(file, out, reviews))).collect();
        let names: Vec<_> = by_file.iter().map(|(name, c)| (name.clone(), c.as_ref().map(|(c, _)| c.medium.clone()))).collect();
        let around = nurture::read::Around { known, media: &self.media, contents: &names, paths: &self.names };
        let (mut paths, mut seen) = (Vec::new(), Vec::new());
        for (name, text, root) in &self.paths {
            paths.extend(nurture::read::read(name, root, &around, &mut seen, &mut Reader { text, out, reviews }));
        }
        let declared = self.delivery.as_ref().map(|(_, root)| delivery::read::media(root));
        Read { delivery, declared, paths, contents: by_file.into_iter().filter_map(|(_, c)| c).collect() }
    }

    /// Whether a text or a step names a medium.
    fn is_used(&self, medium: &str) -> bool {
        self.contents.iter().any(|(_, _, text)| delivery::media::is_for(text, medium))
            || self.paths.iter().any(|(.., root)| delivery::media::sends_by(root, medium))
    }
}

impl Read {
    /// What messages may be called: contents, and `path/step` of every step that sends.
    pub(super) fn letters(&self) -> Vec<String> {
        let steps = self.paths.iter().flat_map(|(p, _)| p.sends().map(move |(s, _)| format!("{}/{}", p.name, s.id)));
        self.contents.iter().map(|(c, _)| c.name.clone()).chain(steps).collect()
    }
    /// Checks the whole.
    pub(super) fn check(
        &self,
        (scoring, lifecycle): (&Scoring, &Lifecycle),
        (team, dictionary, calendar): (&Team, &Dictionary, &Calendar),
        out: &mut Diagnostics,
    ) {
        let sent: Vec<&str> = self.paths.iter().flat_map(|(p, _)| p.sends()).flat_map(|(_, s)| s.contents()).collect();
        if !self.paths.is_empty() {
            content::check::unused(&self.contents, &sent, out);
        }
        let contents: Vec<&Content> = self.contents.iter().map(|(c, _)| c).collect();
        nurture::check::check(
            &self.paths,
            &nurture::check::Around {
                delivery: &self.delivery,
                declared: self.declared.as_deref(),
                contents: &contents,
                scoring,
                lifecycle,
                dictionary,
                calendar,
            },
            out,
        );
        for (_, spots) in &self.paths {
            let lists: Vec<_> = spots.steps.iter().filter(|s| !s.to.is_empty()).map(|s| s.to.clone()).collect();
            recipient::check(&lists, team, out);
        }
    }
    /// The values alone.
    pub(super) fn parts(self) -> (Delivery, Vec<Path>, Vec<Content>) {
        (self.delivery, self.paths.into_iter().map(|(p, _)| p).collect(), self.contents.into_iter().map(|(c, _)| c).collect())
    }
}
