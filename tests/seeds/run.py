"""Runs the programs beside it as their users would, and compares every byte and all metadata.

The programs name their containers themselves (CONTAINERS): these must not hold anything before and are deleted afterwards. The account is that of AZURE_STORAGE_CONNECTION_STRING, else of LAZULITE_CONNECTION_STRING, else the
programs' own default.
"""

import base64
import http.client
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import HttpResponseError
from azure.data.tables import AccountSasPermissions, ResourceTypes, TableServiceClient, generate_account_sas
from azure.storage.blob import BlobServiceClient, ContainerClient, ContainerSasPermissions, generate_container_sas
from PIL import Image

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent.parent / "examples" / "image-pipeline"
CONNECTION_STRING = (
    os.environ.get("AZURE_STORAGE_CONNECTION_STRING")
    or os.environ.get("LAZULITE_CONNECTION_STRING")
    or "UseDevelopmentStorage=true"
)
SERVICE = BlobServiceClient.from_connection_string(CONNECTION_STRING, retry_total=0)
TABLES = TableServiceClient.from_connection_string(CONNECTION_STRING, retry_total=0)

CONTAINERS = {
    "documents": {}, "uploads": {},  # batch_download.py, batch_upload.py
    "vendor-uploads": {}, "optimized-images": {"public_access": "blob"},  # optimize_images.py
}  # fmt: skip
TABLE_NAMES = ["products", "patientrecords"]  # table_crud.py, table_queries.py, patient_form
WANTED = {
    "reports/2024/january.txt": b"first month\n",
    "reports/2024/empty": b"",
    "reports/2024/q1/february.bin": bytes(range(256)) * 100,
    "reports/2024/q1/deep/er/march.csv": b"a;b;c\r\n1;2;3\r\n",
    "reports/2024/été 100% + more/日本.txt": "größer".encode(),
    "reports/2024/large.bin": b"".join(number.to_bytes(4, "big") for number in range(9_000_000)),  # over 32 MiB
}
OTHERS = {"reports/2023/december.txt": b"old", "reports/2024.txt": b"beside", "Reports/2024/capital.txt": b"other case"}
METADATA = {"uploaded_by": "batch_script", "source": "local_folder", "upload_date": "2024-01-15"}


def environment(connection_string):
    return os.environ | {"AZURE_STORAGE_CONNECTION_STRING": connection_string, "PYTHONDONTWRITEBYTECODE": "1"}


