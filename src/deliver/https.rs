//! Requests to a web address: who is trusted, and whether anything of a request was said.
//!
//! The company's own authorities are trusted beside those that everybody trusts, as with mail servers. One client knows only one of
//! the two, so there are two; the second is asked where the first was told "nobody knows who signed this", before a byte of the request.

use super::spoken::Spoken;
use super::tls::authorities;
use std::time::Duration;
use ureq::http::Response;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, DefaultConnector};
use ureq::{Agent, Body, Error};

/// Whoever posts.
pub(super) struct Https {
    agent: Agent,
    /// Who trusts others, as long as nobody knows which of the two is right.
    other: Option<Agent>,
    spoken: Spoken,
}

impl Https {
    /// `patience`: how long connecting, and then the answer, may take. `ca`: more authorities (PEM). `direct`: through no proxy, since
    /// nothing protects what is said.
    pub(super) fn new(patience: Duration, ca: Option<&[u8]>, direct: bool) -> Result<Self, String> {
        let spoken = Spoken::default();
        let usual = agent(patience, RootCerts::WebPki, direct, &spoken);
        let Some(pem) = ca else { return Ok(Self { agent: usual, other: None, spoken }) };
        authorities(pem)?;
        let own: Vec<Certificate<'static>> = parse_pem(pem).filter_map(|item| if let Ok(PemItem::Certificate(c)) = item { Some(c) } else { None }).collect();
        Ok(Self { agent: agent(patience, own.into(), direct, &spoken), other: Some(usual), spoken })
    }

    /// Posts a body under the number of its letter, over a connection of its own.
    pub(super) fn post(&mut self, url: &str, number: &str, body: &str) -> Result<Response<Body>, Error> {
        let post = |agent: &Agent| {
            self.spoken.begin();
            let request = agent.post(url).header("Idempotency-Key", number).header("Connection", "close");
            request.content_type("application/json; charset=utf-8").send(body)
        };
        let answer = post(&self.agent);
        let is_strange = matches!(&answer, Err(e) if !self.spoken.has_begun() && e.to_string().contains("UnknownIssuer"));
        let Some(other) = self.other.as_ref().filter(|_| is_strange) else { return answer };
        let answer = post(other);
        if answer.is_ok() {
            self.agent = other.clone();
            self.other = None;
        }
        answer
    }

    /// Something of the last request may have arrived.
    pub(super) fn has_begun(&self) -> bool {
        self.spoken.has_begun()
    }
}

fn agent(patience: Duration, trusted: RootCerts, direct: bool, spoken: &Spoken) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_resolve(Some(patience))
        .timeout_connect(Some(patience))
        .timeout_send_request(Some(patience))
        .timeout_send_body(Some(patience))
        .timeout_recv_response(Some(patience))
        .timeout_recv_body(Some(patience))
        .max_idle_connections(0)
        .max_idle_connections_per_host(0)
        .tls_config(TlsConfig::builder().root_certs(trusted).build())
        .user_agent(concat!("sop/", env!("CARGO_PKG_VERSION")));
    let config = if direct { config.proxy(None) } else { config };
    Agent::with_parts(config.build(), DefaultConnector::default().chain(spoken.clone()), DefaultResolver::default())
}
