//! What the environment holds for delivery.yaml: passwords, and addresses of the web. It is never printed.

use crate::deliver::{Secret, refused_url};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::rules::Sop;
use crate::rules::delivery::Via;

/// What an environment variable holds.
pub(super) fn variable(name: &str) -> Result<Secret, String> {
    value(name).map(Secret::new)
}

fn value(name: &str) -> Result<String, String> {
    match std::env::var(name) {
        Ok(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Ok(_) => Err(format!("the environment variable {name} is empty")),
        Err(std::env::VarError::NotPresent) => Err(format!("the environment variable {name} is not set")),
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("the environment variable {name} is not UTF-8")),
    }
}

/// Addresses of the web that `send` would refuse, as far as they are known here: another machine may be the one that sends.
pub fn check_addresses(sop: &Sop) -> Diagnostics {
    let media = sop.delivery.media.iter().filter_map(|m| if let Via::Webhook(hook) = &m.via { Some(hook) } else { None });
    let hooks = media.chain(sop.delivery.notify.iter().filter_map(|n| n.webhook.as_ref()));
    let problem = |hook: &crate::rules::delivery::Webhook| {
        let why = refused_url(&value(&hook.url_env).ok()?)?;
        let help = format!("put an address that begins with https:// into {}; add `ca_file:` if your own company signed its certificate", hook.url_env);
        Some(Diagnostic::new(Code::BadValue, hook.url_at, format!("{}: {why}", hook.url_env)).help(help))
    };
    Diagnostics(hooks.filter_map(problem).collect())
}
