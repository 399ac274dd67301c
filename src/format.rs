//! Numbers as people read them: virtual time in the unit that reads best, and thousands apart.

/// A number with its thousands apart: `12,345`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Virtual time in the unit that reads best: the number, and the unit.
pub(crate) fn time(at_us: u64) -> (String, &'static str) {
    match at_us {
        0 => ("0.0".to_owned(), "ms"),
        1..1_000 => (at_us.to_string(), "µs"),
        1_000..10_000_000 => (format!("{}.{}", thousands(at_us / 1_000), at_us / 100 % 10), "ms"),
        _ => (format!("{}.{:03}", thousands(at_us / 1_000_000), at_us / 1_000 % 1_000), "s"),
    }
}

/// Virtual time with its unit, such as `1,256.0 ms`.
pub(crate) fn time_words(at_us: u64) -> String {
    let (number, unit) = time(at_us);
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_reads_in_its_best_unit() {
        let cases = [
            (0, "0.0 ms"),
            (999, "999 µs"),
            (1_000, "1.0 ms"),
            (153_249, "153.2 ms"),
            (1_256_000, "1,256.0 ms"),
            (9_999_999, "9,999.9 ms"),
            (10_000_000, "10.000 s"),
            (864_000_000_000, "864,000.000 s"),
        ];
        for (at_us, words) in cases {
            assert_eq!(time_words(at_us), words);
        }
    }

    #[test]
    fn thousands_stand_apart() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")];
        for (number, words) in cases {
            assert_eq!(thousands(number), words);
        }
    }
}
