"""Shared access signatures of the Queue service: of a queue, and of the account."""

from datetime import datetime, timedelta, timezone

import pytest
from azure.storage.queue import (
    AccountSasPermissions, QueueClient, QueueSasPermissions, QueueServiceClient, ResourceTypes, Services,
    generate_account_sas, generate_queue_sas,
)  # fmt: skip

import raw
from env import ACCOUNT, KEY, OPTIONS, on_emulator_only, refused, unique
from queue_env import QUEUE_ENDPOINT, ask, texts


def later(**delta):
    return datetime.now(timezone.utc) + timedelta(**delta)


def by(queue, letters="raup", over=None, **options):
    """A client of the queue that holds nothing but a SAS of it."""
    options = {"expiry": later(hours=1)} | options
    token = generate_queue_sas(
        ACCOUNT, over or queue.queue_name, KEY, permission=QueueSasPermissions.from_string(letters), **options
    )
    return QueueClient(QUEUE_ENDPOINT, queue.queue_name, credential=token, **OPTIONS)


class TestQueue:
    def test_whole_life_of_a_message(self, queue):
        mine = by(queue)
        mine.send_message("hello")
        assert texts(mine.peek_messages()) == ["hello"]
        got = mine.receive_message()
        got = mine.update_message(got, content="again", visibility_timeout=30)
        assert mine.get_queue_properties().approximate_message_count == 1
        mine.delete_message(got)
        assert mine.get_queue_properties().approximate_message_count == 0

    # The letter each operation needs, and the call.
    OPERATIONS = {
        "peek": ("r", lambda mine, sent: mine.peek_messages()),
        "metadata": ("r", lambda mine, sent: mine.get_queue_properties()),
        "put": ("a", lambda mine, sent: mine.send_message("x")),
        "update": ("u", lambda mine, sent: mine.update_message(sent, visibility_timeout=0)),
        "get": ("p", lambda mine, sent: mine.receive_message()),
        "delete": ("p", lambda mine, sent: mine.delete_message(sent)),
    }

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_letters(self, queue, operation):
        letter, call = self.OPERATIONS[operation]
        sent = queue.send_message("hello")
        with refused(403, "AuthorizationPermissionMismatch"):
            call(by(queue, "raup".replace(letter, "")), sent)
        call(by(queue, letter), sent)

    def test_never_the_queue_itself(self, queue):
        mine = by(queue)
        for call in (mine.create_queue, mine.delete_queue, mine.get_queue_access_policy, mine.set_queue_metadata,
                     lambda: mine.set_queue_access_policy({})):  # fmt: skip
            with refused(403, "AuthorizationFailure"):
                call()
        with pytest.raises(Exception) as info:
            mine.clear_messages()
        assert info.value.status_code == 403

    def test_another_queue(self, queue):
        with refused(403, "AuthenticationFailed"):
            by(queue, over=unique()).peek_messages()

    def test_not_the_account(self, queue):
        token = generate_queue_sas(ACCOUNT, queue.queue_name, KEY, permission="raup", expiry=later(hours=1))
        raw.expect(ask("GET", "/", f"comp=list&{token}", signed=False), 403, "AuthenticationFailed")

    @pytest.mark.parametrize(
        "options, code",
        [({"expiry": later(minutes=-1)}, "AuthenticationFailed"), ({"start": later(minutes=30)}, "AuthenticationFailed"),
         ({"ip": "168.1.5.60-168.1.5.70"}, "AuthorizationSourceIPMismatch")],
    )  # fmt: skip
    def test_bounds(self, queue, options, code):
        with refused(403, code):
            by(queue, **options).peek_messages()

    @on_emulator_only  # over http
    def test_here_and_now(self, queue):
        bounds = {"start": later(minutes=-1), "ip": "127.0.0.1", "protocol": "https,http"}
        assert by(queue, **bounds).peek_messages() == []
        with refused(403, "AuthorizationProtocolMismatch"):
            by(queue, protocol="https").peek_messages()

    def test_no_field_can_be_changed(self, queue):
        token = generate_queue_sas(ACCOUNT, queue.queue_name, KEY, permission="r", expiry=later(hours=1))
        path = f"/{queue.queue_name}/messages"
        assert ask("GET", path, f"peekonly=true&{token}", signed=False).status == 200
        widened = token.replace("sp=r", "sp=raup")
        raw.expect(ask("GET", path, f"peekonly=true&{widened}", signed=False), 403, "AuthenticationFailed")

    @on_emulator_only
    def test_expiry_follows_the_clock_of_the_account(self, own_account):
        queue = own_account.a_queue()
        token = generate_queue_sas(own_account.name, queue.queue_name, own_account.key, permission="r", expiry=later(hours=1))
        mine = QueueClient(own_account.endpoint, queue.queue_name, credential=token, **OPTIONS)
        mine.peek_messages()
        own_account.advance(3600)
        with refused(403, "AuthenticationFailed"):
            mine.peek_messages()


