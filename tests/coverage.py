#!/usr/bin/env python3
"""Writes docs/coverage.md from the server's operation tables and its own counters, after the conformance suites.

Fails when an offered operation had no success from an SDK that offers it, or lacks an error that the reference lists for
it. Reads LAZULITE_CONTROL (http://127.0.0.1:PORT/_lazulite). A check of one operation is one test.
"""

import json
import os
import pathlib
import sys
import urllib.request

PAGE = pathlib.Path(__file__).parent.parent / "docs" / "coverage.md"

SDKS = {
    "blob": {"azsdk-js-azure-storage-blob": "JavaScript", "azsdk-python-storage-blob": "Python", "azsdk-go-azblob": "Go",
             "azsdk-java-azure-storage-blob": "Java", "azsdk-rust-storage_blob": "Rust"},
    "queue": {"azsdk-js-storage-queue": "JavaScript", "azsdk-python-storage-queue": "Python", "azsdk-go-azqueue": "Go",
              "azsdk-java-azure-storage-queue": "Java"},
    "table": {"azsdk-js-data-tables": "JavaScript", "azsdk-python-data-tables": "Python", "azsdk-go-aztables": "Go",
              "azsdk-java-azure-data-tables": "Java"},
    "web": {},
}
# The suites that go through every operation that is offered; the others go through these, which most programs call.
WHOLE = {"blob": {"JavaScript", "Python"}, "queue": {"JavaScript", "Python", "Go", "Java"},
         "table": {"JavaScript", "Python", "Go", "Java"}}
CORE = {"ListContainers", "GetAccountInformation", "CreateContainer", "GetContainerProperties", "SetContainerMetadata",
        "DeleteContainer", "ListBlobs", "ListBlobsByHierarchy", "GetBlob", "GetBlobProperties", "DeleteBlob", "PutBlob",
        "SetBlobProperties", "SetBlobMetadata", "PutBlock", "PutBlockList", "GetBlockList"}
# What an SDK does not have. The secondary of tables is reached by a host name of the cloud's shape, by Go and Java also by a path.
LACKS = {("Rust", "ListBlobsByHierarchy"), ("JavaScript", "GetTableServiceStats"), ("Python", "GetTableServiceStats"),
         ("Python", "BlobBatch"), ("Python", "BlobBatchWithRestype"),
         ("JavaScript", "BlobBatch")}  # it takes an account in the path for a container, and has the other form of it then
# What no SDK calls: the reference has these operations, clients use Get Properties instead; pages are for browsers.
RAW_ONLY = {"GetContainerMetadata", "GetBlobMetadata", "GetTable", "GetWebContent"}

SAS = {"AuthorizationPermissionMismatch", "AuthorizationResourceTypeMismatch"}
READ = {"BlobNotFound", "ConditionNotMet", "ContainerNotFound"}
WRITE = {"ConditionNotMet", "ContainerNotFound", "MultipleConditionHeadersNotSupported"}
PAGES = {"ConditionNotMet", "InvalidBlobType", "InvalidPageRange", "SequenceNumberConditionNotMet"}
QUEUE = SAS | {"QueueNotFound"}
MESSAGE = QUEUE | {"InvalidQueryParameterValue", "MessageNotFound", "MissingRequiredQueryParameter", "PopReceiptMismatch"}
ENTITY = {"AuthorizationPermissionMismatch", "InvalidInput", "TableNotFound"}
CHANGE = ENTITY | {"ResourceNotFound", "UpdateConditionNotSatisfied"}
NUMBERS = {"InvalidQueryParameterValue", "OutOfRangeQueryParameterValue"}
XML = {"InvalidXmlDocument", "InvalidXmlNodeValue", "MissingRequiredXmlNode", "UnsupportedXmlNode"}
METADATA = {"InvalidMetadata", "MetadataTooLarge", "EmptyMetadataKey"}
LEASE = SAS | {"ContainerNotFound", "ConditionNotMet"}
BLOB_LEASE = LEASE | {"BlobNotFound", "MultipleConditionHeadersNotSupported"}
CONTAINER_LEASE = LEASE | {"ConditionHeadersNotSupported"}
ACQUIRE = {"InvalidHeaderValue", "LeaseAlreadyPresent", "LeaseIsBreakingAndCannotBeAcquired", "MissingRequiredHeader"}
RENEW = {"LeaseIdMismatchWithLeaseOperation", "LeaseIsBrokenAndCannotBeRenewed"}
CHANGE_LEASE = {"LeaseIdMismatchWithLeaseOperation", "LeaseIsBreakingAndCannotBeChanged", "LeaseNotPresentWithLeaseOperation"}
BREAK = {"InvalidHeaderValue", "LeaseNotPresentWithLeaseOperation"}
IN_BLOB_LEASE = {"LeaseIdMismatchWithBlobOperation", "LeaseLost", "LeaseNotPresentWithBlobOperation"}
GUARDED = IN_BLOB_LEASE | {"LeaseIdMissing"}
IN_CONTAINER_LEASE = {"LeaseIdMismatchWithContainerOperation", "LeaseLost", "LeaseNotPresentWithContainerOperation"}
BODY = {"BothCrc64AndMd5HeaderPresent", "Crc64Mismatch", "InvalidMd5", "Md5Mismatch", "MissingContentLengthHeader",
        "RequestBodyTooLarge"}

