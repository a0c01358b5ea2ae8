//! Durations as settings write them: a whole number and one unit, `90s`, `15m`, `36h`, `7d`, `2w`.

use super::text::Quoted;
use super::validity::DAY;

/// The units, the coarsest first.
const UNITS: [(char, u64); 5] = [('w', 7 * DAY), ('d', DAY), ('h', 3_600), ('m', 60), ('s', 1)];

/// A text that is no duration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{found} is no duration, expected a whole number above 0 and one of s, m, h, d, w, such as 7d", found = Quoted(.0))]
pub struct NotADuration(pub String);

/// The seconds of a duration, at least one.
///
/// # Errors
/// [`NotADuration`] for another form, zero, a leading zero, or more than 64 bits of seconds.
pub fn parse(text: &str) -> Result<u64, NotADuration> {
    seconds(text).ok_or_else(|| NotADuration(text.to_owned()))
}

/// The duration of so many seconds in its coarsest whole unit: what [`parse`] reads.
pub fn shown(seconds: u64) -> String {
    let whole = |(_, unit): &&(char, u64)| seconds > 0 && seconds.is_multiple_of(*unit);
    match UNITS.iter().find(whole) {
        // People say 14 days, and 7 days, and seldom weeks.
        Some((_, unit)) if *unit >= DAY => format!("{}d", seconds / DAY),
        Some((letter, unit)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

fn seconds(text: &str) -> Option<u64> {
    let letter = text.chars().next_back()?;
    let (_, unit) = UNITS.iter().find(|(known, _)| *known == letter)?;
    let digits = text.strip_suffix(letter)?;
    if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(*unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_and_shown_in_the_coarsest_whole_one() {
        for (text, seconds, back) in [
            ("90s", 90, "90s"),
            ("120s", 120, "2m"),
            ("15m", 900, "15m"),
            ("36h", 129_600, "36h"),
            ("48h", 172_800, "2d"),
            ("7d", 604_800, "7d"),
            ("1w", 604_800, "7d"),
            ("351d", 30_326_400, "351d"),
        ] {
            assert_eq!(parse(text), Ok(seconds), "{text}");
            assert_eq!(shown(seconds), back, "{text}");
            assert_eq!(parse(back), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_refuses() {
        for wrong in [
            "",
            "7",
            "d",
            "0d",
            "07d",
            "-1d",
            "+7d",
            "1.5h",
            "7 d",
            " 7d",
            "7D",
            "1d12h",
            "7y",
            "7é",
            "99999999999999999999s",
            "18446744073709551615w",
        ] {
            assert_eq!(parse(wrong), Err(NotADuration(wrong.to_owned())), "{wrong}");
        }
    }
}
