//! The text columns of an event.

use gatetrail_trail::Event;

/// Declares the columns once: variant, name in tables and documents, field of [`Event`].
macro_rules! columns {
    ($($variant:ident, $name:literal, $field:ident, $doc:literal;)*) => {
        /// A text column of the set `events`. What each holds is said at the field of [`Event`] of the same name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Column {
            $(#[doc = $doc] $variant,)*
        }

        impl Column {
            /// All of them, in the order of tables and of the merge.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// Name in tables and documents.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            pub(super) fn of<'e>(self, event: &'e Event<'_>) -> &'e str {
                match self { $(Self::$variant => &event.$field,)* }
            }
        }
    };
}

columns! {
    AccountId, "account_id", account_id, "12 digits.";
    EventId, "event_id", event_id, "Unique within the account.";
    EventName, "event_name", event_name, "The call.";
    EventType, "event_type", event_type, "`AwsApiCall` for nearly all.";
    Region, "region", region, "AWS region.";
    SourceIp, "source_ip", source_ip, "Address or DNS name of the caller.";
    UserAgent, "user_agent", user_agent, "The caller's user agent.";
    RequestId, "request_id", request_id, "Id of the request.";
    ErrorCode, "error_code", error_code, "Empty for a call that succeeded.";
    ErrorMessage, "error_message", error_message, "What API Gateway answered.";
    User, "user", user, "The caller as the replaced query names it.";
    PrincipalType, "principal_type", principal_type, "Sort of identity.";
    PrincipalName, "principal_name", principal_name, "The caller for people to read.";
    SessionName, "session_name", session_name, "Session of an assumed role.";
    InvokedBy, "invoked_by", invoked_by, "AWS service in between.";
    ApiName, "api_name", api_name, "Name of the API that was made or changed.";
    ResourceName, "resource_name", resource_name, "Name of something else that was made or changed.";
    ApiId, "api_id", api_id, "Id of the API.";
    Stage, "stage", stage, "Stage of the API.";
    Resource, "resource", resource, "Part of the API.";
    BasePath, "base_path", base_path, "Of a mapping of a domain name.";
    DomainName, "domain_name", domain_name, "Custom domain name.";
    SharedEventId, "shared_event_id", shared_event_id, "One action seen by several accounts.";
    AddendumReason, "addendum_reason", addendum_reason, "`UPDATED_DATA` for a correction.";
    OriginalEventId, "original_event_id", original_event_id, "The event that a correction replaces.";
}
