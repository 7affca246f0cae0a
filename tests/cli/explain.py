#!/usr/bin/env python3
"""`lazulite explain URL`: what a SAS grants and why it would be refused, without a server.

    tests/cli/explain.py --binary build/release/lazulite [--only NAME]

Prints `N passed, N failed, N skipped`.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import urllib.parse

import run
from run import ACCOUNT, KEY, Folder, check

OTHER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BLOBS = f"http://127.0.0.1:10000/{ACCOUNT}"
NOW = ("--at", "2026-11-20T12:00:00Z")

tests = []


def test(function):
    tests.append(function)
    return function


def account_sas(key=KEY, account=ACCOUNT, lines=11, **fields):
    fields = {"sv": "2020-12-06", "ss": "q", "srt": "o", "sp": "rp", "se": "2100-01-01", **fields}
    text = [account, *(fields.get(name, "") for name in ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv")), ""]
    return {**fields, "sig": run.sign(key, "\n".join(text[:lines - 1] + [""]))}


def service_sas(path, key=KEY, lines="sp st se / si sip spr sv sr @ ses rscc rscd rsce rscl rsct", **fields):
    fields = {"sv": "2020-12-06", "sr": "b", "sp": "r", "se": "2100-01-01", **fields}
    text = [f"/blob/{ACCOUNT}/{path}" if line == "/" else fields.get(line, "") for line in lines.split()]
    return {**fields, "sig": run.sign(key, "\n".join(text))}


def explain(url, *arguments, fields=None, environment=None, given=None):
    """Exit code and lines."""
    if fields:
        url += ("&" if "?" in url else "?") + urllib.parse.urlencode(fields)
    done = subprocess.run([run.binary, "explain", url, *arguments], input=given, capture_output=True, text=True, timeout=30,
                          env={**run.without_variables(), **(environment or {})}, cwd="/")
    return done.returncode, (done.stdout + done.stderr).splitlines()


def expect(outcome, code, *lines):
    """These lines, in this order, among the others."""
    rest = list(outcome[1])
    for line in lines:
        check(line in rest, f"no line {line!r} in:\n" + "\n".join(outcome[1]))
        rest = rest[rest.index(line) + 1:]
    check(outcome[0] == code, f"exit code {outcome[0]} instead of {code}:\n" + "\n".join(outcome[1]))


def likely(outcome):
    return [line[16:] for line in outcome[1] if line.startswith("likely")]


@test
def account_sas_line_by_line():
    code, lines = explain(f"http://127.0.0.1:10001/{ACCOUNT}/jobs/messages", *NOW, fields=account_sas())
    check(code == 0, f"exit code {code}")
    expected = """\
kind            account SAS, version 2020-12-06
account         devstoreaccount1
services        q
resource types  o
permissions     r read, p process or permissions
starts          at once
expires         2100-01-01
judged at       2026-11-20T12:00:00.0000000Z
addresses       any
protocols       https and http
queue may       GetMessages, PeekMessages, DeleteMessage
signature       fits key 1 of the account
string-to-sign
    devstoreaccount1
    rp
    q
    o
    
    2100-01-01
    
    
    2020-12-06
    
    
