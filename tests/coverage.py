#!/usr/bin/env python3
"""Writes docs/coverage.md from the server's operation tables and its own counters, after the conformance suites.

Fails when an offered operation had no success from an SDK that offers it, or lacks an error that the reference lists for
it. Of the errors of files Go and Java must have met what JavaScript and Python did. Reads LAZULITE_CONTROL
(http://127.0.0.1:PORT/_lazulite). A check of one operation is one test.
"""

import json
import os
import pathlib
import re
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
    "file": {"azsdk-js-storage-file-share": "JavaScript", "azsdk-python-storage-file-share": "Python", "azsdk-go-azfile": "Go",
             "azsdk-java-azure-storage-file-share": "Java"},
    # The one of JavaScript calls itself as that of blobs. All of them ask for much of what they do by requests of the Blob service.
    "dfs": {"azsdk-js-azure-storage-blob": "JavaScript", "azsdk-python-storage-dfs": "Python", "azsdk-go-azdatalake": "Go",
            "azsdk-java-azure-storage-file-datalake": "Java"},
    "web": {},
}
TITLES = {"dfs": "Data Lake"}
# The suites that go through every operation that is offered; the others go through these, which most programs call.
WHOLE = {"blob": {"JavaScript", "Python", "Go", "Java"}, "queue": {"JavaScript", "Python", "Go", "Java"},
         "table": {"JavaScript", "Python", "Go", "Java"}, "file": {"JavaScript", "Python", "Go", "Java"},
         "dfs": {"JavaScript", "Python", "Go", "Java"}}
CORE = {"ListContainers", "GetAccountInformation", "CreateContainer", "GetContainerProperties", "SetContainerMetadata",
        "DeleteContainer", "ListBlobs", "ListBlobsByHierarchy", "GetBlob", "GetBlobProperties", "DeleteBlob", "PutBlob",
        "SetBlobProperties", "SetBlobMetadata", "PutBlock", "PutBlockList", "GetBlockList"}
# What an SDK does not have. The secondary of tables is reached by a host name of the cloud's shape, by Go and Java also by a path.
LACKS = {("Rust", "ListBlobsByHierarchy"), ("JavaScript", "GetTableServiceStats"), ("Python", "GetTableServiceStats"),
         ("Python", "BlobBatch"), ("Python", "BlobBatchWithRestype"),
         ("JavaScript", "BlobBatch"),  # it takes an account in the path for a container, and has the other form of it then
         ("Go", "BlobBatchWithRestype"), ("Java", "BlobBatchWithRestype"), ("Go", "QueryBlobContents"),
         ("JavaScript", "RenewShareLease"),  # it takes a share for a file, whose leases have no end
         ("Go", "queue GetUserDelegationKey"), *((sdk, "table GetUserDelegationKey") for sdk in ("JavaScript", "Python", "Go", "Java")),
         ("Python", "dfs GetPathStatus"), ("Go", "dfs GetPathStatus"), ("Go", "dfs UndeletePath"),
         *((sdk, "SetBlobExpiry") for sdk in ("JavaScript", "Python", "Go", "Java")),  # those of Data Lake have it
         ("Go", "dfs SetPathExpiry")}  # it asks for XML, and so for the Blob service's Set Blob Expiry
# What no SDK calls: the reference has these operations, clients use Get Properties instead; pages are for browsers.
RAW_ONLY = {"GetContainerMetadata", "GetBlobMetadata", "GetShareMetadata", "GetDirectoryMetadata", "GetFileMetadata",
            "GetTable", "GetWebContent",
            # Hadoop's: the SDKs ask the Blob service for these.
            "dfs ListFilesystems", "dfs CreateFilesystem", "dfs GetFilesystemProperties", "dfs SetFilesystemProperties",
            "dfs DeleteFilesystem", "dfs SetPathProperties", "dfs AcquirePathLease", "dfs RenewPathLease", "dfs ChangePathLease",
            "dfs ReleasePathLease", "dfs BreakPathLease", "dfs ReadPath", "dfs GetPathProperties", "dfs ListBlobHierarchySegment",
            "dfs CheckPathAccess"}
