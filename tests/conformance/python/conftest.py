import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from datalake_env import OwnLake
from env import SERVICE, unique
from file_env import FILES, OwnFiles
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


@pytest.fixture(scope="session")
def files():
    return FILES


@pytest.fixture
def share(files):
    """A new share of the test's own, deleted afterwards."""
    made = files.create_share(unique())
    yield made
    made.delete_share(delete_snapshots="include-leased")


@pytest.fixture
def nfs_share(files):
    """One whose protocol is NFS."""
    made = files.get_share_client(unique())
    made.create_share(protocols="NFS")
    yield made
    made.delete_share(delete_snapshots="include-leased")


@pytest.fixture
def own_files():
    """The File service of an account whose clock only this test advances."""
    return OwnFiles()


@pytest.fixture(scope="module")
def lake():
    """The hierarchical account of one module's tests."""
    return OwnLake()


@pytest.fixture
def file_system(lake):
    """A new filesystem of the test's own, deleted afterwards."""
    made = lake.a_file_system()
    yield made
    made.delete_file_system()


@pytest.fixture
def own_lake():
    """A hierarchical account whose clock only this test advances."""
    return OwnLake()


@pytest.fixture
def waiting():
    """The URL of another server on this machine, which says that it has ten bytes and keeps them until the test ends."""
    over = threading.Event()

    class Answers(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(200)
            self.send_header("Content-Length", "10")
            self.end_headers()

        def do_GET(self):
            self.do_HEAD()
            self.wfile.flush()
            over.wait()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/file"
    over.set()
    server.shutdown()
    server.server_close()