# The errors that the facts list for an operation, and that some client must have been shown.
ERRORS = {
    "ListContainers": SAS | {"AuthorizationServiceMismatch", "InvalidQueryParameterValue", "OutOfRangeQueryParameterValue"},
    "SetBlobServiceProperties": SAS | XML,
    "GetBlobServiceProperties": SAS,
    "GetBlobServiceStats": SAS | {"InvalidQueryParameterValue"},
    "CreateContainer": SAS | METADATA - {"EmptyMetadataKey"} | {"ContainerAlreadyExists", "InvalidResourceName",
                                                                "OutOfRangeInput", "InvalidHeaderValue"},
    "GetContainerProperties": SAS | {"ContainerNotFound", "InvalidResourceName"},
    "GetContainerMetadata": {"ContainerNotFound"},
    "SetContainerMetadata": SAS | METADATA | {"ConditionHeadersNotSupported", "ConditionNotMet", "ContainerNotFound"},
    "GetContainerACL": {"AuthorizationFailure", "ContainerNotFound"} | IN_CONTAINER_LEASE,
    "SetContainerACL": {"AuthorizationFailure", "ConditionHeadersNotSupported", "ConditionNotMet", "ContainerNotFound",
                        "InvalidHeaderValue", "InvalidXmlDocument"},
    "DeleteContainer": SAS | IN_CONTAINER_LEASE | {"ConditionHeadersNotSupported", "ConditionNotMet", "ContainerNotFound",
                                                   "LeaseIdMissing"},
    "AcquireContainerLease": CONTAINER_LEASE | ACQUIRE,
    "RenewContainerLease": CONTAINER_LEASE | RENEW,
    "ChangeContainerLease": CONTAINER_LEASE | CHANGE_LEASE,
    "ReleaseContainerLease": CONTAINER_LEASE | {"LeaseIdMismatchWithLeaseOperation"},
    "BreakContainerLease": CONTAINER_LEASE | BREAK,
    "ListBlobs": SAS | {"ContainerNotFound", "InvalidQueryParameterValue", "OutOfRangeQueryParameterValue"},
    "ListBlobsByHierarchy": {"ContainerNotFound", "InvalidQueryParameterValue"},
    "PutBlob": SAS | WRITE | GUARDED | BODY | METADATA - {"EmptyMetadataKey"} | {
        "BlobAlreadyExists", "InvalidHeaderValue", "OutOfRangeInput", "UnauthorizedBlobOverwrite", "BlobArchived"},
    "GetBlob": SAS | READ | IN_BLOB_LEASE | {"InvalidRange", "InvalidHeaderValue", "UnsatisfiableCondition",
                                             "OutOfRangeInput", "BlobArchived", "BlobBeingRehydrated"},
    "GetBlobProperties": SAS | READ - {"ContainerNotFound"} | IN_BLOB_LEASE | {"UnsatisfiableCondition"},
    "GetBlobMetadata": {"BlobNotFound", "ContainerNotFound"},
    "DeleteBlob": SAS | WRITE | GUARDED | {"BlobNotFound", "OperationNotAllowedOnRootBlob", "SnapshotsPresent"},
    "SnapshotBlob": WRITE | METADATA - {"EmptyMetadataKey"} | {"AuthorizationPermissionMismatch", "BlobArchived", "BlobNotFound",
                                                               "InvalidQueryParameterValue", "LeaseNotPresentWithBlobOperation"},
    "AcquireBlobLease": BLOB_LEASE | ACQUIRE,
    "RenewBlobLease": BLOB_LEASE | RENEW,
    "ChangeBlobLease": BLOB_LEASE | CHANGE_LEASE,
    "ReleaseBlobLease": BLOB_LEASE | {"LeaseIdMismatchWithLeaseOperation"},
    "BreakBlobLease": BLOB_LEASE | BREAK,
    "SetBlobProperties": SAS | WRITE | GUARDED | {"BlobNotFound", "InvalidMd5"},
    "SetBlobMetadata": SAS | WRITE | GUARDED | METADATA | {"BlobNotFound"},
    "PutAppendBlob": SAS | WRITE | GUARDED | {"AccessTierNotSupportedForBlobType", "BlobAlreadyExists", "InvalidHeaderValue",
                                              "UnauthorizedBlobOverwrite"},
    "AppendBlock": SAS | WRITE | GUARDED | BODY | {"AppendPositionConditionNotMet", "BlobIsSealed", "BlobNotFound",
                                                   "InvalidBlobType", "InvalidHeaderValue", "MaxBlobSizeConditionNotMet"},
    "SealAppendBlob": SAS | WRITE | GUARDED | {"AppendPositionConditionNotMet", "BlobNotFound", "InvalidBlobType"},
    "PutBlock": SAS | GUARDED | BODY | {"ContainerNotFound", "InvalidBlobOrBlock", "InvalidBlobType", "InvalidHeaderValue",
                                        "InvalidQueryParameterValue"},
    "PutBlockList": SAS | WRITE | GUARDED | {"BlobAlreadyExists", "BlockListTooLong", "InvalidBlobType", "InvalidBlockList",
                                             "InvalidXmlDocument", "Md5Mismatch"},
    "GetBlockList": SAS | IN_BLOB_LEASE | {"BlobNotFound", "ContainerNotFound", "InvalidBlobType",
                                           "InvalidQueryParameterValue", "BlobArchived"},
    "QueryBlobContents": {"AuthorizationPermissionMismatch", "BlobArchived", "BlobNotFound", "ConditionNotMet",
                          "ContainerNotFound", "ErrorProcessingQueryExpression", "InvalidXmlDocument", "InvalidXmlNodeValue",
                          "LeaseNotPresentWithBlobOperation", "MissingRequiredXmlNode", "NotImplemented"},
    "SetBlobTier": SAS | IN_BLOB_LEASE | {"BlobNotFound", "ContainerNotFound", "InvalidHeaderValue", "MissingRequiredHeader",
                          "AccessTierNotSupportedForBlobType", "BlobBeingRehydrated", "ConditionHeadersNotSupported"},
    "GetBlobTags": {"AuthorizationPermissionMismatch", "BlobNotFound", "ConditionNotMet"},
    "SetBlobTags": {"AuthorizationPermissionMismatch", "BlobNotFound", "ConditionNotMet", "DuplicateTagNames", "EmptyTagName",
                    "InvalidXmlDocument", "TagsTooLarge"},
    "BlobBatch": set(),
    "ContainerBatch": set(),
    "FindBlobsByTags": {"InvalidQueryParameterValue"},
    "FindBlobsByTagsInContainer": {"AuthorizationPermissionMismatch", "ContainerNotFound", "InvalidQueryParameterValue"},
    "PutPageBlob": GUARDED | {"BlobAlreadyExists", "InvalidHeaderValue"},
    "PutPage": PAGES | GUARDED | {"InvalidHeaderValue", "Md5Mismatch"},
    "ClearPage": PAGES | GUARDED,
    "GetPageRanges": {"BlobNotFound", "InvalidBlobType"},
    "GetPageRangesDiff": {"PreviousSnapshotCannotBeNewer", "PreviousSnapshotNotFound"},
    "ResizePageBlob": {"InvalidBlobType", "InvalidHeaderValue"},
    "UpdateSequenceNumber": {"InvalidBlobType", "InvalidHeaderValue", "SequenceNumberIncrementTooLarge"},
    "ListQueues": SAS | NUMBERS | {"AuthorizationServiceMismatch"},
    "SetQueueServiceProperties": SAS | XML,
    "GetQueueServiceProperties": SAS,
    "GetQueueServiceStats": SAS | {"InvalidQueryParameterValue"},
    "CreateQueue": SAS | METADATA | {"InvalidResourceName", "OutOfRangeInput", "QueueAlreadyExists"},
    "DeleteQueue": QUEUE,
    "GetQueueMetadata": QUEUE | {"InvalidResourceName"},
    "SetQueueMetadata": QUEUE | METADATA,
    "GetQueueACL": {"AuthorizationFailure", "QueueNotFound"},
    "SetQueueACL": {"AuthorizationFailure", "InvalidXmlDocument", "QueueNotFound"},
    "PutMessage": QUEUE | NUMBERS | {"InvalidXmlDocument", "MessageTooLarge", "MissingContentLengthHeader",
                                     "MissingRequiredXmlNode", "RequestBodyTooLarge"},
    "GetMessages": QUEUE | NUMBERS,
    "PeekMessages": QUEUE | NUMBERS,
    "UpdateMessage": MESSAGE | {"OutOfRangeQueryParameterValue", "RequestBodyTooLarge"},
    "DeleteMessage": MESSAGE,
    "ClearMessages": QUEUE,
    "SetTableServiceProperties": {"AuthorizationPermissionMismatch", "InvalidXmlDocument", "UnsupportedXmlNode"},
    "GetTableServiceProperties": SAS,
    "GetTableServiceStats": {"InvalidQueryParameterValue"},
    "QueryTables": SAS | {"InvalidInput"},
    "CreateTable": {"AuthorizationPermissionMismatch", "InvalidInput", "InvalidResourceName", "OutOfRangeInput",
                    "PropertiesNeedValue", "TableAlreadyExists"},
    "DeleteTable": {"AuthorizationPermissionMismatch", "ResourceNotFound"},
    "GetTableACL": {"AuthorizationFailure", "TableNotFound"},
    "SetTableACL": {"AuthorizationFailure", "InvalidXmlDocument", "TableNotFound"},
    "QueryEntities": ENTITY | {"JsonFormatNotSupported", "NotImplemented"},
    "GetEntity": ENTITY | {"AtomFormatNotSupported", "AuthorizationResourceTypeMismatch", "MediaTypeNotSupported",
                           "ResourceNotFound"},
    "InsertEntity": ENTITY | {"DuplicatePropertiesSpecified", "EntityAlreadyExists", "EntityTooLarge", "InvalidValueType",
                              "KeyValueTooLarge", "OutOfRangeInput", "PropertiesNeedValue", "PropertyNameInvalid",
                              "PropertyNameTooLong", "PropertyValueTooLarge", "RequestBodyTooLarge", "TooManyProperties"},
    "UpdateEntity": CHANGE,
    "MergeEntity": CHANGE | {"EntityTooLarge", "TooManyProperties"},
    "InsertOrReplaceEntity": ENTITY | {"OutOfRangeInput"},
    "InsertOrMergeEntity": {"AuthorizationPermissionMismatch"},
    "DeleteEntity": CHANGE,
    "Batch": {"InvalidInput", "RequestBodyTooLarge"},
    "GetWebContent": {"ConditionNotMet", "InvalidRange", "WebContentNotFound"},
}


