"""Create, Delete and List Queues, and queue metadata."""

import pytest
from azure.core.exceptions import ResourceExistsError

import raw
from env import Seen, on_emulator_only, refused, unique
from queue_env import QUEUE_ENDPOINT, ask

ABSENT = "The specified queue does not exist."


def path(queue):
    return f"/{queue.queue_name}"


class TestCreate:
    def test_new(self, queues):
        seen = Seen()
        made = queues.create_queue(unique(), metadata={"Owner": "ada"}, raw_response_hook=seen)
        assert seen.status == 201
        assert "ETag" not in seen.headers
        assert "Last-Modified" not in seen.headers
        assert made.get_queue_properties().metadata == {"Owner": "ada"}
        made.delete_queue()

    def test_again_with_the_same_metadata(self, queues):
        made = queues.create_queue(unique(), metadata={"a": "1", "B": "2"})
        answer = ask("PUT", path(made), headers={"x-ms-meta-B": "2", "x-ms-meta-a": "1"})
        assert (answer.status, answer.body) == (204, b"")
        with pytest.raises(ResourceExistsError) as info:  # so this SDK shows the 204
            queues.create_queue(made.queue_name, metadata={"a": "1", "B": "2"})
        assert info.value.status_code == 204
        made.delete_queue()

    @pytest.mark.parametrize("metadata", [None, {"a": "2"}, {"a": "1", "b": "2"}, {"b": "1"}])
    def test_again_with_other_metadata(self, queues, metadata):
        made = queues.create_queue(unique(), metadata={"a": "1"})
        with refused(409, "QueueAlreadyExists"):
            queues.create_queue(made.queue_name, metadata=metadata)
        assert made.get_queue_properties().metadata == {"a": "1"}
        made.delete_queue()

    def test_again_keeps_the_messages(self, queue):
        queue.send_message("hello")
        assert ask("PUT", path(queue)).status == 204
        assert [message.content for message in queue.peek_messages()] == ["hello"]

    @pytest.mark.parametrize("name", ["Upper", "a--b", "-ab", "ab-", "a_b", "a.b", "größe", "a%20b"])
    def test_characters_of_the_name(self, queues, name):
        with refused(400, "InvalidResourceName"):
            queues.create_queue(name)

    @pytest.mark.parametrize("length", [1, 2, 64])
    def test_length_of_the_name(self, queues, length):
        with refused(400, "OutOfRangeInput"):
            queues.create_queue("a" * length)

    @pytest.mark.parametrize("name", ["0-9", unique()[:33] + "x" * 30])
    def test_shortest_and_longest_names(self, queues, name):
        queues.create_queue(name).delete_queue()

    def test_metadata(self):
        wrong = {"InvalidMetadata": {"x-ms-meta-a-b": "1"}, "MetadataTooLarge": {"x-ms-meta-a": "x" * 8192},
                 "EmptyMetadataKey": {"x-ms-meta-": "1"}}  # fmt: skip
        for code, headers in wrong.items():
            raw.expect(ask("PUT", f"/{unique()}", headers=headers), 400, code)


class TestDelete:
    def test_is_gone(self, queues):
        made = queues.create_queue(unique())
        made.send_message("hello")
        seen = Seen()
        made.delete_queue(raw_response_hook=seen)
        assert seen.status == 204
        with refused(404, "QueueNotFound"):
            made.get_queue_properties()
        with refused(404, "QueueNotFound"):
            made.receive_message()

    def test_missing(self, queues):
        with refused(404, "QueueNotFound") as info:
            queues.delete_queue(unique())
        assert info.value.message.startswith(ABSENT)

    @on_emulator_only  # the service keeps the name for half a minute: 409 QueueBeingDeleted
    def test_name_is_free_at_once_and_the_new_queue_is_empty(self, queues):
        made = queues.create_queue(unique())
        made.send_message("old")
        made.delete_queue()
        made.create_queue()
        assert made.get_queue_properties().approximate_message_count == 0
        assert made.peek_messages() == []
        made.delete_queue()