# Errors of files that JavaScript or Python meet and these SDKs cannot: they have no option for what asks for it.
UNMET = {("Go", "AcquireFileLease"): {"InvalidHeaderValue"}, ("Go", "ListRanges"): {"OutOfRangeInput"},
         ("Java", "CreateFile"): {"Md5Mismatch"}, ("Java", "GetFile"): {"ShareSnapshotNotFound"},
         ("Java", "ListRanges"): {"OutOfRangeInput"}, ("Java", "PutRange"): {"InvalidMd5", "Md5Mismatch"},
         ("Java", "PutRangeFromURL"): {"Crc64Mismatch", "SourceConditionNotMet"}}
# What the service itself refuses, whoever calls it.
REFUSED = {"RenameContainer"}

SAS = {"AuthorizationPermissionMismatch", "AuthorizationResourceTypeMismatch"}
PROTECTED = {"BlobNotFound", "BlobOperationNotSupported", "ContainerNotFound"}
KEY = {"BlobUsesCustomerSpecifiedEncryption"}
OTHER_KEY = KEY | {"BlobCustomerSpecifiedEncryptionMismatch"}
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
SHARE = SAS | {"ShareNotFound"}
IN_SHARE_LEASE = {"LeaseIdMismatchWithContainerOperation", "LeaseNotPresentWithContainerOperation"}
PLACE = SAS | {"ParentNotFound", "ResourceNotFound"}
FILE = PLACE | {"ResourceTypeMismatch"}
NEW_PLACE = SAS | {"ParentNotFound", "ResourceAlreadyExists", "ShareNotFound"}
IN_FILE_LEASE = {"LeaseIdMismatchWithFileOperation", "LeaseNotPresentWithFileOperation"}
GUARDED_FILE = IN_FILE_LEASE | {"LeaseIdMissing", "ReadOnlyAttribute"}
PATH = {"PathNotFound"}
IN_PATH_LEASE = {"LeaseIdMismatch", "LeaseIdMissing"}
SMB = {"FileInvalidPermission", "FileInvalidPermissionKey", "InvalidHeaderValue"}

