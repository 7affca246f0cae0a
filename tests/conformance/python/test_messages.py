"""Put, Get, Peek, Update, Delete and Clear Messages: what they answer, and what they refuse."""

from datetime import datetime, timedelta, timezone

import pytest

import raw
from env import GUID, Seen, refused, unique
from queue_env import NEVER, WEEK, ask, document, put, texts

DAY = timedelta(days=1)


def messages_path(queue, message=None):
    return f"/{queue.queue_name}/messages" + (f"/{message.id}" if message else "")


def out_of_range(answer, name, value, least, most):
    raw.expect(answer, 400, "OutOfRangeQueryParameterValue", QueryParameterName=name, QueryParameterValue=str(value),
               MinimumAllowed=str(least), MaximumAllowed=str(most))  # fmt: skip


class TestPut:
    def test_answer(self, queue):
        seen = Seen()
        sent = queue.send_message("hello", raw_response_hook=seen)
        assert seen.status == 201
        assert "ETag" not in seen.headers
        assert GUID.match(sent.id)
        assert sent.pop_receipt
        assert abs(sent.inserted_on - datetime.now(timezone.utc)) < DAY
        assert sent.expires_on - sent.inserted_on == timedelta(seconds=WEEK)
        assert sent.next_visible_on == sent.inserted_on

    def test_document(self, queue):
        answer = put(queue)
        assert answer.headers["Content-Type"] == "application/xml"
        assert answer.xml.tag == "QueueMessagesList"
        assert [child.tag for child in answer.xml.find("QueueMessage")] == [
            "MessageId", "InsertionTime", "ExpirationTime", "PopReceipt", "TimeNextVisible",
        ]  # fmt: skip

    def test_time_to_live(self, queue):
        assert queue.send_message("x", time_to_live=-1).expires_on == NEVER
        for seconds in (1, WEEK, 10 * WEEK):
            sent = queue.send_message("x", time_to_live=seconds)
            assert sent.expires_on - sent.inserted_on == timedelta(seconds=seconds)

    def test_visibility_timeout(self, queue):
        sent = queue.send_message("later", visibility_timeout=60)
        assert sent.next_visible_on - sent.inserted_on == timedelta(seconds=60)
        assert queue.receive_message() is None
        assert queue.peek_messages() == []

    def test_its_receipt_is_good(self, queue):
        sent = queue.send_message("hello", visibility_timeout=60)
        updated = queue.update_message(sent, content="again", visibility_timeout=0)
        assert texts(queue.peek_messages()) == ["again"]
        queue.delete_message(updated)
        assert queue.get_queue_properties().approximate_message_count == 0

    def test_before_2016_05_31_the_answer_is_empty(self, queue):
        answer = put(queue, **{"x-ms-version": "2015-12-11"})
        assert (answer.status, answer.body) == (201, b"")
        assert texts(queue.peek_messages()) == ["hello"]

    def test_time_to_live_before_2017_07_29(self, queue):
        for value, code in ((-1, "InvalidQueryParameterValue"), (WEEK + 1, "OutOfRangeQueryParameterValue")):
            answer = put(queue, query=f"messagettl={value}", **{"x-ms-version": "2017-04-17"})
            raw.expect(answer, 400, code, QueryParameterName="messagettl", QueryParameterValue=str(value))

    @pytest.mark.parametrize("value", ["-1", str(WEEK + 1)])
    def test_visibility_timeout_out_of_range(self, queue, value):
        out_of_range(put(queue, query=f"visibilitytimeout={value}"), "visibilitytimeout", value, 0, WEEK)

    @pytest.mark.parametrize("name", ["visibilitytimeout", "messagettl"])
    def test_no_number(self, queue, name):
        answer = put(queue, query=f"{name}=soon")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName=name, QueryParameterValue="soon")

    @pytest.mark.parametrize("value", [0, -2])
    def test_time_to_live_that_is_none(self, queue, value):
        with refused(400, "InvalidQueryParameterValue"):
            queue.send_message("x", time_to_live=value)

    @pytest.mark.parametrize("seconds", [60, 61])
    def test_hidden_for_all_its_life(self, queue, seconds):
        answer = put(queue, query=f"messagettl=60&visibilitytimeout={seconds}")
        raw.expect(answer, 400, "InvalidQueryParameterValue",
                   Reason="messagettl must be greater than visibilitytimeout.")  # fmt: skip
        assert queue.get_queue_properties().approximate_message_count == 0

    @pytest.mark.parametrize("body", [b"hello", b"<QueueMessage>", b"<Other />", b"", document("\x01"), document("&#1;")])
    def test_no_such_document(self, queue, body):
        raw.expect(put(queue, body), 400, "InvalidXmlDocument")

    def test_no_text(self, queue):
        raw.expect(put(queue, b"<QueueMessage />"), 400, "MissingRequiredXmlNode", XmlNodeName="MessageText")

    def test_missing_queue(self, queues):
        with refused(404, "QueueNotFound"):
            queues.get_queue_client(unique()).send_message("x")

    def test_without_a_length(self, queue):
        answer = put(queue, None, **{"Content-Length": None})
        raw.expect(answer, 411, "MissingContentLengthHeader")


