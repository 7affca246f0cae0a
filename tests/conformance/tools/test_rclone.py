"""rclone: copy, check, sync, purge and the commands around them. Each test goes on where the one before it ended."""

import json
import os
import re
from datetime import datetime, timedelta, timezone

import pytest
from azure.storage.blob import (
    AccountSasPermissions, BlobServiceClient, ResourceTypes, generate_account_sas,
)  # fmt: skip

from conftest import ACCOUNT, KEY, MIB, digests_below, digests_in, run, server, write

REMOTE = "emulator:rclone"


@pytest.fixture(autouse=True)
def configuration(monkeypatch):
    """What `rclone config` would write. This release takes the emulator's address only from `endpoint`."""
    for name, value in {
        "CONFIG": "/dev/null", "RETRIES": "1", "LOW_LEVEL_RETRIES": "1",
        "CONFIG_EMULATOR_TYPE": "azureblob", "CONFIG_EMULATOR_USE_EMULATOR": "true",
        "CONFIG_EMULATOR_ENDPOINT": f"http://127.0.0.1:10000/{ACCOUNT}",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"RCLONE_{name}", value)


def rclone(*words, **options):
    return run("rclone", *words, **options).decode()


@pytest.fixture(scope="module")
def container(account):
    return account.get_container_client("rclone")


def test_copy(tree, container):
    rclone("copy", tree, REMOTE)
    found = digests_in(container)
    assert len(found) == 401
    assert found == digests_below(tree)
    # In blocks of 4 MiB, this release's default.
    blocks = container.get_blob_client("large").get_block_list("committed")[0]
    assert [block.size for block in blocks] == [4 * MIB] * 75


def test_times_and_hashes_are_kept(tree, container):
    modified = (tree / "folder-1" / "file-001").stat().st_mtime
    kept = container.get_blob_client("folder-1/file-001").get_blob_properties()
    noted = datetime.fromisoformat(kept.metadata["Mtime"][:26].rstrip("Z") + "+00:00")
    assert abs(noted.timestamp() - modified) < 0.001
    assert rclone("hashsum", "md5", f"{REMOTE}/folder-1/file-001").split()[0] == kept.content_settings.content_md5.hex()


@pytest.mark.parametrize("how", [[], ["--download"]])
def test_check(tree, how):
    rclone("check", *how, tree, REMOTE)
    assert "0 differences found" in run.messages
    assert "401 matching files" in run.messages


def test_check_sees_a_difference(tree):
    write(tree / "folder-1" / "file-001", b"\0" * 37)
    rclone("check", tree, REMOTE, code=1)
    assert "1 differences found" in run.messages


def test_copy_again_sends_only_what_changed(tree):
    rclone("copy", "-v", tree, REMOTE)
    assert re.findall(r"INFO  : (.*): Copied", run.messages) == ["folder-1/file-001"]


def test_sync(tree, container):
    (tree / "folder-2" / "file-002").unlink()
    (tree / "folder-2" / "file-015").rename(tree / "folder-2" / "renamed")
    write(tree / "folder-3" / "file-003", b"changed")
    write(tree / "new" / "file", b"new")
    rclone("sync", tree, REMOTE)
    found = digests_in(container)
    assert len(found) == 401
    assert found == digests_below(tree)


def test_copy_back(tree, tmp_path):
    rclone("copy", REMOTE, tmp_path)
    assert digests_below(tmp_path) == digests_below(tree)


def test_size_and_listings(tree):
    files = [path for path in tree.rglob("*") if path.is_file()]
    size = json.loads(rclone("size", "--json", REMOTE))
    assert (size["count"], size["bytes"]) == (401, sum(path.stat().st_size for path in files))
    assert rclone("lsd", "emulator:").split()[-1] == "rclone"
    listed = rclone("lsf", "--recursive", "--files-only", REMOTE).splitlines()
    assert sorted(listed) == sorted(path.relative_to(tree).as_posix() for path in files)
    assert rclone("lsf", REMOTE).splitlines() == sorted(
        path.name + "/" * path.is_dir() for path in tree.iterdir()
    )  # fmt: skip


def test_part_of_a_file(tree):
    with open(tree / "large", "rb") as large:
        large.seek(100_000_001)
        wanted = large.read(1_000_003)
    assert run("rclone", "cat", "--offset", "100000001", "--count", "1000003", f"{REMOTE}/large") == wanted


def test_stream(container):
    content = os.urandom(9 * MIB + 1)
    run("rclone", "rcat", f"{REMOTE}/streamed", given=content)
    assert container.download_blob("streamed").readall() == content
    rclone("deletefile", f"{REMOTE}/streamed")
    assert not container.get_blob_client("streamed").exists()


def test_delete_by_filter(container):
    rclone("delete", "--include", "/folder-4/**", REMOTE)
    names = list(container.list_blob_names())
    assert len(names) == 401 - 30  # 393 files in 13 folders: 30 in folder-4
    assert not any(name.startswith("folder-4/") for name in names)


def test_purge_of_a_folder(container):
    rclone("purge", f"{REMOTE}/folder-5")
    assert len(list(container.list_blob_names())) == 401 - 30 - 30


def test_purge(account, container):
    rclone("purge", REMOTE)
    assert not container.exists()
    assert [found.name for found in account.list_containers(name_starts_with="rclone")] == []


def test_mkdir_and_rmdir(account):
    rclone("mkdir", "emulator:rclone-made")
    assert account.get_container_client("rclone-made").exists()
    rclone("rmdir", "emulator:rclone-made")
    assert not account.get_container_client("rclone-made").exists()


def test_another_port(tmp_path, monkeypatch):
    ports = [f"--{surface}Port=0" for surface in ("blob", "queue", "table", "file", "dfs", "web")]
    with server(tmp_path / "data", *ports) as printed:
        connection_string = re.search(r"^Connection string: (.*)", printed, re.MULTILINE)[1]
        there = BlobServiceClient.from_connection_string(connection_string, retry_total=0)
        monkeypatch.setenv("RCLONE_CONFIG_EMULATOR_ENDPOINT", there.url.rstrip("/"))
        write(tmp_path / "files" / "a" / "b", b"hello")
        rclone("sync", tmp_path / "files", REMOTE)
        rclone("check", tmp_path / "files", REMOTE)
        assert digests_in(there.get_container_client("rclone")) == digests_below(tmp_path / "files")
        rclone("purge", REMOTE)
        assert list(there.list_containers()) == []


def test_account_sas(account, tmp_path, monkeypatch):
    token = generate_account_sas(
        ACCOUNT, KEY, ResourceTypes(service=True, container=True, object=True), AccountSasPermissions.from_string("rwdlac"),
        datetime.now(timezone.utc) + timedelta(hours=1),
    )  # fmt: skip
    monkeypatch.setenv("RCLONE_CONFIG_SAS_TYPE", "azureblob")
    monkeypatch.setenv("RCLONE_CONFIG_SAS_SAS_URL", f"http://127.0.0.1:10000/{ACCOUNT}?{token}")
    write(tmp_path / "a" / "b", b"hello")
    rclone("copy", tmp_path, "sas:rclone-sas")
    rclone("check", tmp_path, "sas:rclone-sas")
    assert list(account.get_container_client("rclone-sas").list_blob_names()) == ["a/b"]
    rclone("purge", "sas:rclone-sas")
    assert not account.get_container_client("rclone-sas").exists()
