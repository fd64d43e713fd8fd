//! Messages in the outbox of a base, put there as a journey's step would; and servers on this machine that do as they are told.

#![allow(dead_code, clippy::unwrap_used)] // each test program uses its part; a test may stop anywhere

use crate::base::Base;
use sop::model::{Instant, LeadId, Message, MessageId, MessageState, Part};
use sop::store::{Holder, NoticeRow, NoticeState, RunRecord, Store};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Noon of Friday 20 November 2026 in Shanghai.
pub(crate) const NOON: i64 = 1_795_147_200;

/// Leads with these columns, imported; one after the other they are the leads 1, 2, 3 …
pub(crate) fn leads(base: &Base, csv: &str) {
    let file = base.write("leads.csv", csv).display().to_string();
    base.on("11-18", &["import", &file, "-q"]).ok();
    std::fs::remove_file(file).unwrap();
}

/// A message that is due at noon, to one lead.
pub(crate) fn message(lead: i64, medium: &str, step: &str) -> Message {
    Message {
        id: MessageId::of([&lead.to_string(), "path", ""], step, Part::Main),
        enrollment: lead,
        lead: LeadId(lead),
        path: "web-form".into(),
        step: step.into(),
        part: Part::Main,
        medium: medium.into(),
        service: false,
        content: Some("guide".into()),
        arm: None,
        address: None,
        colleague: None,
        subject: Some(format!("三分钟看懂：{step}")),
        body: Some("王芳，您好：\n\n[查看**案例**](https://example.com/a)\n\n不想再收到？回复“退订”即可。".into()),
        state: MessageState::Queued,
        reason: None,
        due_at: Instant(NOON - 3600),
        not_before: Instant(NOON - 3600),
        not_after: None,
        attempts: 0,
        next_try: None,
        sent_at: None,
    }
}

/// Puts messages and notices into the outbox, in one run.
pub(crate) fn put(base: &Base, messages: &[Message], notices: &[NoticeRow]) {
    let store = Store::write(&base.db(), &Holder::default()).unwrap();
    let at = Instant(NOON - 7200);
    let record = RunRecord { verb: "tick".into(), flags: String::new(), version: "test".into(), as_of: at, started: at };
    let run = store.begin_run(&record).unwrap();
    messages.iter().for_each(|m| assert!(store.put_message(m, run).unwrap()));
    notices.iter().for_each(|n| assert!(store.put_notice(n, run).unwrap()));
    store.end_run(run, None, 0, r#"{"queued": 1}"#).unwrap();
    store.commit().unwrap();
}

pub(crate) fn notice(number: u64, to: &str) -> NoticeRow {
    NoticeRow {
        notice: number,
        at: Instant(NOON - 7200),
        recipient: to.into(),
        medium: "notify".into(),
        lead: None,
        subject: "高价值行为".into(),
        body: "申请试用".into(),
        state: NoticeState::Queued,
    }
}

/// How a mail server treats one mail.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Accept,
    /// Answers a command with this: `MAIL`, `RCPT`, `DATA`, or `.` for the mail itself.
    Say(&'static str, &'static str),
    /// Takes the mail in and hangs up without a word.
    DropAfterData,
    /// Hangs up at a command, before it has a mail.
    DropAt(&'static str),
    /// Says nothing any more at a command, or at `.`.
    HangAt(&'static str),
    /// Accepts, and hangs up after it.
    AcceptAndLeave,
    /// Takes its time with every answer.
    Slow(Duration),
}

/// A mail server on this machine: its acts in order, then it accepts everything.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    /// Every mail that came in whole: recipient and text.
    pub(crate) mails: Arc<Mutex<Vec<(String, String)>>>,
    pub(crate) connections: Arc<Mutex<usize>>,
}

impl MailServer {
    pub(crate) fn new(acts: &[Act]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), mails: Arc::default(), connections: Arc::default() };
        let acts = Arc::new(Mutex::new(acts.iter().copied().collect::<VecDeque<_>>()));
        let (mails, connections) = (server.mails.clone(), server.connections.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                *connections.lock().unwrap() += 1;
                let (acts, mails) = (acts.clone(), mails.clone());
                std::thread::spawn(move || serve(stream, &acts, &mails));
            }
        });
        server
    }

    /// The recipients of the mails that it took in.
    pub(crate) fn recipients(&self) -> Vec<String> {
        self.mails.lock().unwrap().iter().map(|(to, _)| to.clone()).collect()
    }
}

