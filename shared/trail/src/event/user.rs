//! The `user` of the query that Gatetrail replaces (SEMANTICS, section 1), mended for all partitions.

use std::borrow::Cow;

/// `userName`, else what an ARN says: what follows `arn:<partition>:iam::<account>:`, else what follows `:assumed-role/`.
pub(super) fn user<'t>(user_name: Cow<'t, str>, arn: &Cow<'t, str>) -> Cow<'t, str> {
    if !user_name.is_empty() {
        return user_name;
    }
    let part = |text: &str| -> Option<(usize, usize)> {
        let found = after_iam_account(text).or_else(|| Some(text.split_once(":assumed-role/")?.1))?;
        Some((text.len() - found.len(), text.len()))
    };
    match part(arn) {
        None => Cow::Borrowed(""),
        Some((from, to)) => slice(arn, from, to),
    }
}

fn after_iam_account(arn: &str) -> Option<&str> {
    arn.match_indices("arn:").find_map(|(index, matched)| {
        let (_partition, rest) = arn.get(index + matched.len()..)?.split_once(':')?;
        let (_account, name) = rest.strip_prefix("iam::")?.split_once(':')?;
        Some(name)
    })
}

/// A part of a text that borrows from where the text borrows.
pub(super) fn slice<'t>(text: &Cow<'t, str>, from: usize, to: usize) -> Cow<'t, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(from..to).unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.get(from..to).unwrap_or_default().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_of_the_query() {
        let cases = [
            ("bob", "arn:aws:iam::111122223333:user/alice", "bob"),
            ("", "arn:aws:iam::111122223333:user/team/bob", "user/team/bob"),
            ("", "arn:aws:iam::111122223333:root", "root"),
            ("", "arn:aws-us-gov:iam::111122223333:user/gov", "user/gov"),
            ("", "arn:aws-cn:sts::111122223333:assumed-role/Role/session", "Role/session"),
            ("", "arn:aws:sts::111122223333:federated-user/x", ""),
            ("", "", ""),
        ];
        for (name, arn, expected) in cases {
            assert_eq!(user(name.into(), &arn.into()), expected, "{name} {arn}");
        }
    }
}
