//! The store of objects on S3.

use std::collections::BTreeMap;
use std::ops::Range;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::list_objects_v2::{ListObjectsV2Error, ListObjectsV2Output};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use gatetrail_engine::{
    BoxError, Condition, FolderPage, ListPage, ListedObject, NewObject, Object, ObjectBody, ObjectStore,
    Operation, StoreError, StoreErrorKind,
};

use crate::assumed_role::AssumedRole;
use crate::environment::Environment;
use crate::error::{address, store_error};
use crate::upload::S3Upload;

/// A part's content may break off after its request has succeeded, where the client does not retry.
const RANGE_ATTEMPTS: u32 = 2;

/// To which account a bucket has to belong, for the buckets where that is known. S3 refuses a request whose bucket is
/// somebody else's, so that a name that was given up and taken by a stranger is neither read nor written.
pub type BucketOwners = BTreeMap<String, String>;

/// S3. Clones share one client, and with it connections and the budget of retries.
///
/// Requests are boxed: a client's future has kilobytes of state, which are not moved about with those that wait for it, in
/// types within types that the compiler would give up on.
#[derive(Debug, Clone)]
pub struct S3Store {
    client: Client,
    owners: BucketOwners,
}

impl S3Store {
    /// What the adapter asks of AWS, as permissions are named. A role that reads needs `s3:ListBucket` too: without it a
    /// missing object looks like a forbidden one, and is tried again until it lands in the dead-letter queue.
    /// Uploads need no more than `s3:PutObject` but to be aborted; a condition on an ETag needs `s3:GetObject` as well.
    pub const CALLS: &'static [&'static str] =
        &["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"];

    /// A store with a function's region and credentials.
    ///
    /// Loads the machine's root certificates. In a function this belongs into its start, which has a whole processor
    /// whatever the function's memory.
    #[must_use]
    pub fn new(environment: &Environment, owners: BucketOwners) -> Self {
        Self::from_client(Client::from_conf(environment.s3_config(None)), owners)
    }

    /// What [`Self::assuming`] asks of AWS beside [`Self::CALLS`].
    pub const ROLE_CALLS: &'static [&'static str] = AssumedRole::CALLS;

    /// A store with a function's region and the credentials of a role that it may assume: for buckets of another account.
    #[must_use]
    pub fn assuming(role_arn: &str, environment: &Environment, owners: BucketOwners) -> Self {
        Self::from_client(Client::from_conf(environment.s3_config(Some(role_arn))), owners)
    }

    pub(crate) fn from_client(client: Client, owners: BucketOwners) -> Self {
        Self { client, owners }
    }

    #[cfg(feature = "profiles")]
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    fn owner(&self, bucket: &str) -> Option<String> {
        self.owners.get(bucket).cloned()
    }
}

impl ObjectStore for S3Store {
    type Body = S3Body;
    type Upload = S3Upload;

    async fn get(&self, bucket: &str, key: &str) -> Result<Object<S3Body>, StoreError> {
        require_key(Operation::Get, bucket, key)?;
        let request =
            self.client.get_object().bucket(bucket).key(key).set_expected_bucket_owner(self.owner(bucket));
        let answer = Box::pin(request.send())
            .await
            .map_err(|error| store_error(Operation::Get, bucket, key, error))?;
        Ok(Object {
            etag: unquoted(answer.e_tag),
            size_bytes: answer.content_length.and_then(|length| u64::try_from(length).ok()),
            body: S3Body(answer.body),
        })
    }

    async fn get_range(
        &self,
        bucket: &str,
        key: &str,
        range: Range<u64>,
        etag: &str,
    ) -> Result<Bytes, StoreError> {
        require_key(Operation::GetRange, bucket, key)?;
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let mut attempt = 1;
        loop {
            match self.try_range(bucket, key, &range, etag).await {
                Err(error) if error.kind == StoreErrorKind::Connection && attempt < RANGE_ATTEMPTS => {
                    attempt += 1;
                }
                read => return read,
            }
        }
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        object: NewObject,
        condition: Condition,
    ) -> Result<String, StoreError> {
        require_key(Operation::Put, bucket, key)?;
        let (if_match, if_none_match) = headers(condition);
        let request = self.client.put_object().bucket(bucket).key(key).content_type(object.content_type);
        let request = request.set_content_encoding(object.content_encoding.map(str::to_owned));
        let request = request.set_if_match(if_match).set_if_none_match(if_none_match);
        let request = request.set_expected_bucket_owner(self.owner(bucket));
        let answer = Box::pin(request.body(ByteStream::from(object.bytes)).send()).await;
        let answer = answer.map_err(|error| store_error(Operation::Put, bucket, key, error))?;
        Ok(unquoted(answer.e_tag))
    }

