"""Visibility, time to live and dequeue counts, with the clock of an account of the test's own advanced."""

import pytest

from env import on_emulator_only, refused
from queue_env import WEEK, texts

pytestmark = on_emulator_only


@pytest.fixture
def mine(own_account):
    return own_account.a_queue()


def test_becomes_visible_again(own_account, mine):
    mine.send_message("hello")
    mine.receive_message()
    own_account.advance(29)
    assert mine.receive_message() is None
    own_account.advance(1)
    assert mine.receive_message().dequeue_count == 2


def test_hidden_when_put(own_account, mine):
    mine.send_message("later", visibility_timeout=3600)
    mine.send_message("now")
    assert texts(mine.peek_messages(max_messages=32)) == ["now"]
    own_account.advance(3600)
    assert texts(mine.peek_messages(max_messages=32)) == ["now", "later"]  # in the order in which they became visible


def test_the_longest_timeout(own_account, mine):
    mine.send_message("hello", time_to_live=-1)
    mine.receive_message(visibility_timeout=WEEK)
    own_account.advance(WEEK - 60)
    assert mine.receive_message() is None
    own_account.advance(60)
    assert mine.receive_message().content == "hello"


def test_taken_messages_queue_up_behind(own_account, mine):
    for text in ("a", "b", "c"):
        mine.send_message(text)
    assert mine.receive_message(visibility_timeout=10).content == "a"
    own_account.advance(10)
    assert texts(mine.receive_messages(messages_per_page=32)) == ["b", "c", "a"]


def test_poison(own_account, mine):
    """A worker that fails on a message again and again sees how often it was tried."""
    mine.send_message("poison")
    for count in range(1, 8):
        got = mine.receive_message(visibility_timeout=60)
        assert got.dequeue_count == count
        own_account.advance(60)
    assert mine.peek_messages()[0].dequeue_count == 7
    got = mine.receive_message()
    assert mine.update_message(got, content="noted", visibility_timeout=0).id == got.id
    assert mine.peek_messages()[0].dequeue_count == 8  # updates do not count


def test_delete_after_the_timeout_while_nobody_else_took_it(own_account, mine):
    mine.send_message("hello")
    got = mine.receive_message(visibility_timeout=10)
    own_account.advance(11)
    mine.delete_message(got)
    assert mine.peek_messages() == []


def test_delete_after_the_timeout_when_somebody_took_it(own_account, mine):
    mine.send_message("hello")
    slow = mine.receive_message(visibility_timeout=10)
    own_account.advance(11)
    quick = mine.receive_message(visibility_timeout=10)
    with refused(400, "PopReceiptMismatch"):
        mine.delete_message(slow)
    with refused(400, "PopReceiptMismatch"):
        mine.update_message(slow, visibility_timeout=60)
    mine.delete_message(quick)
    with refused(404, "MessageNotFound"):
        mine.delete_message(slow)


def test_update_keeps_it_hidden(own_account, mine):
    mine.send_message("hello")
    got = mine.receive_message(visibility_timeout=10)
    own_account.advance(9)
    got = mine.update_message(got, visibility_timeout=10)
    own_account.advance(9)
    assert mine.receive_message() is None
    own_account.advance(1)
    assert mine.receive_message().content == "hello"


class TestExpiry:
    def test_vanishes(self, own_account, mine):
        sent = mine.send_message("short", time_to_live=60)
        mine.send_message("long", time_to_live=120)
        own_account.advance(59)
        assert texts(mine.peek_messages(max_messages=2)) == ["short", "long"]
        own_account.advance(1)
        assert texts(mine.peek_messages(max_messages=2)) == ["long"]
        assert mine.get_queue_properties().approximate_message_count == 1
        with refused(404, "MessageNotFound"):
            mine.delete_message(sent)
        with refused(404, "MessageNotFound"):
            mine.update_message(sent, visibility_timeout=0)

    def test_while_it_is_taken(self, own_account, mine):
        mine.send_message("short", time_to_live=60)
        got = mine.receive_message(visibility_timeout=3600)
        own_account.advance(60)
        with refused(404, "MessageNotFound"):
            mine.delete_message(got)
        own_account.advance(3600)
        assert mine.receive_message() is None

    def test_after_a_week(self, own_account, mine):
        mine.send_message("week")
        mine.send_message("ever", time_to_live=-1)
        own_account.advance(WEEK - 60)
        assert texts(mine.peek_messages(max_messages=2)) == ["week", "ever"]
        own_account.advance(60)
        assert texts(mine.peek_messages(max_messages=2)) == ["ever"]
        own_account.advance(50 * 365 * 24 * 3600)
        assert texts(mine.peek_messages(max_messages=2)) == ["ever"]

    def test_many_before_one_that_lives(self, own_account, mine):
        for number in range(600):
            mine.send_message(str(number), time_to_live=10)
        mine.send_message("alive", time_to_live=100)
        own_account.advance(10)
        assert texts(mine.peek_messages(max_messages=32)) == ["alive"]
        assert texts(mine.receive_messages(messages_per_page=32)) == ["alive"]
        assert mine.get_queue_properties().approximate_message_count == 1
