"""Get Account Information, at account, container and blob level."""

import raw

EXPECTED = ("Standard_RAGRS", "StorageV2", False)


def shown(information):
    return information["sku_name"], information["account_kind"], information["is_hns_enabled"]


def test_of_the_service(service):
    assert shown(service.get_account_information()) == EXPECTED


def test_of_a_container(container):
    assert shown(container.get_account_information()) == EXPECTED


def test_of_a_blob(blob):
    blob.upload_blob(b"x")
    assert shown(blob.get_account_information()) == EXPECTED


def test_head(container):
    answer = raw.request("HEAD", f"/{container.container_name}", "restype=account&comp=properties")
    assert (answer.status, answer.headers["x-ms-account-kind"], answer.body) == (200, "StorageV2", b"")


def test_missing_container_metadata(container):
    answer = raw.request("GET", "/missing-container-of-mine", "restype=container&comp=metadata")
    raw.expect(answer, 404, "ContainerNotFound")


def test_hierarchy_of_a_missing_container(service):
    answer = raw.request("GET", "/missing-container-of-mine", "restype=container&comp=list&delimiter=%2F")
    raw.expect(answer, 404, "ContainerNotFound")


def test_snapshots_and_a_delimiter_exclude_each_other(container):
    query = "restype=container&comp=list&delimiter=%2F&include=snapshots"
    answer = raw.request("GET", f"/{container.container_name}", query)
    raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="include")
