//! Names of machines and addresses of links, as far as they decide what is safe.

use std::net::IpAddr;

/// Where a link in a message may lead.
const SCHEMES: [&str; 4] = ["http:", "https:", "mailto:", "tel:"];

/// Whether a mail program may follow a link. `javascript:` and `data:` would run something, others lead nowhere.
pub fn may_be_followed(url: &str) -> bool {
    let lower = url.trim_start().to_ascii_lowercase();
    let has_scheme = lower.split(['/', '?', '#']).next().is_some_and(|head| head.contains(':'));
    !has_scheme || SCHEMES.iter().any(|s| lower.starts_with(s))
}

/// Whether a server of this name is on this machine: nobody else can listen to what is said to it.
pub fn is_this_machine(host: &str) -> bool {
    let bare = host.trim().trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_run_something_are_not_followed() {
        for url in ["https://example.com/a?b=javascript:1", "HTTP://a", "mailto:a@example.com", "tel:+8613920417003", "/a/b:c", "#top", "", "example.com"] {
            assert!(may_be_followed(url), "{url}");
        }
        for url in
            ["javascript:alert(1)", " JavaScript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "weixin://dl"]
        {
            assert!(!may_be_followed(url), "{url}");
        }
    }

    #[test]
    fn only_this_machine_is_this_machine() {
        for host in ["localhost", "LocalHost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["localhost.example.com", "10.0.0.1", "0.0.0.0", "smtp.example.com", ""] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
