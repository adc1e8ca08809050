//! Links that let whoever has them read an object: signed by the login of a person.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use gatetrail_engine::BoxError;

use crate::s3::S3Store;

/// A link to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedLink {
    /// The link. Who has it needs no login: it is as secret as the object.
    pub url: String,
    /// Whether it was signed by credentials of a session, with which it dies, however long it was to live.
    pub of_session: bool,
}

impl S3Store {
    /// Signs a link to read an object, that lives for `lifetime`. Nothing is asked of S3: whether the object is there, and may
    /// be read, is not known.
    ///
    /// # Errors
    /// Where there are no credentials, or `lifetime` is longer than the seven days of a signature of version 4.
    pub async fn signed_link(
        &self,
        bucket: &str,
        key: &str,
        lifetime: Duration,
    ) -> Result<SignedLink, BoxError> {
        let config = PresigningConfig::expires_in(lifetime)?;
        let request = self.client().get_object().bucket(bucket).key(key);
        let signed = Box::pin(request.presigned(config)).await?;
        let url = signed.uri().to_owned();
        let of_session = url.contains("X-Amz-Security-Token=");
        Ok(SignedLink { url, of_session })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;

    fn store(session: Option<&str>) -> S3Store {
        let environment = Environment::read(|name| match name {
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("made-up".to_owned()),
            "AWS_SESSION_TOKEN" => session.map(str::to_owned),
            _ => None,
        });
        S3Store::new(&environment.unwrap(), Default::default())
    }

    async fn link(store: &S3Store, lifetime_s: u64) -> Result<SignedLink, BoxError> {
        store.signed_link("results", "a b/reports/latest/index.html", Duration::from_secs(lifetime_s)).await
    }

    #[tokio::test]
    async fn a_link_is_signed_without_a_request() {
        let link = link(&store(None), 3_600).await.unwrap();
        let address = "https://results.s3.eu-west-1.amazonaws.com/a%20b/reports/latest/index.html?";
        assert!(link.url.starts_with(address), "{}", link.url);
        for part in ["X-Amz-Expires=3600", "X-Amz-Signature=", "X-Amz-Algorithm=AWS4-HMAC-SHA256"] {
            assert!(link.url.contains(part), "{part}: {}", link.url);
        }
        assert!(!link.of_session);
    }

    #[tokio::test]
    async fn a_link_of_a_session_is_told_from_others() {
        assert!(link(&store(Some("made-up-session")), 60).await.unwrap().of_session);
        assert!(link(&store(None), 604_800).await.is_ok());
        assert!(link(&store(None), 604_801).await.is_err(), "seven days are the most");
    }
}
