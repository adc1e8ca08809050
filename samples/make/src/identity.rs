//! Who calls: one constructor for each kind of `userIdentity` that CloudTrail delivers, and the client of the call.

use crate::day::Moment;
use crate::json::{Json, object};
use crate::organization::PLATFORM;
use crate::rng::Rng;

/// What a call is made with; it decides the user agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Terraform,
    Console,
    Boto3,
    Cli,
    SdkJs,
    SdkJava,
    /// A service of AWS on behalf of the caller, named as `cloudformation.amazonaws.com`.
    Service(&'static str),
}

impl Tool {
    /// The user agent for calls to `service`, given as the SDKs name it (`apigatewayv2`).
    pub(crate) fn user_agent(self, service: &str) -> String {
        match self {
            Self::Terraform => format!(
                "APN/1.0 HashiCorp/1.0 Terraform/1.14.3 (+https://www.terraform.io) terraform-provider-aws/6.22.0 \
                 aws-sdk-go-v2/1.40.1 ua/2.1 os/linux lang/go#1.25.4 api/{service}#1.36.2"
            ),
            Self::Console => {
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) \
                              Chrome/150.0.0.0 Safari/537.36"
                    .to_owned()
            }
            Self::Boto3 => {
                "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux#6.12.55 md/arch#x86_64 lang/python#3.13.9 \
                            md/pyimpl#CPython cfg/retry-mode#standard Botocore/1.43.11"
                    .to_owned()
            }
            Self::Cli => format!(
                "aws-cli/2.33.4 ua/2.1 os/linux#6.12.55 md/arch#x86_64 lang/python#3.13.9 \
                 md/pyimpl#CPython md/installer#exe md/command#{service}"
            ),
            Self::SdkJs => format!(
                "aws-sdk-js/3.940.0 ua/2.1 os/linux#5.10.245 lang/js md/nodejs#22.20.0 api/{service}#3.940.0 \
                 exec-env/AWS_Lambda_nodejs22.x"
            ),
            Self::SdkJava => format!(
                "aws-sdk-java/2.39.2 ua/2.1 api/{service}#2.39.x os/Linux#6.12.55 \
                 lang/java#21.0.9"
            ),
            Self::Service(name) => name.to_owned(),
        }
    }
}

/// One principal with its credentials and its client: what all the records of a session have in common.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) identity: Json,
    /// Empty where the identity has none.
    pub(crate) arn: String,
    pub(crate) source_ip: String,
    pub(crate) tool: Tool,
}

/// The unique id of a user or role: 21 characters, the same for one arn each time.
fn principal_id(prefix: &str, arn: &str) -> String {
    format!("{prefix}EXAMPLE{}", Rng::named(arn).upper(10))
}

/// An access key id: 20 characters, the same for one owner each time.
fn access_key(prefix: &str, owner: &str) -> String {
    format!("{prefix}EXAMPLE{}", Rng::named(&format!("access key of {owner}")).upper(9))
}

/// The temporary access key id of the session that `arn` began at `began`.
pub(crate) fn session_key(arn: &str, began: Moment) -> String {
    access_key("ASIA", &format!("{arn} {}", began.iso()))
}

fn attributes(began: Moment, with_mfa: bool) -> Json {
    object! { "creationDate": began.iso(), "mfaAuthenticated": if with_mfa { "true" } else { "false" } }
}

impl Caller {
    fn new(identity: Json, arn: String, source_ip: &str, tool: Tool) -> Self {
        Self { identity, arn, source_ip: source_ip.to_owned(), tool }
    }

    /// A role that somebody assumed; `path` is empty or ends in `/`.
    pub(crate) fn role(
        account: &'static str,
        path_and_name: &str,
        session: &str,
        began: Moment,
        source_ip: &str,
        tool: Tool,
    ) -> Self {
        let name = path_and_name.rsplit('/').next().unwrap_or(path_and_name);
        let role_arn = format!("arn:aws:iam::{account}:role/{path_and_name}");
        let role_id = principal_id("AROA", &role_arn);
        let arn = format!("arn:aws:sts::{account}:assumed-role/{name}/{session}");
        let identity = object! {
            "type": "AssumedRole",
            "principalId": format!("{role_id}:{session}"),
            "arn": &arn,
            "accountId": account,
            "accessKeyId": session_key(&arn, began),
            "sessionContext": object! {
                "sessionIssuer": object! {
                    "type": "Role",
                    "principalId": role_id,
                    "arn": role_arn,
                    "accountId": account,
                    "userName": name,
                },
                "attributes": attributes(began, tool == Tool::Console),
            },
        };
        Self::new(identity, arn, source_ip, tool)
    }

