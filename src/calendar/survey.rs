//! Asks the store and the issuers of a home for everything that has a date.

use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use der::Decode as _;
use der::oid::AssociatedOid as _;
use x509_cert::TbsCertificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, SubjectAltName};

use super::census::{Census, Group};
use super::crls::{self, CrlIssuer, Place, Waiting};
use super::item::{Item, Kind, State, uid};
use super::rules::{self, Needed, Why};
use super::{Calendar, Question};
use crate::base::clock::Timestamp;
use crate::base::issuer_cert::IssuerCert;
use crate::base::validity::Validity;
use crate::config::IssuerRecord;
use crate::inventory::{CertificateFacts, Inventory, KnownCrl, StoreError};

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Everything,
    /// CRLs alone.
    Crls,
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Authority,
    OcspSigner,
    Leaf,
}

/// An issuer of the home with its certificate and key.
struct Known<'a> {
    record: &'a IssuerRecord,
    certificate: &'a IssuerCert,
    key: [u8; 32],
}

/// What is due in a home with these issuers and this store.
///
/// Leaves: of those that one issuer made under one profile for one subject, only the one that was
/// recorded last counts; none that is revoked; none that ended longer ago than it lived, or 30 days.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn survey(
    issuers: &[IssuerRecord],
    inventory: &Inventory,
    question: &Question,
) -> Result<Calendar, StoreError> {
    let known: Vec<_> = issuers.iter().filter_map(Known::new).collect();
    let mut calendar = Calendar::new(question.at, question.within);
    let crl_issuers: Vec<_> = known.iter().map(Known::crl_issuer).collect();
    let made = inventory.newest_crls()?;
    let mut waiting = BTreeMap::new();
    for issuer in &known {
        issuer.add_waiting(inventory, &made, question.at, &mut waiting)?;
    }
    for item in crls::items(&crl_issuers, &made, &waiting, question.at) {
        calendar.push(item);
    }
    if question.scope == Scope::Everything {
        let longest = certificates(&known, inventory, question, &mut calendar)?;
        for issuer in &known {
            let longest = longest.get(&issuer.key).copied();
            calendar.push(issuer.item(&known, longest));
        }
        for (issuer, count) in inventory.open_certificates(question.at)? {
            calendar.tally(Kind::MaybeSigned, &issuer).due += count;
        }
    }
    calendar.sort();
    calendar.ceremony = ceremony(&known, calendar.items());
    Ok(calendar)
}

impl<'a> Known<'a> {
    /// None for an issuer that waits for its certificate: it has no date yet.
    fn new(record: &'a IssuerRecord) -> Option<Self> {
        let certificate = record.certificate.as_deref()?;
        Some(Self { record, certificate, key: certificate.spki().sha256() })
    }

    fn crl_issuer(&self) -> CrlIssuer {
        CrlIssuer {
            name: self.record.name.clone(),
            key: self.key,
            life: self.certificate.validity(),
            overlap: self.record.crl.overlap,
            is_pointed_to: self.record.crl.url.is_some(),
            points: points(self.record),
        }
    }

    /// What was revoked or held after the newest CRL that would list it.
    fn add_waiting(
        &self,
        inventory: &Inventory,
        made: &[KnownCrl],
        at: Timestamp,
        waiting: &mut BTreeMap<Place, Waiting>,
    ) -> Result<(), StoreError> {
        let points = points(self.record);
        let covers = |point: &String| {
            let own = made.iter().filter(|crl| crl.issuer_key_sha256 == self.key);
            own.filter(|crl| crl.point == *point).map(|crl| crl.covers).max().unwrap_or_default()
        };
        let covered: Vec<u64> = points.iter().map(covers).collect();
        let after = covered.iter().copied().min().unwrap_or_default();
        let shards = self.record.crl.points();
        inventory.each_change_after(&self.key, after, at, |change| {
            let shard = shards.as_ref().map_or(0, |shards| shards.shard_of(&change.serial));
            let shard = usize::try_from(shard).unwrap_or_default();
            let (Some(point), Some(covers)) = (points.get(shard), covered.get(shard)) else {
                return;
            };
            if change.audit_seq > *covers {
                let first = Waiting { count: 0, since: change.at };
                let waits = waiting.entry((self.key, point.clone())).or_insert(first);
                waits.count += 1;
                waits.since = waits.since.min(change.at);
            }
        })
    }

