//! The record that a trial signature needs before it is made.

/// Where trial signatures are recorded, durably, before the token makes them: a trial shows which
/// mechanism a key really offers and that it is the key it claims to be.
pub trait ChallengeLog {
    /// Records that the key with this SPKI hash is about to sign `message` as a trial.
    ///
    /// # Errors
    /// Whatever the store reports; then nothing is signed.
    fn record_challenge(
        &mut self,
        key_spki_sha256: [u8; 32],
        message: &[u8],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// For programs that use a token key through this crate but keep no inventory of their own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unrecorded;

impl ChallengeLog for Unrecorded {
    fn record_challenge(
        &mut self,
        _key_spki_sha256: [u8; 32],
        _message: &[u8],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}
