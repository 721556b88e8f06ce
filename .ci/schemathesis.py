"""What a request that matches its schema may be refused for, each with its reason.

A schema describes one request alone. What depends on the state, on other requests, or on several members at once is
declared as a problem of the operation, and not in the schema.
"""

import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.core.failures import Failure

INHERENT = {
    "precondition-required": "428 has a remedy of its own, which `required: true` for If-Match would hide behind a 400",
    "precondition-failed": "which tag a resource has depends on its state",
    "idempotency-key-reused": "whether a key is new depends on earlier requests",
    "menu-item-unknown": "which dishes are on a menu depends on the state",
    "restaurant-unknown": "which restaurants there are depends on the state",
    "consumer-unknown": "which consumers there are depends on the state",
    "currency-mismatch": "which currency a menu has depends on the state",
    "expand-unknown": "a name that is unknown is told with the names that there are, which a 400 of the schema is not",
    "expand-limit": "the limits are keys of gateway.yaml",
    "fields-unknown": "a name that is unknown is told with the names that there are, which a 400 of the schema is not",
}

# Of validation-failed: where, and a part of what is said.
FAULTS = {
    ("query", "#/cursor", "Take it from a `next` or `prev` link"): "a cursor is made by the service",
    ("body", "#/email", "Invalid email address"): "validators differ in what they take for an address",
    ("body", "/value", "needs `value` (RFC 6902"): "which member is needed depends on `op`; generators know no unions",
    ("body", "/from", "needs `from` (RFC 6902"): "which member is needed depends on `op`; generators know no unions",
    ("body", "/path", "The document has no such member"): "a JSON Patch has one schema, whatever the document has",
    ("body", "/from", "The document has no such member"): "a JSON Patch has one schema, whatever the document has",
    ("body", "", "After the patch:"): "what a patch makes of a resource depends on the resource",
    ("path", "", "must match pattern"): "the stateful phase sends `{restaurantId}` where a link gives it no value",
}


def problem_of(response):
    try:
        return response.json()
    except ValueError:
        return {}


def is_inherent(response, problem):
    code = str(problem.get("type", "")).rsplit("/", 1)[-1]
    if code in INHERENT:
        return True
    if code != "validation-failed":
        return False
    return all(any(fits(response, fault, known) for known in FAULTS) for fault in problem["errors"])


def fits(response, fault, known):
    where, pointer, said = known
    # What has no value is in the URL by its name, and not among the parameters of the case.
    if where == "path" and "%7B" not in str(response.request.url).upper():
        return False
    return fault["in"] == where and fault["pointer"].endswith(pointer) and said in fault["detail"]


taken = CHECKS.get_one("positive_data_acceptance")


@schemathesis.check
def right_requests_are_taken(ctx, response, case):
    try:
        return taken(ctx, response, case)
    except (Failure, AssertionError):
        if not is_inherent(response, problem_of(response)):
            raise
    return None
