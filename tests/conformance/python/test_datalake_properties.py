"""Properties, metadata, HTTP headers, tags, leases and expiry of paths."""

import base64
from datetime import datetime, timedelta, timezone

import pytest
from azure.core import MatchConditions
from azure.storage.filedatalake import ContentSettings

from datalake_env import (
    ALICE,
    BOB,
    LEASE,
    OTHER_LEASE,
    READ_MISSING,
    a_directory,
    a_file,
    expect_json,
    headers_of,
    pytestmark as pytestmark,
)
from env import OTHER_ETAG, refused


def encoded(text):
    return base64.b64encode(text.encode()).decode()


class TestGet:
    def test_of_a_file(self, file_system):
        file = a_file(file_system, owner=ALICE, group=BOB, metadata={"a": "1"})
        found = file.get_file_properties()
        assert (found.size, found.metadata, found.owner, found.group, found.permissions) == (5, {"a": "1"}, ALICE, BOB, "rw-r-----")
        assert (found.expiry_time, found.lease.state) == (None, "available")
        assert found.acl == "user::rw-,group::r--,other::---"
        stream = file.download_file()
        assert stream.properties.acl == found.acl  # of the rest the SDK reads only what Get Properties answers

    def test_of_a_directory(self, file_system):
        found = a_directory(file_system, metadata={"a": "1"}).get_directory_properties()
        assert (found.metadata, found.owner, found.permissions) == ({"a": "1", "hdi_isfolder": "true"}, "$superuser", "rwxr-x---")
        with refused(404, READ_MISSING):
            file_system.get_directory_client("none").get_directory_properties()

    def test_as_the_endpoint_itself_has_them(self, lake, file_system):
        a_file(file_system, metadata={"a": "1", "b": "zwei"})
        path = f"/{file_system.file_system_name}/file"

        def head(query="", path=path, **headers):
            return lake.ask("HEAD", path, query, {"Accept": "application/json", **headers})

        found = head()
        assert (found.status, found.headers["x-ms-resource-type"], found.headers["Content-Length"]) == (200, "file", "5")
        assert found.headers["x-ms-properties"] == f"a={encoded('1')},b={encoded('zwei')}"
        assert [found.headers[f"x-ms-{name}"] for name in ("owner", "group", "permissions")] == ["$superuser", "$superuser", "rw-r-----"]
        status = head("action=getStatus")
        assert (status.headers["x-ms-resource-type"], status.headers.get("x-ms-properties")) == ("file", None)
        none = head(path=path + "s")
        assert (none.status, none.error) == (404, "PathNotFound")
        wrong = head("action=getNothing")
        assert (wrong.status, wrong.error) == (400, "InvalidQueryParameterValue")
        assert head(**{"If-None-Match": found.headers["ETag"]}).status == 304
        assert head(**{"If-Match": OTHER_ETAG}).error == "ConditionNotMet"

    def test_of_the_root(self, file_system):
        root = file_system._get_root_directory_client()
        assert root.get_access_control()["permissions"] == "rwxr-x---"

    def test_conditions(self, file_system):
        file = a_file(file_system)
        etag = file.get_file_properties().etag
        with refused(412, "ConditionNotMet"):
            file.get_file_properties(etag=OTHER_ETAG, match_condition=MatchConditions.IfNotModified)
        with refused(304, "ConditionNotMet"):
            file.get_file_properties(etag=etag, match_condition=MatchConditions.IfModified)


class TestSet:
    def test_metadata_and_headers(self, file_system):
        file = a_file(file_system, metadata={"a": "1"})
        etag = file.get_file_properties().etag
        file.set_metadata({"b": "2"})
        file.set_http_headers(ContentSettings(content_type="text/csv", content_language="de"))
        found = file.get_file_properties()
        assert (found.metadata, found.content_settings.content_type, found.content_settings.content_language) == ({"b": "2"}, "text/csv", "de")
        assert found.etag != etag
        for call, argument in ((file.set_metadata, {}), (file.set_http_headers, ContentSettings())):
            with refused(412, "ConditionNotMet"):
                call(argument, etag=OTHER_ETAG, match_condition=MatchConditions.IfNotModified)
        with refused(404, "BlobNotFound"):
            file_system.get_file_client("none").set_metadata({})

    def test_a_directory_stays_one(self, file_system):
        directory = a_directory(file_system)
        directory.set_metadata({"a": "1"})
        assert directory.get_directory_properties().metadata == {"a": "1", "hdi_isfolder": "true"}
        assert headers_of(directory.get_directory_properties)["x-ms-resource-type"] == "directory"

    def test_by_the_endpoints_own_operation(self, lake, file_system):
        file = a_file(file_system, metadata={"a": "1"})
        etag = file.get_file_properties().etag
        path = f"/{file_system.file_system_name}/file"

        def change(path=path, **headers):
            return lake.ask("PATCH", path, "action=setProperties", headers)

        answer = change(**{"x-ms-properties": f"b={encoded('2')}", "x-ms-cache-control": "no-cache"})
        found = file.get_file_properties()
        assert (answer.status, found.metadata, found.content_settings.cache_control) == (200, {"b": "2"}, "no-cache")
        assert found.etag == answer.headers["ETag"] != etag
        expect_json(change(**{"If-Match": etag}), 412, "ConditionNotMet")
        expect_json(change(**{"x-ms-properties": f"={encoded('2')}"}), 400, "InvalidPropertyName", "A property name cannot be empty.")
        expect_json(change(path + "s"), 404, "PathNotFound")
        file.acquire_lease(-1, LEASE)
        missing = "There is currently a lease on the resource and no lease ID was specified in the request."
        expect_json(change(), 412, "LeaseIdMissing", missing)
        expect_json(change(**{"x-ms-lease-id": OTHER_LEASE}), 412, "LeaseIdMismatch", "The lease ID specified did not match the lease ID for the resource.")
        assert change(**{"x-ms-lease-id": LEASE}).status == 200

    def test_tags(self, file_system):
        file = a_file(file_system)
        file.set_tags({"a": "1"})
        assert file.get_tags() == {"a": "1"}


