"""What a message may hold: encodings, special characters, and how much."""

import pytest
from azure.storage.queue import (
    BinaryBase64DecodePolicy, BinaryBase64EncodePolicy, QueueClient, TextBase64DecodePolicy, TextBase64EncodePolicy,
)  # fmt: skip

import raw
from env import CONNECTION_STRING, OPTIONS, refused
from queue_env import document, put, texts

LIMIT = 64 * 1024


def client(queue, encode, decode):
    return QueueClient.from_connection_string(
        CONNECTION_STRING, queue.queue_name, message_encode_policy=encode, message_decode_policy=decode, **OPTIONS
    )


@pytest.mark.parametrize(
    "text",
    ["hello", "", " ", "  both ends  ", "a\nb\tc", "<tag attr=\"1\">&amp;'</tag>", "]]>", "<!-- -->", "größe 日本 𝄞 \u200b",
     '{"json": ["text", 1]}', "\ufffd\ue000"],
)  # fmt: skip
def test_text_comes_back(queue, text):
    queue.send_message(text)
    assert [peeked.content or "" for peeked in queue.peek_messages()] == [text]
    got = queue.receive_message()
    assert (got.content or "") == text
    queue.update_message(got, content=text + "!", visibility_timeout=0)
    assert texts(queue.peek_messages()) == [text + "!"]


@pytest.mark.parametrize("text", ["a]]&gt;b", "&lt;&#65;&#x42;", "<![CDATA[<a>&amp;</a>]]>"])
def test_markup_is_read(queue, text):
    assert put(queue, document(text)).status == 201
    plain = {"a]]&gt;b": "a]]>b", "&lt;&#65;&#x42;": "<AB"}.get(text, "<a>&amp;</a>")
    assert texts(queue.peek_messages()) == [plain]


def test_base64_text(queue):
    mine = client(queue, TextBase64EncodePolicy(), TextBase64DecodePolicy())
    mine.send_message("größe <1>")
    assert texts(queue.peek_messages()) == ["Z3LDtsOfZSA8MT4="]  # stored as the client sent it
    assert mine.receive_message().content == "größe <1>"


def test_base64_bytes(queue):
    body = bytes(range(256))
    mine = client(queue, BinaryBase64EncodePolicy(), BinaryBase64DecodePolicy())
    mine.send_message(body)
    assert mine.receive_message().content == body


class TestSize:
    @pytest.mark.parametrize("text", ["x" * LIMIT, "ü" * (LIMIT // 2), "𝄞" * (LIMIT // 4)])
    def test_largest(self, queue, text):
        queue.send_message(text)
        assert queue.receive_message().content == text

    @pytest.mark.parametrize("text", ["x" * (LIMIT + 1), "ü" * (LIMIT // 2 + 1), "x" * 100_000, "x" * 1_000_000])
    def test_larger(self, queue, text):
        raw.expect(put(queue, document(text)), 413, "RequestBodyTooLarge", MaxLimit=str(LIMIT))
        with refused(413, "RequestBodyTooLarge"):
            queue.send_message(text)
        assert queue.peek_messages() == []

    def test_largest_in_base64(self, queue):
        mine = client(queue, BinaryBase64EncodePolicy(), BinaryBase64DecodePolicy())
        mine.send_message(bytes(LIMIT // 4 * 3))
        assert mine.receive_message().content == bytes(LIMIT // 4 * 3)
        with refused(413, "RequestBodyTooLarge"):
            mine.send_message(bytes(LIMIT // 4 * 3 + 1))

    def test_32_of_the_largest(self, queue):
        for number in range(32):
            queue.send_message(chr(ord("@") + number) * LIMIT)
        page = next(queue.receive_messages(messages_per_page=32).by_page())
        assert texts(page) == [chr(ord("@") + number) * LIMIT for number in range(32)]

    def test_before_2011_08_18(self, queue):
        old = {"x-ms-version": "2009-09-19"}
        assert put(queue, document("x" * 8192), **old).status == 201
        raw.expect(put(queue, document("x" * 8193), **old), 400, "MessageTooLarge")


