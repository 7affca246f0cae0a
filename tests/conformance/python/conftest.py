import pytest

from env import SERVICE, unique


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