    /// Its own certificate.
    fn item(&self, known: &[Self], longest: Option<u64>) -> Item {
        let life = self.certificate.validity();
        let (due, why) = rules::authority(life, longest);
        let above = self.certificate.issuer().as_der();
        let signer = if self.certificate.is_self_issued() {
            Some(self)
        } else {
            known.iter().find(|other| other.certificate.subject().as_der() == above)
        };
        Item {
            what: Kind::CaCertificate,
            issuer: signer.map(|signer| signer.record.name.clone()),
            name: self.record.name.clone(),
            serial: Some(self.certificate.serial().to_vec()),
            begin: Some(life.not_before()),
            due,
            why,
            end: Some(life.not_after()),
            crl: None,
            uid: uid(Kind::CaCertificate, &[&self.key]),
        }
    }
}

/// The distribution points of an issuer's CRLs, by shard, as the store names them.
fn points(record: &IssuerRecord) -> Vec<String> {
    match record.crl.points().filter(|points| points.shards > 1) {
        Some(points) => (0..points.shards).map(|shard| points.url_of(shard)).collect(),
        None => vec![String::new()],
    }
}

/// The certificates on record. Gives the longest life of what each issuer's key signed.
fn certificates(
    known: &[Known<'_>],
    inventory: &Inventory,
    question: &Question,
    calendar: &mut Calendar,
) -> Result<HashMap<[u8; 32], u64>, StoreError> {
    let mut census = Census::new(inventory.renamed()?);
    inventory.each_live(question.at.minus(rules::LONGEST_MISSED), |certificate| {
        // Those without a subject are told apart by their other names, which are in the certificate.
        let names = match certificate.subject {
            "" => inventory.certificate_facts(certificate.intent)?.map(|facts| names(&facts.tbs)),
            _ => None,
        };
        census.add(certificate, names.as_deref().unwrap_or_default());
        Ok(())
    })?;
    let (groups, newest) = census.finish();
    let groups = describe(groups, inventory)?;
    let mut longest = HashMap::new();
    for (group, facts, _) in &groups {
        // A root's own certificate is not what it signs for others.
        if facts.key_sha256 != facts.issuer_key_sha256 {
            let most: &mut u64 = longest.entry(facts.issuer_key_sha256).or_default();
            *most = group.longest.max(*most);
        }
    }
    let installed: HashSet<_> = known.iter().map(|issuer| issuer.key).collect();
    let mut first = BinaryHeap::new();
    let mut tallies = vec![super::Tally::default(); groups.len()];
    for newest in newest {
        let number = usize::try_from(newest.group).unwrap_or(usize::MAX);
        let Some((_, _, role)) = groups.get(number) else { continue };
        let life = newest.life();
        match role {
            Role::Leaf => {
                let (due, _) = rules::leaf(life);
                let end = life.not_after();
                if end.plus(rules::missed_for(life)) < question.at {
                    continue;
                }
                let state = State::of(due, Some(end), question.at, question.within);
                if let Some(tally) = tallies.get_mut(number) {
                    tally.add(state);
                }
                first.push((due, newest.intent, life.not_before(), end));
                if first.len() > question.leaves {
                    first.pop();
                }
            }
            Role::Authority | Role::OcspSigner => {
                if life.not_after().plus(rules::missed_for(life)) < question.at {
                    continue;
                }
                let Some(facts) = inventory.certificate_facts(newest.intent)? else { continue };
                // What is installed is told by the home.
                if *role == Role::Authority && installed.contains(&facts.key_sha256) {
                    continue;
                }
                calendar.push(certificate(facts, *role, life));
            }
        }
    }
    for ((group, facts, role), tally) in groups.iter().zip(tallies) {
        if *role == Role::Leaf {
            calendar.superseded += group.superseded;
            let all = calendar.tally(Kind::Leaf, &facts.issuer);
            all.ok += tally.ok;
            all.due += tally.due;
            all.overdue += tally.overdue;
        }
    }
    for (_, intent, begin, end) in first {
        let Ok(life) = Validity::new(begin, end) else { continue };
        if let Some(facts) = inventory.certificate_facts(intent)? {
            calendar.leaves.push(certificate(facts, Role::Leaf, life));
        }
    }
    Ok(longest)
}

/// What the certificates of each group have in common: a profile makes one kind of certificate.
fn describe(
    groups: Vec<Group>,
    inventory: &Inventory,
) -> Result<Vec<(Group, CertificateFacts, Role)>, StoreError> {
    let mut described = Vec::with_capacity(groups.len());
    for group in groups {
        let Some(facts) = inventory.certificate_facts(group.sample)? else {
            return Err(StoreError::Damaged {
                path: inventory.path().to_owned(),
                detail: format!("intent {} has an end but no serial number", group.sample),
            });
        };
        let role = role(&facts.tbs);
        described.push((group, facts, role));
    }
    Ok(described)
}

/// The earliest date among what a root signs: its CRLs, its own certificate, those of the CAs below it.
fn ceremony(known: &[Known<'_>], items: &[Item]) -> Option<Item> {
    let roots: HashSet<_> = known
        .iter()
        .filter(|issuer| issuer.certificate.is_self_issued())
        .map(|issuer| issuer.record.name.as_str())
        .collect();
    let first = items.iter().find(|item| {
        matches!(item.what, Kind::CaCertificate | Kind::Crl)
            && item.issuer.as_deref().is_some_and(|issuer| roots.contains(issuer))
    })?;
    let needed = if first.what == Kind::Crl { Needed::Crl } else { Needed::Certificate };
    let root = first.issuer.clone().unwrap_or_default();
    Some(Item {
        what: Kind::Ceremony,
        uid: uid(Kind::Ceremony, &[root.as_bytes()]),
        why: Why::Ceremony(needed),
        serial: None,
        crl: None,
        ..first.clone()
    })
}

fn certificate(facts: CertificateFacts, role: Role, life: Validity) -> Item {
    let (what, (due, why)) = match role {
        Role::Authority => (Kind::CaCertificate, rules::authority(life, None)),
        Role::OcspSigner => (Kind::OcspSigner, rules::leaf(life)),
        Role::Leaf => (Kind::Leaf, rules::leaf(life)),
    };
    let names = if facts.subject.is_empty() { names(&facts.tbs) } else { Vec::new() };
    let holder: [&[u8]; 4] =
        [&facts.issuer_key_sha256, facts.profile.as_bytes(), facts.subject.as_bytes(), &names];
    Item {
        what,
        uid: uid(what, &holder),
        issuer: Some(facts.issuer),
        name: facts.subject,
        serial: Some(facts.serial),
        begin: Some(life.not_before()),
        due,
        why,
        end: Some(life.not_after()),
        crl: None,
    }
}

fn role(tbs: &[u8]) -> Role {
    let Ok(tbs) = TbsCertificate::from_der(tbs) else { return Role::Leaf };
    if let Ok(Some((_, BasicConstraints { ca: true, .. }))) = tbs.get_extension() {
        return Role::Authority;
    }
    match tbs.get_extension::<ExtendedKeyUsage>() {
        Ok(Some((_, usage))) if usage.0.contains(&const_oid::db::rfc5280::ID_KP_OCSP_SIGNING) => {
            Role::OcspSigner
        }
        _ => Role::Leaf,
    }
}

/// The octets of the alternative names; none when there are none.
fn names(tbs: &[u8]) -> Vec<u8> {
    let Ok(tbs) = TbsCertificate::from_der(tbs) else { return Vec::new() };
    let mut extensions = tbs.extensions().into_iter().flatten();
    let names = extensions.find(|extension| extension.extn_id == SubjectAltName::OID);
    names.map(|names| names.extn_value.as_bytes().to_vec()).unwrap_or_default()
}
