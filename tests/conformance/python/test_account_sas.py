"""Account SAS: what each letter allows, and how each failure is told."""

from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlencode

import pytest
from azure.storage.blob import (
    AccountSasPermissions, BlobLeaseClient, BlobServiceClient, ContentSettings, ResourceTypes, Services, generate_account_sas,
)  # fmt: skip

import raw
from env import ACCOUNT, ENDPOINT, KEY, OPTIONS, SERVICE, on_emulator_only, refused, unique

ALL = {"permission": "rwdlacu", "resource_types": "sco", "services": Services(blob=True)}


def later(**delta):
    return datetime.now(timezone.utc) + timedelta(**delta)


def iso(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def token(**options):
    options = ALL | {"expiry": later(hours=1)} | options
    return generate_account_sas(
        ACCOUNT, KEY, ResourceTypes.from_string(options.pop("resource_types")),
        AccountSasPermissions.from_string(options.pop("permission")), **options,
    )  # fmt: skip


def client(**options):
    return BlobServiceClient(ENDPOINT, credential=token(**options), **OPTIONS)


def fields(**changes):
    """The fields of a good SAS, changed; None leaves one out."""
    good = {"sv": "2022-11-02", "ss": "b", "srt": "sco", "sp": "rwdlacu", "se": iso(later(hours=1))}
    return {name: value for name, value in (good | changes).items() if value is not None}


@pytest.fixture
def path(container):
    container.upload_blob("blob", b"hello")
    return f"/{container.container_name}/blob"


def get(path, query, **headers):
    return raw.request("GET", path, query, headers, signed=False)


# operation: resource type, letters of which any will do
NEEDS = {
    "list containers": ("s", "l"),
    "create container": ("c", "cw"),
    "get container properties": ("c", "r"),
    "set container metadata": ("c", "w"),
    "delete container": ("c", "d"),
    "list blobs": ("c", "l"),
    "put new blob": ("o", "cw"),
    "overwrite blob": ("o", "w"),
    "get blob": ("o", "r"),
    "get blob properties": ("o", "r"),
    "set blob metadata": ("o", "w"),
    "set blob properties": ("o", "w"),
    "set blob tier": ("o", "w"),
    "put block": ("o", "w"),
    "put block list": ("o", "w"),
    "get block list": ("o", "r"),
    "delete blob": ("o", "d"),
}
DO = {
    "list containers": lambda s, c: [found.name for found in s.list_containers(name_starts_with=c)] == [c],
    "create container": lambda s, c: s.create_container(c + "2"),
    "get container properties": lambda s, c: s.get_container_client(c).get_container_properties().metadata == {"of": "test"},
    "set container metadata": lambda s, c: s.get_container_client(c).set_container_metadata({"a": "1"}),
    "delete container": lambda s, c: s.delete_container(c),
    "list blobs": lambda s, c: list(s.get_container_client(c).list_blob_names()) == ["blob"],
    "put new blob": lambda s, c: s.get_blob_client(c, "new").upload_blob(b"x"),
    "overwrite blob": lambda s, c: s.get_blob_client(c, "blob").upload_blob(b"x", overwrite=True),
    "get blob": lambda s, c: s.get_blob_client(c, "blob").download_blob().readall() == b"hello",
    "get blob properties": lambda s, c: s.get_blob_client(c, "blob").get_blob_properties().size == 5,
    "set blob metadata": lambda s, c: s.get_blob_client(c, "blob").set_blob_metadata({"a": "1"}),
    "set blob properties": lambda s, c: s.get_blob_client(c, "blob").set_http_headers(ContentSettings(content_type="a/b")),
    "set blob tier": lambda s, c: s.get_blob_client(c, "blob").set_standard_blob_tier("Cool"),
    "put block": lambda s, c: s.get_blob_client(c, "staged").stage_block("b", b"x"),
    "put block list": lambda s, c: s.get_blob_client(c, "staged").commit_block_list(["a"]),
    "get block list": lambda s, c: len(s.get_blob_client(c, "staged").get_block_list("all")[1]) == 1,
    "delete blob": lambda s, c: s.get_blob_client(c, "blob").delete_blob(),
}
# What the account's owner finds after a write.
EFFECT = {
    "create container": lambda s, c: s.get_container_client(c + "2").exists(),
    "set container metadata": lambda s, c: s.get_container_client(c).get_container_properties().metadata == {"a": "1"},
    "delete container": lambda s, c: not s.get_container_client(c).exists(),
    "put new blob": lambda s, c: s.get_blob_client(c, "new").download_blob().readall() == b"x",
    "overwrite blob": lambda s, c: s.get_blob_client(c, "blob").download_blob().readall() == b"x",
    "set blob metadata": lambda s, c: s.get_blob_client(c, "blob").get_blob_properties().metadata == {"a": "1"},
    "set blob properties": lambda s, c: s.get_blob_client(c, "blob").get_blob_properties().content_settings.content_type == "a/b",
    "set blob tier": lambda s, c: s.get_blob_client(c, "blob").get_blob_properties().blob_tier == "Cool",
    "put block": lambda s, c: len(s.get_blob_client(c, "staged").get_block_list("all")[1]) == 2,
    "put block list": lambda s, c: s.get_blob_client(c, "staged").download_blob().readall() == b"x",
    "delete blob": lambda s, c: not s.get_blob_client(c, "blob").exists(),
}


# Leases, of both: the owner takes the lease with which the others then do something.
LEASE, OTHER_LEASE = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
LEASE_ACTIONS = {"acquire": "leased", "renew": "leased", "change": "leased", "release": "available", "break": "broken"}


def leasable(service, container, kind):
    return service.get_blob_client(container, "blob") if kind == "blob" else service.get_container_client(container)


def lease(service, container, kind, action):
    mine = leasable(service, container, kind)
    if action == "acquire":
        return mine.acquire_lease(lease_id=LEASE)
    leasable(SERVICE, container, kind).acquire_lease(lease_id=LEASE)
    held = BlobLeaseClient(mine, LEASE)
    actions = {"renew": held.renew, "release": held.release, "break": held.break_lease}
    return held.change(OTHER_LEASE) if action == "change" else actions[action]()


def lease_state(service, container, kind):
    it = leasable(service, container, kind)
    return (it.get_blob_properties() if kind == "blob" else it.get_container_properties()).lease.state


for _kind, _type in (("blob", "o"), ("container", "c")):
    for _action, _state in LEASE_ACTIONS.items():
        _name = f"{_action} {_kind} lease"
        NEEDS[_name] = (_type, "wd" if _action == "break" else "w")
        DO[_name] = lambda s, c, kind=_kind, action=_action: lease(s, c, kind, action)
        EFFECT[_name] = lambda s, c, kind=_kind, state=_state: lease_state(s, c, kind) == state


class TestLetters:
    @pytest.fixture
    def name(self, service):
        """A container with a blob and a staged one; it and the one called name + "2" are deleted afterwards."""
        made = service.create_container(unique(), metadata={"of": "test"})
        made.upload_blob("blob", b"hello")
        made.get_blob_client("staged").stage_block("a", b"x")
        yield made.container_name
        for name in (made.container_name, made.container_name + "2"):
            if service.get_container_client(name).exists():
                if lease_state(service, name, "container") == "leased":
                    BlobLeaseClient(service.get_container_client(name)).break_lease(0)
                service.delete_container(name)

    @pytest.mark.parametrize("operation, letter", [(op, letter) for op, (_, any_of) in NEEDS.items() for letter in any_of])
    def test_enough(self, service, name, operation, letter):
        result = DO[operation](client(permission=letter, resource_types=NEEDS[operation][0]), name)
        if operation in EFFECT:
            result = EFFECT[operation](service, name)
        assert result is True

    @pytest.mark.parametrize("operation", NEEDS)
    def test_every_other_letter(self, name, operation):
        kind, any_of = NEEDS[operation]
        others = "".join(letter for letter in "rwdxylacuptfi" if letter not in any_of)
        # A create-only right on a blob that is there has a code of its own.
        code = "UnauthorizedBlobOverwrite" if operation == "overwrite blob" else "AuthorizationPermissionMismatch"
        with refused(403, code):
            DO[operation](client(permission=others, resource_types=kind), name)

    @pytest.mark.parametrize("operation", NEEDS)
    def test_every_other_resource_type(self, name, operation):
        others = "sco".replace(NEEDS[operation][0], "")
        with refused(403, "AuthorizationResourceTypeMismatch"):
            DO[operation](client(resource_types=others), name)

    def test_overwrite_without_write_or_create(self, name):
        with refused(403, "AuthorizationPermissionMismatch"):
            DO["overwrite blob"](client(permission="rdl"), name)


class TestService:
    @pytest.mark.parametrize("services", ["q", "t", "f", "qft"])
    def test_another(self, path, services):
        raw.expect(get(path, raw.account_sas(**fields(ss=services))), 403, "AuthorizationServiceMismatch")

    @pytest.mark.parametrize("services", ["b", "bqtf", "fbq"])
    def test_blob_among_them(self, path, services):
        assert get(path, raw.account_sas(**fields(ss=services))).body == b"hello"

    def test_through_the_sdk(self, path):
        with refused(403, "AuthorizationServiceMismatch"):
            list(client(services=Services(queue=True)).list_containers())


class TestTime:
    def test_expired(self, path):
        answer = get(path, raw.account_sas(**fields(st=iso(later(minutes=-2)), se=iso(later(minutes=-1)))))
        raw.expect(answer, 403, "AuthenticationFailed")
        assert "Signature not valid in the specified time frame" in answer.xml.findtext("AuthenticationErrorDetail")

    def test_expired_without_a_start(self, path):
        answer = get(path, raw.account_sas(**fields(se=iso(later(minutes=-1)))))
        raw.expect(answer, 403, "AuthenticationFailed")
        assert answer.xml.findtext("AuthenticationErrorDetail").startswith("Signed expiry time [")

    def test_not_yet_valid(self, path):
        answer = get(path, raw.account_sas(**fields(st=iso(later(minutes=30)))))
        raw.expect(answer, 403, "AuthenticationFailed")
        assert "Signature not valid in the specified time frame" in answer.xml.findtext("AuthenticationErrorDetail")

    def test_started(self, path):
        assert get(path, raw.account_sas(**fields(st=iso(later(minutes=-1))))).body == b"hello"

    def test_through_the_sdk(self, container):
        for wrong in ({"expiry": later(minutes=-1)}, {"start": later(minutes=30)}):
            with refused(403, "AuthenticationFailed"):
                client(**wrong).get_container_client(container.container_name).get_container_properties()

    @pytest.mark.parametrize(
        "form",
        ["%Y-%m-%d", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S.1234567Z",
         "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M-00:00"],
    )  # fmt: skip
    def test_forms(self, path, form):
        se, st = later(days=2).strftime(form), later(days=-2).strftime(form)
        assert get(path, raw.account_sas(**fields(se=se, st=st))).body == b"hello"
        expired = get(path, raw.account_sas(**fields(se=st)))
        raw.expect(expired, 403, "AuthenticationFailed")

    def test_offset_counts(self, path):
        noon = later(minutes=30)
        ahead = (noon + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
        assert get(path, raw.account_sas(**fields(se=ahead))).body == b"hello"
        past = (noon + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
        raw.expect(get(path, raw.account_sas(**fields(se=past))), 403, "AuthenticationFailed")

    @pytest.mark.parametrize("value", ["tomorrow", "2099-13-01T00:00:00Z", "2099-01-01 00:00:00"])
    def test_ill_formed(self, path, value):
        raw.expect(get(path, raw.account_sas(**fields(se=value))), 403, "AuthenticationFailed")


class TestSignature:
    def test_wrong_key(self, path):
        answer = get(path, raw.account_sas("d3JvbmcgIGtleQ==", **fields()))
        raw.expect(answer, 403, "AuthenticationFailed")
        assert "Signature did not match" in answer.xml.findtext("AuthenticationErrorDetail")

    @pytest.mark.parametrize(
        "name, value",
        [("sp", "rwdlacup"), ("ss", "bq"), ("srt", "o"), ("se", "2099-01-01"), ("st", "2020-01-01"), ("sv", "2020-12-06"),
         ("spr", "https,http"), ("sip", "0.0.0.0-255.255.255.255"), ("sig", "AAAA")],
    )  # fmt: skip
    def test_no_field_can_be_changed(self, path, name, value):
        signed = {key: values[0] for key, values in parse_qs(raw.account_sas(**fields())).items()}
        assert get(path, urlencode(signed)).body == b"hello"
        raw.expect(get(path, urlencode(signed | {name: value})), 403, "AuthenticationFailed")

    @pytest.mark.parametrize("name", ["sv", "srt", "ss", "sp", "se"])
    def test_mandatory_fields(self, path, name):
        raw.expect(get(path, raw.account_sas(**fields(**{name: None}))), 403, "AuthenticationFailed")

    @pytest.mark.parametrize("name, value", [("ss", "x"), ("srt", "x"), ("spr", "ftp"), ("sip", "here"), ("sv", "soon")])
    def test_fields_not_well_formed(self, path, name, value):
        raw.expect(get(path, raw.account_sas(**fields(**{name: value}))), 403, "AuthenticationFailed")

    @pytest.mark.parametrize("letters", ["rwdlacu", "ucaldwr", "lr", "rl"])
    def test_letters_in_any_order(self, path, letters):
        assert get(path, raw.account_sas(**fields(sp=letters))).body == b"hello"

    @pytest.mark.parametrize("sv", ["2015-04-05", "2018-03-28", "2019-12-12", "2020-10-02", "2020-12-06", "2026-04-06"])
    def test_versions_of_the_format(self, path, sv):
        assert get(path, raw.account_sas(**fields(sv=sv))).body == b"hello"

    def test_order_in_the_query_does_not_matter(self, path):
        parts = raw.account_sas(**fields()).split("&")
        assert get(path, "&".join(reversed(parts))).body == b"hello"

    def test_other_parameters_go_along(self, container, path):
        query = raw.account_sas(**fields())
        answer = get(f"/{container.container_name}", f"restype=container&comp=list&prefix=b&{query}")
        assert [name.text for name in answer.xml.iter("Name")] == ["blob"]


class TestPlaceAndProtocol:
    def test_from_another_address(self, path):
        answer = get(path, raw.account_sas(**fields(sip="168.1.5.60")))
        raw.expect(answer, 403, "AuthorizationSourceIPMismatch")
        assert answer.xml.findtext("SourceIP")

    @on_emulator_only
    @pytest.mark.parametrize("sip", ["127.0.0.1", "127.0.0.0-127.0.0.255", "0.0.0.0-255.255.255.255"])
    def test_from_here(self, path, sip):
        assert get(path, raw.account_sas(**fields(sip=sip))).body == b"hello"

    @on_emulator_only
    def test_range_of_others(self, path):
        answer = get(path, raw.account_sas(**fields(sip="127.0.0.2-127.0.0.9")))
        raw.expect(answer, 403, "AuthorizationSourceIPMismatch", SourceIP="127.0.0.1")

    @on_emulator_only  # over http
    def test_https_only(self, path):
        raw.expect(get(path, raw.account_sas(**fields(spr="https"))), 403, "AuthorizationProtocolMismatch")

    def test_either_protocol(self, path):
        assert get(path, raw.account_sas(**fields(spr="https,http"))).body == b"hello"


class TestOrder:
    """What is told first when several things are wrong."""

    def test_signature_before_time(self, path):
        answer = get(path, raw.account_sas("d3JvbmcgIGtleQ==", **fields(se=iso(later(minutes=-1)))))
        assert "Signature did not match" in answer.xml.findtext("AuthenticationErrorDetail")

    def test_time_before_service(self, path):
        raw.expect(get(path, raw.account_sas(**fields(ss="q", se=iso(later(minutes=-1))))), 403, "AuthenticationFailed")

    def test_service_before_type(self, path):
        raw.expect(get(path, raw.account_sas(**fields(ss="q", srt="s"))), 403, "AuthorizationServiceMismatch")

    def test_type_before_permission(self, path):
        raw.expect(get(path, raw.account_sas(**fields(srt="s", sp="d"))), 403, "AuthorizationResourceTypeMismatch")

    def test_permission_before_existence(self):
        missing = f"/{unique()}/blob"
        raw.expect(get(missing, raw.account_sas(**fields(sp="d"))), 403, "AuthorizationPermissionMismatch")
        raw.expect(get(missing, raw.account_sas(**fields())), 404, "ContainerNotFound")


def test_whole_life_of_a_blob(service):
    mine = client()
    made = mine.create_container(unique())
    blob = made.get_blob_client("a b/ü+%")
    blob.upload_blob(b"hello", metadata={"k": "v"})
    assert blob.download_blob().readall() == b"hello"
    assert [b.name for b in made.list_blobs()] == ["a b/ü+%"]
    blob.delete_blob()
    made.delete_container()
    assert service.get_container_client(made.container_name).exists() is False