# The errors that the facts list for an operation, and that some client must have been shown.
ERRORS = {
    "ListContainers": SAS | {"AuthorizationServiceMismatch", "InvalidQueryParameterValue", "OutOfRangeQueryParameterValue"},
    "SetBlobServiceProperties": SAS | XML,
    "GetBlobServiceProperties": SAS,
    "GetBlobServiceStats": SAS | {"InvalidQueryParameterValue"},
    "blob GetUserDelegationKey": {"AuthenticationFailed", "AuthorizationPermissionMismatch", "InvalidXmlNodeValue"},
    "queue GetUserDelegationKey": {"AuthorizationPermissionMismatch"},
    "file GetUserDelegationKey": {"AuthorizationPermissionMismatch"},
    "CreateContainer": SAS | METADATA - {"EmptyMetadataKey"} | {"ContainerAlreadyExists", "InvalidResourceName",
                                                                "OutOfRangeInput", "InvalidHeaderValue"},
    "RenameContainer": {"InvalidQueryParameterValue"},
    "GetContainerProperties": SAS | {"ContainerNotFound", "InvalidResourceName"},
    "GetContainerMetadata": {"ContainerNotFound"},
    "SetContainerMetadata": SAS | METADATA | {"ConditionHeadersNotSupported", "ConditionNotMet", "ContainerNotFound"},
    "GetContainerACL": {"AuthorizationFailure", "ContainerNotFound"} | IN_CONTAINER_LEASE,
    "SetContainerACL": {"AuthorizationFailure", "ConditionHeadersNotSupported", "ConditionNotMet", "ContainerNotFound",
                        "InvalidHeaderValue", "InvalidXmlDocument"},
    "DeleteContainer": SAS | IN_CONTAINER_LEASE | {"ContainerImmutableStorageWithVersioningEnabled", "ConditionHeadersNotSupported", "ConditionNotMet", "ContainerNotFound",
                                                   "LeaseIdMissing"},
    "RestoreContainer": {"ContainerAlreadyExists", "ContainerNotFound", "InvalidHeaderValue"},
    "AcquireContainerLease": CONTAINER_LEASE | ACQUIRE,
    "RenewContainerLease": CONTAINER_LEASE | RENEW,
    "ChangeContainerLease": CONTAINER_LEASE | CHANGE_LEASE,
    "ReleaseContainerLease": CONTAINER_LEASE | {"LeaseIdMismatchWithLeaseOperation"},
    "BreakContainerLease": CONTAINER_LEASE | BREAK,
    "ListBlobs": SAS | {"ContainerNotFound", "InvalidQueryParameterValue", "OutOfRangeQueryParameterValue"},
    "ListBlobsByHierarchy": {"ContainerNotFound", "InvalidQueryParameterValue"},
    "PutBlob": {"RequestForbiddenByContainerEncryptionPolicy"} | SAS | WRITE | GUARDED | BODY | METADATA - {"EmptyMetadataKey"} | {
        "BlobAlreadyExists", "InvalidHeaderValue", "OutOfRangeInput", "UnauthorizedBlobOverwrite", "BlobArchived"},
    "GetBlob": OTHER_KEY | {"BlobDoesNotUseCustomerSpecifiedEncryption"} | SAS | READ | IN_BLOB_LEASE | {"InvalidRange", "InvalidHeaderValue", "UnsatisfiableCondition",
                                             "OutOfRangeInput", "BlobArchived", "BlobBeingRehydrated"},
    "GetBlobProperties": KEY | SAS | READ - {"ContainerNotFound"} | IN_BLOB_LEASE | {"UnsatisfiableCondition"},
    "GetBlobMetadata": {"BlobNotFound", "ContainerNotFound"},
    "DeleteBlob": SAS | WRITE | GUARDED | {
        "BlobImmutableDueToLegalHold", "BlobImmutableDueToPolicy", "BlobNotFound", "BlobOperationNotSupported",
        "BlobSnapshotNotSoftDeleted", "OperationNotAllowedOnRootBlob", "SnapshotsPresent"},
    "UndeleteBlob": {"BlobNotFound", "ContainerNotFound"},
    "SnapshotBlob": OTHER_KEY | WRITE | METADATA - {"EmptyMetadataKey"} | {"AuthorizationPermissionMismatch", "BlobArchived", "BlobNotFound",
                                                               "InvalidQueryParameterValue", "LeaseNotPresentWithBlobOperation"},
    "AcquireBlobLease": BLOB_LEASE | ACQUIRE,
    "RenewBlobLease": BLOB_LEASE | RENEW,
    "ChangeBlobLease": BLOB_LEASE | CHANGE_LEASE,
    "ReleaseBlobLease": BLOB_LEASE | {"LeaseIdMismatchWithLeaseOperation"},
    "BreakBlobLease": BLOB_LEASE | BREAK,
    "SetBlobProperties": SAS | WRITE | GUARDED | {"BlobNotFound", "InvalidMd5"},
    "SetBlobMetadata": KEY | {"BlobDoesNotUseCustomerSpecifiedEncryption"} | SAS | WRITE | GUARDED | METADATA | {"BlobImmutableDueToLegalHold", "BlobImmutableDueToPolicy",
                                                           "BlobNotFound"},
    "PutAppendBlob": SAS | WRITE | GUARDED | {"AccessTierNotSupportedForBlobType", "BlobAlreadyExists", "InvalidHeaderValue",
                                              "UnauthorizedBlobOverwrite"},
    "AppendBlock": KEY | SAS | WRITE | GUARDED | BODY | {"AppendPositionConditionNotMet", "BlobIsSealed", "BlobNotFound",
                                                   "InvalidBlobType", "InvalidHeaderValue", "MaxBlobSizeConditionNotMet"},
    "SealAppendBlob": SAS | WRITE | GUARDED | {"AppendPositionConditionNotMet", "BlobNotFound", "InvalidBlobType"},
    "PutBlock": OTHER_KEY | SAS | GUARDED | BODY | {"ContainerNotFound", "InvalidBlobOrBlock", "InvalidBlobType", "InvalidHeaderValue",
                                        "InvalidQueryParameterValue"},
    "PutBlockList": KEY | SAS | WRITE | GUARDED | {"BlobAlreadyExists", "BlockListTooLong", "InvalidBlobType", "InvalidBlockList",
                                             "InvalidXmlDocument", "Md5Mismatch"},
    "CopyBlob": {"BlobAlreadyExists", "CannotVerifyCopySource", "SourceConditionNotMet"},
    "AbortCopyBlob": {"CopyIdMismatch", "InvalidQueryParameterValue", "NoPendingCopyOperation"},
    "IncrementalCopyBlob": {"CannotVerifyCopySource", "IncrementalCopyBlobMismatch", "IncrementalCopySourceMustBeSnapshot",
                            "IncrementalCopyOfEarlierSnapshotNotAllowed"},
    "CopyBlobFromURL": {"CannotVerifyCopySource", "Md5Mismatch", "SourceConditionNotMet"},
    "PutBlobFromURL": {"CannotVerifyCopySource", "Md5Mismatch", "SourceConditionNotMet"},
    "PutBlockFromURL": {"CannotVerifyCopySource", "Md5Mismatch"},
    "AppendBlockFromURL": {"AppendPositionConditionNotMet", "CannotVerifyCopySource"},
    "PutPageFromURL": {"CannotVerifyCopySource"},
    "GetBlockList": SAS | IN_BLOB_LEASE | {"BlobNotFound", "ContainerNotFound", "InvalidBlobType",
                                           "InvalidQueryParameterValue", "BlobArchived"},
    "QueryBlobContents": {"AuthorizationPermissionMismatch", "BlobArchived", "BlobNotFound", "ConditionNotMet",
                          "ContainerNotFound", "ErrorProcessingQueryExpression", "InvalidXmlDocument", "InvalidXmlNodeValue",
                          "LeaseNotPresentWithBlobOperation", "MissingRequiredXmlNode", "NotImplemented"},
    "SetBlobTier": KEY | SAS | IN_BLOB_LEASE | {"BlobNotFound", "BlobOperationNotSupported", "ContainerNotFound", "InvalidHeaderValue", "MissingRequiredHeader",
                          "AccessTierNotSupportedForBlobType", "BlobBeingRehydrated", "ConditionHeadersNotSupported"},
    "SetBlobImmutabilityPolicy": PROTECTED | {"BlobImmutableDueToPolicy", "ConditionNotMet", "InvalidHeaderValue",
                                              "MissingRequiredHeader"},
    "DeleteBlobImmutabilityPolicy": PROTECTED | {"ImmutabilityPolicyDeleteOnLockedPolicy"},
    "SetBlobLegalHold": PROTECTED | {"InvalidHeaderValue", "MissingRequiredHeader"},
    "GetBlobTags": {"AuthorizationPermissionMismatch", "BlobNotFound", "ConditionNotMet"},
    "SetBlobTags": {"AuthorizationPermissionMismatch", "BlobNotFound", "ConditionNotMet", "DuplicateTagNames", "EmptyTagName",
                    "InvalidXmlDocument", "TagsTooLarge"},
    "BlobBatch": set(),
    "ContainerBatch": set(),
    "FindBlobsByTags": {"InvalidQueryParameterValue"},
    "FindBlobsByTagsInContainer": {"AuthorizationPermissionMismatch", "ContainerNotFound", "InvalidQueryParameterValue"},
    "PutPageBlob": GUARDED | {"BlobAlreadyExists", "InvalidHeaderValue"},
    "PutPage": OTHER_KEY | PAGES | GUARDED | {"InvalidHeaderValue", "Md5Mismatch"},
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
    "ListShares": SAS | NUMBERS | {"AuthorizationServiceMismatch", "OutOfRangeInput"},
    "SetFileServiceProperties": SAS | XML,
    "GetFileServiceProperties": SAS,
    "CreateShare": SAS | METADATA | {"AuthorizationFailure", "InvalidHeaderValue", "InvalidResourceName", "OutOfRangeInput",
                                     "ShareAlreadyExists"},
    "GetShareProperties": SHARE | IN_SHARE_LEASE | {"AuthorizationFailure", "InvalidQueryParameterValue", "InvalidResourceName",
                                                    "ShareSnapshotNotFound"},
    "DeleteShare": SHARE | IN_SHARE_LEASE | {"DeleteShareWhenSnapshotLeased", "InvalidHeaderValue", "LeaseIdMissing",
                                             "ShareHasSnapshots", "ShareSnapshotNotFound"},
    "AcquireShareLease": SHARE | ACQUIRE,
    "ReleaseShareLease": SHARE | {"LeaseIdMismatchWithLeaseOperation"},
    "ChangeShareLease": SHARE | CHANGE_LEASE,
    "RenewShareLease": SHARE | RENEW,
    "BreakShareLease": SHARE | BREAK,
    "SnapshotShare": SHARE | METADATA - {"EmptyMetadataKey"} | {"ShareSnapshotCountExceeded"},
    "CreatePermission": SHARE | {"FileInvalidPermission", "InvalidInput"},
    "GetPermission": SHARE | {"FileInvalidPermissionKey", "InvalidHeaderValue", "MissingRequiredHeader"},
    "SetShareProperties": SHARE | IN_SHARE_LEASE | {"InvalidHeaderValue"},
    "GetShareMetadata": SHARE,
    "SetShareMetadata": SHARE | METADATA | IN_SHARE_LEASE,
    "GetShareACL": {"AuthorizationFailure", "ShareNotFound"} | IN_SHARE_LEASE,
    "SetShareACL": {"AuthorizationFailure", "InvalidXmlDocument", "ShareNotFound"} | IN_SHARE_LEASE,
    "GetShareStats": SHARE | IN_SHARE_LEASE,
    "RestoreShare": SHARE | {"MissingRequiredHeader", "ShareAlreadyExists"},
    "CreateDirectory": NEW_PLACE | METADATA | SMB | {"InvalidFileOrDirectoryPathName", "InvalidResourceName",
                                                     "MissingRequiredHeader", "UnsupportedHeader"},
    "GetDirectoryProperties": PLACE,
    "DeleteDirectory": FILE | {"DirectoryNotEmpty", "ReadOnlyAttribute", "UnsupportedHttpVerb"},
    "SetDirectoryProperties": FILE | SMB,
    "GetDirectoryMetadata": SAS | {"ResourceNotFound"},
    "SetDirectoryMetadata": FILE | METADATA,
    "ListDirectoriesAndFiles": FILE | NUMBERS | {"OutOfRangeInput", "ShareNotFound", "ShareSnapshotNotFound"},
    "RenameDirectory": FILE | IN_FILE_LEASE - {"LeaseNotPresentWithFileOperation"} | {
        "InvalidHeaderValue", "InvalidInput", "InvalidResourceName", "LeaseIdMissing", "ReadOnlyAttribute", "ResourceAlreadyExists"},
    "ListHandles": SAS | {"OutOfRangeQueryParameterValue", "ResourceNotFound"},
    "ForceCloseHandles": SAS | {"InvalidHeaderValue", "MissingRequiredHeader", "ResourceNotFound"},
    "CreateFile": SAS | METADATA | SMB | GUARDED_FILE | {
        "InvalidMd5", "InvalidResourceName", "Md5Mismatch", "MissingRequiredHeader", "OutOfRangeInput", "ParentNotFound",
        "RequestBodyTooLarge", "ResourceTypeMismatch", "ShareNotFound", "ShareSizeLimitReached", "UnsupportedHeader"},
    "GetFile": FILE | IN_FILE_LEASE | {"InvalidHeaderValue", "InvalidRange", "OutOfRangeInput", "ShareNotFound",
                                       "ShareSnapshotNotFound"},
    "GetFileProperties": PLACE | IN_FILE_LEASE | {"ShareNotFound", "ShareSnapshotNotFound"},
    "DeleteFile": FILE | GUARDED_FILE | {"PendingCopyOperation"},
    "SetFileProperties": FILE | SMB | GUARDED_FILE | {"InvalidMd5", "MissingRequiredHeader", "OutOfRangeInput", "ShareNotFound",
                                                      "ShareSizeLimitReached"},
    "GetFileMetadata": SAS | {"LeaseIdMismatchWithFileOperation", "ResourceNotFound"},
    "SetFileMetadata": FILE | METADATA | GUARDED_FILE - {"ReadOnlyAttribute"},
    "AcquireFileLease": PLACE | ACQUIRE - {"LeaseIsBreakingAndCannotBeAcquired"},
    "ReleaseFileLease": PLACE | {"LeaseIdMismatchWithLeaseOperation", "MissingRequiredHeader"},
    "ChangeFileLease": PLACE | CHANGE_LEASE - {"LeaseIsBreakingAndCannotBeChanged"},
    "BreakFileLease": PLACE | {"LeaseNotPresentWithLeaseOperation"},
    "PutRange": FILE | GUARDED_FILE | BODY - {"BothCrc64AndMd5HeaderPresent", "MissingContentLengthHeader"} | {
        "InvalidHeaderValue", "InvalidRange", "MissingRequiredHeader", "PendingCopyOperation", "ShareNotFound"},
    "ClearRange": FILE | GUARDED_FILE | {"InvalidHeaderValue", "InvalidRange", "MissingRequiredHeader"},
    "PutRangeFromURL": PLACE | {"CannotVerifyCopySource", "Crc64Mismatch", "InvalidHeaderValue", "InvalidRange",
                                "LeaseNotPresentWithFileOperation", "MissingRequiredHeader", "ReadOnlyAttribute",
                                "SourceConditionNotMet"},
    "ListRanges": FILE | IN_FILE_LEASE | {
        "FileGenerationMismatch", "InvalidQueryParameterValue", "InvalidRange", "OutOfRangeInput", "OutOfRangeQueryParameterValue",
        "PreviousSnapshotCannotBeNewer", "PreviousSnapshotNotFound"},
    "RenameFile": FILE | SMB | GUARDED_FILE | {"InvalidMetadata", "InvalidResourceName", "ResourceAlreadyExists"},
    "CopyFile": SAS | SMB | GUARDED_FILE | {
        "CannotVerifyCopySource", "InvalidMetadata", "InvalidResourceName", "MissingRequiredHeader", "ParentNotFound",
        "PendingCopyOperation", "ResourceNotFound", "ResourceTypeMismatch", "ShareNotFound", "ShareSizeLimitReached"},
    "AbortCopyFile": PLACE | {"CopyIdMismatch", "InvalidQueryParameterValue", "LeaseIdMismatchWithFileOperation", "LeaseIdMissing",
                              "NoPendingCopyOperation"},
    "CreateSymbolicLink": NEW_PLACE | {"InvalidHeaderValue", "InvalidMetadata", "InvalidQueryParameterValue", "MissingRequiredHeader"},
    "GetSymbolicLink": FILE,
    "CreateHardLink": NEW_PLACE - {"ShareNotFound"} | IN_FILE_LEASE | {
        "InvalidQueryParameterValue", "LeaseIdMissing", "MissingRequiredHeader", "ResourceNotFound", "ResourceTypeMismatch"},
    "dfs ListFilesystems": {"OutOfRangeQueryParameterValue"},
    "dfs CreateFilesystem": {"FilesystemAlreadyExists", "InvalidResourceName"},
    "dfs GetFilesystemProperties": {"FilesystemNotFound"},
    "dfs SetFilesystemProperties": {"ConditionNotMet", "InvalidPropertyName"},
    "dfs DeleteFilesystem": {"ConditionNotMet", "FilesystemNotFound"},
    "dfs ListPaths": PATH | {"FilesystemNotFound", "InvalidQueryParameterValue", "OutOfRangeQueryParameterValue"},
    "dfs CreateFile": SAS | IN_PATH_LEASE | {"ConditionNotMet", "FilesystemNotFound", "InvalidHeaderValue", "InvalidInput",
                                             "PathAlreadyExists", "PathConflict"},
    "dfs CreateDirectory": {"PathAlreadyExists", "PathConflict", "PathIsTooDeep"},
    "dfs RenamePath": IN_PATH_LEASE | {
        "AuthorizationPermissionMismatch", "ConditionNotMet", "DirectoryNotEmpty", "FilesystemNotFound", "InvalidDestinationPath",
        "InvalidQueryParameterValue", "InvalidRenameSourcePath", "InvalidSourceOrDestinationResourceType", "InvalidSourceUri",
        "PathAlreadyExists", "RenameDestinationParentPathNotFound", "SourceConditionNotMet", "SourcePathNotFound"},
    "dfs AppendData": PATH | IN_PATH_LEASE | {
        "AuthorizationPermissionMismatch", "BlobUsesCustomerSpecifiedEncryption", "Crc64Mismatch", "InvalidHeaderValue", "InvalidMd5",
        "LeaseAlreadyPresent", "LeaseLost", "LeaseNotPresent", "Md5Mismatch", "MissingRequiredQueryParameter", "ResourceTypeMismatch"},
    "dfs FlushData": PATH | {"ConditionNotMet", "ContentLengthMustBeZero", "InvalidFlushPosition", "LeaseIdMissing",
                             "MissingRequiredQueryParameter", "ResourceTypeMismatch"},
    "dfs SetPathProperties": PATH | {"ConditionNotMet", "InvalidPropertyName", "LeaseIdMissing"},
    "dfs SetAccessControl": {"AuthorizationPermissionMismatch"},
    "dfs AcquirePathLease": {"InvalidHeaderValue", "LeaseAlreadyPresent", "MissingRequiredHeader"},
    "dfs RenewPathLease": {"LeaseIdMismatchWithLeaseOperation"},
    "dfs ChangePathLease": {"LeaseIsBreakingAndCannotBeChanged"},
    "dfs BreakPathLease": PATH,
    "dfs ReadPath": PATH | {"ConditionNotMet", "InvalidRange"},
    "dfs DeletePath": PATH | IN_PATH_LEASE | {"AuthorizationPermissionMismatch", "ConditionNotMet", "DirectoryNotEmpty",
                                              "InvalidQueryParameterValue", "LeaseNotPresent"},
    "dfs SetPathExpiry": {"BlobNotFound", "HierarchicalNamespaceNotEnabled"},
    "dfs UndeletePath": {"PathAlreadyExists"},
    "GetWebContent": {"ConditionNotMet", "InvalidRange", "WebContentNotFound"},
}


