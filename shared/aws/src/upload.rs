//! Objects that are written to S3 in parts.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use gatetrail_engine::{Condition, Operation, StoreError, StoreErrorKind, Upload};

use crate::error::{address, store_error};
use crate::s3::{headers, unquoted};

/// The SDK works it out for each part in any case. An upload that was not begun with it cannot be completed with it.
const CHECKSUM: ChecksumAlgorithm = ChecksumAlgorithm::Crc32;

/// A multipart upload. One whose function is killed stays, unseen and billed, until the bucket's lifecycle aborts it.
#[derive(Debug)]
pub struct S3Upload {
    client: Client,
    owner: Option<String>,
    bucket: String,
    key: String,
    upload_id: String,
    parts: Vec<CompletedPart>,
}

impl S3Upload {
    pub(crate) async fn begin(
        client: Client,
        owner: Option<String>,
        bucket: &str,
        key: &str,
        content_type: &'static str,
    ) -> Result<Self, StoreError> {
        let operation = Operation::BeginUpload;
        let request = client.create_multipart_upload().bucket(bucket).key(key).content_type(content_type);
        let request = request.checksum_algorithm(CHECKSUM);
        let answer = Box::pin(request.set_expected_bucket_owner(owner.clone()).send()).await;
        let answer = answer.map_err(|error| store_error(operation, bucket, key, error))?;
        let Some(upload_id) = answer.upload_id else {
            let source = Some("the answer has no upload id".into());
            let kind = StoreErrorKind::Service { status: 200 };
            return Err(StoreError { operation, address: address(bucket, key), kind, source });
        };
        let (bucket, key, parts) = (bucket.to_owned(), key.to_owned(), Vec::new());
        Ok(Self { client, owner, bucket, key, upload_id, parts })
    }

    async fn try_complete(&self, condition: Condition) -> Result<String, StoreError> {
        let (if_match, if_none_match) = headers(condition);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts.clone())).build();
        let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(&self.key);
        let request = request.upload_id(&self.upload_id).multipart_upload(parts);
        let request = request.set_if_match(if_match).set_if_none_match(if_none_match);
        let answer = Box::pin(request.set_expected_bucket_owner(self.owner.clone()).send()).await;
        let answer =
            answer.map_err(|error| store_error(Operation::CompleteUpload, &self.bucket, &self.key, error))?;
        Ok(unquoted(answer.e_tag))
    }
}

impl Upload for S3Upload {
    async fn part(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        // S3 itself refuses the ten thousand and first.
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let request = self.client.upload_part().bucket(&self.bucket).key(&self.key);
        let request = request.upload_id(&self.upload_id).part_number(number).checksum_algorithm(CHECKSUM);
        let request = request.set_expected_bucket_owner(self.owner.clone());
        let answer = Box::pin(request.body(ByteStream::from(bytes)).send()).await;
        let answer =
            answer.map_err(|error| store_error(Operation::UploadPart, &self.bucket, &self.key, error))?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(answer.e_tag);
        self.parts.push(part.set_checksum_crc32(answer.checksum_crc32).build());
        Ok(())
    }

    async fn complete(mut self, condition: Condition) -> Result<String, StoreError> {
        // An upload without parts cannot be completed; one of an empty part is an empty object.
        let completed = match self.parts.is_empty() {
            true => self.part(Bytes::new()).await,
            false => Ok(()),
        };
        let completed = match completed {
            Ok(()) => self.try_complete(condition).await,
            Err(error) => Err(error),
        };
        if completed.is_err() {
            let address = address(&self.bucket, &self.key);
            // Where the answer was lost there is nothing to abort any more, and S3 says so.
            if let Err(error) = self.abort().await
                && error.kind != StoreErrorKind::Conflict
            {
                tracing::warn!(address, error = error.chain(), "upload left for the bucket's lifecycle");
            }
        }
        completed
    }

    async fn abort(self) -> Result<(), StoreError> {
        let request = self.client.abort_multipart_upload().bucket(&self.bucket).key(&self.key);
        let request = request.upload_id(&self.upload_id).set_expected_bucket_owner(self.owner.clone());
        let answer = Box::pin(request.send()).await;
        answer.map_err(|error| store_error(Operation::AbortUpload, &self.bucket, &self.key, error))?;
        Ok(())
    }
}