def client(**changes):
    """A client of the service that holds nothing but an account SAS."""
    values = {"resource_types": "sco", "permission": "rwdlacup", "expiry": later(hours=1)} | changes
    return QueueServiceClient(QUEUE_ENDPOINT, credential=generate_account_sas(ACCOUNT, KEY, **values), **OPTIONS)


def message(client, name):
    return client.get_queue_client(name)


# Every operation, its resource type, and the letters of which any will do. `sent` is a message in the queue `name`.
OPERATIONS = {
    "list queues": ("s", "l", lambda c, name, sent: list(c.list_queues(name_starts_with=name))),
    "get service properties": ("s", "r", lambda c, name, sent: c.get_service_properties()),
    "set service properties": ("s", "w", lambda c, name, sent: c.set_service_properties()),
    "create queue": ("c", "cw", lambda c, name, sent: c.create_queue(name + "2")),
    "delete queue": ("c", "d", lambda c, name, sent: c.delete_queue(name)),
    "get metadata": ("c", "r", lambda c, name, sent: message(c, name).get_queue_properties()),
    "set metadata": ("c", "w", lambda c, name, sent: message(c, name).set_queue_metadata({"a": "1"})),
    "put message": ("o", "a", lambda c, name, sent: message(c, name).send_message("x")),
    "get messages": ("o", "p", lambda c, name, sent: message(c, name).receive_message()),
    "peek messages": ("o", "r", lambda c, name, sent: message(c, name).peek_messages()),
    "update message": ("o", "u", lambda c, name, sent: message(c, name).update_message(sent, visibility_timeout=0)),
    "delete message": ("o", "p", lambda c, name, sent: message(c, name).delete_message(sent)),
    "clear messages": ("o", "d", lambda c, name, sent: message(c, name).clear_messages()),
}


class TestAccount:
    @pytest.fixture
    def name(self, queues):
        """A queue; it and the one called name + "2" are deleted afterwards."""
        made = queues.create_queue(unique())
        yield made.queue_name
        for found in list(queues.list_queues(name_starts_with=made.queue_name)):
            queues.delete_queue(found.name)

    @pytest.fixture
    def sent(self, queues, name):
        return queues.get_queue_client(name).send_message("hello")

    @pytest.mark.parametrize("operation, letter", [(op, one) for op, (_, any_of, _) in OPERATIONS.items() for one in any_of])
    def test_enough(self, name, sent, operation, letter):
        kind, _, call = OPERATIONS[operation]
        call(client(resource_types=kind, permission=letter), name, sent)

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_every_other_letter(self, name, sent, operation):
        kind, any_of, call = OPERATIONS[operation]
        others = "".join(letter for letter in "rwdlacup" if letter not in any_of)
        with refused(403, "AuthorizationPermissionMismatch"):
            call(client(resource_types=kind, permission=others), name, sent)

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_every_other_resource_type(self, name, sent, operation):
        kind, _, call = OPERATIONS[operation]
        with refused(403, "AuthorizationResourceTypeMismatch"):
            call(client(resource_types="sco".replace(kind, "")), name, sent)

    def test_never_the_policies(self, name):
        mine = client().get_queue_client(name)
        for call in (mine.get_queue_access_policy, lambda: mine.set_queue_access_policy({})):
            with refused(403, "AuthorizationFailure"):
                call()

    @pytest.mark.parametrize("services", [Services(blob=True), Services(blob=True, fileshare=True)])
    def test_for_another_service(self, services):
        with refused(403, "AuthorizationServiceMismatch"):
            list(client(services=services).list_queues())

    def test_for_more_services(self, name):
        found = client(services=Services(blob=True, queue=True)).list_queues(name_starts_with=name)
        assert [queue.name for queue in found] == [name]

    @pytest.mark.parametrize("changes", [{"expiry": later(minutes=-1)}, {"start": later(minutes=30)}])
    def test_time(self, changes):
        with refused(403, "AuthenticationFailed"):
            list(client(**changes).list_queues())

    def test_types_of_the_sdk(self, name):
        permission = AccountSasPermissions(read=True, add=True, process=True)
        mine = client(resource_types=ResourceTypes(object=True), permission=permission).get_queue_client(name)
        mine.send_message("hello")
        assert mine.receive_message().content == "hello"


def test_nobody_gets_in_without_a_credential(queue):
    # This SDK makes no client without one.
    answer = ask("GET", f"/{queue.queue_name}/messages", "peekonly=true", signed=False)
    raw.expect(answer, 401, "NoAuthenticationInformation")


def test_wrong_key(queue):
    wrong = {"account_name": ACCOUNT, "account_key": "bm90IHRoZSBrZXk="}
    with refused(403, "AuthenticationFailed"):
        QueueClient(QUEUE_ENDPOINT, queue.queue_name, credential=wrong, **OPTIONS).peek_messages()
