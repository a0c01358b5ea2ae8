//! What a certificate says about where its revocation and its issuer are found: the pointers of an
//! issuer, and those of one certificate.

use std::fmt;

/// What stands for the shard in the URI of a CRL.
pub const SHARD: &str = "{shard}";

/// Which certificates a CRL lists (RFC 5280 §5.2.5).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum CrlScope {
    /// All of the issuer's.
    #[default]
    All,
    /// Those that are no CA certificates: onlyContainsUserCerts.
    User,
    /// CA certificates: onlyContainsCACerts.
    Ca,
}

/// What the certificates of an issuer point to. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuerPointers {
    /// Where its CRLs are.
    pub crl: Option<CrlPoints>,
    /// The URI of its OCSP responder.
    pub ocsp: Option<String>,
    /// The URI of its own certificate.
    pub ca_issuers: Option<String>,
}

/// Where the CRLs of an issuer are: one, or one for each shard of its serial numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlPoints {
    /// The URI, with [`SHARD`] once if there are several.
    pub url: String,
    /// The URI of the delta CRL, likewise.
    pub delta_url: Option<String>,
    /// How many; 0 counts as 1.
    pub shards: u32,
    /// Which certificates they list.
    pub scope: CrlScope,
}

/// What one certificate points to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointers {
    /// The CRL that would list it.
    pub crl: Option<String>,
    /// The delta CRL to that.
    pub delta_crl: Option<String>,
    /// Which certificates that CRL lists.
    pub scope: CrlScope,
    /// The OCSP responder that knows it.
    pub ocsp: Option<String>,
    /// The certificate of its issuer.
    pub ca_issuers: Option<String>,
}

impl IssuerPointers {
    /// The pointers of the certificate with this serial number, the content octets of its INTEGER.
    pub fn of(&self, serial: &[u8]) -> Pointers {
        let crl = self.crl.as_ref().map(|points| (points, points.shard_of(serial)));
        Pointers {
            crl: crl.map(|(points, shard)| points.url_of(shard)),
            delta_crl: crl.and_then(|(points, shard)| points.delta_url_of(shard)),
            scope: crl.map(|(points, _)| points.scope).unwrap_or_default(),
            ocsp: self.ocsp.clone(),
            ca_issuers: self.ca_issuers.clone(),
        }
    }
}

impl CrlPoints {
    /// The shard, from 0, of a serial number (the content octets of its INTEGER): the unsigned number
    /// modulo the count of shards. It never changes for as long as the count does not.
    pub fn shard_of(&self, serial: &[u8]) -> u32 {
        let shards = u64::from(self.shards.max(1));
        let rest =
            serial.iter().fold(0_u64, |rest, octet| (rest << 8 | u64::from(*octet)) % shards);
        // Below `shards`, which is an u32.
        u32::try_from(rest).unwrap_or_default()
    }

    /// The URI of the CRL of a shard.
    pub fn url_of(&self, shard: u32) -> String {
        self.url.replace(SHARD, &shard.to_string())
    }

    /// The URI of the delta CRL of a shard, if there are delta CRLs.
    pub fn delta_url_of(&self, shard: u32) -> Option<String> {
        self.delta_url.as_ref().map(|url| url.replace(SHARD, &shard.to_string()))
    }
}

/// The word of the settings.
impl fmt::Display for CrlScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::User => "user",
            Self::Ca => "ca",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(shards: u32) -> CrlPoints {
        CrlPoints {
            url: "http://crl.example.com/a-{shard}.crl".to_owned(),
            delta_url: None,
            shards,
            scope: CrlScope::User,
        }
    }

    #[test]
    fn the_shard_is_the_unsigned_number_modulo_the_count() {
        let numbers: [u128; 6] = [0, 1, 7, 1023, 1024, u128::MAX];
        for shards in [1_u32, 2, 3, 8, 1000, 1024] {
            for number in numbers {
                let shard = points(shards).shard_of(&number.to_be_bytes());
                assert_eq!(u128::from(shard), number % u128::from(shards), "{number} {shards}");
            }
        }
        // 2^136 - 1, more than any integer of ours holds: 2^136 = 1 modulo 255 and modulo 3.
        assert_eq!(points(255).shard_of(&[0xff; 17]), 0);
        assert_eq!(points(3).shard_of(&[0xff; 17]), 0);
        // A zero in front, as of a number whose first bit is set, changes nothing.
        assert_eq!(points(7).shard_of(&[0, 0xfe]), points(7).shard_of(&[0xfe]));
        assert_eq!(points(8).shard_of(&[]), 0);
        assert_eq!(points(0).shard_of(&[9]), 0);
    }

    #[test]
    fn a_certificate_gets_the_uris_of_its_own_shard() {
        let delta_url = Some("http://crl.example.com/{shard}/delta.crl".to_owned());
        let issuer = IssuerPointers {
            crl: Some(CrlPoints { delta_url, ..points(8) }),
            ocsp: Some("http://ocsp.example.com".to_owned()),
            ca_issuers: None,
        };
        let found = issuer.of(&[1, 13]);
        assert_eq!(found.crl.as_deref(), Some("http://crl.example.com/a-5.crl"));
        assert_eq!(found.delta_crl.as_deref(), Some("http://crl.example.com/5/delta.crl"));
        assert_eq!(found.ocsp.as_deref(), Some("http://ocsp.example.com"));
        assert_eq!((found.ca_issuers, found.scope), (None, CrlScope::User));
        assert_eq!(IssuerPointers::default().of(&[1]), Pointers::default());
    }
}
