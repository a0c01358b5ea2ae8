//! Many certificates in one pass: which are the newest of their subject, and how long what an issuer
//! signs lives. Memory: some 60 octets for each subject.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use crate::base::clock::Timestamp;
use crate::base::validity::Validity;
use crate::inventory::{LiveCertificate, SameHolders};

/// Counts certificates one after the other.
pub(super) struct Census {
    /// Two, so that no two subjects share a key by chance.
    hashers: [RandomState; 2],
    same: SameHolders,
    groups: Vec<Group>,
    numbers: HashMap<(i64, i64), u32>,
    /// Of the certificate before: nearly always that of the next one too.
    last: Option<((i64, i64), u32)>,
    newest: HashMap<[u64; 2], Newest>,
}

/// The certificates of one issuer under one text of one profile.
pub(super) struct Group {
    /// The same for all that are of one issuer's key, whatever it was called.
    issuer: i64,
    /// The same for all profiles of one name, whatever was in them.
    profile: i64,
    /// One of them: what they have in common can be read there.
    pub(super) sample: i64,
    /// The longest life among them, in seconds.
    pub(super) longest: u64,
    /// How many have a newer one for their subject.
    pub(super) superseded: u64,
}

/// The newest certificate for a subject.
pub(super) struct Newest {
    pub(super) intent: i64,
    pub(super) group: u32,
    recorded_at: u64,
    not_after: u64,
}

impl Newest {
    /// Its life. The beginning is when it was recorded: certificates are backdated by minutes at most,
    /// and the date of the record can be read without the certificate.
    pub(super) fn life(&self) -> Validity {
        life(self.recorded_at, self.not_after)
    }
}

impl Census {
    pub(super) fn new(same: SameHolders) -> Self {
        Self {
            hashers: [RandomState::new(), RandomState::new()],
            same,
            groups: Vec::new(),
            numbers: HashMap::new(),
            last: None,
            newest: HashMap::new(),
        }
    }

    /// Adds a certificate. `names` stand for the subject where that is empty.
    pub(super) fn add(&mut self, certificate: &LiveCertificate<'_>, names: &[u8]) {
        let number = self.group(certificate);
        let Some(group) = usize::try_from(number).ok().and_then(|n| self.groups.get_mut(n)) else {
            return;
        };
        let holder = (group.issuer, group.profile, certificate.subject, names);
        let [one, other] = &self.hashers;
        let holder = [one.hash_one(holder), other.hash_one(holder)];
        let recorded_at = certificate.recorded_at.as_unix();
        let not_after = certificate.not_after.as_unix();
        let candidate =
            Newest { intent: certificate.intent, group: number, recorded_at, not_after };
        let superseded = match self.newest.entry(holder) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(candidate);
                0
            }
            std::collections::hash_map::Entry::Occupied(mut place) => {
                // Intents are numbered in the order in which they were recorded.
                if place.get().intent < candidate.intent {
                    place.insert(candidate);
                }
                1
            }
        };
        group.superseded += superseded;
        group.longest = group.longest.max(life(recorded_at, not_after).seconds());
    }

    /// The groups, and the newest certificate of each subject, in no order; the groups are numbered as
    /// they stand here.
    pub(super) fn finish(self) -> (Vec<Group>, impl Iterator<Item = Newest>) {
        (self.groups, self.newest.into_values())
    }

    /// The number of the group of a certificate.
    fn group(&mut self, certificate: &LiveCertificate<'_>) -> u32 {
        let key = (certificate.authority, certificate.profile);
        if let Some((_, number)) = self.last.filter(|(last, _)| *last == key) {
            return number;
        }
        let groups = &mut self.groups;
        let number = *self.numbers.entry(key).or_insert_with(|| {
            let issuer = self.same.issuer(key.0);
            let profile = self.same.profile(key.1);
            let sample = certificate.intent;
            groups.push(Group { issuer, profile, sample, longest: 0, superseded: 0 });
            u32::try_from(groups.len() - 1).unwrap_or(u32::MAX)
        });
        self.last = Some((key, number));
        number
    }
}

fn life(recorded_at: u64, not_after: u64) -> Validity {
    let begin = Timestamp::from_unix(recorded_at.min(not_after));
    Validity::lasting(begin, not_after.saturating_sub(recorded_at) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(intent: i64, profile: i64, subject: &str, end: u64) -> LiveCertificate<'_> {
        let at = Timestamp::from_unix;
        let recorded_at = at(intent.unsigned_abs());
        LiveCertificate { intent, authority: 1, profile, subject, recorded_at, not_after: at(end) }
    }

    fn newest(census: Census) -> (Vec<(u64, u64)>, Vec<i64>) {
        let (groups, newest) = census.finish();
        let mut intents: Vec<_> = newest.map(|newest| newest.intent).collect();
        intents.sort_unstable();
        (groups.iter().map(|group| (group.superseded, group.longest)).collect(), intents)
    }

    #[test]
    fn the_newest_of_a_subject_is_the_last_recorded_in_whatever_order_they_come() {
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let all = [
                certificate(1, 1, "CN=a", 900),
                // Renewed for a shorter time: it is the newest all the same.
                certificate(2, 1, "CN=a", 500),
                certificate(3, 1, "CN=b", 800),
            ];
            let mut census = Census::new(SameHolders::default());
            for index in order {
                census.add(&all[index], b"");
            }
            assert_eq!(newest(census), (vec![(1, 900)], vec![2, 3]), "{order:?}");
        }
    }

    #[test]
    fn another_profile_issuer_or_set_of_names_is_another_holder() {
        let mut census = Census::new(SameHolders::default());
        census.add(&certificate(1, 1, "CN=a", 100), b"");
        census.add(&certificate(2, 2, "CN=a", 100), b"");
        census.add(&LiveCertificate { authority: 2, ..certificate(3, 1, "CN=a", 100) }, b"");
        census.add(&certificate(4, 1, "", 100), b"names");
        census.add(&certificate(5, 1, "", 100), b"other names");
        census.add(&certificate(6, 1, "", 100), b"names");
        let (groups, intents) = newest(census);
        assert_eq!(intents, [1, 2, 3, 5, 6]);
        let superseded: Vec<_> = groups.iter().map(|(superseded, _)| *superseded).collect();
        assert_eq!(superseded, [1, 0, 0]);
    }

    #[test]
    fn an_edited_profile_and_a_renamed_issuer_are_the_same_holder() {
        let same = SameHolders {
            issuers: HashMap::from([(1, 1), (2, 1)]),
            profiles: HashMap::from([(1, 1), (2, 1)]),
        };
        let mut census = Census::new(same);
        census.add(&certificate(1, 1, "CN=a", 100), b"");
        census.add(&certificate(2, 2, "CN=a", 100), b"");
        census.add(&LiveCertificate { authority: 2, ..certificate(3, 2, "CN=a", 100) }, b"");
        let (groups, intents) = newest(census);
        assert_eq!(intents, [3]);
        let superseded: u64 = groups.iter().map(|(superseded, _)| superseded).sum();
        assert_eq!(superseded, 2);
    }

    #[test]
    fn an_end_before_the_record_is_a_life_of_a_second() {
        let mut census = Census::new(SameHolders::default());
        census.add(&certificate(100, 1, "CN=a", 50), b"");
        let (groups, mut newest) = census.finish();
        assert_eq!(groups[0].longest, 1);
        assert_eq!(newest.next().unwrap().life().not_after().as_unix(), 50);
    }
}
