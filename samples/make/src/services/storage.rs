//! S3, DynamoDB and RDS.

use crate::json::{Json, list, object};
use crate::organization::Place;
use crate::record::Call;
use crate::rng::Rng;

const BUCKETS: [&str; 6] =
    ["media", "invoices", "search-index", "deployment-artifacts", "access-logs", "customer-exports"];
const TABLES: [&str; 4] = ["orders", "carts", "refunds", "sessions"];

fn some_bucket(rng: &mut Rng, place: Place) -> String {
    let name = rng.pick(BUCKETS);
    let owner = place.account.get(..4).unwrap_or_default();
    format!("example-shop-{name}-{owner}-{}", place.region)
}

/// A read of one attribute of a bucket, which the request names as an empty query parameter.
fn bucket_read(rng: &mut Rng, place: Place, name: &'static str, attribute: &'static str) -> Call {
    let bucket = some_bucket(rng, place);
    let host = format!("{bucket}.s3.{}.amazonaws.com", place.region);
    let parameters = object! { "bucketName": &bucket, "Host": &host }.with(attribute, "");
    let transferred = rng.between(180, 900);
    Call::read("s3", name, parameters)
        .with_additional(object! {
            "SignatureVersion": "SigV4",
            "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "bytesTransferredIn": 0_u32,
            "AuthenticationMethod": "AuthHeader",
            "bytesTransferredOut": transferred,
        })
        .on("AWS::S3::Bucket", format!("arn:aws:s3:::{bucket}"), place.account)
        .at_host(host)
}

pub(crate) fn list_buckets(_: &mut Rng, place: Place) -> Call {
    let host = format!("s3.{}.amazonaws.com", place.region);
    Call::read("s3", "ListBuckets", object! { "Host": &host }).at_host(host)
}

pub(crate) fn get_bucket_acl(rng: &mut Rng, place: Place) -> Call {
    bucket_read(rng, place, "GetBucketAcl", "acl")
}

pub(crate) fn get_bucket_encryption(rng: &mut Rng, place: Place) -> Call {
    bucket_read(rng, place, "GetBucketEncryption", "encryption")
}

pub(crate) fn get_bucket_versioning(rng: &mut Rng, place: Place) -> Call {
    bucket_read(rng, place, "GetBucketVersioning", "versioning")
}

pub(crate) fn get_bucket_policy(rng: &mut Rng, place: Place) -> Call {
    let call = bucket_read(rng, place, "GetBucketPolicy", "policy");
    if rng.percent(30) {
        return call.fails("NoSuchBucketPolicy", "The bucket policy does not exist");
    }
    call
}

pub(crate) fn get_bucket_website(rng: &mut Rng, place: Place) -> Call {
    let message = "The specified bucket does not have a website configuration";
    bucket_read(rng, place, "GetBucketWebsite", "website").fails("NoSuchWebsiteConfiguration", message)
}

pub(crate) fn describe_table(rng: &mut Rng, place: Place) -> Call {
    let table = rng.pick(TABLES);
    let arn = table_arn(place, table);
    let call = Call::read("dynamodb", "DescribeTable", object! { "tableName": table })
        .on("AWS::DynamoDB::Table", arn, place.account)
        .with_api_version("2012-08-10");
    if rng.percent(4) {
        let message = format!("Requested resource not found: Table: {table} not found");
        return call.fails("ResourceNotFoundException", message);
    }
    call
}

pub(crate) fn describe_continuous_backups(rng: &mut Rng, place: Place) -> Call {
    let table = rng.pick(TABLES);
    Call::read("dynamodb", "DescribeContinuousBackups", object! { "tableName": table })
        .on("AWS::DynamoDB::Table", table_arn(place, table), place.account)
        .with_api_version("2012-08-10")
}

pub(crate) fn create_backup(rng: &mut Rng, place: Place) -> Call {
    let table = rng.pick(TABLES);
    let backup = format!("nightly-{table}-{}", rng.lower(6));
    let parameters = object! { "tableName": table, "backupName": &backup };
    let details = object! {
        "backupArn": format!("{}/backup/{}", table_arn(place, table), rng.hex(12)),
        "backupName": backup,
        "backupStatus": "CREATING",
        "backupType": "USER",
    };
    Call::write("dynamodb", "CreateBackup", parameters, object! { "backupDetails": details })
        .on("AWS::DynamoDB::Table", table_arn(place, table), place.account)
        .with_api_version("2012-08-10")
}

fn table_arn(place: Place, table: &str) -> String {
    format!("arn:aws:dynamodb:{}:{}:table/{table}", place.region, place.account)
}

pub(crate) fn describe_db_snapshots(_: &mut Rng, _: Place) -> Call {
    let parameters = object! { "snapshotType": "manual", "includeShared": false, "maxRecords": 100_u32 };
    Call::read("rds", "DescribeDBSnapshots", parameters)
}

pub(crate) fn create_db_snapshot(rng: &mut Rng, place: Place) -> Call {
    let snapshot = format!("nightly-ledger-{}", rng.lower(6));
    let database = rng.pick(["ledger", "catalog"]);
    let parameters = object! { "dBSnapshotIdentifier": &snapshot, "dBInstanceIdentifier": database };
    let response = object! {
        "dBSnapshotIdentifier": &snapshot,
        "dBInstanceIdentifier": database,
        "engine": "postgres",
        "allocatedStorage": 100_u32,
        "status": "creating",
        "availabilityZone": format!("{}a", place.region),
        "encrypted": true,
        "tagList": list![],
        "dBSnapshotArn": format!("arn:aws:rds:{}:{}:snapshot:{snapshot}", place.region, place.account),
        "storageType": "gp3",
        "percentProgress": 0_u32,
        "processorFeatures": Json::List(Vec::new()),
    };
    Call::write("rds", "CreateDBSnapshot", parameters, response)
}
