"""restic: init, backup, check --read-data, restore. Each test goes on where the one before it ended.

This release has the emulator's address built in for the account devstoreaccount1.
"""

import json

import pytest

from conftest import ACCOUNT, KEY, digests_below, run, write


@pytest.fixture(autouse=True)
def configuration(monkeypatch, tmp_path_factory):
    for name, value in {
        "AZURE_ACCOUNT_NAME": ACCOUNT, "AZURE_ACCOUNT_KEY": KEY, "RESTIC_REPOSITORY": "azure:restic:/backups",
        "RESTIC_PASSWORD": "secret", "RESTIC_CACHE_DIR": str(tmp_path_factory.getbasetemp() / "restic"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


def restic(*words, **options):
    return run("restic", *words, **options).decode()


def backup(folder):
    """The numbers of files: new, changed, unmodified."""
    summary = json.loads(restic("backup", "--json", ".", cwd=folder).splitlines()[-1])
    return summary["files_new"], summary["files_changed"], summary["files_unmodified"]


def test_init(account):
    restic("init")
    names = list(account.get_container_client("restic").list_blob_names())
    assert [name.split("/")[1] for name in names] == ["config", "keys"]


def test_init_again_is_refused():
    restic("init", code=1)
    assert "already initialized" in run.messages


def test_backup(tree, account):
    assert backup(tree) == (401, 0, 0)
    sizes = [blob.size for blob in account.get_container_client("restic").list_blobs(name_starts_with="backups/data/")]
    assert sum(sizes) > 300 << 20


def test_backup_of_changes(tree):
    (tree / "folder-2" / "file-002").unlink()
    write(tree / "folder-3" / "file-003", b"changed")
    write(tree / "new" / "file", b"new")
    assert backup(tree) == (1, 1, 399)
    assert len(json.loads(restic("snapshots", "--json"))) == 2


def test_check_of_all_data():
    assert "no errors were found" in restic("check", "--read-data")


def test_restore(tree, tmp_path):
    restic("restore", "latest", "--target", tmp_path)
    assert digests_below(tmp_path) == digests_below(tree)


def test_restore_of_one_folder(tree, tmp_path):
    restic("restore", "latest", "--target", tmp_path, "--include", "folder-7")
    assert digests_below(tmp_path / "folder-7") == digests_below(tree / "folder-7")
    assert [path.name for path in tmp_path.iterdir()] == ["folder-7"]


def test_forget_and_prune():
    restic("forget", "--keep-last", "1", "--prune")
    assert len(json.loads(restic("snapshots", "--json"))) == 1
    assert "no errors were found" in restic("check")


def test_no_lock_is_left(account):
    assert list(account.get_container_client("restic").list_blob_names(name_starts_with="backups/locks/")) == []


def test_check_sees_a_lost_pack(account):
    container = account.get_container_client("restic")
    # The largest holds files. For one that holds directories restic would ask again and again, for a quarter of an hour.
    packs = container.list_blobs(name_starts_with="backups/data/")
    container.delete_blob(max(packs, key=lambda pack: pack.size).name)
    restic("check", code=1)
