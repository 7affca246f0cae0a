"""Shared access signatures of the File service: of a share, of a file, and of the account, with what every operation needs."""

import pytest
from azure.storage.fileshare import (
    AccountSasPermissions,
    ContentSettings,
    FileSasPermissions,
    ResourceTypes,
    Services,
    ShareSasPermissions,
    ShareServiceClient,
    generate_account_sas,
    generate_file_sas,
    generate_share_sas,
)

import raw
from env import ACCOUNT, KEY, OPTIONS, on_emulator_only, refused, unique
from file_env import FILE_ENDPOINT, LEASE, SYSTEM, a_directory, a_file, ask, later, names, put, read, with_sas

TEXT = ContentSettings(content_type="text/plain")


@pytest.fixture
def root(share):
    return share.get_directory_client()


@pytest.fixture
def file(root):
    return a_file(root)


def of_share(client, letters="rcwdl", over=None, **options):
    """The same resource, by a SAS of its share."""
    options = {"expiry": later(hours=1)} | options
    permission = ShareSasPermissions.from_string(letters)
    return with_sas(client, generate_share_sas(ACCOUNT, over or client.share_name, KEY, permission=permission, **options))


def of_file(client, letters="rcwd", over=None, **options):
    """The same file, by a SAS of it."""
    options = {"expiry": later(hours=1)} | options
    permission = FileSasPermissions.from_string(letters)
    path = over or client.file_path
    return with_sas(client, generate_file_sas(ACCOUNT, client.share_name, path, KEY, permission=permission, **options))


class TestOfShare:
    def test_whole_life_of_a_file(self, share):
        mine = of_share(share)
        directory = a_directory(mine, "d")
        file = a_file(directory, b"hello")
        assert (read(file), names(mine), names(mine, "d")) == (b"hello", ["d"], ["file"])
        renamed = file.rename_file("d/other")
        renamed.delete_file()
        directory.delete_directory()

    # The letters of which any will do, and the call, with a file and its directory.
    OPERATIONS = {
        "list": ("l", lambda file, directory: list(directory.list_directories_and_files())),
        "get file": ("r", lambda file, directory: read(file)),
        "get file properties": ("r", lambda file, directory: file.get_file_properties()),
        "list ranges": ("r", lambda file, directory: file.get_ranges()),
        "list handles": ("r", lambda file, directory: list(file.list_handles())),
        "get directory properties": ("r", lambda file, directory: directory.get_directory_properties()),
        "create file": ("cw", lambda file, directory: directory.get_file_client("new").create_file(1)),
        "create directory": ("cw", lambda file, directory: directory.create_subdirectory("new")),
        "overwrite": ("w", lambda file, directory: file.create_file(1)),
        "put range": ("w", lambda file, directory: put(file, b"x")),
        "set metadata": ("w", lambda file, directory: file.set_file_metadata({})),
        "set properties": ("w", lambda file, directory: file.set_http_headers(TEXT)),
        "set directory metadata": ("w", lambda file, directory: directory.set_directory_metadata({})),
        "acquire lease": ("w", lambda file, directory: file.acquire_lease()),
        "close handles": ("dw", lambda file, directory: file.close_all_handles()),
        "delete": ("d", lambda file, directory: file.delete_file()),
    }

    @pytest.mark.parametrize("operation, letter", [(name, one) for name, (any_of, _) in OPERATIONS.items() for one in any_of])
    def test_enough(self, share, operation, letter):
        directory = a_directory(share, "d")
        file = a_file(directory)
        self.OPERATIONS[operation][1](of_share(file, letter), of_share(directory, letter))

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_every_other_letter(self, share, operation):
        any_of, call = self.OPERATIONS[operation]
        others = "".join(letter for letter in "rcwdl" if letter not in any_of)
        directory = a_directory(share, "d")
        file = a_file(directory)
        with refused(403, "AuthorizationPermissionMismatch"):
            call(of_share(file, others), of_share(directory, others))

    def test_never_the_share_itself(self, share):
        mine = of_share(share)
        calls = (
            mine.create_share,
            mine.get_share_properties,
            mine.delete_share,
            mine.create_snapshot,
            mine.get_share_stats,
            mine.get_share_access_policy,
            lambda: mine.set_share_access_policy({}),
            lambda: mine.set_share_metadata({}),
            lambda: mine.set_share_properties(quota=1),
            mine.acquire_lease,
            lambda: mine.create_permission_for_share(SYSTEM),
            lambda: mine.get_permission_for_share("1*2"),
        )
        for call in calls:
            with refused(403, "AuthorizationFailure"):
                call()

    def test_another_share(self, file):
        with refused(403, "AuthenticationFailed"):
            read(of_share(file, over=unique()))

    @pytest.mark.parametrize(
        "options, code",
        [
            ({"expiry": later(minutes=-1)}, "AuthenticationFailed"),
            ({"start": later(minutes=30)}, "AuthenticationFailed"),
            ({"ip": "168.1.5.60-168.1.5.70"}, "AuthorizationSourceIPMismatch"),
        ],
    )
    def test_bounds(self, file, options, code):
        with refused(403, code):
            read(of_share(file, **options))

    @on_emulator_only  # over http
    def test_here_and_now(self, file):
        bounds = {"start": later(minutes=-1), "ip": "127.0.0.1", "protocol": "https,http"}
        assert read(of_share(file, **bounds)) == b"hello"
        with refused(403, "AuthorizationProtocolMismatch"):
            read(of_share(file, protocol="https"))

    def test_snapshots_too(self, share, file):
        snapshot = share.create_snapshot()
        put(file, b"J")
        token = generate_share_sas(ACCOUNT, share.share_name, KEY, permission="r", expiry=later(hours=1))
        then = type(share)(FILE_ENDPOINT, share.share_name, snapshot=snapshot, credential=token, **OPTIONS)
        assert read(then.get_file_client("file")) == b"hello"


