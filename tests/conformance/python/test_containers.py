"""Create, Get Properties, Set and Get Metadata, Delete Container."""

import pytest
from azure.storage.blob import PublicAccess

import raw
from env import DAY, ETAG, Seen, on_emulator_only, refused, unique


@pytest.fixture
def name(service):
    """A name for a container the test makes itself; whatever it made is deleted."""
    name = unique()
    yield name
    if service.get_container_client(name).exists():
        service.delete_container(name)


class TestCreate:
    def test_answers_201_with_etag_and_date(self, service, name):
        seen = Seen()
        service.create_container(name, raw_response_hook=seen)
        assert seen.status == 201
        assert ETAG.match(seen.headers["ETag"])
        assert seen.headers["Last-Modified"].endswith(" GMT")

    def test_existing_is_refused(self, service, container):
        with refused(409, "ContainerAlreadyExists") as info:
            service.create_container(container.container_name)
        assert info.value.message.split("\n")[0] == "The specified container already exists."

    def test_keeps_metadata_with_the_case_of_its_names(self, service, name):
        made = service.create_container(name, metadata={"Owner": "ada", "project_1": "x  y"})
        assert made.get_container_properties().metadata == {"Owner": "ada", "project_1": "x  y"}

    @pytest.mark.parametrize("access", [PublicAccess.BLOB, PublicAccess.CONTAINER])
    def test_public_access_shows_in_the_properties(self, service, name, access):
        made = service.create_container(name, public_access=access)
        assert made.get_container_properties().public_access == access

    def test_wrong_public_access_is_refused(self, name):
        answer = raw.request("PUT", f"/{name}", "restype=container", {"x-ms-blob-public-access": "everyone"})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-blob-public-access", HeaderValue="everyone")


class TestRename:
    def test_is_refused_as_the_service_refuses_it(self, service, container, name):
        with refused(400, "InvalidQueryParameterValue"):
            service._rename_container(container.container_name, name)
        assert container.exists()


class TestNames:
    @pytest.mark.parametrize("name", ["ab", "a" * 64])
    def test_wrong_length(self, service, name):
        with refused(400, "OutOfRangeInput"):
            service.create_container(name)

    @pytest.mark.parametrize("name", ["Abc", "a--b", "-abc", "abc-", "a_b", "a.b", "ab$", "äbc"])
    def test_wrong_characters(self, service, name):
        with refused(400, "InvalidResourceName"):
            service.create_container(name)

    @pytest.mark.parametrize("length", [3, 63])
    def test_shortest_and_longest(self, service, length):
        name = unique("")[:length].ljust(length, "x")
        made = service.create_container(name)
        assert [found.name for found in service.list_containers(name_starts_with=name)] == [name]
        made.delete_container()

    def test_a_wrong_name_is_refused_for_reads_too(self, service):
        with refused(400, "InvalidResourceName"):
            service.get_container_client("a--b").get_container_properties()


class TestProperties:
    def test_of_a_private_container(self, container):
        seen = Seen()
        properties = container.get_container_properties(raw_response_hook=seen)
        assert seen.status == 200
        assert properties.name == container.container_name
        assert ETAG.match(properties.etag)
        assert properties.metadata == {}
        assert properties.lease.status == "unlocked"
        assert properties.lease.state == "available"
        assert "x-ms-blob-public-access" not in seen.headers
        assert seen.headers["x-ms-has-immutability-policy"] == "false"
        assert seen.headers["x-ms-has-legal-hold"] == "false"
        assert seen.headers["x-ms-default-encryption-scope"] == "$account-encryption-key"
        assert seen.headers["x-ms-deny-encryption-scope-override"] == "false"
        assert seen.headers["x-ms-immutable-storage-with-versioning-enabled"] == "false"

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_get_and_head_answer_alike(self, container, method):
        answer = raw.request(method, f"/{container.container_name}", "restype=container")
        assert answer.status == 200
        assert answer.headers["ETag"] == container.get_container_properties().etag
        assert answer.headers["x-ms-has-legal-hold"] == "false"
        assert answer.body == b""

    def test_missing(self, service):
        with refused(404, "ContainerNotFound"):
            service.get_container_client(unique()).get_container_properties()

    def test_head_of_a_missing_one_has_no_body(self):
        answer = raw.request("HEAD", f"/{unique()}", "restype=container")
        raw.expect(answer, 404, "ContainerNotFound")
        assert answer.body == b""

    def test_exists(self, service, container):
        assert container.exists() is True
        assert service.get_container_client(unique()).exists() is False

    def test_blob_activity_leaves_the_etag(self, container):
        before = container.get_container_properties().etag
        container.upload_blob("blob", b"x")
        container.delete_blob("blob")
        assert container.get_container_properties().etag == before


