"""Put Range, Clear Range, Put Range From URL, List Ranges."""

import pytest
from azure.storage.blob import BlobSasPermissions, generate_blob_sas
from azure.storage.fileshare import FileSasPermissions, generate_file_sas

import raw
from env import ACCOUNT, KEY, MIB, Seen, refused, unique
from file_env import LEASE, a_directory, a_file, ask, later, moment, put, ranges, read


@pytest.fixture
def root(share):
    return share.get_directory_client()


@pytest.fixture
def file(root):
    """Of 4 KiB zeros, none of which was ever written."""
    return a_file(root, 4096)


def signed(file):
    token = generate_file_sas(
        ACCOUNT, file.share_name, file.file_path, KEY, permission=FileSasPermissions(read=True), expiry=later(hours=1)
    )
    return f"{file.url}?{token}"


class TestPut:
    def test_anywhere(self, file):
        before = file.get_file_properties()
        seen = Seen()
        answer = put(file, b"abc", 1000, raw_response_hook=seen)
        assert seen.status == 201
        assert seen.headers["x-ms-request-server-encrypted"] == "true"
        after = file.get_file_properties()
        assert answer["etag"] == after.etag != before.etag
        assert after.size == 4096
        put(file, b"Z", 1001)
        assert read(file, 998, 6) == b"\0\0aZc\0"

    def test_last_write_time(self, root):
        file = a_file(root, 10, file_last_write_time=moment())
        put(file, b"a", file_last_write_mode="preserve")
        assert file.get_file_properties().last_write_time == moment()
        put(file, b"b", file_last_write_mode="now")
        assert file.get_file_properties().last_write_time > moment()
        now = file.get_file_properties().last_write_time
        put(file, b"c")
        assert file.get_file_properties().last_write_time >= now

    @pytest.mark.parametrize("kind", [True, "md5"])
    def test_checked(self, file, kind):
        body = b"checked" * 500
        put(file, body, validate_content=kind)
        assert read(file, 0, len(body)) == body

    def test_largest(self, root):
        file = a_file(root, 5 * MIB)
        put(file, b"x" * (4 * MIB))
        with refused(413, "RequestBodyTooLarge"):
            put(file, b"x" * (4 * MIB + 1))

    def test_outside(self, file):
        for offset, length in [(4096, 1), (4095, 2), (10**12, 1)]:
            with refused(416, "InvalidRange"):
                put(file, b"x" * length, offset)

    def test_what_is_no_file(self, share, files):
        a_directory(share, "d")
        for name, status, code in [
            ("missing", 404, "ResourceNotFound"),
            ("missing/deep", 404, "ParentNotFound"),
            ("d", 409, "ResourceTypeMismatch"),
        ]:
            file = share.get_file_client(name)
            with refused(status, code):
                put(file, b"x")
            with refused(status, code):
                file.clear_range(0, 512)
            with refused(status, code):
                file.get_ranges()
        with refused(404, "ShareNotFound"):
            put(files.get_share_client(unique()).get_file_client("f"), b"x")

    def test_values(self, share, file):
        path = f"/{share.share_name}/file"

        def write(body=b"abc", **headers):
            names = {
                name.replace("_", "-"): value
                for name, value in ({"x-ms-write": "update", "x-ms-range": "bytes=0-2"} | headers).items()
            }
            return ask("PUT", path, "comp=range", names, body)

        raw.expect(write(Content_MD5="MDAwMDAwMDAwMDAwMDAwMA=="), 400, "Md5Mismatch")
        raw.expect(write(Content_MD5="MDAw"), 400, "InvalidMd5")
        raw.expect(write(**{"x-ms-content-crc64": "AAAAAAAAAAA="}), 400, "Crc64Mismatch")
        raw.expect(write(**{"x-ms-range": "bytes=0-3"}), 400, "InvalidHeaderValue")
        raw.expect(write(**{"x-ms-range": "bytes=5-"}), 400, "InvalidHeaderValue", HeaderName="x-ms-range")
        raw.expect(write(**{"x-ms-range": None}), 400, "MissingRequiredHeader", HeaderName="x-ms-range")
        raw.expect(write(**{"x-ms-write": "append"}), 400, "InvalidHeaderValue", HeaderName="x-ms-write")
        raw.expect(write(**{"x-ms-write": None}), 400, "MissingRequiredHeader", HeaderName="x-ms-write")
        raw.expect(
            write(**{"x-ms-file-last-write-time": "soon"}), 400, "InvalidHeaderValue", HeaderName="x-ms-file-last-write-time"
        )
        assert read(file, 0, 3) == b"\0\0\0"


