//! Who is trusted: the authorities that everybody trusts, and those of the company itself. And what to do when a certificate is not.

use lettre::transport::smtp::client::{Certificate, TlsParameters};

/// How a connection to a server is protected. `ca`: more authorities (PEM).
pub(super) fn parameters(host: &str, ca: Option<&[u8]>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = ca {
        builder = builder.add_root_certificate(authorities(pem)?);
    }
    builder.build().map_err(|e| format!("TLS: {e}"))
}

/// The certificates of a `ca_file`.
pub(super) fn authorities(pem: &[u8]) -> Result<Certificate, String> {
    let broken = || "`ca_file` holds no certificate: it is a PEM file with `-----BEGIN CERTIFICATE-----` lines".to_owned();
    if !pem.windows(MARK.len()).any(|w| w == MARK) {
        return Err(broken());
    }
    Certificate::from_pem(pem).map_err(|_| broken())
}

const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Where the name of a server stands, and what to do where it does not begin with TLS.
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) open: &'static str,
}

/// What to do about an error of TLS, after its own words.
pub(super) fn advice(told: &str, place: &Place) -> &'static str {
    let all = [
        ("UnknownIssuer", "; nobody trusts who signed its certificate. Is it your company's own authority? Name its certificate: `ca_file: company-ca.pem`"),
        ("BadSignature", "; another authority of the same name has signed its certificate: is `ca_file` the present one?"),
        ("not valid for", place.name),
        ("NotValidForName", place.name),
        ("Expired", "; whoever runs the server has to renew its certificate"),
        ("expired", "; whoever runs the server has to renew its certificate"),
        ("CaUsedAsEndEntity", "; its certificate is that of an authority: it needs one of its own, signed by that authority"),
        ("InvalidContentType", place.open),
    ];
    all.iter().find(|(word, _)| told.contains(word)).map_or("", |(_, advice)| advice)
}