class TestGet:
    def test_answer(self, queue):
        sent = queue.send_message("hello")
        got = queue.receive_message()
        assert (got.id, got.content, got.dequeue_count) == (sent.id, "hello", 1)
        assert (got.inserted_on, got.expires_on) == (sent.inserted_on, sent.expires_on)
        assert got.pop_receipt != sent.pop_receipt
        age = got.next_visible_on - got.inserted_on
        assert timedelta(seconds=30) <= age < timedelta(seconds=60)
        assert queue.receive_message() is None

    def test_document(self, queue):
        put(queue)
        answer = ask("GET", messages_path(queue))
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/xml"
        assert [child.tag for child in answer.xml.find("QueueMessage")] == [
            "MessageId", "InsertionTime", "ExpirationTime", "PopReceipt", "TimeNextVisible", "DequeueCount", "MessageText",
        ]  # fmt: skip
        empty = ask("GET", messages_path(queue))
        assert (empty.status, empty.xml.tag, list(empty.xml)) == (200, "QueueMessagesList", [])

    def test_first_in_first_out(self, queue):
        for number in range(40):
            queue.send_message(str(number))
        assert queue.receive_message().content == "0"
        page = next(queue.receive_messages(messages_per_page=32).by_page())
        assert texts(page) == [str(number) for number in range(1, 33)]
        assert texts(queue.receive_messages(messages_per_page=32)) == [str(number) for number in range(33, 40)]

    def test_one_by_default(self, queue):
        for _ in range(3):
            queue.send_message("x")
        answer = ask("GET", messages_path(queue))
        assert len(answer.xml) == 1

    def test_visibility_timeout(self, queue):
        sent = queue.send_message("hello")
        got = queue.receive_message(visibility_timeout=3600)
        assert timedelta(0) <= got.next_visible_on - sent.inserted_on - timedelta(hours=1) < timedelta(minutes=1)

    @pytest.mark.parametrize("value", ["0", str(WEEK + 1)])
    def test_visibility_timeout_out_of_range(self, queue, value):
        answer = ask("GET", messages_path(queue), f"visibilitytimeout={value}")
        out_of_range(answer, "visibilitytimeout", value, 1, WEEK)

    def test_visibility_timeout_before_2011_08_18(self, queue):
        def at_most(value):
            return ask("GET", messages_path(queue), f"visibilitytimeout={value}", {"x-ms-version": "2009-09-19"})

        assert at_most(7200).status == 200
        out_of_range(at_most(7201), "visibilitytimeout", 7201, 1, 7200)

    @pytest.mark.parametrize("value", ["0", "33", "-1"])
    def test_number_out_of_range(self, queue, value):
        out_of_range(ask("GET", messages_path(queue), f"numofmessages={value}"), "numofmessages", value, 1, 32)

    @pytest.mark.parametrize("name", ["numofmessages", "visibilitytimeout"])
    def test_no_number(self, queue, name):
        answer = ask("GET", messages_path(queue), f"{name}=many")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName=name, QueryParameterValue="many")

    def test_through_the_sdk(self, queue):
        with refused(400, "OutOfRangeQueryParameterValue"):
            queue.receive_message(visibility_timeout=0)
        with refused(400, "OutOfRangeQueryParameterValue"):
            next(queue.receive_messages(messages_per_page=33).by_page())

    def test_missing_queue(self, queues):
        with refused(404, "QueueNotFound"):
            queues.get_queue_client(unique()).receive_message()


