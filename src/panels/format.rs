//! Numbers of settings and logs as people read them, and read back.
//!
//! Settings are kept in microseconds and millionths, and shown in milliseconds and per cent. Reading back is exact: no
//! float stands between what is typed and what is kept.

use crate::format::thousands;

/// A virtual time in milliseconds with one decimal, such as `1,256.0`.
pub(crate) fn millis(at_us: u64) -> String {
    format!("{}.{}", thousands(at_us / 1000), at_us % 1000 / 100)
}

/// `number` over ten to the power of `decimals`, without zeros at the end: `scaled(1500, 3)` is `1.5`.
pub(crate) fn scaled(number: u64, decimals: u32) -> String {
    let unit = 10_u64.pow(decimals);
    let (whole, part) = (number / unit, number % unit);
    if part == 0 {
        return whole.to_string();
    }
    let width = decimals as usize;
    let digits = format!("{part:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// The number that [`scaled`] would print so; none where the text is no number, has more decimals, or is too great.
pub(crate) fn read_scaled(text: &str, decimals: u32) -> Option<u64> {
    let text = text.trim();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let part = part.trim_end_matches('0');
    let missing = decimals.checked_sub(u32::try_from(part.len()).ok()?)?;
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: u64 = if part.is_empty() { 0 } else { part.parse().ok()? };
    let unit = 10_u64.checked_pow(decimals)?;
    whole.checked_mul(unit)?.checked_add(part.checked_mul(10_u64.checked_pow(missing)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_times_have_one_decimal() {
        for (at_us, text) in [(0, "0.0"), (99, "0.0"), (153_249, "153.2"), (1_256_049, "1,256.0")] {
            assert_eq!(millis(at_us), text);
        }
    }

    #[test]
    fn what_is_shown_reads_back_to_what_was_kept() {
        for number in [0, 1, 9, 10, 150_000, 153_201, 1_000_000, u64::MAX / 1_000] {
            for decimals in [0, 3, 4] {
                assert_eq!(
                    read_scaled(&scaled(number, decimals), decimals),
                    Some(number),
                    "{number} {decimals}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", ".", "-1", "+1", "1e3", "1.2345", "1..2", "99999999999999999999", "一"] {
            assert_eq!(read_scaled(text, 3), None, "{text}");
        }
        assert_eq!(read_scaled(" 1,5 ", 3), Some(1_500));
        assert_eq!(read_scaled("1.2300", 3), Some(1_230));
    }
}
