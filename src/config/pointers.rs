//! `issuer.toml`, `[crl]`, `[ocsp]` and `[aia]`: how an issuer's revocation is published, and what its
//! new certificates say about that.

use super::settings::quoted;
use crate::base::duration;
use crate::base::pointers::{CrlPoints, CrlScope, IssuerPointers, SHARD};
use crate::base::san::San;
use crate::base::validity::DAY;
use crate::request::{self, RequestError};

/// The most CRLs that one issuer is split into.
pub const MAX_SHARDS: u32 = 1024;

/// Ten years: what lives longer is not renewed by anybody who knows why.
const MAX_LIFETIME: u64 = 3653 * DAY;

/// `[crl]`: the revocation lists of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlSettings {
    /// Where relying parties fetch it, `http://…`; with [`SHARD`] in it once when there are several.
    /// None: certificates have no CRL distribution point, and the issuer has one complete CRL.
    pub url: Option<String>,
    /// Into how many CRLs the issuer's serial numbers are split, 1 to [`MAX_SHARDS`].
    pub shards: u32,
    /// Where the delta CRL is fetched, likewise; only with `url`.
    pub delta_url: Option<String>,
    /// Seconds from thisUpdate to nextUpdate.
    pub lifetime: u64,
    /// How many seconds before nextUpdate the next one is due; less than `lifetime`.
    pub overlap: u64,
    /// Which certificates it lists.
    pub scope: CrlScope,
}

/// `[ocsp]`: the OCSP responder of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspSettings {
    /// Where relying parties ask, `http://…`. None: certificates do not name it.
    pub url: Option<String>,
    /// Seconds from thisUpdate to nextUpdate of an answer.
    pub lifetime: u64,
}

/// `[crl]` as written.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct CrlTable {
    url: Option<String>,
    shards: Option<u32>,
    delta_url: Option<String>,
    lifetime: Option<String>,
    overlap: Option<String>,
    scope: CrlScope,
}

/// `[ocsp]` as written.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct OcspTable {
    url: Option<String>,
    lifetime: Option<String>,
}

/// `[aia]` as written.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct AiaTable {
    ca_issuers: Option<String>,
}

/// A value that cannot be used.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) key: &'static str,
    pub(super) found: String,
    pub(super) expected: String,
}

impl CrlSettings {
    /// What holds without a `[crl]` table. A root is not at hand every week: its CRL lives for twelve
    /// months (CA/Browser Forum BR 4.9.7) less a fortnight to hold the ceremony in.
    pub fn usual(is_root: bool) -> Self {
        let lifetime = if is_root { 351 * DAY } else { 7 * DAY };
        Self {
            url: None,
            shards: 1,
            delta_url: None,
            lifetime,
            overlap: usual_overlap(lifetime),
            scope: CrlScope::All,
        }
    }

    /// Where the CRLs are, if certificates point to any.
    pub fn points(&self) -> Option<CrlPoints> {
        Some(CrlPoints {
            url: self.url.clone()?,
            delta_url: self.delta_url.clone(),
            shards: self.shards,
            scope: self.scope,
        })
    }

    /// Judges what is written.
    pub(super) fn read(table: CrlTable, is_root: bool) -> Result<Self, Wrong> {
        let usual = Self::usual(is_root);
        let shards = table.shards.unwrap_or(usual.shards);
        if shards == 0 || shards > MAX_SHARDS {
            let expected = format!("1 to {MAX_SHARDS}");
            return Err(Wrong { key: "crl.shards", found: shards.to_string(), expected });
        }
        if table.url.is_none() && (shards > 1 || table.delta_url.is_some()) {
            let expected = "a URL, as shards or delta-url are set".to_owned();
            return Err(Wrong { key: "crl.url", found: String::new(), expected });
        }
        if let Some(url) = &table.url {
            check_sharded("crl.url", url, shards)?;
        }
        if let Some(delta) = &table.delta_url {
            check_sharded("crl.delta-url", delta, shards)?;
            if table.url.as_ref() == Some(delta) {
                let expected = "another URL than crl.url".to_owned();
                return Err(Wrong { key: "crl.delta-url", found: delta.clone(), expected });
            }
        }
        let lifetime = lifetime("crl.lifetime", table.lifetime.as_deref(), usual.lifetime)?;
        let overlap = match &table.overlap {
            None => usual_overlap(lifetime),
            Some(text) => match seconds("crl.overlap", text)? {
                overlap if overlap < lifetime => overlap,
                _ => {
                    let expected = format!("less than the lifetime, {}", duration::shown(lifetime));
                    return Err(Wrong { key: "crl.overlap", found: text.clone(), expected });
                }
            },
        };
        let (url, delta_url) = (table.url, table.delta_url);
        Ok(Self { url, shards, delta_url, lifetime, overlap, scope: table.scope })
    }
}

