//! What subject alternative names a profile allows. Their syntax is checked before, under every profile,
//! by `request::check_san`.

use super::config::{SanKind, SanTable};
use super::san_limits::SanLimits;
use super::{PolicyViolation, ProfileError};
use crate::base::san::San;
use crate::base::text::Escaped;

/// Names per certificate; as many as a request may hold.
pub(super) const MAX_SANS: usize = 100;

/// What subject alternative names a profile allows.
#[derive(Debug)]
pub(super) struct SanRules {
    pub allowed: Vec<SanKind>,
    pub required: bool,
    pub allow_wildcard: bool,
    pub allow_underscore: bool,
    pub max_names: usize,
    pub limits: SanLimits,
}

impl SanRules {
    /// Reads `[san]`.
    ///
    /// # Errors
    /// [`ProfileError`] for limits that are none, or that no request could satisfy.
    pub(super) fn load(table: &SanTable) -> Result<Self, ProfileError> {
        if table.required && table.allowed.is_empty() {
            return Err(ProfileError::SanRequiredButNoneAllowed);
        }
        let mut allowed = Vec::new();
        for kind in &table.allowed {
            super::lists::push_new(&mut allowed, *kind, "san.allowed", word_of(*kind))?;
        }
        let max_names = table.max_names.unwrap_or(MAX_SANS);
        if !(1..=MAX_SANS).contains(&max_names) {
            return Err(ProfileError::MaxNames { found: max_names, limit: MAX_SANS });
        }
        Ok(Self {
            allowed,
            required: table.required,
            allow_wildcard: table.allow_wildcard,
            allow_underscore: table.allow_underscore,
            max_names,
            limits: SanLimits::load(table)?,
        })
    }

    /// Checks every name of `sans`.
    ///
    /// # Errors
    /// [`PolicyViolation`] names the first that is not allowed.
    pub(super) fn check(&self, sans: &[San]) -> Result<(), PolicyViolation> {
        use PolicyViolation as V;
        if sans.is_empty() && self.required {
            return Err(V::SansMissing { kinds: self.kinds() });
        }
        if sans.len() > self.max_names {
            return Err(V::TooManySans { count: sans.len(), limit: self.max_names });
        }
        for (index, san) in sans.iter().enumerate() {
            if !self.allowed.contains(&kind_of(san)) {
                return Err(V::SanKind { san: show(san), allowed: self.kinds() });
            }
            if sans[..index].iter().any(|earlier| earlier.is_same_name(san)) {
                return Err(V::DuplicateSan { san: show(san) });
            }
            if let San::Dns(name) = san {
                self.check_dns(san, name)?;
            }
            self.limits.check(san)?;
        }
        Ok(())
    }

    fn check_dns(&self, san: &San, name: &str) -> Result<(), PolicyViolation> {
        if name.starts_with("*.") && !self.allow_wildcard {
            return Err(PolicyViolation::Wildcard { san: show(san) });
        }
        if name.contains('_') && !self.allow_underscore {
            return Err(PolicyViolation::Underscore { san: show(san) });
        }
        Ok(())
    }

    fn kinds(&self) -> String {
        let words: Vec<&str> = self.allowed.iter().copied().map(word_of).collect();
        if words.is_empty() { "none".to_owned() } else { words.join(", ") }
    }
}

/// For messages.
pub(super) fn show(san: &San) -> String {
    Escaped(&san.to_string()).to_string()
}

fn kind_of(san: &San) -> SanKind {
    match san {
        San::Dns(_) => SanKind::Dns,
        San::Email(_) => SanKind::Email,
        San::Ip(_) => SanKind::Ip,
        San::Uri(_) => SanKind::Uri,
    }
}

pub(super) fn word_of(kind: SanKind) -> &'static str {
    match kind {
        SanKind::Dns => "dns",
        SanKind::Email => "email",
        SanKind::Ip => "ip",
        SanKind::Uri => "uri",
    }
}

/// The host of `scheme://[user@]host[:port]/…`; none when there is no authority.
pub(super) fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once(':')?;
    let authority = rest.strip_prefix("//")?;
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    let authority = authority.get(..end)?;
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host_and_port.starts_with('[') {
        let close = host_and_port.find(']')?;
        return host_and_port.get(..=close);
    }
    Some(host_and_port.split_once(':').map_or(host_and_port, |(host, _)| host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> SanRules {
        SanRules {
            allowed: vec![SanKind::Dns, SanKind::Ip, SanKind::Email, SanKind::Uri],
            required: true,
            allow_wildcard: true,
            allow_underscore: false,
            max_names: MAX_SANS,
            limits: SanLimits::default(),
        }
    }

    #[test]
    fn a_name_of_a_kind_that_is_not_listed_or_twice_or_missing_is_refused() {
        let only_dns = SanRules { allowed: vec![SanKind::Dns], ..rules() };
        let code = |rules: &SanRules, sans: &[&str]| {
            let sans: Vec<San> = sans.iter().map(|text| text.parse().unwrap()).collect();
            rules.check(&sans).unwrap_err().code()
        };
        assert_eq!(code(&only_dns, &["ip:10.0.0.1"]), "policy.san-kind");
        assert_eq!(code(&only_dns, &["dns:a.example", "dns:A.EXAMPLE"]), "policy.duplicate-san");
        assert_eq!(code(&only_dns, &[]), "policy.sans-missing");
        let no_wildcard = SanRules { allow_wildcard: false, ..rules() };
        assert_eq!(code(&no_wildcard, &["dns:*.example.com"]), "policy.wildcard");
        assert_eq!(code(&rules(), &["dns:my_host.example.com"]), "policy.underscore");
        let underscore = SanRules { allow_underscore: true, ..rules() };
        let names = ["dns:_tcp.example.com", "dns:*.example.com"].map(|it| it.parse().unwrap());
        assert!(underscore.check(&names).is_ok());
        let text = |rules: &SanRules, sans: &[San]| rules.check(sans).unwrap_err().to_string();
        let ip = "ip:10.0.0.1".parse::<San>().unwrap();
        let of_kind = "ip:10.0.0.1 is of a kind the profile does not allow, it allows";
        assert_eq!(text(&only_dns, std::slice::from_ref(&ip)), format!("{of_kind} dns"));
        let none = SanRules { allowed: vec![], ..rules() };
        assert_eq!(text(&none, &[ip]), format!("{of_kind} none"));
        assert!(text(&rules(), &[]).ends_with("at least one of dns, ip, email, uri"));
        let two = SanRules { max_names: 1, ..rules() };
        assert_eq!(code(&two, &["ip:10.0.0.1", "ip:10.0.0.2"]), "policy.too-many-sans");
    }
}
