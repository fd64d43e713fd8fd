//! Mails and requests over TLS, to servers that nobody in this project wrote (Python's aiosmtpd, which `.ci/run` installs, and its
//! http.server) with a certificate that openssl makes for the occasion: what is protected arrives as it was written, and what cannot be
//! protected does not leave.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // a test may stop anywhere, and says aloud what it skips

mod base;
mod post;
mod python;

use base::{Base, Run};
use post::{NOON, leads, message, notice, put};
use serde_json::Value;
use sop::model::Instant;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const LEADS: &str = "姓名,邮箱,手机,负责人\n王芳,fang@example.com,13920417003,张伟\n李雷,lei@example.com,13920417040,张伟\n";

/// An interpreter with aiosmtpd, where there is openssl, too; or nothing said aloud.
fn python() -> Option<PathBuf> {
    let found = python::with("aiosmtpd, ssl")?;
    let has = Command::new("openssl").arg("version").output().is_ok_and(|o| o.status.success());
    if !has {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI=true and no openssl");
        eprintln!("skipped: no openssl");
    }
    has.then_some(found)
}

fn openssl(folder: &Path, line: &str) {
    let made = Command::new("openssl").args(line.split(' ')).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "openssl {line}\n{}", String::from_utf8_lossy(&made.stderr));
}

/// An authority of its own (`ca.pem`) and a certificate that it signed for these names (`server.pem`, `server.key`).
fn certificate(folder: &Path, names: &str) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(
        folder,
        &format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=nobody-{} -addext keyUsage=critical,keyCertSign", names.replace(':', "-")),
    );
    openssl(folder, &format!("req -new {key} -keyout server.key -out server.csr -subj /CN=server"));
    fs::write(folder.join("names.cnf"), format!("subjectAltName={names}\n")).unwrap();
    openssl(folder, "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out server.pem -extfile names.cnf");
}

struct Server {
    child: Child,
    port: String,
    folder: tempfile::TempDir,
}

impl Server {
    fn start(python: &Path, mode: &str, names: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        certificate(folder.path(), names);
        let script = if mode == "web" { "tests/tls/web.py" } else { "tests/tls/server.py" };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
        let mut command = Command::new(python);
        command.arg(script).args(["heard.jsonl", mode, "server.pem", "server.key"]).current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { child, port: port.trim().to_owned(), folder }
    }

    fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("heard.jsonl")).unwrap_or_default();
        text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    /// What the server was told of a login or a mail.
    fn heard(&self) -> Vec<String> {
        self.lines().iter().filter_map(|l| Some(l["heard"].as_str()?.to_owned())).collect()
    }

    fn mails(&self) -> Vec<Value> {
        self.lines().into_iter().filter(|l| l["to"].is_string()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A base with two mails that are due, whose company's authority lies in the workspace as `ca.pem`.
fn world(server: &Server, tls: &str, more: &str) -> Base {
    let base = Base::new();
    rules(&base, server, tls, more);
    fs::copy(server.folder.path().join("ca.pem"), base.path().join("ca.pem")).unwrap();
    leads(&base, LEADS);
    put(&base, &[message(1, "email", "guide"), message(2, "email", "guide")], &[]);
    base
}

fn rules(base: &Base, server: &Server, tls: &str, more: &str) {
    let smtp = format!("via: smtp, address: email, host: 127.0.0.1, port: {}, tls: {tls}, from: \"市场部 <mkt@example.com>\"", server.port);
    let login = "username: mkt, password_env: SOP_TEST_PASSWORD";
    base.write("sops/delivery.yaml", format!("send:\n  email: {{{smtp}, {login}{more}}}\n"));
}

fn send(base: &Base, password: &str) -> Run {
    let at = Instant(NOON).rfc3339();
    let args = ["send", "--as-of", &at];
    Run { line: args.join(" "), output: base.command(&args).env("SOP_TEST_PASSWORD", password).output().unwrap() }
}

/// Both mails are where they were, and no attempt was counted.
#[track_caller]
fn nothing_left(base: &Base, server: &Server) {
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'queued' AND attempts = 0"), 2);
    assert_eq!(server.heard(), Vec::<String>::new(), "neither the password nor a mail was said to a server that is not trusted");
}

#[test]
fn mails_arrive_protected_both_ways_with_the_login() {
    let Some(python) = python() else { return };
    for tls in ["starttls", "tls"] {
        let server = Server::start(&python, tls, "IP:127.0.0.1");
        let base = world(&server, tls, ", ca_file: ca.pem");
        let run = send(&base, "geheim").ok();
        assert!(!run.said().contains("geheim"), "{}", run.said());
        assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'sent'"), 2, "{tls}");
        assert_eq!(server.heard(), ["AUTH", "MAIL", "MAIL"], "{tls}: one login for both");
        assert!(server.lines().iter().all(|l| l["protected"] == true), "{tls}: {:?}", server.lines());
        let mails = server.mails();
        assert_eq!((mails[0]["to"].as_str(), mails[0]["name"].as_str()), (Some("fang@example.com"), Some("王芳")), "{tls}");
        assert_eq!(mails[1]["subject"], "三分钟看懂：guide", "{tls}");
        assert!(mails[1]["plain"].as_str().unwrap().contains("查看案例 (https://example.com/a)"), "{tls}: {:?}", mails[1]);
    }
}

#[test]
fn a_server_that_nobody_vouches_for_gets_nothing() {
    let Some(python) = python() else { return };
    for tls in ["starttls", "tls"] {
        let server = Server::start(&python, tls, "IP:127.0.0.1");
        let base = world(&server, tls, "");
        let run = send(&base, "geheim").ends(7);
        assert!(run.said().contains("nobody trusts who signed its certificate") && run.said().contains("ca_file"), "{}", run.said());
        nothing_left(&base, &server);
        // The company's own authority named, they leave.
        rules(&base, &server, tls, ", ca_file: ca.pem");
        send(&base, "geheim").ok();
        assert_eq!(server.mails().len(), 2, "{tls}");
    }
    // The right authority, and the name of another machine.
    let server = Server::start(&python, "starttls", "DNS:mail.example.com");
    let base = world(&server, "starttls", ", ca_file: ca.pem");
    let run = send(&base, "geheim").ends(7);
    assert!(run.said().contains("the name that its certificate is for"), "{}", run.said());
    nothing_left(&base, &server);
}

#[test]
fn nothing_is_said_in_the_open_where_protection_was_asked_for() {
    let Some(python) = python() else { return };
    let server = Server::start(&python, "open", "IP:127.0.0.1");
    let base = world(&server, "starttls", ", ca_file: ca.pem");
    let run = send(&base, "geheim").ends(7);
    assert!(run.said().contains("the server offers no STARTTLS"), "{}", run.said());
    nothing_left(&base, &server);
    rules(&base, &server, "tls", ", ca_file: ca.pem");
    let run = send(&base, "geheim").ends(7);
    assert!(run.said().contains("2 more wait") || run.said().contains("2 wait"), "{}", run.said());
    nothing_left(&base, &server);
}

#[test]
fn a_wrong_password_over_tls_and_a_broken_authority_are_told() {
    let Some(python) = python() else { return };
    let server = Server::start(&python, "starttls", "IP:127.0.0.1");
    let base = world(&server, "starttls", ", ca_file: ca.pem");
    let run = send(&base, "falsch").ends(7);
    assert!(run.said().contains("the login was refused: 535") && !run.said().contains("falsch"), "{}", run.said());
    assert_eq!((server.heard(), base.number("SELECT sum(attempts) FROM messages")), (vec!["AUTH".to_owned()], 0));
    for (text, words) in [(None, "cannot be read"), (Some("no certificate"), "holds no certificate")] {
        match text {
            None => fs::remove_file(base.path().join("ca.pem")).unwrap(),
            Some(text) => drop(base.write("ca.pem", text)),
        }
        let run = send(&base, "geheim").ends(7);
        assert!(run.said().contains("ca_file") && run.said().contains(words), "{}", run.said());
    }
    assert_eq!(server.heard().len(), 1);
    rules(&base, &server, "starttls", ", ca_file: ../ca.pem");
    send(&base, "geheim").refused(3, &["is no file of this workspace"]);
}

/// A base with two messages and a notice that go to a web address.
fn world_of_web(server: &Server, more: &str) -> Base {
    let base = Base::new();
    web_rules(&base, more);
    fs::copy(server.folder.path().join("ca.pem"), base.path().join("ca.pem")).unwrap();
    leads(&base, LEADS);
    put(&base, &[message(1, "im", "guide"), message(2, "im", "guide")], &[notice(1, "zhang.wei")]);
    base
}

fn web_rules(base: &Base, more: &str) {
    let hook = format!("via: webhook, shape: json, url_env: SOP_TEST_URL{more}");
    base.write("sops/delivery.yaml", format!("send:\n  im: {{{hook}, address: email}}\nnotify:\n  robot: {{{hook}}}\n"));
}

fn post_to(base: &Base, url: &str, verb: &[&str]) -> Run {
    let at = Instant(NOON).rfc3339();
    let args = [verb, &["--as-of", &at]].concat();
    let mut command = base.command(&args);
    command.env("SOP_TEST_URL", url).env("NO_PROXY", "*").env_remove("ALL_PROXY").env_remove("all_proxy").env_remove("HTTPS_PROXY").env_remove("https_proxy");
    Run { line: args.join(" "), output: command.output().unwrap() }
}

#[test]
fn a_web_address_whose_company_vouches_for_itself_is_posted_to() {
    let Some(python) = python() else { return };
    let server = Server::start(&python, "web", "IP:127.0.0.1");
    let url = format!("https://127.0.0.1:{}/hook?key=geheim", server.port);
    let base = world_of_web(&server, ", ca_file: ca.pem");
    let run = post_to(&base, &url, &["send"]).ok();
    assert!(!run.said().contains("geheim"), "{}", run.said());
    assert_eq!(base.texts("SELECT DISTINCT state FROM messages UNION SELECT DISTINCT state FROM notices"), ["sent"]);
    let told: Vec<String> = server.lines().iter().map(|l| l["body"]["to"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(["fang@example.com", "lei@example.com", "zhang.wei"].iter().all(|to| told.iter().any(|t| t == to)), "{told:?}");
}

#[test]
fn a_web_address_that_nobody_vouches_for_hears_nothing() {
    let Some(python) = python() else { return };
    let server = Server::start(&python, "web", "IP:127.0.0.1");
    let url = format!("https://127.0.0.1:{}/hook?key=geheim", server.port);
    let base = world_of_web(&server, "");
    let run = post_to(&base, &url, &["send"]).ends(7);
    assert!(run.said().contains("nobody trusts who signed its certificate") && run.said().contains("ca_file"), "{}", run.said());
    let nothing_left = |base: &Base, server: &Server| {
        assert_eq!(base.texts("SELECT DISTINCT state FROM messages UNION SELECT DISTINCT state FROM notices"), ["queued"]);
        assert_eq!(server.heard(), Vec::<String>::new());
    };
    nothing_left(&base, &server);
    // An authority that has nothing to do with it.
    let other = Server::start(&python, "web", "DNS:im.example.com");
    let strange = world_of_web(&other, ", ca_file: ca.pem");
    let run = post_to(&strange, &url, &["send"]).ends(7);
    assert!(run.said().contains("nobody trusts who signed its certificate"), "{}", run.said());
    nothing_left(&strange, &server);
    // The right authority, and the name of another machine.
    let run = post_to(&world_of_web(&other, ", ca_file: ca.pem"), &url.replace(&server.port, &other.port), &["send"]).ends(7);
    assert!(run.said().contains("the machine that its certificate is for") && !run.said().contains("geheim"), "{}", run.said());
    assert_eq!(other.heard(), Vec::<String>::new());
    // No certificate in the file at all.
    let broken = world_of_web(&server, ", ca_file: ca.pem");
    broken.write("ca.pem", "no certificate");
    assert!(post_to(&broken, &url, &["send"]).ends(7).said().contains("holds no certificate"));
    nothing_left(&broken, &server);
}

#[test]
fn without_tls_only_this_machine_is_posted_to_and_check_says_so() {
    let base = Base::with(&[("sops/content/a.md", "---\nmedium: im\npurpose: service\n---\nhello\n")]);
    web_rules(&base, "");
    leads(&base, LEADS);
    put(&base, &[message(1, "im", "guide")], &[]);
    let url = "http://im.example.com/hook?key=geheim";
    let told = post_to(&base, url, &["check"]).ends(1);
    let said = told.said();
    assert!(said.contains("delivery.yaml:2:44") && said.contains("delivery.yaml:4:47"), "{said}");
    assert!(said.contains("only for a server on this machine") && said.contains("`im.example.com`") && said.contains("begins with https://"), "{said}");
    assert!(!said.contains("geheim"), "{said}");
    let run = post_to(&base, url, &["send"]).ends(7);
    assert!(run.said().contains("only for a server on this machine") && !run.said().contains("geheim"), "{}", run.said());
    assert_eq!(base.texts("SELECT state || ' ' || attempts FROM messages"), ["queued 0"], "no attempt was made");
    for fine in ["http://127.0.0.1:8080/hook", "https://im.example.com/hook", ""] {
        assert!(!post_to(&base, fine, &["check"]).said().contains("SOP_TEST_URL"), "{fine}");
    }
}