class TestLease:
    @pytest.mark.parametrize("make", [a_file, a_directory])
    def test_of_a_path(self, file_system, make):
        path = make(file_system)
        lease = path.acquire_lease(15, LEASE)
        with refused(409, "LeaseAlreadyPresent"):
            path.acquire_lease(15, OTHER_LEASE)
        lease.renew()
        lease.change(OTHER_LEASE)
        with refused(412, "LeaseIdMissing"):
            path.set_metadata({"a": "1"})
        path.set_metadata({"a": "1"}, lease=OTHER_LEASE)
        assert lease.break_lease(0) == 0
        lease.release()
        path.set_metadata({"a": "2"})

    def test_by_the_endpoints_own_operation(self, lake, file_system):
        a_file(file_system)
        path = f"/{file_system.file_system_name}/file"

        def ask(action, path=path, **headers):
            headers = {f"x-ms-lease-{name}" if name != "proposed" else "x-ms-proposed-lease-id": value for name, value in headers.items()}
            return lake.ask("POST", path, headers={"x-ms-lease-action": action, **headers})

        acquired = ask("acquire", duration="15", proposed=LEASE)
        assert (acquired.status, acquired.headers["x-ms-lease-id"]) == (201, LEASE)
        expect_json(ask("acquire", duration="15", proposed=OTHER_LEASE), 409, "LeaseAlreadyPresent", "There is already a lease present.")
        assert ask("renew", id=LEASE).status == 200
        assert ask("change", id=LEASE, proposed=OTHER_LEASE).headers["x-ms-lease-id"] == OTHER_LEASE
        expect_json(ask("renew", id=LEASE), 409, "LeaseIdMismatchWithLeaseOperation")
        broken = ask("break", **{"break-period": "5"})
        assert (broken.status, broken.headers["x-ms-lease-time"]) == (202, "5")
        expect_json(ask("change", id=OTHER_LEASE, proposed=LEASE), 409, "LeaseIsBreakingAndCannotBeChanged")
        assert ask("release", id=OTHER_LEASE).status == 200
        expect_json(ask("acquire"), 400, "MissingRequiredHeader")
        expect_json(ask("acquire", duration="14"), 400, "InvalidHeaderValue")
        expect_json(ask("borrow"), 400, "InvalidHeaderValue")
        expect_json(ask("break", path + "s"), 404, "PathNotFound")

    def test_running_out(self, own_lake):
        file = a_file(own_lake.a_file_system())
        file.acquire_lease(15, LEASE)
        own_lake.advance(16)
        assert file.get_file_properties().lease.state == "expired"
        file.append_data(b"!", 5)


class TestExpiry:
    def test_of_every_kind(self, own_lake):
        file_system = own_lake.a_file_system()
        file = a_file(file_system)
        before = file.get_file_properties()

        def expiry():
            return file.get_file_properties().expiry_time

        file.set_file_expiry("RelativeToNow", 60_000)
        assert file.get_file_properties().etag == before.etag  # a recording shows that it stays
        assert abs(expiry() - before.creation_time - timedelta(minutes=1)) < timedelta(seconds=10)
        file.set_file_expiry("RelativeToCreation", 120_000)
        assert expiry() - before.creation_time == timedelta(minutes=2)
        at = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(minutes=5)
        file.set_file_expiry("Absolute", at)
        assert expiry() == at
        file.set_file_expiry("NeverExpire")
        assert expiry() is None
        file.set_file_expiry("RelativeToNow", 60_000)
        own_lake.advance(55)
        assert file.exists()
        own_lake.advance(10)
        assert not file.exists()
        with refused(404, "PathNotFound"):
            file.get_access_control()
        assert list(file_system.get_paths()) == []
        file.create_file(match_condition=MatchConditions.IfMissing)

    def test_what_cannot_expire(self, file_system):
        with refused(404, "BlobNotFound"):
            file_system.get_file_client("none").set_file_expiry("RelativeToNow", 1000)
        a_directory(file_system)
        # A directory has none; the code is that of other Blob operations on a directory.
        with refused(400, "OperationNotSupportedOnDirectory"):
            file_system.get_file_client("directory").set_file_expiry("RelativeToNow", 1000)
        file = a_file(file_system)
        with refused(400, "InvalidHeaderValue"):
            file.set_file_expiry("Absolute", datetime(2024, 1, 1))
        with refused(400, "InvalidHeaderValue"):
            file.set_file_expiry("Sometime", 1000)
        with refused(400, "MissingRequiredHeader"):
            file.set_file_expiry("RelativeToNow")