class TestOfFile:
    def test_that_file_alone(self, root, file):
        mine = of_file(file)
        put(mine, b"J")
        assert read(mine) == b"Jello"
        other = a_file(root, b"other", "other")
        with refused(403, "AuthenticationFailed"):
            read(of_file(other, over=file.file_path))
        mine.delete_file()
        mine.create_file(1)

    def test_in_a_directory(self, share):
        file = a_file(a_directory(share, "d"), b"deep")
        assert read(of_file(file)) == b"deep"

    def test_never_a_list(self, share, file):
        token = generate_file_sas(ACCOUNT, share.share_name, ["file"], KEY, permission="rcwd", expiry=later(hours=1))
        answer = ask("GET", f"/{share.share_name}", f"restype=directory&comp=list&{token}", signed=False)
        assert (answer.status, answer.error) == (403, "AuthenticationFailed")

    def test_create_alone_overwrites_nothing(self, file):
        with refused(403, "AuthorizationPermissionMismatch"):
            of_file(file, "c").create_file(1)
        file.delete_file()
        of_file(file, "c").create_file(1)

    def test_headers_of_the_answer(self, file):
        wanted = {
            "content_type": "text/csv",
            "content_disposition": "attachment",
            "content_encoding": "identity",
            "content_language": "fr",
            "cache_control": "no-store",
        }
        mine = of_file(file, "r", **wanted)
        shown = mine.get_file_properties().content_settings
        assert {name: shown[name] for name in wanted} == wanted
        assert file.get_file_properties().content_settings.content_type == "application/octet-stream"

    def test_no_field_can_be_changed(self, share, file):
        token = generate_file_sas(ACCOUNT, share.share_name, ["file"], KEY, permission="r", expiry=later(hours=1))
        path = f"/{share.share_name}/file"
        assert ask("GET", path, token, signed=False).status == 200
        raw.expect(ask("GET", path, token.replace("sp=r", "sp=rw"), signed=False), 403, "AuthenticationFailed")

    @on_emulator_only
    def test_expiry_follows_the_clock_of_the_account(self, own_files):
        file = a_file(own_files.a_share().get_directory_client())
        token = generate_file_sas(
            own_files.name, file.share_name, file.file_path, own_files.key, permission="r", expiry=later(hours=1)
        )
        mine = type(file)(own_files.file_endpoint, file.share_name, "file", credential=token, **OPTIONS)
        assert read(mine) == b"hello"
        own_files.advance(3600)
        with refused(403, "AuthenticationFailed"):
            read(mine)


