"""Get and Set Queue ACL, and the shared access signatures that name a stored policy."""

from datetime import datetime, timedelta, timezone

import pytest
from azure.storage.queue import AccessPolicy, QueueClient, QueueSasPermissions, generate_queue_sas

import raw
from env import ACCOUNT, KEY, OPTIONS, Seen, refused, unique
from queue_env import QUEUE_ENDPOINT, ask

START = datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
EXPIRY = datetime(2100, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def put(queue, inner):
    return ask("PUT", f"/{queue.queue_name}", "comp=acl", body=f"<SignedIdentifiers>{inner}</SignedIdentifiers>".encode())


def identifier(name, permission="r"):
    return f"<SignedIdentifier><Id>{name}</Id><AccessPolicy><Permission>{permission}</Permission></AccessPolicy></SignedIdentifier>"


class TestAcl:
    def test_policies_come_back(self, queue):
        assert queue.get_queue_access_policy() == {}
        seen = Seen()
        policies = {
            "all": AccessPolicy(QueueSasPermissions.from_string("raup"), EXPIRY, START),
            "later": AccessPolicy(permission="a"),
            "blank": AccessPolicy(),
        }
        queue.set_queue_access_policy(policies, raw_response_hook=seen)
        assert seen.status == 204
        found = queue.get_queue_access_policy()
        assert list(found) == ["all", "later", "blank"]
        assert found["all"].permission == "raup"
        assert str(found["all"].start) == "2020-01-02T03:04:05.0000000Z"
        assert str(found["all"].expiry) == "2100-01-02T03:04:05.0000000Z"
        assert (found["later"].permission, found["later"].start, found["later"].expiry) == ("a", None, None)
        queue.set_queue_access_policy({})
        assert queue.get_queue_access_policy() == {}

    def test_head(self, queue):
        answer = ask("HEAD", f"/{queue.queue_name}", "comp=acl")
        assert (answer.status, answer.body) == (200, b"")

    def test_metadata_stays(self, queue):
        queue.set_queue_metadata({"a": "1"})
        queue.set_queue_access_policy({"p": AccessPolicy(permission="r")})
        assert queue.get_queue_properties().metadata == {"a": "1"}
        queue.set_queue_metadata({"b": "2"})
        assert list(queue.get_queue_access_policy()) == ["p"]

    def test_five_at_most(self, queue):
        queue.set_queue_access_policy({str(n): AccessPolicy(permission="r") for n in range(5)})
        assert len(queue.get_queue_access_policy()) == 5
        raw.expect(put(queue, "".join(identifier(n) for n in range(6))), 400, "InvalidXmlDocument")
        assert len(queue.get_queue_access_policy()) == 5

    @pytest.mark.parametrize(
        "inner",
        [identifier("i" * 65), identifier("a") * 2, identifier("a", "x"), identifier("a", "w"), "<SignedIdentifier>"],
    )
    def test_refusals(self, queue, inner):
        raw.expect(put(queue, inner), 400, "InvalidXmlDocument")
        assert queue.get_queue_access_policy() == {}

    def test_missing_queue(self, queues):
        missing = queues.get_queue_client(unique())
        with refused(404, "QueueNotFound"):
            missing.get_queue_access_policy()
        with refused(404, "QueueNotFound"):
            missing.set_queue_access_policy({})
        raw.expect(ask("HEAD", f"/{missing.queue_name}", "comp=acl"), 404, "QueueNotFound")


class TestStoredPolicy:
    @staticmethod
    def by(queue, policy, **options):
        token = generate_queue_sas(ACCOUNT, queue.queue_name, KEY, policy_id=policy, **options)
        return QueueClient(QUEUE_ENDPOINT, queue.queue_name, credential=token, **OPTIONS)

    def test_gives_what_the_token_does_not_say(self, queue):
        queue.set_queue_access_policy({"p": AccessPolicy("ra", EXPIRY, START)})
        mine = self.by(queue, "p")
        mine.send_message("hello")
        assert [message.content for message in mine.peek_messages()] == ["hello"]
        with refused(403, "AuthorizationPermissionMismatch"):
            mine.receive_message()

    def test_and_the_token_the_rest(self, queue):
        queue.set_queue_access_policy({"p": AccessPolicy(permission="r")})
        mine = self.by(queue, "p", expiry=EXPIRY)
        assert mine.peek_messages() == []
        with refused(403, "AuthenticationFailed"):  # no expiry from either
            self.by(queue, "p").peek_messages()

    def test_not_both(self, queue):
        queue.set_queue_access_policy({"p": AccessPolicy("r", EXPIRY)})
        for twice in ({"permission": "r"}, {"expiry": EXPIRY}):
            with refused(403, "AuthenticationFailed"):
                self.by(queue, "p", **twice).peek_messages()

    def test_change_and_removal_take_effect(self, queue):
        queue.set_queue_access_policy({"p": AccessPolicy("r", EXPIRY)})
        mine = self.by(queue, "p")
        mine.peek_messages()
        queue.set_queue_access_policy({"p": AccessPolicy("p", EXPIRY)})
        assert mine.receive_message() is None
        with refused(403, "AuthorizationPermissionMismatch"):
            mine.peek_messages()
        queue.set_queue_access_policy({"p": AccessPolicy("p", datetime.now(timezone.utc) - timedelta(hours=1))})
        with refused(403, "AuthenticationFailed"):
            mine.receive_message()
        queue.set_queue_access_policy({})
        with refused(403, "AuthenticationFailed"):
            mine.receive_message()
