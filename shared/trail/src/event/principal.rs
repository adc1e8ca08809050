//! `userIdentity`: who called, for people to read.
//!
//! Source: "CloudTrail userIdentity element" in the CloudTrail user guide. Every field may be missing, `type` too.

use std::borrow::Cow;

use super::fields::Value;
use super::user::{slice, user};

/// The parts of `userIdentity` that are read.
#[derive(Debug, Default)]
pub(super) struct Identity<'t> {
    kind: Cow<'t, str>,
    principal_id: Cow<'t, str>,
    arn: Cow<'t, str>,
    pub(super) account_id: Cow<'t, str>,
    user_name: Cow<'t, str>,
    pub(super) invoked_by: Cow<'t, str>,
    issuer_name: Cow<'t, str>,
    on_behalf_of: Cow<'t, str>,
}

/// An identity, told apart.
#[derive(Debug, Default)]
pub(super) struct Principal<'t> {
    pub(super) kind: Cow<'t, str>,
    pub(super) name: Cow<'t, str>,
    pub(super) session: Cow<'t, str>,
    pub(super) user: Cow<'t, str>,
}

impl<'t> Identity<'t> {
    pub(super) fn read(value: Value<'t>) -> Self {
        let mut identity = Self::default();
        value.each_field(&mut |key, value| match key {
            "type" => identity.kind = value.text(),
            "principalId" => identity.principal_id = value.text(),
            "arn" => identity.arn = value.text(),
            "accountId" => identity.account_id = value.text(),
            "userName" => identity.user_name = value.text(),
            "invokedBy" => identity.invoked_by = value.text(),
            "sessionContext" => identity.issuer_name = nested(value, "sessionIssuer", "userName"),
            "onBehalfOf" => identity.on_behalf_of = field(value, "userId"),
            _ => {}
        });
        identity
    }

    pub(super) fn principal(self) -> Principal<'t> {
        let (name, session) = self.name_and_session();
        Principal { name, session, user: user(self.user_name, &self.arn), kind: self.kind }
    }

    fn name_and_session(&self) -> (Cow<'t, str>, Cow<'t, str>) {
        // `arn:aws:sts::111122223333:assumed-role/Role/session`: what stands behind the fifth colon.
        let resource = self.arn.splitn(6, ':').nth(5).unwrap_or_default();
        let start = self.arn.len() - resource.len();
        let part = |from: usize, to: usize| slice(&self.arn, start + from, start + to);
        let (sort, path) = resource.split_once('/').unwrap_or((resource, ""));
        let path_from = resource.len() - path.len();

        match (self.kind.as_ref(), sort) {
            (_, "assumed-role") => {
                let (role, session) = path.split_once('/').unwrap_or((path, ""));
                let role_to = path_from + role.len();
                let session_from = resource.len() - session.len();
                let name = first_of([self.issuer_name.clone(), part(path_from, role_to)]);
                (name, part(session_from, resource.len()))
            }
            ("AssumedRole", _) => {
                (first_of([self.issuer_name.clone(), self.principal_id.clone()]), "".into())
            }
            (_, "federated-user") => {
                let session = part(path_from, resource.len());
                (first_of([self.issuer_name.clone(), session.clone()]), session)
            }
            ("Root", _) => (first_of([self.user_name.clone(), "root".into()]), "".into()),
            // A user's path (`user/team/bob`) is not its name.
            (_, "user" | "role") => {
                let name_from = resource.rfind('/').map_or(path_from, |slash| slash + 1);
                (first_of([self.user_name.clone(), part(name_from, resource.len())]), "".into())
            }
            _ => {
                let known = [
                    &self.user_name,
                    &self.on_behalf_of,
                    &self.invoked_by,
                    &self.principal_id,
                    &self.account_id,
                ];
                (first_of(known.map(Clone::clone)), "".into())
            }
        }
    }
}

fn first_of<const N: usize>(texts: [Cow<'_, str>; N]) -> Cow<'_, str> {
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

/// The text of a field of an object; the last wins.
pub(super) fn field<'t>(object: Value<'t>, name: &str) -> Cow<'t, str> {
    let mut found = Cow::Borrowed("");
    object.each_field(&mut |key, value| {
        if key == name {
            found = value.text();
        }
    });
    found
}

fn nested<'t>(object: Value<'t>, outer: &str, inner: &str) -> Cow<'t, str> {
    let mut found = Value::NULL;
    object.each_field(&mut |key, value| {
        if key == outer {
            found = value;
        }
    });
    field(found, inner)
}
