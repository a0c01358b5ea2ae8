//! A token key as the pipeline's [`Signer`].

use crate::base::algorithm::SignatureAlgorithm;
use crate::base::spki::Spki;
use crate::token::TokenKey;

use super::{Signer, SignerError};

impl Signer for TokenKey {
    fn spki(&self) -> &Spki {
        Self::spki(self)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        Self::algorithm(self)
    }

    fn workers(&self) -> usize {
        Self::workers(self)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        Self::sign(self, message).map_err(|error| SignerError(Box::new(error)))
    }
}