class TestPeek:
    def test_changes_nothing(self, queue):
        sent = queue.send_message("hello")
        for _ in range(2):
            [peeked] = queue.peek_messages()
            assert (peeked.id, peeked.content, peeked.dequeue_count) == (sent.id, "hello", 0)
            assert (peeked.inserted_on, peeked.expires_on) == (sent.inserted_on, sent.expires_on)
            assert (peeked.pop_receipt, peeked.next_visible_on) == (None, None)
        queue.delete_message(sent)

    def test_document(self, queue):
        put(queue)
        answer = ask("GET", messages_path(queue), "peekonly=true")
        assert [child.tag for child in answer.xml.find("QueueMessage")] == [
            "MessageId", "InsertionTime", "ExpirationTime", "DequeueCount", "MessageText",
        ]  # fmt: skip

    def test_only_what_is_visible(self, queue):
        for number in range(34):
            queue.send_message(str(number))
        queue.receive_message()
        assert texts(queue.peek_messages(max_messages=32)) == [str(number) for number in range(1, 33)]
        assert texts(queue.peek_messages()) == ["1"]

    @pytest.mark.parametrize("value", ["0", "33"])
    def test_number_out_of_range(self, queue, value):
        out_of_range(ask("GET", messages_path(queue), f"peekonly=true&numofmessages={value}"), "numofmessages", value, 1, 32)

    def test_no_number(self, queue):
        answer = ask("GET", messages_path(queue), "peekonly=true&numofmessages=x")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="numofmessages")

    def test_missing_queue(self, queues):
        with refused(404, "QueueNotFound"):
            queues.get_queue_client(unique()).peek_messages()


class TestUpdate:
    def test_text_and_visibility(self, queue):
        queue.send_message("hello")
        got = queue.receive_message()
        seen = Seen()
        updated = queue.update_message(got, content="again", visibility_timeout=0, raw_response_hook=seen)
        assert seen.status == 204
        assert seen.headers["x-ms-popreceipt"] == updated.pop_receipt
        assert updated.pop_receipt != got.pop_receipt
        assert seen.headers["x-ms-time-next-visible"].endswith(" GMT")
        assert [(m.content, m.dequeue_count) for m in queue.peek_messages()] == [("again", 1)]

    def test_without_a_body_the_text_stays(self, queue):
        queue.send_message("hello")
        got = queue.receive_message()
        queue.update_message(got, visibility_timeout=0)
        assert texts(queue.peek_messages()) == ["hello"]

    def test_hides_longer(self, queue):
        queue.send_message("hello")
        got = queue.receive_message(visibility_timeout=1)
        updated = queue.update_message(got, visibility_timeout=600)
        longer = updated.next_visible_on - got.next_visible_on
        assert timedelta(seconds=599) <= longer < timedelta(seconds=660)

    def test_an_old_receipt(self, queue):
        queue.send_message("hello")
        got = queue.receive_message()
        updated = queue.update_message(got, content="again", visibility_timeout=60)
        with refused(400, "PopReceiptMismatch"):
            queue.update_message(got, content="lost", visibility_timeout=0)
        queue.update_message(updated, visibility_timeout=0)
        assert texts(queue.peek_messages()) == ["again"]

    def test_missing_message(self, queue):
        queue.send_message("hello")
        got = queue.receive_message()
        queue.delete_message(got)
        with refused(404, "MessageNotFound"):
            queue.update_message(got, visibility_timeout=0)

    def test_missing_queue(self, queues, queue):
        sent = queue.send_message("hello")
        with refused(404, "QueueNotFound"):
            queues.get_queue_client(unique()).update_message(sent.id, sent.pop_receipt, visibility_timeout=0)

    def test_message_of_another_queue(self, queues, queue):
        sent = queue.send_message("hello")
        other = queues.create_queue(unique())
        with refused(404, "MessageNotFound"):
            other.update_message(sent, visibility_timeout=0)
        with refused(404, "MessageNotFound"):
            other.delete_message(sent)
        other.delete_queue()

    @pytest.mark.parametrize("given, missing", [("visibilitytimeout=1", "popreceipt"), ("popreceipt=AAAA", "visibilitytimeout")])
    def test_missing_parameters(self, queue, given, missing):
        sent = queue.send_message("hello")
        answer = ask("PUT", messages_path(queue, sent), given)
        raw.expect(answer, 400, "MissingRequiredQueryParameter", QueryParameterName=missing)

    def test_ill_formed_receipt(self, queue):
        sent = queue.send_message("hello")
        answer = ask("PUT", messages_path(queue, sent), "visibilitytimeout=1&popreceipt=none")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="popreceipt", QueryParameterValue="none")

    @pytest.mark.parametrize("value", [-1, WEEK + 1])
    def test_visibility_timeout_out_of_range(self, queue, value):
        sent = queue.send_message("hello", time_to_live=-1)
        with refused(400, "OutOfRangeQueryParameterValue"):
            queue.update_message(sent, visibility_timeout=value)

    def test_past_its_expiry(self, queue):
        sent = queue.send_message("hello", time_to_live=60)
        with refused(400, "OutOfRangeQueryParameterValue"):
            queue.update_message(sent, visibility_timeout=61)
        queue.update_message(sent, visibility_timeout=30)

    def test_too_large(self, queue):
        sent = queue.send_message("hello")
        with refused(413, "RequestBodyTooLarge"):
            queue.update_message(sent, content="x" * 65537, visibility_timeout=0)
        assert texts(queue.peek_messages()) == ["hello"]


