import pytest

from env import SERVICE, unique
from queue_env import QUEUES, OwnAccount
from table_env import TABLES


@pytest.fixture(scope="session")
def service():
    return SERVICE


@pytest.fixture
def container(service):
    """A new container of the test's own, deleted afterwards."""
    made = service.create_container(unique())
    yield made
    made.delete_container()


@pytest.fixture
def blob(container):
    """A client for a blob that is not there yet."""
    return container.get_blob_client("blob")


@pytest.fixture(scope="session")
def queues():
    return QUEUES


@pytest.fixture
def queue(queues):
    """A new queue of the test's own, deleted afterwards."""
    made = queues.create_queue(unique())
    yield made
    made.delete_queue()


@pytest.fixture
def own_account():
    """An account whose clock only this test advances."""
    return OwnAccount()


@pytest.fixture(scope="session")
def tables():
    return TABLES


@pytest.fixture
def table(tables):
    """A new table of the test's own, deleted afterwards."""
    made = tables.create_table(unique())
    yield made
    made.delete_table()