accepted""".split("\n")
    check(lines == expected, "\n".join(lines))


@test
def every_reason_in_the_order_of_the_server():
    fields = service_sas("con/b", key=OTHER_KEY, st="2026-11-18", se="2026-11-19", sip="10.0.0.1-10.0.0.9", spr="https")
    expect(explain(f"{BLOBS}/con/b", "--ip", "192.168.0.1", "--method", "DELETE", *NOW, fields=fields), 1,
           "kind            service SAS, version 2020-12-06",
           "resource        blob con/b",
           "signature       does not fit",
           "refused         AuthenticationFailed (signature): Signature did not match.",
           "and then        AuthenticationFailed (time): Signature not valid in the specified time frame: Start [Wed, 18 Nov 2026"
           " 00:00:00 GMT] - Expiry [Thu, 19 Nov 2026 00:00:00 GMT] - Current [Fri, 20 Nov 2026 12:00:00 GMT]",
           "and then        AuthorizationSourceIPMismatch (sourceIp): This request is not authorized to perform this operation using"
           " this source IP 192.168.0.1.",
           "and then        AuthorizationProtocolMismatch (protocol): This request is not authorized to perform this operation using"
           " this protocol.",
           "and then        AuthorizationPermissionMismatch (permission): DeleteBlob needs d, and the SAS has r.")


@test
def method_that_is_allowed():
    expect(explain(f"{BLOBS}/con/b", "--method", "PUT", *NOW, fields=service_sas("con/b", sp="c")), 0,
           "PUT             PutPageBlob, PutAppendBlob, PutBlob, PutBlobFromURL, CopyBlob, CopyBlobFromURL", "accepted")


@test
def likely_causes():
    url = f"{BLOBS}/con/b"
    check(likely(explain(url, fields=service_sas("con/b", key=OTHER_KEY))) == [], "a cause for an unknown key")
    known = {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY};other:{OTHER_KEY}"}
    for fields, cause in (
            (service_sas("con/b", key=OTHER_KEY), "it is signed with the key of account other"),
            (service_sas(f"{ACCOUNT}/con/b"), "the account stands in the canonicalized resource twice"),
            (service_sas("con/b", lines="sp st se / si sip spr sv sr @ rscc rscd rsce rscl rsct"),
             "the string-to-sign has the lines of version 2018-11-09, not of 2020-12-06"),
            (account_sas(lines=10, ss="b"), "the string-to-sign lacks the line of ses, which versions from 2020-12-06 on have")):
        outcome = explain(url, fields=fields, environment=known)
        check(outcome[0] == 1 and likely(outcome) == [cause], f"{outcome[0]} {likely(outcome)} instead of {cause}")
    spaced = likely(explain(f"{BLOBS}/con/a%20b", fields=service_sas("con/a%20b")))
    check(spaced == ["the name is signed percent-encoded: it is signed decoded"], f"{spaced}")
    twice = likely(explain(f"{BLOBS}/con/a%2520b", fields=service_sas("con/a b")))
    check(twice == ["the path of the URL is percent-encoded twice"], f"{twice}")
    for day in range(1, 60):
        fields = service_sas("con/b", se=f"21{day:02}-01-01")
        if "+" in fields["sig"]:
            break
    sig = fields.pop("sig")
    plus = likely(explain(f"{url}?{urllib.parse.urlencode(fields)}&sig={sig.replace('=', '%3D')}"))
    check(plus == ["a + in sig became a blank: it must be written %2B"], f"{plus}")


@test
def keys_come_from_the_settings():
    fields = account_sas(OTHER_KEY, "mine", ss="b")
    url = "https://mine.blob.core.windows.net/con/b"
    expect(explain(url, *NOW, fields=fields), 0, "account         mine, whose keys are not known here: --account-key KEY",
           "signature       not judged: the key is not known here", "accepted")
    expect(explain(url, "--account-key", OTHER_KEY, *NOW, fields=fields), 0, "signature       fits key 1 of the account")
    expect(explain(url, "--account-key", KEY, *NOW, fields=fields), 1, "signature       does not fit")
    two = {"AZURITE_ACCOUNTS": f"mine:{KEY}:{OTHER_KEY}"}
    expect(explain(url, *NOW, fields=fields, environment=two), 0, "signature       fits key 2 of the account")
    with Folder() as folder:
        file = os.path.join(folder, "lazulite.json")
        with open(file, "w") as out:
            json.dump({"accounts": [{"name": "mine", "keys": [OTHER_KEY], "allowSharedKeyAccess": False}]}, out)
        expect(explain(url, "--config", file, *NOW, fields=fields), 1,
               "refused         KeyBasedAuthenticationNotPermitted (accountSwitch): Key based authentication is not permitted on this"
               " storage account.")


@test
def what_only_the_server_knows():
    policy = service_sas("con", sr="c", sp="", se="", si="readers")
    expect(explain(f"{BLOBS}/con", *NOW, fields={name: value for name, value in policy.items() if value}), 0,
           "resource        container con and all in it",
           "stored policy   readers: it is on the server and not judged",
           "permissions     as the stored policy says",
           "may             what the letters of the stored policy allow", "accepted")
    key = {"skoid": "11111111-1111-1111-1111-111111111111", "sktid": "22222222-2222-2222-2222-222222222222",
           "skt": "2026-11-20T00:00:00Z", "ske": "2026-11-21T00:00:00Z", "sks": "b", "skv": "2020-12-06"}
    fields = {"sv": "2020-12-06", "sr": "b", "sp": "r", "se": "2026-11-21T00:00:00Z", **key, "sig": "c2ln"}
    expect(explain(f"{BLOBS}/con/b", *NOW, fields=fields), 0, "kind            user delegation SAS, version 2020-12-06",
           "signature       not judged: the key is not known here", "accepted")
    expect(explain(f"{BLOBS}/con/b", "--at", "2026-11-22", fields=fields), 1,
           "refused         AuthenticationFailed (time): Signature not valid in the specified time frame: Start [Fri, 20 Nov 2026"
           " 00:00:00 GMT] - Expiry [Sat, 21 Nov 2026 00:00:00 GMT] - Current [Sun, 22 Nov 2026 00:00:00 GMT]")


@test
def what_is_malformed():
    fields = service_sas("con/b")
    del fields["se"]
    expect(explain(f"{BLOBS}/con/b", fields=fields), 1, "refused         AuthenticationFailed (malformed): se is mandatory. Cannot be empty")
    expect(explain(f"{BLOBS}/con", fields=service_sas("con/b")), 1,
           "refused         AuthenticationFailed (resource): The specified signed resource is not allowed for the this resource level")


@test
def standard_input_and_no_sas():
    url = f"http://127.0.0.1:10001/{ACCOUNT}/jobs/messages?" + urllib.parse.urlencode(account_sas())
    expect(explain("-", *NOW, given=url + "\n"), 0, "accepted")
    for url, line in ((f"{BLOBS}/con/b?sv=2020-12-06", "the URL has no SAS: there is no sig in it"),
                      ("con/b", "that is no http or https URL")):
        check(explain(url) == (2, [line]), f"{explain(url)}")


@test
def no_signature_is_shown():
    fields = service_sas("con/b", key=OTHER_KEY)
    for arguments in ((), ("--account-key", OTHER_KEY)):
        text = "\n".join(explain(f"{BLOBS}/con/b", *arguments, fields=fields)[1])
        check(fields["sig"] not in text and OTHER_KEY not in text and KEY not in text, text)
    check(fields["sig"] not in "".join(explain(f"{BLOBS}/con/b", fields=service_sas("con/b"))[1]), "a signature is shown")


@test
def says_so_in_its_help():
    done = subprocess.run([run.binary, "--help"], capture_output=True, text=True, timeout=30)
    check(re.search(r"^ +explain +what the SAS of a URL grants", done.stdout, re.M), done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", action="append", help="a test by name, repeatable")
    options = parser.parse_args()
    run.binary = os.path.abspath(options.binary)
    return run.play(tests, options.only)


if __name__ == "__main__":
    sys.exit(main())
