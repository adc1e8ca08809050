//! Which calls change how an API answers: what somebody looks for who asks what changed before it broke.

/// What a change does to the requests of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// A deployment: what was defined is in force on a stage from now on.
    Deployed,
    /// Settings of a stage, or what it has cached.
    Stage,
    /// The definition of an API. Of a REST API it is in force once deployed; of an HTTP API at once on a stage that deploys
    /// by itself, for which nobody calls `CreateDeployment`.
    Definition,
    /// How callers reach an API, or how often they may.
    Access,
    /// The API is gone.
    Removed,
}

/// Calls by effect. Their names are those of the API references of API Gateway, versions 1 and 2:
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html> and
/// <https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html>. What needs a deployment to be in force:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/updating-api.html>.
///
/// Left out are the single steps by which a REST API is defined (`PutMethod`, `PutIntegration`, …): nothing of them is in
/// force before the deployment, which is marked.
const CHANGES: &[(Effect, &[&str])] = &[
    (Effect::Deployed, &["CreateDeployment"]),
    (
        Effect::Stage,
        &[
            "CreateStage",
            "DeleteRouteSettings",
            "DeleteStage",
            "FlushStageAuthorizersCache",
            "FlushStageCache",
            "ResetAuthorizersCache",
            "UpdateStage",
        ],
    ),
    (
        Effect::Definition,
        &[
            "CreateRoute",
            "DeleteCorsConfiguration",
            "DeleteRoute",
            "DeleteRouteRequestParameter",
            "ImportApi",
            "PutRestApi",
            "ReimportApi",
            "UpdateApi",
            "UpdateAuthorizer",
            "UpdateIntegration",
            "UpdateRestApi",
            "UpdateRoute",
        ],
    ),
    (
        Effect::Access,
        &[
            "CreateApiMapping",
            "CreateBasePathMapping",
            "DeleteApiKey",
            "DeleteApiMapping",
            "DeleteBasePathMapping",
            "DeleteDomainName",
            "DeleteUsagePlan",
            "DeleteUsagePlanKey",
            "DeleteVpcLink",
            "UpdateAccount",
            "UpdateApiKey",
            "UpdateApiMapping",
            "UpdateBasePathMapping",
            "UpdateDomainName",
            "UpdateUsage",
            "UpdateUsagePlan",
            "UpdateVpcLink",
        ],
    ),
    (Effect::Removed, &["DeleteApi", "DeleteRestApi"]),
];

impl Effect {
    /// Of a call that succeeded; `None` where it changes nothing that a caller could notice.
    pub(crate) fn of(event_name: &str) -> Option<Self> {
        let found = CHANGES.iter().find(|(_, names)| names.contains(&event_name));
        found.map(|(effect, _)| *effect)
    }

    /// For people.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Deployed => "deployed",
            Self::Stage => "stage changed",
            Self::Definition => "defined anew",
            Self::Access => "access changed",
            Self::Removed => "removed",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_call_has_one_effect() {
        let names = CHANGES.iter().flat_map(|(_, names)| names.iter());
        let distinct: BTreeSet<_> = names.clone().collect();
        assert_eq!(distinct.len(), names.count());
        assert_eq!(Effect::of("CreateDeployment"), Some(Effect::Deployed));
        assert_eq!(Effect::of("UpdateRoute"), Some(Effect::Definition));
        assert!(["GetStages", "PutMethod", "TagResource", ""].iter().all(|name| Effect::of(name).is_none()));
    }
}