def client(**changes):
    """A client of the service that holds nothing but an account SAS."""
    values = {"resource_types": "sco", "permission": "rwdlacup", "expiry": later(hours=1)} | changes
    return ShareServiceClient(FILE_ENDPOINT, credential=generate_account_sas(ACCOUNT, KEY, **values), **OPTIONS)


class Things:
    """What an operation works on: in a share `name`, whose protocol is NFS where links are."""

    def __init__(self, service, name, lease=None):
        self.service = service
        self.name = name
        self.share = service.get_share_client(name)
        self.directory = self.share.get_directory_client("d")
        self.file = self.share.get_file_client("file")
        self.new = self.share.get_file_client("new")
        self.source = service.get_share_client(name).get_file_client("source")

    def lease(self, of, action):
        path = f"/{self.name}" + ("/file" if of == "file" else "")
        query = "comp=lease" + ("" if of == "file" else "&restype=share")
        headers = {"x-ms-lease-action": action, "x-ms-lease-id": LEASE, "x-ms-proposed-lease-id": LEASE}
        if action == "acquire":
            headers = {"x-ms-lease-action": action, "x-ms-lease-duration": "-1", "x-ms-proposed-lease-id": LEASE}
        return self.ask("PUT", path, query, headers)

    def ask(self, method, path, query, headers=None):
        """Raises what the SDK would, so that refused() takes it."""
        token = self.service.url.split("?", 1)[1]
        answer = ask(method, path, f"{query}&{token}", headers, signed=False)
        if answer.status >= 300:
            raise Refused(answer)


class Refused(Exception):
    def __init__(self, answer):
        super().__init__(answer.body)
        self.answer = answer


def rejected(call, code):
    """The call, of the SDK or not, fails with 403 and that code."""
    try:
        call()
    except Refused as refusal:
        found = refusal.answer.status, refusal.answer.error
    except Exception as error:  # noqa: BLE001: of whatever kind the SDK has
        found = error.status_code, error.response.headers.get("x-ms-error-code")
    else:
        found = "success"
    assert found == (403, code)


def _from_url(things):
    token = things.service.url.split("?", 1)[1]
    headers = {
        "x-ms-write": "update",
        "x-ms-range": "bytes=0-0",
        "x-ms-source-range": "bytes=0-0",
        "x-ms-copy-source": f"{FILE_ENDPOINT}/{things.name}/source?{signed_source(things.name)}",
    }
    answer = ask("PUT", f"/{things.name}/file", f"comp=range&{token}", headers, signed=False)
    if answer.status >= 300:
        raise Refused(answer)


def signed_source(share):
    return generate_file_sas(ACCOUNT, share, ["source"], KEY, permission="r", expiry=later(hours=1))


