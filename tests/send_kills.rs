//! The law of `sop send` under SIGKILL, against servers that nobody in this project wrote: nobody is written to twice, nobody is left
//! out, and what nobody can know is named.
//!
//! `SOP_SEND_MESSAGES` messages (10,000 unless said) to as many leads, 20 kills. The mail server is Python's aiosmtpd (`.ci/run` installs
//! it), the web server Python's own; without them the tests say that they are skipped, and fail when `CI=true`.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // a test may stop anywhere, and says what it measured

mod base;
mod post;
mod python;

use base::{Base, Dice};
use post::{NOON, leads, message, put};
use serde_json::Value;
use sop::model::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant as Moment};

const KILLS: usize = 20;

fn messages() -> i64 {
    std::env::var("SOP_SEND_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000)
}

/// A server under Python and the file of what it took.
struct Taker {
    child: Child,
    port: String,
    file: PathBuf,
}

impl Taker {
    fn start(python: &Path, script: &str, folder: &Path) -> Self {
        let file = folder.join("taken.jsonl");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/send_kills").join(script);
        let mut child = Command::new(python).arg(script).arg(&file).stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { child, port: port.trim().to_owned(), file }
    }

    fn bytes(&self) -> u64 {
        fs::metadata(&self.file).map_or(0, |m| m.len())
    }

    /// About how long a line is.
    fn line(&self) -> u64 {
        let second = fs::File::open(&self.file).ok().and_then(|f| BufReader::new(f).lines().nth(1)?.ok());
        second.map_or(60, |l| l.len() as u64 + 1)
    }

    fn taken(&self) -> Vec<Value> {
        fs::read_to_string(&self.file).unwrap_or_default().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }
}

impl Drop for Taker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(base: &Base, url: &str, args: &[&str]) -> Command {
    let at = Instant(NOON).rfc3339();
    let mut command = base.command(&[args, &["--as-of", &at]].concat());
    command.env("SOP_TEST_URL", url).env("NO_PROXY", "*").env_remove("http_proxy").env_remove("HTTP_PROXY").env_remove("ALL_PROXY").env_remove("all_proxy");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn ids(base: &Base, state: &str) -> BTreeSet<String> {
    base.texts(&format!("SELECT message FROM v_outbox WHERE state = '{state}'")).into_iter().collect()
}

/// Sends while being killed, and holds the law.
fn survive(medium: &str, delivery: &str, taker: &Taker, url: &str) -> Vec<Value> {
    let n = messages();
    let base = Base::with(&[("sops/delivery.yaml", delivery)]);
    let rows: String = (1..=n).map(|i| format!("李{i},l{i}@example.com\n")).collect();
    leads(&base, &format!("姓名,邮箱\n{rows}"));
    put(&base, &(1..=n).map(|i| message(i, medium, "guide")).collect::<Vec<_>>(), &[]);
    let (mut dice, mut kills, begun) = (Dice(77), 0, Moment::now());
    while kills < KILLS {
        let before = taker.bytes();
        let mut run = command(&base, url, &["send", "-q"]).spawn().unwrap();
        // A kill after each stretch of messages, at any point between two bytes of any conversation.
        let some = || u64::try_from(n).unwrap() / 25 * taker.line();
        while taker.bytes() <= before + some() && run.try_wait().unwrap().is_none() {
            sleep(Duration::from_micros(500));
        }
        sleep(Duration::from_micros(dice.below(3_000)));
        if run.try_wait().unwrap().is_some() {
            break;
        }
        run.kill().unwrap(); // SIGKILL
        run.wait().unwrap();
        kills += 1;
    }
    assert!(kills >= 15, "only {kills} runs could be killed");
    let killed_for = begun.elapsed();
    // 7: the last kill hit a message that was under way, and this run says so.
    assert!(matches!(command(&base, url, &["send", "-q"]).status().unwrap().code(), Some(0 | 7)));
    let took = begun.elapsed();
    let all: BTreeSet<String> = base.texts("SELECT message FROM v_outbox").into_iter().collect();
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for mail in taker.taken() {
        *copies.entry(mail["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let (sent, unknown) = (ids(&base, "sent"), ids(&base, "unknown"));
    let received: BTreeSet<String> = copies.keys().cloned().collect();
    let twice: Vec<_> = copies.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "received twice: {twice:?}");
    assert_eq!(i64::try_from(all.len()).unwrap(), n);
    assert_eq!(received.union(&unknown).cloned().collect::<BTreeSet<_>>(), all, "nobody is left out");
    assert!(sent.is_subset(&received) && sent.len() + unknown.len() == all.len(), "{} sent, {} unknown", sent.len(), unknown.len());
    assert!(unknown.len() <= kills, "{} unknown after {kills} kills", unknown.len());
    eprintln!(
        "{medium}: {n} messages in {took:.1?}, {kills} kills in the first {killed_for:.1?}; {} unknown, of which {} had arrived",
        unknown.len(),
        unknown.intersection(&received).count()
    );
    assert!(command(&base, url, &["send", "--retry-unknown", "-q"]).status().unwrap().success());
    assert_eq!(ids(&base, "sent"), all);
    let taken = taker.taken();
    let again: BTreeSet<String> = taken.iter().map(|m| m["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(again, all, "after --retry-unknown everybody has it");
    assert_eq!(taken.len(), received.len() + unknown.len(), "only what was unknown was sent once more");
    taken
}

#[test]
fn mails_survive_twenty_kills() {
    let Some(python) = python::with("aiosmtpd") else { return };
    let folder = tempfile::tempdir().unwrap();
    let taker = Taker::start(&python, "mail_server.py", folder.path());
    let delivery =
        format!("send:\n  email: {{via: smtp, address: email, host: 127.0.0.1, port: {}, tls: none, from: \"市场部 <mkt@example.com>\"}}\n", taker.port);
    let taken = survive("email", &delivery, &taker, "");
    let read: Vec<&Value> = taken.iter().filter(|m| m["subject"].is_string()).collect();
    assert!(read.len() * 60 >= taken.len());
    for mail in read {
        let number = mail["to"].as_str().unwrap().trim_start_matches('l').trim_end_matches("@example.com").to_owned();
        assert_eq!((mail["name"].as_str(), mail["from"].as_str()), (Some(format!("李{number}").as_str()), Some("市场部")));
        assert_eq!(mail["subject"], "三分钟看懂：guide");
        assert_eq!(
            mail["plain"].as_str().unwrap().replace("\r\n", "\n").trim(),
            "王芳，您好：\n\n查看案例 (https://example.com/a)\n\n不想再收到？回复“退订”即可。"
        );
        assert!(mail["html"].as_str().unwrap().contains("<a href=\"https://example.com/a\">查看<strong>案例</strong></a>"), "{mail}");
    }
}

#[test]
fn web_messages_survive_twenty_kills() {
    let Some(python) = python::with("http.server") else { return };
    let folder = tempfile::tempdir().unwrap();
    let taker = Taker::start(&python, "web_server.py", folder.path());
    let delivery = "send:\n  im: {via: webhook, shape: json, address: email, url_env: SOP_TEST_URL}\n";
    let url = format!("http://127.0.0.1:{}/hook", taker.port);
    let taken = survive("im", delivery, &taker, &url);
    assert!(taken.iter().all(|m| m["subject"] == "三分钟看懂：guide"));
}