fn serve(stream: TcpStream, acts: &Mutex<VecDeque<Act>>, mails: &Mutex<Vec<(String, String)>>) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream);
    let mut act = Act::Accept;
    let mut to = String::new();
    let mut say = |text: &str, act: Act| {
        if let Act::Slow(pause) = act {
            std::thread::sleep(pause);
        }
        out.write_all(format!("{text}\r\n").as_bytes()).ok()
    };
    say("220 here", act)?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let command = line.get(..4).unwrap_or_default().trim().to_ascii_uppercase();
        if command == "MAIL" {
            act = acts.lock().unwrap().pop_front().unwrap_or(Act::Accept);
        }
        match act {
            Act::HangAt(at) if at == command => std::thread::sleep(Duration::from_secs(20)),
            Act::DropAt(at) if at == command => return None,
            Act::Say(at, text) if at == command => {
                say(text, act)?;
                continue;
            }
            _ => {}
        }
        match command.as_str() {
            "EHLO" => say("250-here\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN", act)?,
            "AUTH" => {
                // `\0mkt\0geheim` in base64.
                let right = line.trim().ends_with("AG1rdABnZWhlaW0=");
                say(if right { "235 welcome" } else { "535 5.7.8 geheim is wrong" }, act)?;
            }
            "RCPT" => {
                to = line.trim().trim_start_matches("RCPT TO:<").trim_end_matches('>').to_owned();
                say("250 ok", act)?;
            }
            "DATA" => {
                say("354 go on", act)?;
                let mut text = String::new();
                loop {
                    let mut line = String::new();
                    if lines.read_line(&mut line).ok()? == 0 {
                        return None;
                    }
                    if line == ".\r\n" {
                        break;
                    }
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                }
                match act {
                    Act::Say(".", answer) => say(answer, act)?,
                    Act::HangAt(".") => std::thread::sleep(Duration::from_secs(20)),
                    Act::DropAfterData => {
                        mails.lock().unwrap().push((to.clone(), text));
                        return None;
                    }
                    _ => {
                        mails.lock().unwrap().push((to.clone(), text));
                        say("250 taken", act)?;
                        if matches!(act, Act::AcceptAndLeave) {
                            return None;
                        }
                    }
                }
            }
            "QUIT" => {
                say("221 bye", act)?;
                return None;
            }
            _ => say("250 ok", act)?,
        }
    }
}

/// How a web server answers one request: a status line and a body; `None` = it hangs up without a word.
pub(crate) type Answer = Option<(&'static str, &'static str)>;

/// A web server on this machine: its answers in order, the last for ever.
pub(crate) struct WebServer {
    pub(crate) port: u16,
    /// Every request as it came: head and body.
    pub(crate) requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl WebServer {
    pub(crate) fn new(answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), requests: Arc::default() };
        let mut answers: VecDeque<Answer> = answers.iter().copied().collect();
        let requests = server.requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0] };
                requests.lock().unwrap().extend(request(stream, answer));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?key=geheim", self.port)
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        let key = |head: &str| head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("idempotency-key: ").map(str::to_owned));
        self.requests.lock().unwrap().iter().filter_map(|(head, _)| key(head)).collect()
    }

    pub(crate) fn bodies(&self) -> Vec<serde_json::Value> {
        self.requests.lock().unwrap().iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }
}

fn request(stream: TcpStream, answer: Answer) -> Option<(String, String)> {
    let mut out = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 || line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ")?.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    if let Some((status, text)) = answer {
        let _ = out.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}", text.len()).as_bytes());
    }
    Some((head, String::from_utf8(body).ok()?))
}