    /// Somebody of the staff, signed in through IAM Identity Center.
    pub(crate) fn staff(
        account: &'static str,
        permission_set: &str,
        person: &str,
        began: Moment,
        tool: Tool,
    ) -> Self {
        let suffix = Rng::named(&format!("{account}{permission_set}")).hex(16);
        let role = format!("aws-reserved/sso.amazonaws.com/AWSReservedSSO_{permission_set}_{suffix}");
        let address = format!("198.51.100.{}", 10 + Rng::named(person).below(40));
        Self::role(account, &role, person, began, &address, tool)
    }

    /// A function, by the role that it runs with.
    pub(crate) fn function(account: &'static str, function: &str, began: Moment, tool: Tool) -> Self {
        let address = format!("192.0.2.{}", 20 + Rng::named(function).below(200));
        Self::role(account, &format!("service-role/{function}-role"), function, began, &address, tool)
    }

    /// A role that an AWS service has in the account, such as `AWSServiceRoleForConfig`.
    pub(crate) fn service_role(
        account: &'static str,
        service: &'static str,
        role: &str,
        session: &str,
        began: Moment,
    ) -> Self {
        let path = format!("aws-service-role/{service}/{role}");
        let caller = Self::role(account, &path, session, began, service, Tool::Service(service));
        caller.invoked_by(service)
    }

    pub(crate) fn iam_user(account: &'static str, name: &str, source_ip: &str, tool: Tool) -> Self {
        let arn = format!("arn:aws:iam::{account}:user/{name}");
        let identity = object! {
            "type": "IAMUser",
            "principalId": principal_id("AIDA", &arn),
            "arn": &arn,
            "accountId": account,
            "accessKeyId": access_key("AKIA", &arn),
            "userName": name,
        };
        Self::new(identity, arn, source_ip, tool)
    }

    pub(crate) fn root(account: &'static str, began: Moment) -> Self {
        let arn = format!("arn:aws:iam::{account}:root");
        let identity = object! {
            "type": "Root",
            "principalId": account,
            "arn": &arn,
            "accountId": account,
            "accessKeyId": session_key(&arn, began),
            "sessionContext": object! { "attributes": attributes(began, true) },
        };
        Self::new(identity, arn, "198.51.100.7", Tool::Console)
    }

    /// A service that acts for itself: nothing but its name is known.
    pub(crate) fn service(name: &'static str) -> Self {
        let identity = object! { "type": "AWSService", "invokedBy": name };
        Self::new(identity, String::new(), name, Tool::Service(name))
    }

    /// As some `AwsServiceEvent`s have it: an account and a service, and no `type`.
    pub(crate) fn untyped(account: &'static str, name: &'static str) -> Self {
        let identity = object! { "accountId": account, "invokedBy": name };
        Self::new(identity, String::new(), name, Tool::Service(name))
    }

    /// `role` of `account`, as another account's records show it.
    pub(crate) fn other_account(account: &'static str, role: &str, session: &str, source_ip: &str) -> Self {
        let role_id = principal_id("AROA", &format!("arn:aws:iam::{account}:role/{role}"));
        let identity = object! {
            "type": "AWSAccount",
            "principalId": format!("{role_id}:{session}"),
            "accountId": account,
        };
        Self::new(identity, String::new(), source_ip, Tool::Boto3)
    }

    /// A workload that proves who it is with a token of an OpenID Connect provider.
    pub(crate) fn web_identity(
        account: &'static str,
        provider: &str,
        subject: &str,
        source_ip: &str,
    ) -> Self {
        let provider_arn = format!("arn:aws:iam::{account}:oidc-provider/{provider}");
        let identity = object! {
            "type": "WebIdentityUser",
            "principalId": format!("{provider_arn}:sts.amazonaws.com:{subject}"),
            "userName": subject,
            "identityProvider": provider_arn,
        };
        Self::new(identity, String::new(), source_ip, Tool::Cli)
    }

    pub(crate) fn saml_user(account: &'static str, person: &str) -> Self {
        let qualifier = Rng::named(account).letters(27);
        let identity = object! {
            "type": "SAMLUser",
            "principalId": format!("{qualifier}=:{person}"),
            "userName": person,
            "identityProvider": format!("{qualifier}="),
        };
        Self::new(identity, String::new(), "198.51.100.61", Tool::Console)
    }

    pub(crate) fn identity_center_user(person: &str) -> Self {
        let mut rng = Rng::named(person);
        let identity = object! {
            "type": "IdentityCenterUser",
            "accountId": PLATFORM,
            "onBehalfOf": object! {
                "userId": rng.uuid(),
                "identityStoreArn": format!("arn:aws:identitystore::{PLATFORM}:identitystore/d-9067example"),
            },
            "credentialId": rng.uuid(),
        };
        let address = format!("198.51.100.{}", 10 + Rng::named(person).below(40));
        Self::new(identity, String::new(), &address, Tool::Console)
    }

    /// This caller where `service` makes the call for it.
    pub(crate) fn invoked_by(mut self, service: &'static str) -> Self {
        self.identity = self.identity.with("invokedBy", service);
        service.clone_into(&mut self.source_ip);
        self.tool = Tool::Service(service);
        self
    }
}
