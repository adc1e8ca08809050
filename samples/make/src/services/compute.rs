//! EC2, Auto Scaling, ECS, Lambda, CloudFormation, CloudWatch, CloudWatch Logs and Systems Manager.

use crate::json::{Json, list, object};
use crate::organization::Place;
use crate::record::Call;
use crate::rng::Rng;
use crate::services::FUNCTIONS;

fn ec2_read(name: &'static str, set: &'static str) -> Call {
    Call::read("ec2", name, object! {}.with(set, object! {}).with("filterSet", object! {}))
}

pub(crate) fn describe_instances(rng: &mut Rng, _: Place) -> Call {
    let call = ec2_read("DescribeInstances", "instancesSet");
    if rng.percent(3) {
        let message = "You are not authorized to perform this operation.";
        return call.fails("Client.UnauthorizedOperation", message);
    }
    call
}

pub(crate) fn describe_security_groups(_: &mut Rng, _: Place) -> Call {
    ec2_read("DescribeSecurityGroups", "securityGroupSet")
}

pub(crate) fn describe_subnets(_: &mut Rng, _: Place) -> Call {
    ec2_read("DescribeSubnets", "subnetSet")
}

pub(crate) fn describe_vpcs(_: &mut Rng, _: Place) -> Call {
    ec2_read("DescribeVpcs", "vpcSet")
}

pub(crate) fn describe_route_tables(_: &mut Rng, _: Place) -> Call {
    ec2_read("DescribeRouteTables", "routeTableIdSet")
}

pub(crate) fn describe_volumes(_: &mut Rng, _: Place) -> Call {
    ec2_read("DescribeVolumes", "volumeSet")
}

pub(crate) fn run_instances(rng: &mut Rng, place: Place) -> Call {
    let image = "ami-0example1234567890";
    let subnet = format!("subnet-{}", rng.hex(17));
    let items = list![object! { "imageId": image, "minCount": 1_u32, "maxCount": 1_u32 }];
    let parameters = object! {
        "instancesSet": object! { "items": items },
        "instanceType": "t4g.small",
        "subnetId": &subnet,
        "monitoring": object! { "enabled": false },
    };
    let instance = object! {
        "instanceId": format!("i-{}", rng.hex(17)),
        "imageId": image,
        "instanceState": object! { "code": 0_u32, "name": "pending" },
        "instanceType": "t4g.small",
        "placement": object! { "availabilityZone": format!("{}b", place.region), "tenancy": "default" },
        "subnetId": subnet,
        "privateIpAddress": format!("10.20.{}.{}", rng.below(4), rng.between(5, 250)),
    };
    let response = object! {
        "reservationId": format!("r-{}", rng.hex(17)),
        "ownerId": place.account,
        "instancesSet": object! { "items": list![instance] },
    };
    Call::write("ec2", "RunInstances", parameters, response)
}

pub(crate) fn terminate_instances(rng: &mut Rng, _: Place) -> Call {
    let instance = format!("i-{}", rng.hex(17));
    let one = |fields: Json| object! { "instancesSet": object! { "items": list![fields] } };
    let state = object! { "code": 32_u32, "name": "shutting-down" };
    let parameters = one(object! { "instanceId": &instance });
    let response = one(object! { "instanceId": instance, "currentState": state });
    Call::write("ec2", "TerminateInstances", parameters, response)
}

pub(crate) fn describe_auto_scaling_groups(_: &mut Rng, _: Place) -> Call {
    Call::read("autoscaling", "DescribeAutoScalingGroups", object! { "maxRecords": 100_u32 })
}

pub(crate) fn describe_services(rng: &mut Rng, _: Place) -> Call {
    let service = rng.pick(["storefront-web", "search", "mailer"]);
    Call::read("ecs", "DescribeServices", object! { "cluster": "shop", "services": list![service] })
}

pub(crate) fn list_functions(_: &mut Rng, _: Place) -> Call {
    Call::read("lambda", "ListFunctions20150331", object! { "maxItems": 50_u32 })
}

