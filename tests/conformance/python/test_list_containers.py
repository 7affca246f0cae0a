"""List Containers: prefix, pages, markers, metadata."""

import pytest

import raw
from env import ENDPOINT, unique


@pytest.fixture(scope="module")
def five(service):
    """Five containers under a prefix of their own; the third has metadata."""
    prefix = unique("l")[:20]
    names = [f"{prefix}-{letter}" for letter in "abcde"]
    for name in reversed(names):
        service.create_container(name, metadata={"Owner": "ada"} if name.endswith("c") else None)
    yield prefix, names
    for name in names:
        service.delete_container(name)


def listing(query):
    answer = raw.request("GET", "/", f"comp=list&{query}")
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "application/xml"
    return answer.xml


def test_prefix_and_order(service, five):
    prefix, names = five
    assert [c.name for c in service.list_containers(name_starts_with=prefix)] == names


def test_unknown_prefix_lists_nothing(service):
    assert list(service.list_containers(name_starts_with=unique())) == []


def test_pages(service, five):
    prefix, names = five
    pages = service.list_containers(name_starts_with=prefix, results_per_page=2).by_page()
    assert [[c.name for c in page] for page in pages] == [names[:2], names[2:4], names[4:]]


def test_a_marker_goes_on_where_the_page_ended(service, five):
    prefix, names = five
    pages = service.list_containers(name_starts_with=prefix, results_per_page=2).by_page()
    next(pages)
    rest = service.list_containers(name_starts_with=prefix).by_page(pages.continuation_token)
    assert [c.name for c in next(rest)] == names[2:]


def test_a_full_last_page_has_no_marker(service, five):
    prefix, names = five
    pages = service.list_containers(name_starts_with=prefix, results_per_page=5).by_page()
    assert [c.name for c in next(pages)] == names
    assert not pages.continuation_token


def test_metadata_only_when_asked_for(service, five):
    prefix, names = five
    asked = list(service.list_containers(name_starts_with=prefix, include_metadata=True))
    assert [c.metadata for c in asked] == [None, None, {"Owner": "ada"}, None, None]
    plain = list(service.list_containers(name_starts_with=prefix))
    assert [c.metadata for c in plain] == [None] * 5


def test_properties_are_those_of_the_container(service, five):
    prefix, names = five
    listed = next(iter(service.list_containers(name_starts_with=prefix)))
    properties = service.get_container_client(names[0]).get_container_properties()
    assert listed.etag == properties.etag
    assert listed.last_modified == properties.last_modified
    assert (listed.lease.status, listed.lease.state) == ("unlocked", "available")
    assert (listed.has_immutability_policy, listed.has_legal_hold) == (False, False)
    assert listed.public_access is None


def test_document(service, five):
    prefix, names = five
    root = listing(f"prefix={prefix}&maxresults=1")
    assert root.tag == "EnumerationResults"
    assert root.get("ServiceEndpoint").rstrip("/") == ENDPOINT
    assert root.findtext("Prefix") == prefix
    assert root.findtext("MaxResults") == "1"
    assert root.findtext("NextMarker")
    container = root.find("Containers/Container")
    assert container.findtext("Name") == names[0]
    etag = service.get_container_client(names[0]).get_container_properties().etag
    assert container.findtext("Properties/Etag") == etag  # with quotes, unlike List Blobs

    rest = listing(f"prefix={prefix}&marker={root.findtext('NextMarker')}")
    assert rest.findtext("Marker") == root.findtext("NextMarker")
    assert rest.find("MaxResults") is None
    assert rest.find("NextMarker") is not None
    assert not rest.findtext("NextMarker")
    assert [c.findtext("Name") for c in rest.iter("Container")] == names[1:]


@pytest.mark.parametrize("value", ["0", "-1"])
def test_maxresults_below_one(value):
    answer = raw.request("GET", "/", f"comp=list&maxresults={value}")
    raw.expect(answer, 400, "OutOfRangeQueryParameterValue", QueryParameterName="maxresults", QueryParameterValue=value)


def test_maxresults_not_a_number():
    answer = raw.request("GET", "/", "comp=list&maxresults=many")
    raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="maxresults", QueryParameterValue="many")


def test_maxresults_above_the_limit_is_cut(five):
    prefix, names = five
    root = listing(f"prefix={prefix}&maxresults=9999")
    assert [c.findtext("Name") for c in root.iter("Container")] == names


def test_unknown_comp():
    answer = raw.request("GET", "/", "comp=nothing")
    raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="comp", QueryParameterValue="nothing")
