//! Lists of words in a profile file: each word known, none twice.

use const_oid::ObjectIdentifier;

use super::ProfileError;

/// The object identifiers that `words` stand for.
///
/// # Errors
/// [`ProfileError`] names the word that means nothing or is there twice.
pub(super) fn oids(
    key: &'static str,
    words: &[String],
    lookup: impl Fn(&str) -> Option<ObjectIdentifier>,
    expected: impl Fn() -> String,
) -> Result<Vec<ObjectIdentifier>, ProfileError> {
    let mut found = Vec::new();
    for word in words {
        let oid = lookup(word).ok_or_else(|| unknown(key, word, expected()))?;
        push_new(&mut found, oid, key, word)?;
    }
    Ok(found)
}

/// Appends what `word` stands for.
///
/// # Errors
/// [`ProfileError::Repeated`] when it is there already.
pub(super) fn push_new<T: PartialEq>(
    list: &mut Vec<T>,
    value: T,
    key: &'static str,
    word: &str,
) -> Result<(), ProfileError> {
    if list.contains(&value) {
        return Err(ProfileError::Repeated { key, word: word.to_owned() });
    }
    list.push(value);
    Ok(())
}

/// The word means nothing.
pub(super) fn unknown(key: &'static str, word: &str, expected: String) -> ProfileError {
    ProfileError::UnknownWord { key, word: word.to_owned(), expected }
}