class TestMetadata:
    def test_set_replaces_all_and_changes_the_etag(self, service, name):
        made = service.create_container(name, metadata={"a": "1", "b": "2"})
        before = made.get_container_properties().etag
        made.set_container_metadata({"c": "3"})
        properties = made.get_container_properties()
        assert properties.metadata == {"c": "3"}
        assert properties.etag != before

    def test_set_to_nothing_clears(self, service, name):
        made = service.create_container(name, metadata={"a": "1"})
        assert made.get_container_properties().metadata == {"a": "1"}
        made.set_container_metadata()
        assert made.get_container_properties().metadata == {}

    def test_set_on_a_missing_container(self, service):
        with refused(404, "ContainerNotFound"):
            service.get_container_client(unique()).set_container_metadata({"a": "1"})

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_get_metadata(self, container, method):
        container.set_container_metadata({"Owner": "ada"})
        answer = raw.request(method, f"/{container.container_name}", "restype=container&comp=metadata")
        assert answer.status == 200
        assert answer.headers["x-ms-meta-Owner"] == "ada"
        assert answer.headers["ETag"] == container.get_container_properties().etag

    def test_if_modified_since(self, container):
        modified = container.get_container_properties().last_modified
        with refused(412, "ConditionNotMet"):
            container.set_container_metadata({"a": "1"}, if_modified_since=modified)
        container.set_container_metadata({"a": "1"}, if_modified_since=modified - DAY)
        assert container.get_container_properties().metadata == {"a": "1"}

    def test_etag_conditions_are_not_supported(self, container):
        # The reference lists If-Modified-Since alone for this operation; the code for the others is our reading of it.
        etag = container.get_container_properties().etag
        answer = raw.request("PUT", f"/{container.container_name}", "restype=container&comp=metadata", {"If-Match": etag})
        raw.expect(answer, 400, "ConditionHeadersNotSupported")

    def test_wrong_name(self, container):
        with refused(400, "InvalidMetadata"):
            container.set_container_metadata({"a-b": "1"})

    def test_empty_name(self, container):
        answer = raw.request(
            "PUT", f"/{container.container_name}", "restype=container&comp=metadata", {"x-ms-meta-": "1"}
        )
        raw.expect(answer, 400, "EmptyMetadataKey")

    def test_too_large(self, container):
        with refused(400, "MetadataTooLarge"):
            container.set_container_metadata({"a": "x" * 8192})


class TestDelete:
    def test_takes_the_blobs_with_it(self, service):
        made = service.create_container(unique())
        made.upload_blob("blob", b"x")
        seen = Seen()
        made.delete_container(raw_response_hook=seen)
        assert seen.status == 202
        with refused(404, "ContainerNotFound"):
            made.get_container_properties()
        with refused(404, "ContainerNotFound"):
            made.get_blob_client("blob").download_blob()

    def test_missing(self, service):
        with refused(404, "ContainerNotFound"):
            service.delete_container(unique())

    @on_emulator_only  # the cloud keeps the name for 30 s: 409 ContainerBeingDeleted
    def test_name_is_free_at_once(self, service, name):
        made = service.create_container(name)
        made.upload_blob("old", b"x")
        assert list(made.list_blob_names()) == ["old"]
        service.delete_container(name)
        made = service.create_container(name)
        assert list(made.list_blobs()) == []

    @pytest.mark.parametrize(
        "condition, days", [("if_modified_since", 0), ("if_modified_since", 1), ("if_unmodified_since", -1)]
    )
    def test_unmet_condition(self, container, condition, days):
        modified = container.get_container_properties().last_modified
        with refused(412, "ConditionNotMet"):
            container.delete_container(**{condition: modified + days * DAY})

    @pytest.mark.parametrize(
        "condition, days", [("if_modified_since", -1), ("if_unmodified_since", 0), ("if_unmodified_since", 1)]
    )
    def test_met_condition(self, service, condition, days):
        made = service.create_container(unique())
        modified = made.get_container_properties().last_modified
        made.delete_container(**{condition: modified + days * DAY})
        assert made.exists() is False

    def test_etag_conditions_are_not_supported(self, container):
        # The reference lists only the two dates; the code is our reading of it.
        etag = container.get_container_properties().etag
        answer = raw.request("DELETE", f"/{container.container_name}", "restype=container", {"If-Match": etag})
        raw.expect(answer, 400, "ConditionHeadersNotSupported")


class TestRoutes:
    def test_unknown_comp(self, container):
        answer = raw.request("GET", f"/{container.container_name}", "restype=container&comp=nothing")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="comp", QueryParameterValue="nothing")

    def test_wrong_method(self, container):
        answer = raw.request("POST", f"/{container.container_name}", "restype=container")
        raw.expect(answer, 405, "UnsupportedHttpVerb")
        assert answer.headers["Allow"]
