//! From the SDK's errors to the port's.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use gatetrail_engine::{Operation, StoreError, StoreErrorKind};

pub(crate) fn store_error<E>(
    operation: Operation,
    bucket: &str,
    key: &str,
    error: SdkError<E, HttpResponse>,
) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    StoreError {
        operation,
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        kind: kind_of(operation, &error),
        source: Some(Box::new(error)),
    }
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

/// Status and code, because either may be all there is: an answer to HEAD has no code, a proxy's has none of S3's.
fn kind_of_answer(operation: Operation, status: u16, code: Option<&str>) -> StoreErrorKind {
    match (status, code) {
        (_, Some("NoSuchKey")) => StoreErrorKind::NotFound,
        (_, Some("KeyTooLongError")) => StoreErrorKind::InvalidKey,
        (_, Some("SlowDown" | "Throttling" | "ThrottlingException" | "RequestLimitExceeded")) => {
            StoreErrorKind::Throttled
        }
        // Only a read can be told that its object is gone; `NoSuchBucket` is somebody's configuration.
        (404, None | Some("NotFound")) if operation == Operation::Get => StoreErrorKind::NotFound,
        (401 | 403, _) => StoreErrorKind::AccessDenied,
        (408, _) => StoreErrorKind::Timeout,
        (429 | 503, _) => StoreErrorKind::Throttled,
        (500.., _) => StoreErrorKind::Service { status },
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
        for status in [400, 401, 403, 405, 408, 409, 429, 500, 502, 503, 504] {
            assert!(!permanent(status, None), "{status}");
        }
        assert_eq!(kind_of_answer(Operation::Put, 404, None), StoreErrorKind::Refused { status: 404 });
    }
}