class TestClear:
    def test_reads_as_zeros(self, file):
        put(file, b"x" * 2048)
        file.clear_range(512, 512)
        assert read(file, 510, 516) == b"xx" + b"\0" * 512 + b"xx"
        assert ranges(file.get_ranges()) == [(0, 511), (1024, 2047)]

    def test_any_alignment(self, share, file):
        put(file, b"x" * 2048)
        headers = {"x-ms-write": "clear", "x-ms-range": "bytes=100-1499"}
        assert ask("PUT", f"/{share.share_name}/file", "comp=range", headers).status == 201
        assert read(file, 99, 1402) == b"x" + b"\0" * 1400 + b"x"
        assert ranges(file.get_ranges()) == [(0, 511), (1024, 2047)]  # whole pieces of 512 bytes are given back

    def test_values(self, share, file):
        path = f"/{share.share_name}/file"
        clear = {"x-ms-write": "clear", "x-ms-range": "bytes=0-511"}
        raw.expect(ask("PUT", path, "comp=range", clear, b"x"), 400, "InvalidHeaderValue", HeaderName="Content-Length")
        raw.expect(ask("PUT", path, "comp=range", {"x-ms-write": "clear"}), 400, "MissingRequiredHeader", HeaderName="x-ms-range")
        with refused(416, "InvalidRange"):
            file.clear_range(4096, 512)
        with refused(412, "LeaseNotPresentWithFileOperation"):
            file.clear_range(0, 512, lease=LEASE)


class TestFromUrl:
    def test_from_a_file(self, root, file):
        source = a_file(root, b"0123456789", "source")
        seen = Seen()
        file.upload_range_from_url(signed(source), 100, 4, 3, raw_response_hook=seen)
        assert seen.status == 201
        assert seen.headers["x-ms-content-crc64"]
        assert read(file, 99, 6) == b"\x003456\0"

    def test_from_a_blob(self, container, file):
        blob = container.upload_blob("blob", b"from a blob")
        token = generate_blob_sas(
            ACCOUNT,
            container.container_name,
            "blob",
            account_key=KEY,
            permission=BlobSasPermissions(read=True),
            expiry=later(hours=1),
        )
        file.upload_range_from_url(f"{blob.url}?{token}", 0, 11, 0)
        assert read(file, 0, 11) == b"from a blob"

    def test_last_write_time(self, root):
        source = a_file(root, b"0123456789", "source")
        file = a_file(root, 10, file_last_write_time=moment())
        file.upload_range_from_url(signed(source), 0, 10, 0, file_last_write_mode="preserve")
        assert file.get_file_properties().last_write_time == moment()

    def test_refusals(self, root, share, file):
        source = a_file(root, b"0123456789", "source")
        with refused(404, "CannotVerifyCopySource"):
            file.upload_range_from_url(signed(share.get_file_client("missing")), 0, 4, 0)
        with refused(401, "CannotVerifyCopySource"):  # of the same account
            file.upload_range_from_url(source.url, 0, 4, 0)
        with refused(416, "InvalidRange"):
            file.upload_range_from_url(signed(source), 4094, 4, 0)
        with refused(409, "ReadOnlyAttribute"):
            a_file(root, 4, "read-only", file_attributes="ReadOnly").upload_range_from_url(signed(source), 0, 4, 0)
        with refused(404, "ResourceNotFound"):
            share.get_file_client("missing").upload_range_from_url(signed(source), 0, 4, 0)
        with refused(404, "ParentNotFound"):
            share.get_file_client("missing/deep").upload_range_from_url(signed(source), 0, 4, 0)
        with refused(412, "LeaseNotPresentWithFileOperation"):
            file.upload_range_from_url(signed(source), 0, 4, 0, lease=LEASE)
        headers = {"x-ms-write": "update", "x-ms-range": "bytes=0-2", "x-ms-copy-source": signed(source)}
        answer = ask("PUT", f"/{share.share_name}/file", "comp=range", headers)
        raw.expect(answer, 400, "MissingRequiredHeader", HeaderName="x-ms-source-range")
        answer = ask("PUT", f"/{share.share_name}/file", "comp=range", headers | {"x-ms-source-range": "bytes=0-9"})
        raw.expect(answer, 400, "InvalidHeaderValue")

    @pytest.mark.parametrize("right, name", [(True, "x-ms-source-if-match-crc64"), (False, "x-ms-source-if-none-match-crc64")])
    def test_conditions_on_the_bytes(self, root, share, file, right, name):
        source = a_file(root, b"0123456789", "source")
        headers = {
            "x-ms-write": "update",
            "x-ms-range": "bytes=0-3",
            "x-ms-copy-source": signed(source),
            "x-ms-source-range": "bytes=0-3",
        }
        path = f"/{share.share_name}/file"
        first = ask("PUT", path, "comp=range", headers)
        crc64 = first.headers["x-ms-content-crc64"]
        good, bad = (crc64, "AAAAAAAAAAA=") if right else ("AAAAAAAAAAA=", crc64)
        assert ask("PUT", path, "comp=range", headers | {name: good}).status == 201
        raw.expect(ask("PUT", path, "comp=range", headers | {name: bad}), 412, "SourceConditionNotMet")


