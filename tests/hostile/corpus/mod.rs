//! The corpus of hostile requests, class by class, and the benign but odd ones beside it.

mod attributes;
mod benign;
mod encoding;
mod frames;
mod keys;
mod names;
mod signatures;
mod strings;
mod subjects;
mod wishes;

use crate::vector::{Corpus, Draft, common_name};

/// Everything, the same bytes each time.
pub(crate) fn all() -> Corpus {
    let mut corpus = Corpus::default();
    encoding::add(&mut corpus);
    frames::add(&mut corpus);
    attributes::add(&mut corpus);
    wishes::add(&mut corpus);
    keys::add(&mut corpus);
    signatures::add(&mut corpus);
    strings::add(&mut corpus);
    subjects::add(&mut corpus);
    names::add(&mut corpus);
    benign::add(&mut corpus);
    corpus
}

/// A request with a CN of this length.
pub(crate) fn common_name_of(length: usize) -> Vec<u8> {
    Draft::good().subject(&[common_name(&"a".repeat(length))]).finish()
}

/// A request with this many RDNs.
pub(crate) fn rdns(count: usize) -> Vec<u8> {
    Draft::good().subject(&vec![common_name("a"); count]).finish()
}
