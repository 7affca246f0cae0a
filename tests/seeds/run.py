"""Runs batch_download.py and batch_upload.py as their users would, and compares every byte and all metadata.

The programs name their containers themselves: "documents" and "uploads" must not hold anything before; they are deleted
afterwards. The account is that of AZURE_STORAGE_CONNECTION_STRING, else of LAZULITE_CONNECTION_STRING, else the
programs' own default.
"""

import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from azure.storage.blob import BlobServiceClient

HERE = Path(__file__).resolve().parent
CONNECTION_STRING = (
    os.environ.get("AZURE_STORAGE_CONNECTION_STRING")
    or os.environ.get("LAZULITE_CONNECTION_STRING")
    or "UseDevelopmentStorage=true"
)
SERVICE = BlobServiceClient.from_connection_string(CONNECTION_STRING, retry_total=0)

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


def run_program(name, folder):
    environment = os.environ | {"AZURE_STORAGE_CONNECTION_STRING": CONNECTION_STRING, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, HERE / name], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
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


def main():
    passed = failed = 0
    for case in (download, download_of_nothing, upload, upload_again, without_the_container):
        try:
            with tempfile.TemporaryDirectory() as folder:
                for name in ("documents", "uploads"):
                    container = SERVICE.get_container_client(name)
                    if not container.exists():
                        container.create_container()
                    assert next(iter(container.list_blob_names()), None) is None, f"container {name} is in use"
                try:
                    case(Path(folder))
                finally:
                    for name in ("documents", "uploads"):
                        if SERVICE.get_container_client(name).exists():
                            SERVICE.delete_container(name)
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
