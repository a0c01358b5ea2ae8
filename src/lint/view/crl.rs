//! A CRL as rules read it. Entries are never collected: rules walk over them, so that a CRL of any
//! length costs no memory of its own. Of a long list several parts are walked over side by side.

use std::cell::OnceCell;
use std::panic::resume_unwind;
use std::thread;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::Tag;

use super::parts::{attributes, authority_key_id, extension_list, extensions, look_into};
use super::{
    AttributeView, ExtensionView, FinishedView, IssuerFacts, TimeView, UnreadableExtension,
    context, explicit,
};
use crate::base::element::{Element, Elements};
use crate::tbs::{Content as _, CrlPlan, Tbs};

/// From so many octets of entries on, threads are worth their start.
const LONG_LIST: usize = 1 << 20;

/// A TBSCertList (RFC 5280 §5.1), with what is known around it.
#[derive(Debug)]
pub(in crate::lint) struct CrlView<'a> {
    /// What the bytes should say, for a CRL of ours.
    pub plan: Option<&'a CrlPlan>,
    /// Who signs, when known.
    pub authority: Option<IssuerFacts<'a>>,
    /// The signature, when it is there already.
    pub finished: Option<FinishedView<'a>>,
    /// The whole TBSCertList.
    pub der: &'a [u8],
    /// Content of the version INTEGER; none for v1.
    pub version: Option<&'a [u8]>,
    /// The AlgorithmIdentifier.
    pub algorithm: &'a [u8],
    /// The Name.
    pub issuer: &'a [u8],
    /// The attributes of the issuer, all RDNs in a row.
    pub issuer_attributes: Vec<AttributeView<'a>>,
    pub this_update: TimeView<'a>,
    pub next_update: Option<TimeView<'a>>,
    /// revokedCertificates, in parts of whole entries; none when the field is absent.
    revoked: Option<Vec<Elements<'a>>>,
    /// Whether any entry has a certificateIssuer.
    names_issuers: bool,
    /// How many entries there are.
    pub entry_count: usize,
    pub extensions: Vec<ExtensionView<'a>>,
    /// Those whose value is not what their identifier promises; what follows is without them.
    pub unreadable: Vec<UnreadableExtension>,
    /// Content of the cRLNumber INTEGER.
    pub number: Option<&'a [u8]>,
    /// Content of the deltaCRLIndicator INTEGER: this is a delta CRL.
    pub base_number: Option<&'a [u8]>,
    /// keyIdentifier of the authority key identifier.
    pub authority_key_id: Option<&'a [u8]>,
    pub distribution_point: Option<IssuingDistributionPoint>,
}

/// What an IssuingDistributionPoint says (RFC 5280 §5.2.5).
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::lint) struct IssuingDistributionPoint {
    pub has_name: bool,
    pub only_user_certificates: bool,
    pub only_ca_certificates: bool,
    pub only_attribute_certificates: bool,
    pub has_reasons: bool,
    pub is_indirect: bool,
}

/// An entry of revokedCertificates.
#[derive(Clone, Debug)]
pub(in crate::lint) struct CrlEntry<'a> {
    /// Content of the serial number.
    pub serial: &'a [u8],
    date: Element<'a>,
    /// What it says, once a rule has asked.
    read_date: OnceCell<TimeView<'a>>,
    /// How many extensions it has.
    pub extension_count: usize,
    /// Whether any of them is critical.
    pub has_critical: bool,
    /// The reason code, if there is one: none inside for a value that is no ENUMERATED of one octet
    /// (RFC 5280 §5.3.1).
    pub reason: Option<Option<u8>>,
    /// Content of certificateIssuer (RFC 5280 §5.3.3).
    pub certificate_issuer: Option<&'a [u8]>,
    extensions: Option<Element<'a>>,
}

impl<'a> CrlEntry<'a> {
    fn read(reader: &mut Elements<'a>) -> der::Result<Self> {
        Self::of(Element::expect(reader, Tag::Sequence)?)
    }

    /// The next one of a list that was read without an error before.
    fn read_next(reader: &mut Elements<'a>) -> Option<Self> {
        if reader.is_finished() { None } else { Self::read(reader).ok() }
    }

    fn of(entry: Element<'a>) -> der::Result<Self> {
        let mut fields = entry.children()?;
        let serial = Element::expect(&mut fields, Tag::Integer)?.content;
        let mut entry = Self {
            serial,
            date: Element::next(&mut fields)?,
            read_date: OnceCell::new(),
            extension_count: 0,
            has_critical: false,
            reason: None,
            certificate_issuer: None,
            extensions: None,
        };
        if !fields.is_finished() {
            let list = Element::expect(&mut fields, Tag::Sequence)?;
            for extension in extension_list(list) {
                entry.look_into(extension?);
            }
            entry.extensions = Some(list);
        }
        fields.finish()?;
        Ok(entry)
    }

