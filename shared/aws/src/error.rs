//! From the SDK's errors to the port's.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use gatetrail_engine::{Operation, StoreError, StoreErrorKind};

/// An object, or a prefix, as people write it.
pub(crate) fn address(bucket: &str, key: &str) -> String {
    format!("s3://{bucket}/{key}")
}

pub(crate) fn store_error<E>(
    operation: Operation,
    bucket: &str,
    key: &str,
    error: SdkError<E, HttpResponse>,
) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let kind = kind_of(operation, &error);
    StoreError { operation, address: address(bucket, key), kind, source: Some(Box::new(error)) }
}

fn kind_of<E: ProvideErrorMetadata>(
    operation: Operation,
    error: &SdkError<E, HttpResponse>,
) -> StoreErrorKind {
    match error {
        SdkError::ServiceError(service) => {
            kind_of_answer(operation, service.raw().status().as_u16(), service.err().code())
        }
        SdkError::TimeoutError(_) => StoreErrorKind::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => StoreErrorKind::Timeout,
        SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => StoreErrorKind::Connection,
        _ => StoreErrorKind::Request,
    }
}

/// Status and code, because either may be all there is: an answer to HEAD has no code, a proxy's has none of S3's, and an
/// upload that was completed in vain is answered with status 200.
fn kind_of_answer(operation: Operation, status: u16, code: Option<&str>) -> StoreErrorKind {
    match (status, code) {
        (_, Some("NoSuchKey")) => StoreErrorKind::NotFound,
        // No retry of the client's covers these two: what is written depends on what is read, and has to be read again.
        (412, _) | (_, Some("PreconditionFailed")) => StoreErrorKind::PreconditionFailed,
        (409, _) | (_, Some("NoSuchUpload")) => StoreErrorKind::Conflict,
        (_, Some("KeyTooLongError")) => StoreErrorKind::InvalidKey,
        (_, Some("SlowDown" | "Throttling" | "ThrottlingException" | "RequestLimitExceeded")) => {
            StoreErrorKind::Throttled
        }
        // Only a read can be told that its object is gone; `NoSuchBucket` is somebody's configuration.
        (404, None | Some("NotFound")) if matches!(operation, Operation::Get | Operation::GetRange) => {
            StoreErrorKind::NotFound
        }
        (401 | 403, _) => StoreErrorKind::AccessDenied,
        (408, _) => StoreErrorKind::Timeout,
        (429 | 503, _) => StoreErrorKind::Throttled,
        (500.., _) | (_, Some("InternalError")) => StoreErrorKind::Service { status },
        _ => StoreErrorKind::Refused { status },
    }
}

#[cfg(test)]
mod tests {
    use gatetrail_engine::Decision;

    use super::*;

    #[test]
    fn only_what_is_gone_for_good_is_permanent() {
        let kind = |status, code| kind_of_answer(Operation::Get, status, code);
        assert_eq!(kind(404, Some("NoSuchKey")), StoreErrorKind::NotFound);
        assert_eq!(kind(404, Some("NoSuchBucket")), StoreErrorKind::Refused { status: 404 });
        assert_eq!(kind(403, Some("AccessDenied")), StoreErrorKind::AccessDenied);
        assert_eq!(kind(403, Some("InvalidObjectState")), StoreErrorKind::AccessDenied);
        assert_eq!(kind(503, Some("SlowDown")), StoreErrorKind::Throttled);
        assert_eq!(kind(503, None), StoreErrorKind::Throttled);
        assert_eq!(kind(500, Some("InternalError")), StoreErrorKind::Service { status: 500 });
        let permanent = |status, code| kind(status, code).decision() == Decision::Permanent;
        assert!(permanent(404, Some("NoSuchKey")) && permanent(400, Some("KeyTooLongError")));
        for status in [400, 401, 403, 405, 408, 409, 412, 429, 500, 502, 503, 504] {
            assert!(!permanent(status, None), "{status}");
        }
        assert_eq!(kind_of_answer(Operation::Put, 404, None), StoreErrorKind::Refused { status: 404 });
    }

    #[test]
    fn a_condition_that_does_not_hold_is_told_from_a_race() {
        let kind = |status, code| kind_of_answer(Operation::CompleteUpload, status, code);
        assert_eq!(kind(412, Some("PreconditionFailed")), StoreErrorKind::PreconditionFailed);
        assert_eq!(kind(412, None), StoreErrorKind::PreconditionFailed);
        assert_eq!(kind(200, Some("PreconditionFailed")), StoreErrorKind::PreconditionFailed);
        assert_eq!(kind(409, Some("ConditionalRequestConflict")), StoreErrorKind::Conflict);
        assert_eq!(kind(404, Some("NoSuchUpload")), StoreErrorKind::Conflict);
        assert_eq!(kind(404, Some("NoSuchKey")), StoreErrorKind::NotFound);
        assert_eq!(kind(404, Some("NoSuchBucket")), StoreErrorKind::Refused { status: 404 });
        assert_eq!(kind(416, Some("InvalidRange")), StoreErrorKind::Refused { status: 416 });
        assert_eq!(kind(200, Some("InternalError")), StoreErrorKind::Service { status: 200 });
    }
}
