//! Messages and notices that leave as rows of files: settled in one commit, named after it.

use super::message::Ready;
use super::{NOTICES, Post};
use crate::deliver::{Row, file_name, plain, stage};
use crate::model::{Instant, LeadId, MessageId, MessageState, RunId};
use crate::run::RunError;
use crate::run::score::name_of;
use crate::store::{NoticeRow, NoticeState};
use chrono::NaiveDate;
use serde_json::json;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// The folder of the workspace that holds them.
pub(super) const FOLDER: &str = "outbox";
/// Under this name the base remembers a run whose files may not have their names yet.
const PENDING: &str = "outbox_pending";

type Files = BTreeMap<PathBuf, Vec<Row>>;

impl Post<'_, '_> {
    /// Everything that is due and goes into files.
    pub(super) fn write_files(&mut self, messages: &[(MessageId, String)], notices: &[(NoticeRow, u32)]) -> Result<(), RunError> {
        let (now, mut files) = (self.now(), Files::new());
        let day = self.session.workspace.sop.calendar.date(now);
        for (n, (id, _)) in messages.iter().enumerate() {
            (self.session.context.progress)("writing", n as u64, messages.len() as u64);
            if !self.goes_on() {
                break;
            }
            if let Some(ready) = self.admit(*id)? {
                self.sent(&ready, now)?;
                files.entry(self.file_of(&ready, day)).or_default().push(row(&ready));
            }
        }
        for (notice, _) in notices {
            if !self.goes_on() {
                break;
            }
            self.note_down(notice, now)?;
            files.entry(self.file_of_notice(notice, day)).or_default().push(self.row_of_notice(notice)?);
        }
        if files.is_empty() || self.rehearses() {
            return Ok(());
        }
        let store = &self.session.store;
        let staged = stage(&self.folder(), &files).map_err(cannot_write)?;
        store.set_meta(PENDING, &json!({"run": self.session.run.0, "day": day.to_string()}).to_string())?;
        self.commit()?;
        staged.publish().map_err(cannot_write)?;
        self.session.store.set_meta(PENDING, "")?;
        self.commit()
    }

    /// What a run that died had settled and not written yet. Rows that are there stay alone.
    pub(super) fn mend_files(&mut self) -> Result<(), RunError> {
        let store = &self.session.store;
        let Some(pending) = store.meta(PENDING)?.filter(|p| !p.is_empty()) else { return Ok(()) };
        let pending: serde_json::Value = serde_json::from_str(&pending).unwrap_or_default();
        let (run, day) = (pending["run"].as_i64().map(RunId), pending["day"].as_str().and_then(|d| d.parse::<NaiveDate>().ok()));
        if let Some((run, day)) = run.zip(day) {
            let mut files = Files::new();
            let delivery = &self.session.workspace.sop.delivery;
            for message in store.sent_by(run)?.into_iter().filter(|m| delivery.medium(&m.medium).is_some_and(|m| m.via == crate::rules::delivery::Via::Csv)) {
                let Some(record) = store.lead(&self.session.columns, message.lead)? else { continue };
                let owner = store.state(&self.session.columns, message.lead)?.and_then(|s| s.owner);
                let (name, key) = (name_of(&self.session.workspace.sop.dictionary, &record), record.key.to_string());
                let (address, body) = (message.address.clone().unwrap_or_default(), message.body.clone().unwrap_or_default());
                let ready = Ready { message, address, name, key, owner, body };
                files.entry(self.file_of(&ready, day)).or_default().push(row(&ready));
            }
            for notice in store.notices_by(run)?.into_iter().filter(|n| self.wires.notify(&n.medium).is_none()) {
                files.entry(self.file_of_notice(&notice, day)).or_default().push(self.row_of_notice(&notice)?);
            }
            if !self.rehearses() {
                stage(&self.folder(), &files).map_err(cannot_write)?.publish().map_err(cannot_write)?;
            }
        }
        Ok(store.set_meta(PENDING, "")?)
    }

    fn folder(&self) -> PathBuf {
        self.session.workspace.root.join(FOLDER)
    }

    /// One file per medium and day; what leaves through a colleague has one per colleague.
    fn file_of(&self, ready: &Ready, day: NaiveDate) -> PathBuf {
        let medium = file_name(&ready.message.medium);
        if ready.message.medium != "wecom" {
            return PathBuf::from(format!("{day}/{medium}.csv"));
        }
        let colleague = ready.message.colleague.as_deref().or(ready.owner.as_deref());
        let name = colleague.map_or_else(|| "nobody".to_owned(), |id| self.colleague(id).to_owned());
        PathBuf::from(format!("{day}/{medium}/{}.csv", file_name(&name)))
    }

    /// What a colleague is called.
    pub(super) fn colleague<'n>(&'n self, id: &'n str) -> &'n str {
        self.session.workspace.sop.team.owner(id).map_or(id, |o| o.name.as_str())
    }

    fn note_down(&mut self, notice: &NoticeRow, now: Instant) -> Result<(), RunError> {
        let store = &self.session.store;
        store.claim_notice(notice.notice, self.session.run)?;
        store.settle_notice(notice.notice, NoticeState::Sent, None, Some(now), None)?;
        self.tally.add(NOTICES, NoticeState::Queued.name(), MessageState::Sent.name(), 1);
        self.room -= 1;
        Ok(())
    }

    fn file_of_notice(&self, notice: &NoticeRow, day: NaiveDate) -> PathBuf {
        let declared = self.session.workspace.sop.delivery.notify.iter().any(|n| n.id == notice.medium);
        let name = if declared { format!("notices-{}", file_name(&notice.medium)) } else { "notices".to_owned() };
        PathBuf::from(format!("{day}/{name}.csv"))
    }

    fn row_of_notice(&self, notice: &NoticeRow) -> Result<Row, RunError> {
        Ok(Row {
            message: super::notices::id_of(notice),
            key: self.key_of(notice.lead)?,
            name: self.colleague(&notice.recipient).to_owned(),
            address: notice.recipient.clone(),
            subject: notice.subject.clone(),
            text: notice.body.clone(),
            path: String::new(),
            step: String::new(),
        })
    }

    fn key_of(&self, lead: Option<LeadId>) -> Result<String, RunError> {
        Ok(match lead {
            Some(lead) => self.session.store.key_of(lead)?.map(|k| k.to_string()).unwrap_or_default(),
            None => String::new(),
        })
    }
}

fn row(ready: &Ready) -> Row {
    let m = &ready.message;
    Row {
        message: m.id.to_string(),
        key: ready.key.clone(),
        name: ready.name.clone().unwrap_or_default(),
        address: national(&ready.address).to_owned(),
        subject: m.subject.clone().unwrap_or_default(),
        text: plain(&ready.body),
        path: m.path.clone(),
        step: m.step.clone(),
    }
}

/// A mobile number of mainland China as its carriers' upload forms take it.
pub(in crate::run) fn national(address: &str) -> &str {
    address.strip_prefix("+86").filter(|n| n.len() == 11 && n.starts_with('1')).unwrap_or(address)
}

fn cannot_write((path, source): (PathBuf, io::Error)) -> RunError {
    RunError::File { verb: "write", path: path.display().to_string(), source }
}