def fetch(name):
    with urllib.request.urlopen(f"{os.environ['LAZULITE_CONTROL']}/{name}", timeout=30) as answer:
        return json.load(answer)


def seen(answers, service, operation):
    """(clients with a success, error codes) of one operation."""
    rows = [row for row in answers if (row["service"], row["operation"]) == (service, operation)]
    clients = {row["client"] for row in rows if row["status"] < 300}
    return clients, {row["errorCode"] for row in rows if row["errorCode"]}


def problems_of(service, operation, clients, errors):
    if operation in RAW_ONLY:
        problems = [] if "other" in clients else ["no success from any client"]
    else:
        problems = [f"no success from the {name} SDK" for sdk, name in SDKS[service].items()
                    if (name in WHOLE[service] or operation in CORE) and (name, operation) not in LACKS and sdk not in clients]
    missing = ERRORS.get(operation, set()) - errors
    return problems + [f"no client was shown {code}" for code in sorted(missing)]


def page(services, rows):
    lines = ["# Coverage", "",
             "Written by `tests/coverage.py` from the operation tables and the server's own counters after the conformance",
             "suites; the suite fails when an offered operation had no success from an SDK that offers it, or when an error",
             "that the reference lists for it was never shown. Operations that are not offered yet answer 501.", ""]
    for service, operations in services.items():
        if not operations:
            continue
        offered = sum(operation["offered"] for operation in operations)
        lines += [f"## {service.capitalize()}: {offered} of {len(operations)} operations offered", "",
                  "| operation | id | SDKs that succeeded | errors shown |", "| --- | --- | --- | --- |"]
        for operation in operations:
            clients, errors = rows.get((service, operation["name"]), (set(), set()))
            who = ", ".join(name for sdk, name in SDKS.get(service, {}).items() if sdk in clients)
            shown = ", ".join(sorted(errors & (ERRORS.get(operation["name"], set()) | SAS)))
            cells = [operation["name"], operation["id"] or "-", who if operation["offered"] else "not offered yet", shown]
            lines.append("| " + " | ".join(cells if operation["offered"] else cells[:3] + [""]) + " |")
        lines.append("")
    return "\n".join(lines)


def main():
    services = fetch("operations")
    answers = fetch("metrics")["answers"]
    passed = failed = 0
    rows = {}
    for service, operation in ((service, row) for service in SDKS for row in services[service]):
        clients, errors = rows[(service, operation["name"])] = seen(answers, service, operation["name"])
        if not operation["offered"]:
            continue
        problems = problems_of(service, operation["name"], clients, errors)
        passed, failed = passed + (not problems), failed + bool(problems)
        for problem in problems:
            print(f"{operation['name']}: {problem}")
    PAGE.write_text(page(services, rows), encoding="utf-8")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