# Every operation, its resource type, and the letters of which any will do: REST reference, "Create an account SAS".
OPERATIONS = {
    "ListShares": ("s", "l", lambda x: list(x.service.list_shares(x.name))),
    "GetFileServiceProperties": ("s", "r", lambda x: x.service.get_service_properties()),
    "SetFileServiceProperties": ("s", "w", lambda x: x.service.set_service_properties()),
    "CreateShare": ("c", "cw", lambda x: x.service.create_share(x.name + "2")),
    "GetShareProperties": ("c", "r", lambda x: x.share.get_share_properties()),
    "DeleteShare": ("c", "d", lambda x: x.service.delete_share(x.name + "3")),
    "AcquireShareLease": ("c", "w", lambda x: x.lease("share", "acquire")),
    "RenewShareLease": ("c", "w", lambda x: x.lease("share", "renew")),
    "ChangeShareLease": ("c", "w", lambda x: x.lease("share", "change")),
    "ReleaseShareLease": ("c", "w", lambda x: x.lease("share", "release")),
    "BreakShareLease": ("c", "wd", lambda x: x.lease("share", "break")),
    "SnapshotShare": ("c", "cw", lambda x: x.share.create_snapshot()),
    "CreatePermission": ("c", "cw", lambda x: x.share.create_permission_for_share(SYSTEM)),
    "GetPermission": ("c", "r", lambda x: x.share.get_permission_for_share(x.key)),
    "SetShareProperties": ("c", "w", lambda x: x.share.set_share_properties(quota=9)),
    "GetShareMetadata": ("c", "r", lambda x: x.ask("GET", f"/{x.name}", "restype=share&comp=metadata")),
    "SetShareMetadata": ("c", "w", lambda x: x.share.set_share_metadata({})),
    "GetShareStats": ("c", "r", lambda x: x.share.get_share_stats()),
    "CreateDirectory": ("o", "cw", lambda x: x.share.create_directory("new")),
    "GetDirectoryProperties": ("o", "r", lambda x: x.directory.get_directory_properties()),
    "DeleteDirectory": ("o", "d", lambda x: x.directory.delete_directory()),
    "SetDirectoryProperties": ("o", "w", lambda x: x.directory.set_http_headers()),
    "GetDirectoryMetadata": ("o", "r", lambda x: x.ask("GET", f"/{x.name}/d", "restype=directory&comp=metadata")),
    "SetDirectoryMetadata": ("o", "w", lambda x: x.directory.set_directory_metadata({})),
    "ListDirectoriesAndFiles": ("c", "l", lambda x: list(x.share.list_directories_and_files())),
    "RenameDirectory": ("o", "w", lambda x: x.directory.rename_directory("e")),
    "ListHandles": ("o", "r", lambda x: list(x.file.list_handles())),
    "ForceCloseHandles": ("o", "wd", lambda x: x.file.close_all_handles()),
    "CreateFile": ("o", "cw", lambda x: x.new.create_file(1)),
    "GetFile": ("o", "r", lambda x: x.ask("GET", f"/{x.name}/file", "")),
    "GetFileProperties": ("o", "r", lambda x: x.file.get_file_properties()),
    "DeleteFile": ("o", "d", lambda x: x.file.delete_file()),
    "SetFileProperties": ("o", "w", lambda x: x.file.set_http_headers(TEXT)),
    "GetFileMetadata": ("o", "r", lambda x: x.ask("GET", f"/{x.name}/file", "comp=metadata")),
    "SetFileMetadata": ("o", "w", lambda x: x.file.set_file_metadata({})),
    "AcquireFileLease": ("o", "w", lambda x: x.lease("file", "acquire")),
    "ChangeFileLease": ("o", "w", lambda x: x.lease("file", "change")),
    "ReleaseFileLease": ("o", "w", lambda x: x.lease("file", "release")),
    "BreakFileLease": ("o", "wd", lambda x: x.lease("file", "break")),
    "PutRange": ("o", "w", lambda x: put(x.file, b"x")),
    "ClearRange": ("o", "w", lambda x: x.file.clear_range(0, 512)),
    "PutRangeFromURL": ("o", "w", _from_url),
    "ListRanges": ("o", "r", lambda x: x.file.get_ranges()),
    "CopyFile": ("o", "cw", lambda x: x.new.start_copy_from_url(f"{FILE_ENDPOINT}/{x.name}/source?{signed_source(x.name)}")),
    "RenameFile": ("o", "w", lambda x: x.file.rename_file("renamed")),
}
LINKS = {
    "CreateSymbolicLink": ("o", "cw", lambda x: x.new.create_symlink("file")),
    "GetSymbolicLink": ("o", "r", lambda x: x.share.get_file_client("link").get_symlink()),
    "CreateHardLink": ("o", "cw", lambda x: x.new.create_hardlink("/file")),
}
LEASED = {
    "RenewShareLease",
    "ChangeShareLease",
    "ReleaseShareLease",
    "BreakShareLease",
    "ChangeFileLease",
    "ReleaseFileLease",
    "BreakFileLease",
}
ALL = OPERATIONS | LINKS


@pytest.fixture(scope="module")
def nothing(files):
    """A share with nothing that a request that is refused would find."""
    share = files.create_share(unique())
    yield share.share_name
    share.delete_share()


