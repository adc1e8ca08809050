"""Has LocalStack's CloudFormation keep what a template says is kept: its engine reads DeletionPolicy and UpdateReplacePolicy,
and deletes all the same, the objects of a bucket too. Only what says `Retain` is kept, as on AWS."""

import functools

from localstack.aws.api.cloudformation import ChangeAction
from localstack.services.cloudformation.engine.v2.change_set_model_executor import ChangeSetModelExecutor
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent


def is_retained(executor, logical_id, replaced):
    for resource in executor._change_set.update_model.node_template.resources.resources:
        if resource.name == logical_id:
            policy = resource.update_replace_policy if replaced else resource.deletion_policy
            return getattr(policy, "value", None) == "Retain"
    return False


def install():
    executed = ChangeSetModelExecutor._execute_resource_action

    @functools.wraps(executed)
    def unless_retained(self, action, logical_resource_id, *args, part_of_replacement=False, **kwargs):
        if action == ChangeAction.Remove and is_retained(self, logical_resource_id, part_of_replacement):
            return ProgressEvent(status=OperationStatus.SUCCESS, resource_model={})
        return executed(self, action, logical_resource_id, *args, part_of_replacement=part_of_replacement, **kwargs)

    ChangeSetModelExecutor._execute_resource_action = unless_retained
