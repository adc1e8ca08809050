"""Has LocalStack's CloudFormation delete a stack as AWS does:

- What a template retains is kept. The engine reads DeletionPolicy and UpdateReplacePolicy, and deletes all the same, the objects of
  a bucket too.
- A resource whose condition does not hold was never made, and is passed over. The engine looks at its properties, finds references
  to others that were never made, and stops in the middle while it reports DELETE_COMPLETE.
"""

import functools

from localstack.aws.api.cloudformation import ChangeAction
from localstack.services.cloudformation.engine.v2.change_set_model import ChangeType, Nothing
from localstack.services.cloudformation.engine.v2.change_set_model_executor import ChangeSetModelExecutor
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import PreprocEntityDelta
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent


def is_retained(executor, logical_id, replaced):
    for resource in executor._change_set.update_model.node_template.resources.resources:
        if resource.name == logical_id:
            policy = resource.update_replace_policy if replaced else resource.deletion_policy
            return getattr(policy, "value", None) == "Retain"
    return False


def install():
    executed = ChangeSetModelExecutor._execute_resource_action
    visited = ChangeSetModelExecutor.visit_node_resource

    @functools.wraps(executed)
    def unless_retained(self, action, logical_resource_id, *args, part_of_replacement=False, **kwargs):
        if action == ChangeAction.Remove and is_retained(self, logical_resource_id, part_of_replacement):
            return ProgressEvent(status=OperationStatus.SUCCESS, resource_model={})
        return executed(self, action, logical_resource_id, *args, part_of_replacement=part_of_replacement, **kwargs)

    @functools.wraps(visited)
    def if_made(self, node_resource):
        if node_resource.change_type == ChangeType.REMOVED and node_resource.name not in self._before_resolved_resources:
            return PreprocEntityDelta(before=Nothing, after=Nothing)
        return visited(self, node_resource)

    ChangeSetModelExecutor._execute_resource_action = unless_retained
    ChangeSetModelExecutor.visit_node_resource = if_made