def run_program(name, folder, *arguments, connection_string=CONNECTION_STRING):
    done = subprocess.run(
        [sys.executable, HERE / name, *arguments],
        cwd=folder, env=environment(connection_string), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def files_below(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write_files(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def blobs_in(container):
    return {name: container.download_blob(name).readall() for name in container.list_blob_names()}


def download(folder):
    container = SERVICE.get_container_client("documents")
    for name, content in (WANTED | OTHERS).items():
        container.upload_blob(name, content)
    printed = run_program("batch_download.py", folder)
    assert printed == [f"Downloaded: {name}" for name in sorted(WANTED, key=str.encode)], printed
    assert files_below(folder / "downloads") == WANTED


def download_of_nothing(folder):
    assert run_program("batch_download.py", folder) == []
    assert not (folder / "downloads").exists()


def upload(folder):
    container = SERVICE.get_container_client("uploads")
    write_files(folder / "local_folder", WANTED | OTHERS)
    printed = run_program("batch_upload.py", folder)
    assert sorted(printed) == sorted(f"Uploaded: {name}" for name in WANTED | OTHERS), printed
    assert blobs_in(container) == WANTED | OTHERS
    for blob in container.list_blobs(include=["metadata"]):
        assert blob.metadata == METADATA, (blob.name, blob.metadata)
        assert container.get_blob_client(blob.name).get_blob_properties().metadata == METADATA


def upload_again(folder):
    container = SERVICE.get_container_client("uploads")
    write_files(folder / "local_folder", {"same": b"a longer first content", "gone": b"x"})
    run_program("batch_upload.py", folder)
    (folder / "local_folder" / "gone").unlink()
    write_files(folder / "local_folder", {"same": b"second", "new": b"y"})
    run_program("batch_upload.py", folder)
    assert blobs_in(container) == {"same": b"second", "gone": b"x", "new": b"y"}


def without_the_container(folder):
    SERVICE.delete_container("uploads")
    write_files(folder / "local_folder", {"file": b"x"})
    try:
        run_program("batch_upload.py", folder)
    except AssertionError as failure:
        assert "ContainerNotFound" in str(failure), failure
    else:
        raise AssertionError("the upload to a missing container went well")


def picture(mode, size):
    """A PNG that holds something like a photograph."""
    image = Image.merge("RGB", [Image.effect_noise(size, sigma) for sigma in (20, 40, 60)]).convert(mode)
    content = io.BytesIO()
    image.save(content, format="PNG", compress_level=1)
    return content.getvalue()


def vendor():
    """A client for vendor-uploads that may write and nothing else."""
    container = SERVICE.get_container_client("vendor-uploads")
    token = generate_container_sas(
        SERVICE.account_name, container.container_name, account_key=SERVICE.credential.account_key,
        permission=ContainerSasPermissions(write=True), expiry=datetime.now(timezone.utc) + timedelta(hours=1),
    )  # fmt: skip
    return ContainerClient.from_container_url(f"{container.url}?{token}", retry_total=0)


def refused(code, call):
    try:
        call()
    except HttpResponseError as refusal:
        assert refusal.error_code == code, refusal
    else:
        raise AssertionError(f"not refused with {code}")


def image_pipeline(folder):
    """Vendors upload by a SAS that only writes, the script makes JPEGs, the website's visitors read them by URL."""
    pictures = {
        "product-123.jpg": picture("RGB", (2400, 1800)),
        "vendor a/transparent.jpg": picture("RGBA", (301, 200)),
        "vendor a/grün.jpg": picture("L", (33, 17)),
    }
    assert len(pictures["product-123.jpg"]) > 5_000_000
    by_vendor = vendor()
    for name, content in pictures.items():
        by_vendor.upload_blob(name, content, overwrite=True)
    refused("AuthorizationPermissionMismatch", lambda: by_vendor.download_blob("product-123.jpg"))
    refused("AuthorizationPermissionMismatch", lambda: list(by_vendor.list_blobs()))

    for _ in range(2):  # every night
        printed = run_program("optimize_images.py", folder)
        assert printed == [f"Processed: {name}" for name in sorted(pictures, key=str.encode)], printed
        assert blobs_in(SERVICE.get_container_client("vendor-uploads")) == pictures
        optimized = SERVICE.get_container_client("optimized-images")
        assert sorted(optimized.list_blob_names()) == sorted(pictures)
        for name, content in pictures.items():
            with urllib.request.urlopen(optimized.get_blob_client(name).url, timeout=30) as answer:
                made = Image.open(io.BytesIO(answer.read()))
            original = Image.open(io.BytesIO(content))
            assert (made.format, made.mode, made.size) == ("JPEG", "RGB", original.size), name

    for url in (SERVICE.get_blob_client("vendor-uploads", "product-123.jpg").url, f"{optimized.url}?restype=container&comp=list"):
        try:
            urllib.request.urlopen(url, timeout=30)
        except HTTPError as refusal:  # a browser names no version: it is not told that there is something
            assert (refusal.code, refusal.headers["x-ms-error-code"]) == (404, "ResourceNotFound"), url
        else:
            raise AssertionError(f"anybody can read {url}")


class Shop:
    """An account of its own, with versions; what is done to it from outside, and the web hook of its events."""

    def __init__(self):
        self.name = f"shop{uuid.uuid4().hex[:16]}"
        key = base64.b64encode(self.name.encode()).decode()
        url = urlsplit(SERVICE.url)
        self.control_url = urlsplit(os.environ.get("LAZULITE_CONTROL", f"{url.scheme}://{url.netloc}/_lazulite"))
        self.connection_string = (
            f"DefaultEndpointsProtocol={url.scheme};AccountName={self.name};AccountKey={key};"
            f"BlobEndpoint={url.scheme}://{url.netloc}/{self.name};"
        )
        self.set({"keys": [key], "blobVersioning": True})
        self.service = BlobServiceClient.from_connection_string(self.connection_string, retry_total=0)
        self.uploads = self.service.get_container_client("vendor-uploads")
        self.optimized = self.service.get_container_client("optimized-images")

    def control(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.control_url.netloc, timeout=30)
        connection.request(method, f"{self.control_url.path}/{path}", body, {"x-lazulite-control": "1"})
        answer = connection.getresponse()
        assert answer.status in (200, 201), answer.read()
        connection.close()

    def set(self, settings):
        self.control("PUT", f"accounts/{self.name}", json.dumps(settings))

    def advance(self, days):
        self.control("POST", f"clock?account={self.name}&advance={days * 24 * 3600}")

    def subscribe(self, url):
        """As examples/image-pipeline has it."""
        (account,) = json.loads((EXAMPLE / "lazulite.json").read_text())["accounts"]
        account["eventSubscriptions"][0]["properties"]["destination"]["properties"]["endpointUrl"] = url
        self.set({name: value for name, value in account.items() if name != "name"})

    def visit(self, name):
        """What a visitor of the website is shown."""
        with urllib.request.urlopen(self.optimized.get_blob_client(name).url, timeout=30) as answer:
            return answer.read()

    def restore(self, container, time):
        printed = run_program(
            EXAMPLE / "restore.py", None, container.container_name, time, connection_string=self.connection_string
        )
        return [line.removeprefix("Restored: ") for line in printed]


def run_amok(container):
    """Spoils every picture, deletes the last one too, and of the first one everything that is left."""
    names = list(container.list_blob_names())
    for name in names:
        container.upload_blob(name, b"not a picture any more", overwrite=True)
    for name in {names[0], names[-1]}:
        container.delete_blob(name)
    for version in container.list_blobs(name_starts_with=names[0], include=["versions"]):
        container.get_blob_client(version.name).delete_blob(version_id=version.version_id)


def image_pipeline_by_events(folder):
    """Each upload starts the script; what a script that ran amok spoils and deletes can be brought back for seven days."""
    pictures = {name: picture("RGB", (120, 80)) for name in ("a/grün 1.jpg", "b.jpg", "product-123.jpg")}
    subjects = [f"/blobServices/default/containers/vendor-uploads/blobs/{name}: done" for name in pictures]
    shop = Shop()
    (upload_url,) = run_program(EXAMPLE / "set_up.py", folder, connection_string=shop.connection_string)
    by_vendor = ContainerClient.from_container_url(upload_url, retry_total=0)
    hook = subprocess.Popen(
        [sys.executable, EXAMPLE / "hook.py", "0", sys.executable, HERE / "optimize_images.py"],
        env=environment(shop.connection_string), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    patience = threading.Timer(120, hook.kill)  # an event that does not come is an empty line
    patience.start()
    try:
        shop.subscribe(hook.stdout.readline().split()[-1])
        for name, content in pictures.items():
            by_vendor.upload_blob(name, content)
        for refused_call in (
            lambda: by_vendor.download_blob("b.jpg"),
            lambda: by_vendor.delete_blob("b.jpg"),
            lambda: list(by_vendor.list_blobs()),
        ):
            refused("AuthorizationPermissionMismatch", refused_call)
        # One event for each of them, and none for what the script makes.
        assert [hook.stdout.readline().strip() for _ in pictures] == subjects
        pictures["b.jpg"] = picture("RGB", (60, 40))
        by_vendor.upload_blob("b.jpg", pictures["b.jpg"], overwrite=True)
        assert hook.stdout.readline().strip() == subjects[1]
    finally:
        shop.set({"eventSubscriptions": []})
        patience.cancel()
        hook.terminate()
        hook.communicate()

    shown = {name: shop.visit(name) for name in pictures}
    for name, content in pictures.items():
        made = Image.open(io.BytesIO(shown[name]))
        assert (made.format, made.size) == ("JPEG", Image.open(io.BytesIO(content)).size), name
    assert blobs_in(shop.uploads) == pictures
    good = max(blob.version_id for blob in shop.optimized.list_blobs(include=["versions"]))

    for container, before in ((shop.uploads, pictures), (shop.optimized, shown)):
        run_amok(container)
        assert list(container.list_blob_names()) == ["b.jpg"]
        lost = [blob for blob in container.list_blobs(include=["versions", "deleted"]) if blob.deleted]
        assert {(blob.name, blob.deleted_time is not None, blob.remaining_retention_days) for blob in lost} == {
            ("a/grün 1.jpg", True, 6)  # whole days
        }, lost
    shop.advance(6)
    for container, before in ((shop.uploads, pictures), (shop.optimized, shown)):
        assert sorted(shop.restore(container, good)) == sorted(before)
        assert blobs_in(container) == before
    assert {name: shop.visit(name) for name in pictures} == shown

    run_amok(shop.optimized)
    shop.advance(8)
    # Of the first nothing is kept any longer.
    assert sorted(shop.restore(shop.optimized, good)) == ["b.jpg", "product-123.jpg"]
    assert blobs_in(shop.optimized) == {name: shown[name] for name in ("b.jpg", "product-123.jpg")}
    refused("BlobNotFound", shop.optimized.get_blob_client("a/grün 1.jpg").undelete_blob)


def table_crud(folder):
    """An entity's whole life: in the end the table is there, and empty; a second run finds it there."""
    assert run_program("table_crud.py", folder) == ["Laptop: $999.99"]
    assert list(TABLES.get_table_client("products").list_entities()) == []
    try:
        run_program("table_crud.py", folder)
    except AssertionError as failure:
        assert "TableAlreadyExists" in str(failure), failure
    else:
        raise AssertionError("the table was made twice")


def table_queries(folder):
    """Three pages of a hundred, printed entity by entity, in order."""
    products = TABLES.create_table("products")
    made = [
        {"PartitionKey": "Electronics", "RowKey": f"PROD{n:03}", "Name": f"größe {n}", "Price": n * 5.25, "InStock": n % 2 == 0}
        for n in range(250)
    ]
    for first in range(0, 250, 100):
        products.submit_transaction([("create", product) for product in made[first : first + 100]])
    assert run_program("table_queries.py", folder) == [str(product) for product in made]
    cheap = products.query_entities("PartitionKey eq 'Electronics' and Price lt 1000", select=["Name", "Price"])
    assert [dict(product) for product in cheap] == [
        {name: product[name] for name in ("Name", "Price")} for product in made if product["Price"] < 1000
    ]


def patient_form(_folder):
    """A page in a browser saves an entity and finds it again, by an account SAS and without an SDK."""
    token = generate_account_sas(
        AzureNamedKeyCredential(SERVICE.account_name, SERVICE.credential.account_key),
        ResourceTypes(container=True, object=True, service=True),
        AccountSasPermissions(read=True, write=True, delete=True, list=True, add=True, create=True, update=True),
        datetime.now(timezone.utc) + timedelta(hours=1),
    )  # fmt: skip
    endpoint = next(part.split("=", 1)[1] for part in CONNECTION_STRING.split(";") if part.startswith("TableEndpoint=")).rstrip("/")
    patient = {"PartitionKey": "2024-01-15", "RowKey": "EMP-12345", "Name": "John Doe", "Temperature": 99.5, "Notes": "well"}

    def fetch(path, body=None):
        headers = {"Accept": "application/json;odata=nometadata"}
        if body:
            headers |= {"Content-Type": "application/json", "x-ms-version": "2021-06-08"}
        request = urllib.request.Request(f"{endpoint}/{path}?{token}", body and json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)

    TABLES.create_table("patientrecords")
    status, saved = fetch("patientrecords", patient)
    assert status == 201 and saved.pop("Timestamp") and saved == patient, saved
    status, found = fetch("patientrecords(PartitionKey='2024-01-15',RowKey='EMP-12345')")
    assert status == 200 and found.pop("Timestamp") and found == patient, found
    # The page names its table patient_records, which no table may be called.
    for path, body in (("Tables", {"TableName": "patient_records"}), ("patient_records", patient)):
        try:
            fetch(path, body)
        except HTTPError as refusal:
            assert (refusal.code, refusal.headers["x-ms-error-code"]) == (400, "InvalidResourceName")
        else:
            raise AssertionError("a table's name has an underscore")


CASES = (
    download, download_of_nothing, upload, upload_again, without_the_container, image_pipeline, image_pipeline_by_events,
    table_crud, table_queries, patient_form,
)  # fmt: skip


def main():
    passed = failed = 0
    for case in CASES:
        try:
            with tempfile.TemporaryDirectory() as folder:
                for name, options in CONTAINERS.items():
                    container = SERVICE.get_container_client(name)
                    if not container.exists():
                        container.create_container(**options)
                    assert next(iter(container.list_blob_names()), None) is None, f"container {name} is in use"
                try:
                    case(Path(folder))
                finally:
                    for name in CONTAINERS:
                        if SERVICE.get_container_client(name).exists():
                            SERVICE.delete_container(name)
                    for name in TABLE_NAMES:
                        TABLES.delete_table(name)
            passed += 1
            print(f"ok   {case.__name__}")
        except Exception:
            failed += 1
            print(f"FAIL {case.__name__}")
            traceback.print_exc()
    print(f"{passed} passed, {failed} failed, 0 skipped", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