pub(crate) fn get_function(rng: &mut Rng, _: Place) -> Call {
    Call::read("lambda", "GetFunction20150331v2", object! { "functionName": rng.pick(FUNCTIONS) })
}

pub(crate) fn update_function_code(rng: &mut Rng, place: Place) -> Call {
    let function = rng.pick(FUNCTIONS);
    let bucket = format!("example-shop-deployment-artifacts-{}", place.region);
    let parameters = object! {
        "functionName": function,
        "s3Bucket": bucket,
        "s3Key": format!("{function}/{}.zip", rng.hex(12)),
        "publish": false,
        "dryRun": false,
    };
    let response = object! {
        "functionName": function,
        "functionArn": format!("arn:aws:lambda:{}:{}:function:{function}", place.region, place.account),
        "runtime": "nodejs22.x",
        "handler": "index.handler",
        "codeSize": rng.between(20_000, 900_000),
        "timeout": 30_u32,
        "memorySize": 512_u32,
        "version": "$LATEST",
        "state": "Active",
        "lastUpdateStatus": "InProgress",
    };
    Call::write("lambda", "UpdateFunctionCode20150331v2", parameters, response)
}

/// It fails, and its parameters name API Gateway: a text search would take it for one of API Gateway's failures.
pub(crate) fn add_permission_twice(rng: &mut Rng, place: Place) -> Call {
    let function = rng.pick(FUNCTIONS);
    let parameters = object! {
        "functionName": function,
        "statementId": "AllowApiGateway",
        "action": "lambda:InvokeFunction",
        "principal": "apigateway.amazonaws.com",
        "sourceArn": format!("arn:aws:execute-api:{}:{}:*", place.region, place.account),
    };
    let message = "The statement id (AllowApiGateway) provided already exists. Please provide a new statement id, or \
                   remove the existing statement.";
    Call::write("lambda", "AddPermission20150331v2", parameters, Json::Null)
        .fails("ResourceConflictException", message)
}

pub(crate) fn describe_stacks(rng: &mut Rng, _: Place) -> Call {
    let stack = rng.pick(["shop-api", "shop-network", "shop-workers"]);
    Call::read("cloudformation", "DescribeStacks", object! { "stackName": stack })
}

pub(crate) fn describe_alarms(_: &mut Rng, _: Place) -> Call {
    Call::read("monitoring", "DescribeAlarms", object! { "maxRecords": 100_u32, "stateValue": "ALARM" })
}

pub(crate) fn describe_log_groups(rng: &mut Rng, _: Place) -> Call {
    let prefix = format!("/aws/lambda/{}", rng.pick(FUNCTIONS));
    Call::read("logs", "DescribeLogGroups", object! { "logGroupNamePrefix": prefix, "limit": 50_u32 })
        .with_api_version("20140328")
}

pub(crate) fn create_log_stream(rng: &mut Rng, _: Place) -> Call {
    let parameters = object! {
        "logGroupName": format!("/aws/lambda/{}", rng.pick(FUNCTIONS)),
        "logStreamName": format!("2026/11/20/[$LATEST]{}", rng.hex(32)),
    };
    Call::write("logs", "CreateLogStream", parameters, Json::Null).with_api_version("20140328")
}

pub(crate) fn update_instance_information(rng: &mut Rng, _: Place) -> Call {
    let parameters = object! {
        "instanceId": format!("i-0{}", rng.pick(["a1example2b3c4d5e", "f6example7a8b9c0d"])),
        "agentVersion": "3.3.3050.0",
        "agentStatus": "Active",
        "platformType": "Linux",
        "platformName": "Amazon Linux",
        "computerName": "ip-10-20-1-17.ec2.internal",
    };
    Call::write("ssm", "UpdateInstanceInformation", parameters, Json::Null)
}

pub(crate) fn get_parameters_by_path(rng: &mut Rng, _: Place) -> Call {
    let path = format!("/shop/{}", rng.pick(["web", "search", "mailer"]));
    let parameters = object! { "path": path, "recursive": true, "withDecryption": true };
    Call::read("ssm", "GetParametersByPath", parameters)
}