class TestOfAccount:
    @pytest.fixture
    def name(self, files):
        """A share; it and those called name + "2" and name + "3" are deleted afterwards."""
        yield (name := unique())
        for found in list(files.list_shares(name_starts_with=name)):
            files.get_share_client(found.name).delete_share(
                delete_snapshots="include-leased", lease=None if found.lease.state != "leased" else LEASE
            )

    def fill(self, files, name, operation):
        share = files.get_share_client(name)
        share.create_share(protocols="NFS" if operation in LINKS else "SMB")
        root = share.get_directory_client()
        file = a_file(root, b"x" * 1024)
        a_file(root, b"source", "source")
        a_directory(share, "d")
        if operation == "DeleteShare":
            files.create_share(name + "3")
        if operation in LINKS:
            share.get_file_client("link").create_symlink("file")
        if operation in LEASED:
            (share if "Share" in operation else file).acquire_lease(lease_id=LEASE)
        return share.create_permission_for_share(SYSTEM) if operation == "GetPermission" else None

    def call(self, operation, name, key, **values):
        things = Things(client(**values), name)
        things.key = key or "1*2"
        ALL[operation][2](things)

    @pytest.mark.parametrize("operation, letter", [(op, one) for op, (_, any_of, _) in ALL.items() for one in any_of])
    def test_enough(self, files, name, operation, letter):
        key = self.fill(files, name, operation)
        self.call(operation, name, key, resource_types=ALL[operation][0], permission=letter)

    @pytest.mark.parametrize("operation", ALL)
    def test_every_other_letter(self, nothing, operation):
        kind, any_of, _ = ALL[operation]
        others = "".join(letter for letter in "rwdlacup" if letter not in any_of)
        rejected(
            lambda: self.call(operation, nothing, None, resource_types=kind, permission=others), "AuthorizationPermissionMismatch"
        )

    @pytest.mark.parametrize("operation", ALL)
    def test_every_other_resource_type(self, nothing, operation):
        kind, _, _ = ALL[operation]
        others = "sco".replace(kind, "")
        rejected(lambda: self.call(operation, nothing, None, resource_types=others), "AuthorizationResourceTypeMismatch")

    def test_never_the_policies(self, share):
        mine = client().get_share_client(share.share_name)
        for call in (mine.get_share_access_policy, lambda: mine.set_share_access_policy({})):
            with refused(403, "AuthorizationFailure"):
                call()

    @pytest.mark.parametrize(
        "letters, types, status, code",
        [
            ("w", "c", 404, "ShareNotFound"),
            ("rcdl", "c", 403, "AuthorizationPermissionMismatch"),
            ("w", "so", 403, "AuthorizationResourceTypeMismatch"),
        ],
    )
    def test_restores_shares(self, letters, types, status, code):
        with refused(status, code):
            client(permission=letters, resource_types=types).undelete_share(unique(), "01D4A2D4BF4A2A2A")

    @pytest.mark.parametrize(
        "letters, types, status, code",
        [
            ("w", "o", 409, "NoPendingCopyOperation"),
            ("rcdl", "o", 403, "AuthorizationPermissionMismatch"),
            ("w", "sc", 403, "AuthorizationResourceTypeMismatch"),
        ],
    )
    def test_aborts_copies(self, file, letters, types, status, code):
        mine = client(permission=letters, resource_types=types).get_share_client(file.share_name).get_file_client("file")
        with refused(status, code):
            mine.abort_copy("00000000-0000-0000-0000-000000000000")

    @pytest.mark.parametrize("services", [Services(blob=True), Services(blob=True, queue=True)])
    def test_for_another_service(self, services):
        with refused(403, "AuthorizationServiceMismatch"):
            list(client(services=services).list_shares())

    @pytest.mark.parametrize("changes", [{"expiry": later(minutes=-1)}, {"start": later(minutes=30)}])
    def test_time(self, changes):
        with refused(403, "AuthenticationFailed"):
            list(client(**changes).list_shares())

    def test_types_of_the_sdk(self, share):
        permission = AccountSasPermissions(read=True, write=True, create=True)
        mine = client(resource_types=ResourceTypes(object=True), permission=permission, services=Services(fileshare=True))
        file = mine.get_share_client(share.share_name).get_file_client("f")
        file.upload_file(b"hello")
        assert read(file) == b"hello"