impl OcspSettings {
    /// Judges what is written.
    pub(super) fn read(table: OcspTable) -> Result<Self, Wrong> {
        if let Some(url) = &table.url {
            check_url("ocsp.url", url, url)?;
        }
        let usual = Self::default().lifetime;
        let lifetime = lifetime("ocsp.lifetime", table.lifetime.as_deref(), usual)?;
        Ok(Self { url: table.url, lifetime })
    }
}

/// What holds without an `[ocsp]` table.
impl Default for OcspSettings {
    fn default() -> Self {
        Self { url: None, lifetime: 4 * DAY }
    }
}

/// Judges what is written in `[aia]`: the URI of the issuer's certificate.
pub(super) fn ca_issuers(table: AiaTable) -> Result<Option<String>, Wrong> {
    if let Some(url) = &table.ca_issuers {
        check_url("aia.ca-issuers", url, url)?;
    }
    Ok(table.ca_issuers)
}

/// What the certificates of an issuer with these settings point to.
pub(super) fn pointers(
    crl: &CrlSettings,
    ocsp: &OcspSettings,
    ca_issuers: Option<&String>,
) -> IssuerPointers {
    IssuerPointers { crl: crl.points(), ocsp: ocsp.url.clone(), ca_issuers: ca_issuers.cloned() }
}

/// The three tables as text; what is as usual is a comment.
pub(super) fn render(
    name: &str,
    is_root: bool,
    crl: &CrlSettings,
    ocsp: &OcspSettings,
    ca_issuers: Option<&String>,
) -> String {
    let line = |key: &str, value: String, is_set: bool| {
        format!("{}{key} = {value}\n", if is_set { "" } else { "# " })
    };
    let url = |key: &str, url: Option<&String>, example: String| {
        line(key, quoted(url.unwrap_or(&example)), url.is_some())
    };
    let time = |key: &str, seconds: u64, usual: u64| {
        line(key, quoted(&duration::shown(seconds)), seconds != usual)
    };
    let usual = CrlSettings::usual(is_root);
    [
        "# What new certificates say about revocation, under profiles with `[revocation] pointers`: \
         http only.\n[crl]\n"
            .to_owned(),
        url("url", crl.url.as_ref(), format!("http://crl.example.com/{name}.crl")),
        "# Several CRLs, by serial number: then {shard} must be in the URLs once.\n".to_owned(),
        line("shards", crl.shards.to_string(), crl.shards != usual.shards),
        url("delta-url", crl.delta_url.as_ref(), format!("http://crl.example.com/{name}-delta.crl")),
        "# From thisUpdate to nextUpdate, and how long before that the next one is due.\n".to_owned(),
        time("lifetime", crl.lifetime, usual.lifetime),
        time("overlap", crl.overlap, usual_overlap(crl.lifetime)),
        "# Which certificates it lists: all, user, ca.\n".to_owned(),
        line("scope", quoted(&crl.scope.to_string()), crl.scope != usual.scope),
        "\n[ocsp]\n".to_owned(),
        url("url", ocsp.url.as_ref(), "http://ocsp.example.com".to_owned()),
        time("lifetime", ocsp.lifetime, OcspSettings::default().lifetime),
        "\n[aia]\n# Where this issuer's own certificate is fetched, DER.\n".to_owned(),
        url("ca-issuers", ca_issuers, format!("http://ca.example.com/{name}.cer")),
    ]
    .concat()
}

/// A quarter of the lifetime: time to notice that nobody made the next one.
fn usual_overlap(lifetime: u64) -> u64 {
    lifetime / 4
}

fn lifetime(key: &'static str, text: Option<&str>, usual: u64) -> Result<u64, Wrong> {
    let Some(text) = text else { return Ok(usual) };
    match seconds(key, text)? {
        seconds if seconds <= MAX_LIFETIME => Ok(seconds),
        _ => {
            let expected = format!("at most {}", duration::shown(MAX_LIFETIME));
            Err(Wrong { key, found: text.to_owned(), expected })
        }
    }
}

