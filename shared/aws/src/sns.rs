//! The notifier on SNS.

use std::collections::BTreeMap;
use std::str::FromStr;

use aws_sdk_sns::Client;
use aws_sdk_sns::config::Region;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::types::MessageAttributeValue;
use gatetrail_engine::{Notifier, NotifyError};
use gatetrail_report::{AlertMessage, is_account_id};

use crate::environment::Environment;

/// Protocols of subscriptions that take the JSON; the others, e-mail among them, get the text. Amazon Q Developer in chat
/// applications subscribes by HTTPS.
const PROGRAMS: [&str; 6] = ["email-json", "firehose", "http", "https", "lambda", "sqs"];

/// A topic. Clones share one client.
#[derive(Debug, Clone)]
pub struct SnsTopic {
    client: Client,
    arn: String,
}

/// The ARN of a standard topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn {
    arn: String,
    region: String,
}

/// A text that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{arn:?} is no standard SNS topic; give an ARN such as \"arn:aws:sns:eu-west-1:111122223333:alerts\""
)]
pub struct NotATopic {
    /// The text.
    pub arn: String,
}

impl FromStr for TopicArn {
    type Err = NotATopic;

    /// A topic of the sort FIFO is none: it takes neither e-mail nor chats.
    fn from_str(arn: &str) -> Result<Self, NotATopic> {
        let wrong = || NotATopic { arn: arn.to_owned() };
        let region = region_of(arn).ok_or_else(wrong)?;
        Ok(Self { arn: arn.to_owned(), region: region.to_owned() })
    }
}

impl SnsTopic {
    /// What the adapter asks of AWS, as permissions are named. A topic that is encrypted with a key of its owner needs
    /// `kms:GenerateDataKey` and `kms:Decrypt` of that key as well.
    pub const CALLS: &'static [&'static str] = &["sns:Publish"];

    /// A topic with a function's credentials, in its own region. Loads the machine's root certificates.
    #[must_use]
    pub fn new(environment: &Environment, TopicArn { arn, region }: TopicArn) -> Self {
        let config = environment.sns_config().region(Region::new(region)).build();
        Self { client: Client::from_conf(config), arn }
    }
}

impl Notifier for SnsTopic {
    async fn publish(&self, message: &AlertMessage) -> Result<(), NotifyError> {
        let failed = |problem: String, source| NotifyError { to: self.arn.clone(), problem, source };
        let by_protocol = by_protocol(message).map_err(|error| failed(error.to_string(), None))?;
        let mut request = self.client.publish().topic_arn(&self.arn).subject(&message.subject);
        request = request.message_structure("json").message(by_protocol);
        for (name, value) in &message.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            let value = value.map_err(|error| failed(error.to_string(), None))?;
            request = request.message_attributes(*name, value);
        }
        match Box::pin(request.send()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(failed(problem(&error), Some(Box::new(error)))),
        }
    }
}

fn by_protocol(message: &AlertMessage) -> Result<String, serde_json::Error> {
    let programs = PROGRAMS.map(|protocol| (protocol, message.json.as_str()));
    let people = ("default", message.text.as_str());
    serde_json::to_string(&programs.into_iter().chain([people]).collect::<BTreeMap<_, _>>())
}

fn problem<R>(error: &SdkError<PublishError, R>) -> String {
    match error {
        SdkError::ServiceError(service) => service.err().code().unwrap_or("refused").to_owned(),
        SdkError::TimeoutError(_) => "timed out".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "timed out".to_owned(),
        SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => "connection failed".to_owned(),
        _ => "request could not be made".to_owned(),
    }
}