    async fn begin_upload(
        &self,
        bucket: &str,
        key: &str,
        content_type: &'static str,
    ) -> Result<S3Upload, StoreError> {
        require_key(Operation::BeginUpload, bucket, key)?;
        S3Upload::begin(self.client.clone(), self.owner(bucket), bucket, key, content_type).await
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<(), StoreError> {
        require_key(Operation::Delete, bucket, key)?;
        let request = self.client.delete_object().bucket(bucket).key(key);
        let answer = Box::pin(request.set_expected_bucket_owner(self.owner(bucket)).send()).await;
        match answer.map_err(|error| store_error(Operation::Delete, bucket, key, error)) {
            // S3 does not tell; gateways that speak S3 may.
            Err(error) if error.kind == StoreErrorKind::NotFound => Ok(()),
            deleted => deleted.map(|_| ()),
        }
    }

    async fn list(&self, bucket: &str, prefix: &str, page: Option<&str>) -> Result<ListPage, StoreError> {
        let answer = self.list_page(bucket, prefix, None, page).await;
        let answer = answer.map_err(|error| store_error(Operation::List, bucket, prefix, error))?;
        let objects = answer.contents.unwrap_or_default().into_iter().filter_map(|object| {
            Some(ListedObject {
                key: object.key?,
                etag: unquoted(object.e_tag),
                size_bytes: object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
            })
        });
        Ok(ListPage { objects: objects.collect(), next: answer.next_continuation_token })
    }

    async fn list_folders(
        &self,
        bucket: &str,
        prefix: &str,
        page: Option<&str>,
    ) -> Result<FolderPage, StoreError> {
        let answer = self.list_page(bucket, prefix, Some("/"), page).await;
        let answer = answer.map_err(|error| store_error(Operation::ListFolders, bucket, prefix, error))?;
        let folders = answer.common_prefixes.unwrap_or_default().into_iter();
        let names = folders
            .filter_map(|folder| Some(folder.prefix?.strip_prefix(prefix)?.strip_suffix('/')?.to_owned()));
        Ok(FolderPage { folders: names.collect(), next: answer.next_continuation_token })
    }

    fn keeps_encoding(&self) -> bool {
        true
    }

    fn address(&self, bucket: &str, key: &str) -> String {
        address(bucket, key)
    }
}

impl S3Store {
    /// # Errors
    /// With [`StoreErrorKind::Connection`] also where the content breaks off.
    async fn try_range(
        &self,
        bucket: &str,
        key: &str,
        range: &Range<u64>,
        etag: &str,
    ) -> Result<Bytes, StoreError> {
        // The header names the last byte, not the one behind it.
        let bytes = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let request = self.client.get_object().bucket(bucket).key(key).range(bytes).if_match(quoted(etag));
        let answer = Box::pin(request.set_expected_bucket_owner(self.owner(bucket)).send()).await;
        let answer = answer.map_err(|error| store_error(Operation::GetRange, bucket, key, error))?;
        let error = |kind, source| StoreError {
            operation: Operation::GetRange,
            address: address(bucket, key),
            kind,
            source,
        };
        // Of a range that reaches beyond the object S3 sends the part that there is.
        let wanted = range.end.saturating_sub(range.start);
        if answer.content_length.and_then(|length| u64::try_from(length).ok()) != Some(wanted) {
            return Err(error(StoreErrorKind::Refused { status: 416 }, None));
        }
        let read = answer.body.collect().await;
        let read = read.map_err(|broken| error(StoreErrorKind::Connection, Some(Box::new(broken))))?;
        Ok(read.into_bytes())
    }

    async fn list_page(
        &self,
        bucket: &str,
        prefix: &str,
        delimiter: Option<&str>,
        page: Option<&str>,
    ) -> Result<ListObjectsV2Output, SdkError<ListObjectsV2Error, aws_sdk_s3::config::http::HttpResponse>>
    {
        let request = self.client.list_objects_v2().bucket(bucket).prefix(prefix);
        let request = request.set_delimiter(delimiter.map(str::to_owned));
        let request = request.set_expected_bucket_owner(self.owner(bucket));
        Box::pin(request.set_continuation_token(page.map(str::to_owned)).send()).await
    }
}

/// The SDK takes an empty key for a mistake of the program; here it is one of a message.
fn require_key(operation: Operation, bucket: &str, key: &str) -> Result<(), StoreError> {
    if !key.is_empty() {
        return Ok(());
    }
    let kind = StoreErrorKind::InvalidKey;
    Err(StoreError { operation, address: address(bucket, key), kind, source: None })
}

/// `If-Match` and `If-None-Match` of a write.
pub(crate) fn headers(condition: Condition) -> (Option<String>, Option<String>) {
    match condition {
        Condition::Always => (None, None),
        Condition::IfAbsent => (None, Some("*".to_owned())),
        Condition::IfMatch(etag) => (Some(quoted(&etag)), None),
    }
}

fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// S3 quotes ETags in headers and listings, and leaves the quotes out in its events.
pub(crate) fn unquoted(etag: Option<String>) -> String {
    etag.map(|etag| etag.trim_matches('"').to_owned()).unwrap_or_default()
}

/// The content of an object on S3.
#[derive(Debug)]
pub struct S3Body(ByteStream);

impl ObjectBody for S3Body {
    async fn next_chunk(&mut self) -> Result<Option<Bytes>, BoxError> {
        Ok(self.0.try_next().await?)
    }
}