fn seconds(key: &'static str, text: &str) -> Result<u64, Wrong> {
    duration::parse(text).map_err(|_| {
        let expected = "a whole number above 0 and one of s, m, h, d, w, such as 7d".to_owned();
        Wrong { key, found: text.to_owned(), expected }
    })
}

fn check_sharded(key: &'static str, url: &str, shards: u32) -> Result<(), Wrong> {
    let count = url.matches(SHARD).count();
    // One CRL may be numbered too; several must be told apart.
    if count > 1 || (shards > 1 && count == 0) {
        let expected = format!("{SHARD} in it once, as there are {shards} shards");
        return Err(Wrong { key, found: url.to_owned(), expected });
    }
    check_url(key, url, &url.replace(SHARD, &(shards - 1).to_string()))
}

/// Judges `url`, which is `written` in the settings.
fn check_url(key: &'static str, written: &str, url: &str) -> Result<(), Wrong> {
    let wrong = |expected: String| Err(Wrong { key, found: written.to_owned(), expected });
    let Some((scheme, rest)) = url.split_once("://") else {
        return wrong("an absolute URL, http://HOST/…".to_owned());
    };
    if scheme != "http" {
        // RFC 5280 §8: whoever checks the server's certificate may need this very answer first.
        return wrong(match scheme {
            "https" => {
                "http://: over https the check would wait for itself (RFC 5280 §8); what is \
                        fetched is signed anyway"
                    .to_owned()
            }
            "ldap" | "ldaps" => {
                "http://: most software does not ask directories, and ldaps would wait for itself \
                 (RFC 5280 §8)"
                    .to_owned()
            }
            _ => "http://".to_owned(),
        });
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.is_empty() || authority.starts_with(':') {
        return wrong("a host behind http://".to_owned());
    }
    if authority.contains('@') {
        return wrong("no user or password: it is in every certificate".to_owned());
    }
    if rest.contains('#') {
        return wrong("no # in it: what follows is never sent to a server".to_owned());
    }
    match request::check_san(&San::Uri(url.to_owned())) {
        Ok(()) => Ok(()),
        Err(RequestError::San { fault, .. }) => wrong(format!("an absolute URL, but {fault}")),
        Err(other) => wrong(format!("an absolute URL, but {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crl(text: &str) -> Result<CrlSettings, Wrong> {
        CrlSettings::read(toml::from_str(text).unwrap(), false)
    }

    fn refusal(text: &str) -> String {
        let Wrong { key, expected, .. } = crl(text).unwrap_err();
        format!("{key}: {expected}")
    }

    #[test]
    fn without_a_table_a_crl_lives_a_week_and_that_of_a_root_almost_a_year() {
        let leaf = crl("").unwrap();
        assert_eq!(leaf, CrlSettings::usual(false));
        assert_eq!((leaf.lifetime, leaf.overlap, leaf.shards), (7 * DAY, 151_200, 1));
        assert!(leaf.points().is_none());
        let root = CrlSettings::read(CrlTable::default(), true).unwrap();
        assert_eq!((root.lifetime, root.overlap), (351 * DAY, 351 * DAY / 4));
        let ocsp = OcspSettings::read(OcspTable::default()).unwrap();
        assert_eq!((ocsp.lifetime, ocsp.url), (4 * DAY, None));
    }

    #[test]
    fn what_is_written_is_taken() {
        let read = crl("url = 'http://crl.example.com:8080/a-{shard}.crl'\nshards = 8\n\
             delta-url = 'http://crl.example.com/d/{shard}'\nlifetime = '36h'\noverlap = '2h'\n\
             scope = 'user'")
        .unwrap();
        assert_eq!((read.shards, read.lifetime, read.overlap), (8, 129_600, 7_200));
        assert_eq!(read.scope, CrlScope::User);
        let points = read.points().unwrap();
        assert_eq!(points.url_of(7), "http://crl.example.com:8080/a-7.crl");
        assert_eq!(points.delta_url_of(7).unwrap(), "http://crl.example.com/d/7");
        // The overlap follows a lifetime that is written.
        assert_eq!(crl("lifetime = '4h'").unwrap().overlap, 3_600);
        assert!(crl("url = 'http://192.0.2.1/a.crl'").is_ok());
        assert!(crl("url = 'http://[2001:db8::1]/a.crl'").is_ok());
    }

    #[test]
    fn a_url_that_relying_parties_could_not_use_refuses_with_the_reason() {
        for (url, words) in [
            ("https://crl.example.com/a.crl", "wait for itself (RFC 5280 §8)"),
            ("ldap://ldap.example.com/cn=a", "does not ask directories"),
            ("ftp://crl.example.com/a.crl", "http://"),
            ("HTTP://crl.example.com/a.crl", "http://"),
            ("crl.example.com/a.crl", "an absolute URL"),
            ("http:a.crl", "an absolute URL"),
            ("http:///a.crl", "a host behind"),
            ("http://:80/a.crl", "a host behind"),
            ("http://me:pw@crl.example.com/a.crl", "no user or password"),
            ("http://crl.example.com/a.crl#x", "no # in it"),
            ("http://crl..example.com/a.crl", "an absolute URL, but"),
            ("http://crl.example.com:x/a.crl", "its port is no number"),
            ("http://crl.example.com/a b.crl", "characters that a URI does not have"),
            ("http://crl.example.com/{name}.crl", "characters that a URI does not have"),
            ("http://crl.exämple.com/a.crl", "characters that a URI does not have"),
        ] {
            let found = refusal(&format!("url = '{url}'"));
            assert!(found.starts_with("crl.url: ") && found.contains(words), "{url}: {found}");
            let table = OcspTable { url: Some(url.to_owned()), lifetime: None };
            assert_eq!(OcspSettings::read(table).unwrap_err().key, "ocsp.url", "{url}");
            let table = AiaTable { ca_issuers: Some(url.to_owned()) };
            assert_eq!(ca_issuers(table).unwrap_err().key, "aia.ca-issuers", "{url}");
        }
    }

    #[test]
    fn shards_that_share_a_url_or_are_none_or_too_many_refuse() {
        let at = |file: &str| format!("url = 'http://crl.example.com/{file}'\n");
        for (text, words) in [
            (at("a.crl") + "shards = 8", "crl.url: {shard} in it once, as there are 8 shards"),
            (at("{shard}/{shard}.crl") + "shards = 8", "crl.url: {shard} in it once"),
            (at("{shard}/{shard}.crl"), "crl.url: {shard} in it once"),
            (at("{shard}.crl") + "shards = 0", "crl.shards: 1 to 1024"),
            (at("{shard}.crl") + "shards = 1025", "crl.shards: 1 to 1024"),
            ("shards = 2".to_owned(), "crl.url: a URL"),
            ("delta-url = 'http://crl.example.com/d.crl'".to_owned(), "crl.url: a URL"),
            (
                at("{shard}.crl") + "shards = 2\ndelta-url = 'http://crl.example.com/d.crl'",
                "crl.delta-url: {shard} in it once",
            ),
            (
                at("a.crl") + "delta-url = 'http://crl.example.com/a.crl'",
                "crl.delta-url: another URL",
            ),
        ] {
            assert!(refusal(&text).starts_with(words), "{text}: {}", refusal(&text));
        }
        assert_eq!(crl(&(at("{shard}.crl") + "shards = 1024")).unwrap().shards, 1024);
        let one = crl(&at("a-{shard}.crl")).unwrap().points().unwrap();
        assert_eq!(one.url_of(one.shard_of(&[9])), "http://crl.example.com/a-0.crl");
    }

    #[test]
    fn lifetimes_without_a_unit_too_long_or_shorter_than_their_overlap_refuse() {
        for (text, words) in [
            ("lifetime = '7'", "crl.lifetime: a whole number above 0 and one of s, m, h, d, w"),
            ("lifetime = '3654d'", "crl.lifetime: at most 3653d"),
            ("overlap = 'soon'", "crl.overlap: a whole number"),
            ("overlap = '7d'", "crl.overlap: less than the lifetime, 7d"),
            ("lifetime = '1h'\noverlap = '2h'", "crl.overlap: less than the lifetime, 1h"),
        ] {
            assert!(refusal(text).starts_with(words), "{text}: {}", refusal(text));
        }
        let table = OcspTable { url: None, lifetime: Some("0d".to_owned()) };
        assert_eq!(OcspSettings::read(table).unwrap_err().key, "ocsp.lifetime");
    }

    #[test]
    fn unknown_keys_and_words_refuse() {
        for wrong in ["uri = 'http://crl.example.com/a.crl'", "scope = 'users'", "shards = '8'"] {
            assert!(toml::from_str::<CrlTable>(wrong).is_err(), "{wrong}");
        }
        assert!(toml::from_str::<OcspTable>("nonce = true").is_err());
        assert!(toml::from_str::<AiaTable>("ocsp = 'http://ocsp.example.com'").is_err());
    }
}
