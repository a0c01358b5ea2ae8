//! Where profiles come from: the shipped ones, the site's own in its home, or a file.

use std::path::Path;

use keystead::config::Home;
use keystead::profile::Profile;
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::report::escaped;

/// No profile is longer; a file that is given by its path may be anything.
const LONGEST: u64 = 1024 * 1024;

/// A profile's text and where it was found.
#[derive(Debug)]
pub(crate) struct ProfileSource {
    /// Its text, as it is.
    pub(crate) text: String,
    /// Where it was found.
    pub(crate) origin: Origin,
    /// How it is called in messages.
    place: String,
    /// The name it must have, unless it was given by its path.
    name: Option<String>,
}

/// Where a profile was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Origin {
    /// In the program.
    Shipped,
    /// In `profiles/` of the home.
    Site,
    /// At a path.
    File,
}

impl Origin {
    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::Site => "site",
            Self::File => "file",
        }
    }
}

impl ProfileSource {
    /// The profile `name`: the site's own before the shipped one.
    pub(crate) fn named(home: Option<&Home>, name: &str) -> Result<Self, Failure> {
        let site = home.map(|home| home.site_profile(name)).transpose()?.flatten();
        let (place, text, origin) = match (site, Profile::find_shipped(name)) {
            (Some(text), _) => (format!("profiles/{name}.toml"), text, Origin::Site),
            (None, Some(text)) => {
                (format!("the shipped profile {name}"), text.to_owned(), Origin::Shipped)
            }
            (None, None) => return Err(no_such_profile(home, name)),
        };
        Ok(Self { text, origin, place, name: Some(name.to_owned()) })
    }

    /// The profile that a word names: a file if it ends with `.toml` or has a `/`, a name otherwise.
    pub(crate) fn find(home: Option<&Home>, word: &str) -> Result<Self, Failure> {
        if !word.ends_with(".toml") && !word.contains('/') {
            return Self::named(home, word);
        }
        let place = escaped(word);
        let text = read(Path::new(word))
            .map_err(|error| Failure::io(format!("cannot read {place}"), error))?;
        Ok(Self { text, origin: Origin::File, place, name: None })
    }

    /// All that `home` has: the shipped ones, with the site's own in their place, then its others.
    pub(crate) fn all(home: Option<&Home>) -> Result<Vec<Self>, Failure> {
        known(home)?.iter().map(|name| Self::named(home, name)).collect()
    }

    /// How it is called in messages.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The profile.
    pub(crate) fn load(&self) -> Result<Profile, Failure> {
        let profile = Profile::from_toml(&self.text).map_err(|error| {
            Failure::new(Exit::Usage, error).context(format!("{} cannot be used", self.place))
        })?;
        match &self.name {
            Some(name) if profile.name() != name => Err(Failure::usage(format!(
                "{} says that its name is {:?}, expected {name:?}",
                self.place,
                profile.name()
            ))),
            _ => Ok(profile),
        }
    }
}

/// The names of all profiles: the shipped ones in their order, then the site's own.
fn known(home: Option<&Home>) -> Result<Vec<String>, Failure> {
    let mut names: Vec<String> =
        Profile::shipped().iter().map(|(known, _)| (*known).to_owned()).collect();
    let site = home.map(Home::site_profiles).transpose()?.unwrap_or_default();
    let new: Vec<String> = site.into_iter().filter(|name| !names.contains(name)).collect();
    names.extend(new);
    Ok(names)
}

fn no_such_profile(home: Option<&Home>, name: &str) -> Failure {
    let mut names = known(home).unwrap_or_default();
    names.sort();
    let failure =
        Failure::usage(format!("there is no profile {name:?}, found {}", names.join(", ")));
    match home {
        Some(home) => failure.hint(format!(
            "a profile of your own goes to {}/profiles/{name}.toml",
            escaped(&home.path().to_string_lossy())
        )),
        None => {
            failure.hint("a profile of your own is in a home (--home), or is given by its path")
        }
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    let length = std::fs::File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if u64::try_from(length).unwrap_or(u64::MAX) > LONGEST {
        let long = format!("it is longer than {LONGEST} bytes, no profile is");
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, long));
    }
    Ok(text)
}