    fn look_into(&mut self, extension: ExtensionView<'a>) {
        self.extension_count += 1;
        self.has_critical |= extension.critical;
        match extension.oid {
            rfc5280::ID_CE_CRL_REASONS => {
                let reason = Element::only(extension.value, Tag::Enumerated);
                self.reason = Some(match reason.map(|reason| reason.content) {
                    Ok([code]) => Some(*code),
                    _ => None,
                });
            }
            rfc5280::ID_CE_CERTIFICATE_ISSUER => self.certificate_issuer = Some(extension.value),
            _ => {}
        }
    }

    /// revocationDate.
    pub(in crate::lint) fn date(&self) -> TimeView<'a> {
        *self.read_date.get_or_init(|| TimeView::read(self.date))
    }

    /// Its extensions.
    pub(in crate::lint) fn extensions(&self) -> impl Iterator<Item = ExtensionView<'a>> {
        // `read` went through all of them without an error.
        self.extensions.into_iter().flat_map(extension_list).map_while(Result::ok)
    }

    /// The extension with this identifier.
    pub(in crate::lint) fn extension(&self, oid: ObjectIdentifier) -> Option<ExtensionView<'a>> {
        self.extensions().find(|extension| extension.oid == oid)
    }

    /// The serial as it is shown.
    pub(in crate::lint) fn shown(&self) -> String {
        hex::encode(self.serial)
    }
}

impl<'a> CrlView<'a> {
    /// Reads the bytes to be signed.
    pub(in crate::lint) fn planned(tbs: &'a Tbs<CrlPlan>) -> der::Result<Self> {
        Self::of_plan(tbs.as_der(), tbs)
    }

    /// Reads a CRL of ours with its signature.
    pub(in crate::lint) fn issued(der: &'a [u8], linted: &'a Tbs<CrlPlan>) -> der::Result<Self> {
        let (tbs, finished) = FinishedView::read(der)?;
        Ok(Self { finished: Some(finished), ..Self::of_plan(tbs, linted)? })
    }

    /// Reads `der` against the plan of `tbs`.
    fn of_plan(der: &'a [u8], tbs: &'a Tbs<CrlPlan>) -> der::Result<Self> {
        let plan = tbs.plan();
        let authority = Some(IssuerFacts::of_authority(plan.authority()));
        Ok(Self { plan: Some(plan), authority, ..Self::read(der)? })
    }