# Counters of the server of the suite `identity`, which is another: where tests/conformance/run.sh leaves them.
IDENTITY = pathlib.Path(__file__).parent.parent / "build" / "conformance" / "identity-metrics.txt"


ANSWERS = re.compile(r'lazulite_requests_total\{service="(.*)",operation="(.*)",status="(\d+)",error_code="(.*)",client="(.*)"\} (\d+)')


def fetch(name):
    with urllib.request.urlopen(f"{os.environ['LAZULITE_CONTROL']}/{name}", timeout=30) as answer:
        return answer.read().decode()


def answers_of(metrics):
    """The counted answers of a page of metrics."""
    return [{"service": service, "operation": operation, "status": int(status), "errorCode": code, "client": client}
            for service, operation, status, code, client, _ in map(re.Match.groups, ANSWERS.finditer(metrics))]


def seen(answers, service, operation):
    """(clients with a success, error codes) of one operation."""
    rows = [row for row in answers if (row["service"], row["operation"]) == (service, operation)]
    clients = {row["client"] for row in rows if row["status"] < 300}
    return clients, {row["errorCode"] for row in rows if row["errorCode"]}


def unmet(answers, service, operation):
    """What Go and Java were not shown of the errors of files that JavaScript or Python were."""
    if service != "file":
        return []
    by = {name: {row["errorCode"] for row in answers if (row["service"], row["operation"], row["client"]) == (service, operation, sdk)}
          for sdk, name in SDKS[service].items()}
    wanted = (by["JavaScript"] | by["Python"]) & ERRORS.get(operation, set())
    return [f"the {name} SDK was not shown {code}" for name in ("Go", "Java")
            for code in sorted(wanted - by[name] - UNMET.get((name, operation), set()))]


