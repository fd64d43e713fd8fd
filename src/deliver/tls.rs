//! Who is trusted: the authorities that everybody trusts, and those of the company itself. And what to do when a certificate is not.

use lettre::transport::smtp::client::{Certificate, TlsParameters};

/// How a connection to a server is protected. `ca`: more authorities (PEM).
pub(super) fn parameters(host: &str, ca: Option<&[u8]>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = ca {
        let broken = || "`ca_file` holds no certificate: it is a PEM file with `-----BEGIN CERTIFICATE-----` lines".to_owned();
        if !pem.windows(MARK.len()).any(|w| w == MARK) {
            return Err(broken());
        }
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(|_| broken())?);
    }
    builder.build().map_err(|e| format!("TLS: {e}"))
}

const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// What to do about an error of TLS, after its own words.
pub(super) fn advice(told: &str) -> &'static str {
    let all = [
        ("UnknownIssuer", "; nobody trusts who signed its certificate. Is it your company's own authority? Name its certificate: `ca_file: company-ca.pem`"),
        ("not valid for", "; write the name that its certificate is for as `host:`"),
        ("NotValidForName", "; write the name that its certificate is for as `host:`"),
        ("Expired", "; whoever runs the server has to renew its certificate"),
        ("expired", "; whoever runs the server has to renew its certificate"),
        ("CaUsedAsEndEntity", "; its certificate is that of an authority: it needs one of its own, signed by that authority"),
        ("InvalidContentType", "; this port does not begin with TLS: write `tls: starttls`"),
    ];
    all.iter().find(|(word, _)| told.contains(word)).map_or("", |(_, advice)| advice)
}