/// `arn:aws:sns:eu-west-1:111122223333:alerts`
fn region_of(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let (prefix, _partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, name) = (parts.next()?, parts.next()?, parts.next()?);
    let is_name = !name.is_empty() && !name.ends_with(".fifo") && parts.next().is_none();
    (prefix == "arn" && service == "sns" && !region.is_empty() && is_account_id(account) && is_name)
        .then_some(region)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread::{JoinHandle, spawn};

    use super::*;

    #[test]
    fn the_region_is_the_topics() {
        let region = |arn: &str| arn.parse::<TopicArn>().map(|topic| topic.region);
        assert_eq!(region("arn:aws:sns:eu-west-1:111122223333:alerts").unwrap(), "eu-west-1");
        assert_eq!(region("arn:aws-cn:sns:cn-north-1:111122223333:alerts").unwrap(), "cn-north-1");
        for wrong in [
            "",
            "alerts",
            "arn:aws:sqs:eu-west-1:111122223333:alerts",
            "arn:aws:sns:eu-west-1:11112222333x:alerts",
            "arn:aws:sns:eu-west-1:111122223333:",
            "arn:aws:sns:eu-west-1:111122223333:alerts.fifo",
            "arn:aws:sns:eu-west-1:111122223333:alerts:5be8a4f5",
        ] {
            assert_eq!(region(wrong), Err(NotATopic { arn: wrong.to_owned() }));
        }
    }

    /// Answers one request, and gives its body.
    fn answer_one(listener: TcpListener, status: &'static str, answer: &'static str) -> JoinHandle<String> {
        spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n",
                answer.len()
            );
            stream.write_all(format!("{head}connection: close\r\n\r\n{answer}").as_bytes()).unwrap();
            String::from_utf8(body).unwrap()
        })
    }

    async fn publish(status: &'static str, answer: &'static str) -> (Result<(), NotifyError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let environment = Environment::read(|name| match name {
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            "AWS_ENDPOINT_URL_SNS" => Some(url.clone()),
            _ => None,
        });
        let topic = "arn:aws:sns:eu-west-1:111122223333:alerts".parse().unwrap();
        let topic = SnsTopic::new(&environment.unwrap(), topic);
        let server = answer_one(listener, status, answer);
        let message = AlertMessage {
            subject: "OPEN: Server errors".to_owned(),
            text: "Zwölf".to_owned(),
            json: "{\"version\":\"1.0\"}".to_owned(),
            attributes: [("rule", "server_errors".to_owned())].into(),
        };
        let published = topic.publish(&message).await;
        (published, server.join().unwrap())
    }

    #[tokio::test]
    async fn people_get_the_text_and_programs_the_json() {
        let answer =
            "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>";
        let (published, body) = publish("200 OK", answer).await;
        published.unwrap();
        let fields: BTreeMap<&str, String> = body
            .split('&')
            .map(|field| field.split_once('=').unwrap())
            .map(|(name, value)| (name, decoded(value)))
            .collect();
        assert_eq!(fields["Action"], "Publish");
        assert_eq!(fields["TopicArn"], "arn:aws:sns:eu-west-1:111122223333:alerts");
        assert_eq!(
            (fields["Subject"].as_str(), fields["MessageStructure"].as_str()),
            ("OPEN: Server errors", "json")
        );
        assert_eq!(fields["MessageAttributes.entry.1.Name"], "rule");
        assert_eq!(fields["MessageAttributes.entry.1.Value.StringValue"], "server_errors");
        let message: BTreeMap<String, String> = serde_json::from_str(&fields["Message"]).unwrap();
        assert_eq!(message["default"], "Zwölf");
        for protocol in PROGRAMS {
            assert_eq!(message[protocol], "{\"version\":\"1.0\"}");
        }
    }

    #[tokio::test]
    async fn a_refusal_names_the_topic_and_the_code() {
        let answer = "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code>\
                      <Message>not allowed</Message></Error><RequestId>1</RequestId></ErrorResponse>";
        let (published, _) = publish("403 Forbidden", answer).await;
        let error = published.unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to publish to arn:aws:sns:eu-west-1:111122223333:alerts: AuthorizationError"
        );
    }

    /// A value of a form.
    fn decoded(value: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = value.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'%' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    bytes.push(u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap());
                }
                b'+' => bytes.push(b' '),
                _ => bytes.push(byte),
            }
        }
        String::from_utf8(bytes).unwrap()
    }
}