class TestList:
    def test_in_pieces_of_512_bytes(self, file):
        assert file.get_ranges() == []
        put(file, b"x" * 100, 600)
        put(file, b"x", 4095)
        assert ranges(file.get_ranges()) == [(512, 1023), (3584, 4095)]
        assert ranges(file.get_ranges(512, 512)) == [(512, 1023)]
        assert ranges(file.get_ranges(1024, 1024)) == []

    @pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
    def test_pages(self, root, size):
        file = a_file(root, 64 * 1024)
        for number in range(5):
            put(file, b"x" * 512, number * 4096)
        pages = file.list_ranges(results_per_page=size).by_page()
        found = [[one.start for one in page] for page in pages]
        wanted = [number * 4096 for number in range(5)]
        assert [page for page in found if page] == [wanted[at : at + size] for at in range(0, 5, size)]

    def test_pages_of_a_diff(self, share, root):
        file = a_file(root, 64 * 1024)
        put(file, b"x" * 2048)
        snapshot = share.create_snapshot()
        file.clear_range(0, 512)
        for number in range(1, 4):
            put(file, b"y" * 512, number * 8192)
        found = list(file.list_ranges_diff(snapshot, results_per_page=1))
        wanted = [(0, 511, True), (8192, 8703, False), (16384, 16895, False), (24576, 25087, False)]
        assert sorted((one.start, one.end, bool(one.cleared)) for one in found) == wanted

    def test_document(self, share, file):
        put(file, b"x")
        answer = ask("GET", f"/{share.share_name}/file", "comp=rangelist")
        assert (answer.headers["x-ms-content-length"], answer.headers["Content-Type"]) == ("4096", "application/xml")
        assert (answer.xml.tag, answer.xml.findtext("Range/Start"), answer.xml.findtext("Range/End")) == ("Ranges", "0", "511")

    def test_values(self, share, file):
        path = f"/{share.share_name}/file"
        raw.expect(ask("GET", path, "comp=rangelist&maxresults=0"), 400, "OutOfRangeQueryParameterValue")
        raw.expect(ask("GET", path, "comp=rangelist&marker=none"), 400, "OutOfRangeInput")
        raw.expect(ask("GET", path, "comp=rangelist&prevsharesnapshot=yesterday"), 400, "InvalidQueryParameterValue")
        with refused(416, "InvalidRange"):
            file.get_ranges(4096, 1)
