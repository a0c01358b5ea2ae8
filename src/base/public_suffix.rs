//! The public suffix list (publicsuffix.org), behind one function.

use psl::{Info, Psl as _, Type};

/// The end of a name below which strangers register names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicSuffix<'a> {
    /// It, as the name has it.
    pub bytes: &'a [u8],
    /// Whether it is on the list: a last label that is not is a suffix too.
    pub is_listed: bool,
    /// Whether it is a registry's, such as `com` and `co.uk`, and not a company's.
    pub is_registry: bool,
}

/// The public suffix of a name in lower case, in its ASCII or its Unicode form; a point may end it.
pub fn public_suffix(name: &[u8]) -> Option<PublicSuffix<'_>> {
    let bare = name.strip_suffix(b".").unwrap_or(name);
    let Info { len, typ } = find(&mut bare.rsplit(|octet| *octet == b'.'));
    let bytes = name.get(bare.len().checked_sub(len)?..)?;
    let is_registry = typ == Some(Type::Icann);
    (!bytes.is_empty()).then_some(PublicSuffix { bytes, is_listed: typ.is_some(), is_registry })
}

/// The list is 100,000 lines of generic functions, compiled anew in each unit that names them and
/// longer the more an iterator's own code is worth inlining: hence one caller, and a `dyn` iterator.
#[inline(never)]
fn find(labels: &mut dyn Iterator<Item = &[u8]>) -> Info {
    psl::List.find(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_those_of_the_library() {
        for name in [
            "",
            ".",
            "..",
            "com",
            "com.",
            "example.com",
            "example.com.",
            "co.uk",
            "a.b.co.uk",
            "a.kawasaki.jp",
            "city.kawasaki.jp",
            "github.io",
            "x.github.io",
            "cluster.local",
            "svc",
            "a..com",
            ".com",
            "xn--p1ai",
            "рф",
        ] {
            let ours = public_suffix(name.as_bytes());
            let theirs = psl::suffix(name.as_bytes()).map(|suffix| PublicSuffix {
                bytes: suffix.as_bytes(),
                is_listed: suffix.typ().is_some(),
                is_registry: suffix.typ() == Some(Type::Icann),
            });
            assert_eq!(ours, theirs, "{name}");
        }
    }
}
