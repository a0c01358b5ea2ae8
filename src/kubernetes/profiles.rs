//! The certificate profiles of a cluster's leaves, one for each use.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::plan::Usage;
use crate::base::text::Quoted;
use crate::profile::{Profile, ProfileError};

/// A profile for every [`Usage`]. Only its constructors make one, so none is missing.
#[derive(Clone, Debug)]
pub struct ProfileSet(BTreeMap<Usage, Arc<Profile>>);

/// A profile that is not there or does not load.
#[derive(Debug, thiserror::Error)]
pub enum ProfileSetError {
    /// Neither the site nor this program has it.
    #[error("there is no profile {found}", found = Quoted(.0))]
    Unknown(&'static str),
    /// It is there but not valid.
    #[error("the profile {name} cannot be used", name = Quoted(.name))]
    Invalid {
        /// Which.
        name: &'static str,
        /// Why.
        #[source]
        source: ProfileError,
    },
}

impl ProfileSet {
    /// The shipped profiles.
    ///
    /// # Errors
    /// [`ProfileSetError`] when one does not load, which a test excludes.
    pub fn shipped() -> Result<Self, ProfileSetError> {
        Self::with(|_| None)
    }

    /// The site's own profiles by name, and the shipped ones for names that `site` does not have.
    ///
    /// # Errors
    /// [`ProfileSetError`] names the profile.
    pub fn with(mut site: impl FnMut(&str) -> Option<String>) -> Result<Self, ProfileSetError> {
        let mut profiles = BTreeMap::new();
        for usage in Usage::ALL {
            let name = usage.profile();
            let text = site(name)
                .or_else(|| Profile::find_shipped(name).map(str::to_owned))
                .ok_or(ProfileSetError::Unknown(name))?;
            let profile = Profile::from_toml(&text)
                .map_err(|source| ProfileSetError::Invalid { name, source })?;
            profiles.insert(usage, Arc::new(profile));
        }
        Ok(Self(profiles))
    }

    /// The profile for `usage`.
    pub fn get(&self, usage: Usage) -> Option<&Arc<Profile>> {
        self.0.get(&usage)
    }
}