def listed_errors(service, operation):
    """Some names are operations of files too, which have other errors."""
    return ERRORS.get(f"{service} {operation}", ERRORS.get(operation, set()) if service != "dfs" else set())


def problems_of(service, operation, clients, errors):
    if operation in REFUSED:
        problems = []
    elif RAW_ONLY & {operation, f"{service} {operation}"}:
        problems = [] if "other" in clients else ["no success from any client"]
    else:
        problems = [f"no success from the {name} SDK" for sdk, name in SDKS[service].items()
                    if (name in WHOLE[service] or operation in CORE) and not LACKS & {(name, operation), (name, f"{service} {operation}")}
                    and sdk not in clients]
    missing = listed_errors(service, operation) - errors
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
        lines += [f"## {TITLES.get(service, service.capitalize())}: {offered} of {len(operations)} operations offered", "",
                  "| operation | id | SDKs that succeeded | errors shown |", "| --- | --- | --- | --- |"]
        for operation in operations:
            clients, errors = rows.get((service, operation["name"]), (set(), set()))
            who = ", ".join(name for sdk, name in SDKS.get(service, {}).items() if sdk in clients)
            listed = listed_errors(service, operation["name"])
            shown = ", ".join(sorted(errors & (listed | SAS)))
            cells = [operation["name"], operation["id"] or "-", who if operation["offered"] else "not offered yet", shown]
            lines.append("| " + " | ".join(cells if operation["offered"] else cells[:3] + [""]) + " |")
        lines.append("")
    return "\n".join(lines)


def main():
    services = json.loads(fetch("operations"))
    answers = answers_of(fetch("metrics"))
    if IDENTITY.exists():
        answers += answers_of(IDENTITY.read_text(encoding="utf-8"))
    passed = failed = 0
    rows = {}
    for service, operation in ((service, row) for service in SDKS for row in services[service]):
        clients, errors = rows[(service, operation["name"])] = seen(answers, service, operation["name"])
        if not operation["offered"]:
            continue
        problems = problems_of(service, operation["name"], clients, errors) + unmet(answers, service, operation["name"])
        passed, failed = passed + (not problems), failed + bool(problems)
        for problem in problems:
            print(f"{operation['name']}: {problem}")
    PAGE.write_text(page(services, rows), encoding="utf-8")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