class TestMetadata:
    def test_set_replaces_all(self, queue):
        seen = Seen()
        queue.set_queue_metadata({"Owner": "ada", "kind": "jobs"}, raw_response_hook=seen)
        assert seen.status == 204
        assert queue.get_queue_properties().metadata == {"Owner": "ada", "kind": "jobs"}
        queue.set_queue_metadata({"kind": "logs"})
        assert queue.get_queue_properties().metadata == {"kind": "logs"}
        queue.set_queue_metadata()
        assert queue.get_queue_properties().metadata == {}

    def test_count_holds_invisible_messages_too(self, queue):
        assert queue.get_queue_properties().approximate_message_count == 0
        for number in range(3):
            queue.send_message(str(number))
        queue.send_message("later", visibility_timeout=100)
        taken = queue.receive_message()
        assert queue.get_queue_properties().approximate_message_count == 4
        queue.delete_message(taken)
        assert queue.get_queue_properties().approximate_message_count == 3

    def test_head(self, queue):
        queue.set_queue_metadata({"Owner": "ada"})
        answer = ask("HEAD", path(queue), "comp=metadata")
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["x-ms-meta-Owner"] == "ada"
        assert answer.headers["x-ms-approximate-messages-count"] == "0"

    def test_missing(self, queues):
        missing = queues.get_queue_client(unique())
        with refused(404, "QueueNotFound"):
            missing.get_queue_properties()
        with refused(404, "QueueNotFound"):
            missing.set_queue_metadata({"a": "1"})
        raw.expect(ask("HEAD", path(missing), "comp=metadata"), 404, "QueueNotFound")

    def test_ill_named(self, queues):
        with refused(400, "InvalidResourceName"):
            queues.get_queue_client("a--b").get_queue_properties()

    @pytest.mark.parametrize(
        "headers, code",
        [({"x-ms-meta-a-b": "1"}, "InvalidMetadata"), ({"x-ms-meta-1a": "1"}, "InvalidMetadata"),
         ({"x-ms-meta-": "1"}, "EmptyMetadataKey"), ({"x-ms-meta-a": "x" * 8192}, "MetadataTooLarge")],
    )  # fmt: skip
    def test_wrong(self, queue, headers, code):
        raw.expect(ask("PUT", path(queue), "comp=metadata", headers), 400, code)
        assert queue.get_queue_properties().metadata == {}

    def test_largest(self, queue):
        queue.set_queue_metadata({"a": "x" * 8191})
        assert queue.get_queue_properties().metadata == {"a": "x" * 8191}


@pytest.fixture(scope="module")
def five(queues):
    """Five queues under a prefix of their own; the third has metadata."""
    prefix = unique("l")[:20]
    names = [f"{prefix}-{letter}" for letter in "abcde"]
    for name in reversed(names):
        queues.create_queue(name, metadata={"Owner": "ada"} if name.endswith("c") else None)
    yield prefix, names
    for name in names:
        queues.delete_queue(name)


def listing(query):
    answer = ask("GET", "/", f"comp=list&{query}")
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "application/xml"
    return answer.xml


class TestList:
    def test_prefix_and_order(self, queues, five):
        prefix, names = five
        assert [q.name for q in queues.list_queues(name_starts_with=prefix)] == names
        assert list(queues.list_queues(name_starts_with=unique())) == []

    def test_pages(self, queues, five):
        prefix, names = five
        pages = queues.list_queues(name_starts_with=prefix, results_per_page=2).by_page()
        assert [[q.name for q in page] for page in pages] == [names[:2], names[2:4], names[4:]]

    def test_a_marker_goes_on_where_the_page_ended(self, queues, five):
        prefix, names = five
        pages = queues.list_queues(name_starts_with=prefix, results_per_page=2).by_page()
        next(pages)
        rest = queues.list_queues(name_starts_with=prefix).by_page(pages.continuation_token)
        assert [q.name for q in next(rest)] == names[2:]

    def test_a_full_last_page_has_no_marker(self, queues, five):
        prefix, names = five
        pages = queues.list_queues(name_starts_with=prefix, results_per_page=5).by_page()
        assert [q.name for q in next(pages)] == names
        assert not pages.continuation_token

    def test_metadata_only_when_asked_for(self, queues, five):
        prefix, _ = five
        asked = list(queues.list_queues(name_starts_with=prefix, include_metadata=True))
        assert [q.metadata or None for q in asked] == [None, None, {"Owner": "ada"}, None, None]
        plain = list(queues.list_queues(name_starts_with=prefix))
        assert [q.metadata or None for q in plain] == [None] * 5

    def test_document(self, five):
        prefix, names = five
        root = listing(f"prefix={prefix}&maxresults=1")
        assert root.tag == "EnumerationResults"
        assert root.get("ServiceEndpoint").rstrip("/") == QUEUE_ENDPOINT
        assert (root.findtext("Prefix"), root.findtext("MaxResults")) == (prefix, "1")
        assert [child.tag for child in root.find("Queues/Queue")] == ["Name"]
        assert root.findtext("Queues/Queue/Name") == names[0]

        rest = listing(f"prefix={prefix}&marker={root.findtext('NextMarker')}")
        assert rest.findtext("Marker") == root.findtext("NextMarker")
        assert rest.find("NextMarker") is not None
        assert not rest.findtext("NextMarker")
        assert [name.text for name in rest.iter("Name")] == names[1:]

    def test_maxresults_above_the_limit_is_cut(self, five):
        prefix, names = five
        assert [name.text for name in listing(f"prefix={prefix}&maxresults=9999").iter("Name")] == names

    @pytest.mark.parametrize("value", ["0", "-1"])
    def test_maxresults_below_one(self, value):
        answer = ask("GET", "/", f"comp=list&maxresults={value}")
        raw.expect(answer, 400, "OutOfRangeQueryParameterValue", QueryParameterName="maxresults", QueryParameterValue=value)

    @pytest.mark.parametrize("name, value", [("maxresults", "many"), ("include", "messages")])
    def test_ill_formed(self, name, value):
        answer = ask("GET", "/", f"comp=list&{name}={value}")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName=name, QueryParameterValue=value)
