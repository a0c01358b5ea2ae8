//! Certificate serial numbers (RFC 5280 §4.1.2.2): positive, at most 20 octets, from the OS CSPRNG.

use std::fmt;

/// One byte, 1 to 127, that tells the homes of one CA apart: a restored home takes a new one, so
/// that it cannot repeat a serial of its former life. The upper bound keeps the INTEGER positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceByte(u8);

/// A value that is not from 1 to 127.
#[derive(Debug, thiserror::Error)]
#[error("the instance byte is {0}, expected 1 to 127")]
pub struct InstanceByteOutOfRange(pub i64);

impl InstanceByte {
    /// A random instance byte.
    ///
    /// # Errors
    /// [`getrandom::Error`] when the OS gives no randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        loop {
            let mut byte = [0_u8; 1];
            getrandom::fill(&mut byte)?;
            let value = byte[0] & 0x7f;
            if value != 0 {
                return Ok(Self(value));
            }
        }
    }

    /// The byte.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for InstanceByte {
    type Error = InstanceByteOutOfRange;

    fn try_from(value: i64) -> Result<Self, Self::Error> {
        match u8::try_from(value) {
            Ok(byte @ 1..=127) => Ok(Self(byte)),
            _ => Err(InstanceByteOutOfRange(value)),
        }
    }
}

/// A serial number: the instance byte, then 16 random bytes. Always 17 octets as an INTEGER.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber([u8; 17]);

impl SerialNumber {
    /// The serial with these random bytes.
    pub fn new(instance: InstanceByte, random: [u8; 16]) -> Self {
        let mut bytes = [0_u8; 17];
        bytes[0] = instance.0;
        bytes[1..].copy_from_slice(&random);
        Self(bytes)
    }

    /// The content octets of the INTEGER, big-endian.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Lower-case hexadecimal without separators, 34 digits.
impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SerialNumber({self})")
    }
}

/// Where serial numbers come from; an argument, so that a test can fix them and compare bytes.
pub trait SerialSource: Send + Sync {
    /// A serial never given before.
    ///
    /// # Errors
    /// [`getrandom::Error`] when the OS gives no randomness.
    fn next_serial(&self) -> Result<SerialNumber, getrandom::Error>;
}

/// Serials from the OS CSPRNG: 128 random bits behind the home's instance byte.
#[derive(Clone, Copy, Debug)]
pub struct OsSerials(pub InstanceByte);

impl SerialSource for OsSerials {
    fn next_serial(&self) -> Result<SerialNumber, getrandom::Error> {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random)?;
        Ok(SerialNumber::new(self.0, random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_random_bit_of_a_serial_is_stuck_and_every_serial_is_a_positive_integer() {
        let source = OsSerials(InstanceByte::try_from(127).unwrap());
        let (mut ever_set, mut ever_clear) = ([0_u8; 16], [0_u8; 16]);
        for _ in 0..10_000 {
            let serial = source.next_serial().unwrap();
            assert!(serial.as_bytes()[0] & 0x80 == 0 && serial.as_bytes()[0] != 0);
            for (index, byte) in serial.as_bytes()[1..].iter().enumerate() {
                ever_set[index] |= byte;
                ever_clear[index] |= !byte;
            }
        }
        assert_eq!((ever_set, ever_clear), ([0xff; 16], [0xff; 16]));
    }

    #[test]
    fn an_instance_byte_of_zero_or_above_127_is_refused() {
        assert!(InstanceByte::try_from(0).is_err());
        assert!(InstanceByte::try_from(128).is_err());
        assert!(InstanceByte::try_from(127).is_ok());
    }
}
