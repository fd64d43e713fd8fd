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

/// Why nothing is said unprotected to a server of this name; `None` = it is on this machine. `how`: what the file says; `what` would be read.
pub fn not_in_the_open(how: &str, host: &str, what: &str) -> Option<String> {
    let told = || format!("`{how}` is only for a server on this machine, and `{host}` is another: {what} would go in the open");
    (!is_this_machine(host)).then(told)
}

/// The machine that an address of the web without TLS names; `None` for any other address.
pub fn unprotected_host(url: &str) -> Option<&str> {
    let rest = url.trim_start().split_at_checked(7).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("http://"))?.1;
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    Some(match host.split_once(']') {
        Some((address, _)) if host.starts_with('[') => address.trim_start_matches('['),
        _ => host.split(':').next().unwrap_or_default(),
    })
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
    fn an_address_without_tls_says_to_whom_it_speaks() {
        for (url, host) in [
            ("http://127.0.0.1:8080/hook?key=1", "127.0.0.1"),
            ("HTTP://LocalHost", "LocalHost"),
            ("http://[::1]:80/", "::1"),
            ("http://127.0.0.1@example.com/", "example.com"),
            ("http://localhost:80@example.com:81?a=@127.0.0.1", "example.com"),
            ("http://example.com#@localhost", "example.com"),
            ("http://", ""),
        ] {
            assert_eq!(unprotected_host(url), Some(host), "{url}");
        }
        for url in ["https://example.com", "example.com", "http:/a", "", "字字字"] {
            assert_eq!(unprotected_host(url), None, "{url}");
        }
        assert_eq!(not_in_the_open("http://", "::1", "it"), None);
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