    /// Reads a signed CRL, with its issuer if that is known.
    pub(in crate::lint) fn foreign(
        der: &'a [u8],
        authority: Option<IssuerFacts<'a>>,
    ) -> der::Result<Self> {
        let (tbs, finished) = FinishedView::read(der)?;
        Ok(Self { authority, finished: Some(finished), ..Self::read(tbs)? })
    }

    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut fields = Element::only(der, Tag::Sequence)?.children()?;
        let mut next = Element::next(&mut fields)?;
        let mut version = None;
        if next.tag == Tag::Integer {
            version = Some(next.content);
            next = Element::next(&mut fields)?;
        }
        next.tag.assert_eq(Tag::Sequence)?;
        let algorithm = next.raw;
        let issuer = Element::expect(&mut fields, Tag::Sequence)?;
        let this_update = Element::next(&mut fields)?;
        let mut view = Self {
            plan: None,
            authority: None,
            finished: None,
            der,
            version,
            algorithm,
            issuer: issuer.raw,
            issuer_attributes: attributes(issuer)?,
            this_update: TimeView::read(this_update),
            next_update: None,
            revoked: None,
            names_issuers: false,
            entry_count: 0,
            extensions: Vec::new(),
            unreadable: Vec::new(),
            number: None,
            base_number: None,
            authority_key_id: None,
            distribution_point: None,
        };
        // nextUpdate, revokedCertificates and crlExtensions, each optional, in this order.
        let mut place = 0;
        while !fields.is_finished() {
            let field = Element::next(&mut fields)?;
            let found = match field.tag {
                Tag::UtcTime | Tag::GeneralizedTime => 1,
                Tag::Sequence => 2,
                tag if tag == explicit(0) => 3,
                tag => return Err(tag.unexpected_error(None).into()),
            };
            if found <= place {
                return Err(field.tag.unexpected_error(None).into());
            }
            place = found;
            match found {
                1 => view.next_update = Some(TimeView::read(field)),
                2 => view.read_entries(field)?,
                _ => view.read_extensions(Element::only(field.content, Tag::Sequence)?)?,
            }
        }
        Ok(view)
    }

    /// Goes through all entries once, so that the rules meet only what can be read.
    fn read_entries(&mut self, list: Element<'a>) -> der::Result<()> {
        let (parts, count) = split(list.content)?;
        let names_issuers = side_by_side(&parts, |part| -> der::Result<bool> {
            let mut reader = part.clone();
            let mut names_issuers = false;
            while !reader.is_finished() {
                names_issuers |= CrlEntry::read(&mut reader)?.certificate_issuer.is_some();
            }
            Ok(names_issuers)
        });
        for names in names_issuers {
            self.names_issuers |= names?;
        }
        self.entry_count = count;
        self.revoked = Some(parts);
        Ok(())
    }

    fn read_extensions(&mut self, list: Element<'a>) -> der::Result<()> {
        let found = extensions(list)?;
        self.unreadable = look_into(&found, |extension| self.look_into(extension));
        self.extensions = found;
        Ok(())
    }

    fn look_into(&mut self, extension: ExtensionView<'a>) -> der::Result<()> {
        let value = extension.value;
        match extension.oid {
            rfc5280::ID_CE_CRL_NUMBER => {
                self.number = Some(Element::only(value, Tag::Integer)?.content);
            }
            rfc5280::ID_CE_DELTA_CRL_INDICATOR => {
                self.base_number = Some(Element::only(value, Tag::Integer)?.content);
            }
            rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_id = authority_key_id(value)?;
            }
            rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT => {
                self.distribution_point = Some(IssuingDistributionPoint::read(value)?);
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether revokedCertificates is there and empty.
    pub(in crate::lint) fn has_empty_list(&self) -> bool {
        self.revoked.is_some() && self.entry_count == 0
    }

    /// What `work` makes of each part of the entries, side by side, in their order.
    pub(in crate::lint) fn on_parts<T: Send>(
        &self,
        work: impl Fn(&mut dyn Iterator<Item = CrlEntry<'a>>) -> T + Sync,
    ) -> Vec<T> {
        let parts = self.revoked.as_deref().unwrap_or_default();
        side_by_side(parts, |part| {
            let mut reader = part.clone();
            work(&mut std::iter::from_fn(move || CrlEntry::read_next(&mut reader)))
        })
    }

    /// Which certificates the entries are about, one after the other: issuer and serial number. An
    /// entry without certificateIssuer has the issuer of the one before it.
    pub(in crate::lint) fn certificates(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let (mut issuer, names_issuers) = (self.issuer, self.names_issuers);
        let parts = self.revoked.iter().flatten().cloned();
        parts
            .flat_map(|mut part| std::iter::from_fn(move || Element::next(&mut part).ok()))
            .map_while(move |entry| {
                if names_issuers {
                    let entry = CrlEntry::of(entry).ok()?;
                    issuer = entry.certificate_issuer.unwrap_or(issuer);
                    return Some((issuer, entry.serial));
                }
                let serial = Element::next(&mut entry.children().ok()?).ok()?;
                Some((issuer, serial.content))
            })
    }

    /// The extension with this identifier.
    pub(in crate::lint) fn extension(&self, oid: ObjectIdentifier) -> Option<ExtensionView<'a>> {
        self.extensions.iter().copied().find(|extension| extension.oid == oid)
    }

    /// Whether this is a delta CRL (RFC 5280 §5.2.4).
    pub(in crate::lint) fn is_delta(&self) -> bool {
        self.extension(rfc5280::ID_CE_DELTA_CRL_INDICATOR).is_some()
    }
}

/// A list of entries in about as many parts as there are processors, and how many entries it has; a
/// short one is one part.
fn split(list: &[u8]) -> der::Result<(Vec<Elements<'_>>, usize)> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let most = if list.len() < LONG_LIST { list.len() } else { list.len().div_ceil(processors) };
    let (mut parts, mut count) = (Vec::new(), 0);
    let (mut reader, mut begin, mut end) = (Elements::new(list)?, 0, 0);
    while !reader.is_finished() {
        end += Element::next(&mut reader)?.raw.len();
        count += 1;
        if end - begin >= most {
            parts.push(Elements::new(list.get(begin..end).unwrap_or_default())?);
            begin = end;
        }
    }
    if begin < end {
        parts.push(Elements::new(list.get(begin..end).unwrap_or_default())?);
    }
    Ok((parts, count))
}

/// `work` on each part, all at the same time; what it gives, in their order.
fn side_by_side<P: Sync, T: Send>(parts: &[P], work: impl Fn(&P) -> T + Sync) -> Vec<T> {
    if let [only] = parts {
        return vec![work(only)];
    }
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = parts.iter().map(|part| scope.spawn(move || work(part))).collect();
        let ended = threads.into_iter().map(|thread| thread.join());
        ended.map(|given| given.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

impl IssuingDistributionPoint {
    fn read(value: &[u8]) -> der::Result<Self> {
        let mut parts = Element::only(value, Tag::Sequence)?.children()?;
        let mut point = Self::default();
        while !parts.is_finished() {
            let part = Element::next(&mut parts)?;
            let is_true = part.content.iter().any(|octet| *octet != 0);
            match context(part.tag) {
                Some(0) => point.has_name = true,
                Some(1) => point.only_user_certificates = is_true,
                Some(2) => point.only_ca_certificates = is_true,
                Some(3) => point.has_reasons = true,
                Some(4) => point.is_indirect = is_true,
                Some(5) => point.only_attribute_certificates = is_true,
                _ => return Err(part.tag.unexpected_error(None).into()),
            }
        }
        Ok(point)
    }
}