class TestDelete:
    def test_is_gone(self, queue):
        queue.send_message("hello")
        got = queue.receive_message()
        seen = Seen()
        queue.delete_message(got, raw_response_hook=seen)
        assert seen.status == 204
        with refused(404, "MessageNotFound"):
            queue.delete_message(got)

    def test_by_id_and_receipt(self, queue):
        sent = queue.send_message("hello")
        queue.delete_message(sent.id, sent.pop_receipt)
        assert queue.peek_messages() == []

    def test_an_old_receipt(self, queue):
        sent = queue.send_message("hello")
        got = queue.receive_message()
        with refused(400, "PopReceiptMismatch"):
            queue.delete_message(sent)
        updated = queue.update_message(got, visibility_timeout=30)
        with refused(400, "PopReceiptMismatch"):
            queue.delete_message(got)
        queue.delete_message(updated)

    def test_the_receipt_of_another_message(self, queue):
        one, other = queue.send_message("one"), queue.send_message("other")
        with refused(400, "PopReceiptMismatch"):
            queue.delete_message(one.id, other.pop_receipt)
        assert texts(queue.peek_messages(max_messages=2)) == ["one", "other"]

    def test_missing_receipt(self, queue):
        sent = queue.send_message("hello")
        answer = ask("DELETE", messages_path(queue, sent))
        raw.expect(answer, 400, "MissingRequiredQueryParameter", QueryParameterName="popreceipt")

    def test_ill_formed_receipt(self, queue):
        sent = queue.send_message("hello")
        with refused(400, "InvalidQueryParameterValue"):
            queue.delete_message(sent.id, "not a receipt")

    def test_unknown_message(self, queue):
        sent = queue.send_message("hello")
        # The reference says nothing of an id that is no GUID: no message has it.
        for message_id in ("11111111-2222-3333-4444-555555555555", "none"):
            with refused(404, "MessageNotFound"):
                queue.delete_message(message_id, sent.pop_receipt)

    def test_missing_queue(self, queues, queue):
        sent = queue.send_message("hello")
        with refused(404, "QueueNotFound"):
            queues.get_queue_client(unique()).delete_message(sent)


class TestClear:
    def test_visible_and_hidden(self, queue):
        for number in range(3):
            queue.send_message(str(number))
        got = queue.receive_message()
        seen = Seen()
        queue.clear_messages(raw_response_hook=seen)
        assert seen.status == 204
        assert queue.get_queue_properties().approximate_message_count == 0
        assert queue.peek_messages() == []
        with refused(404, "MessageNotFound"):
            queue.delete_message(got)
        queue.send_message("new")
        assert texts(queue.receive_messages()) == ["new"]

    def test_missing_queue(self, queues):
        with refused(404, "QueueNotFound"):
            queues.get_queue_client(unique()).clear_messages()


def test_below_a_queue_there_are_only_messages(queue):
    assert ask("GET", f"/{queue.queue_name}/letters").status == 400
    answer = ask("GET", f"/{queue.queue_name}/messages/a/b")
    raw.expect(answer, 400, "InvalidUri")
