//! Numbers for people.

/// A count with commas between thousands.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share in percent. What is there is never shown as nothing.
pub(super) fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.000_5 {
        return "<0.1%".to_owned();
    }
    format!("{:.1}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_shares() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(count), text);
        }
        for (share, text) in [(0.0, "0.0%"), (0.0001, "<0.1%"), (0.404, "40.4%"), (1.0, "100.0%")] {
            assert_eq!(percent(share), text);
        }
    }
}
