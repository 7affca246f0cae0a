#!/usr/bin/env python3
"""HTTPS by --https: both protocols on one port, the local certificate authority, and who comes to trust it how.

    tests/cli/https.py --binary build/release/lazulite [--only NAME]

Clients know nothing but the authority's certificate. Prints `N passed, N failed, N skipped`.
"""

import argparse
import concurrent.futures
import contextlib
import http.client
import os
import re
import socket
import ssl
import stat
import subprocess
import sys

import run
from drop_in import Certificates, a_token
from run import ACCOUNT, KEY, SURFACES, TITLES, Folder, Server, account_sas, check, expect_refusal, without_variables

PATIENCE = 60
HOSTS = ["localhost", "127.0.0.1", "::1", f"{ACCOUNT}.z1.web.localhost", *(f"{ACCOUNT}.{surface}.localhost" for surface in SURFACES)]

tests = []


def test(function):
    tests.append(function)
    return function


def authority_of(folder):
    return os.path.join(folder, "lazulite", "tls", "ca.pem")


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def trusting(authority):
    return ssl.create_default_context(cafile=authority)


def port_of(server, surface):
    title = TITLES[SURFACES.index(surface)]
    return int(re.search(rf"^{title} service is listening at https?://.*:(\d+)$", server.stdout(), re.M)[1])


def ask(port, method, path, authority=None, headers=None, body=None):
    """Status, headers and body; by HTTPS if an authority is given."""
    if authority:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=trusting(authority))
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request(method, path, body=body, headers={"x-ms-version": run.VERSION, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def shown(port, authority, host="localhost"):
    """The certificate that a server shows, as ssl describes it."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain:
        with trusting(authority).wrap_socket(plain, server_hostname=host) as spoken:
            return spoken.getpeercert()


def refuses(port, authority, host):
    try:
        shown(port, authority, host)
        return ""
    except ssl.SSLCertVerificationError as problem:
        return problem.verify_message


def finished(*words, environment=None, **more):
    """What a program printed that is to succeed."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=PATIENCE,
                          env={**without_variables(), **(environment or {})}, check=False, **more)
    check(done.returncode == 0, f"{words[0]}: {done.returncode} {done.stdout} {done.stderr}")
    return done.stdout


def trust(folder, *words, **more):
    return finished(run.binary, "trust", "--location", folder, *words, **more)


def openssl(*words):
    return finished("openssl", *words)


# -- both protocols ---------------------------------------------------------------------------------------------------


@test
def every_surface_takes_both_and_says_http():
    with Folder() as folder, Server("--location", folder, "--https") as server:
        output = server.started().stdout()
        check("https://" not in output, f"the lines say https: {output}")
        check("HTTPS answers on the same ports" in output, output)
        ca = authority_of(folder)
        for surface in SURFACES:
            for authority in (None, ca, None):
                status, _, text = ask(port_of(server, surface), "GET", "/_lazulite/health", authority)
                check(status == 200 and b'"status":"ok"' in text, f"{surface}: {status} {text}")
        for host in HOSTS:
            shown(server.port, ca, host)
        for host in ("example.com", "blob.localhost", "127.0.0.2"):
            check("mismatch" in refuses(server.port, ca, host), f"{host}: {refuses(server.port, ca, host)}")
        server.stop()


@test
def tls_1_2_and_1_3_are_spoken():
    with Folder() as folder, Server("--location", folder, "--https") as server:
        server.started()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = trusting(authority_of(folder))
            context.minimum_version = context.maximum_version = version
            with socket.create_connection(("127.0.0.1", server.port)) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as spoken:
                    check(spoken.version() == version.name.replace("_", "."), spoken.version())
        server.stop()


@test
def each_connection_is_judged_by_what_it_speaks():
    with Folder() as folder, Server("--location", folder, "--https", "--oauth", "basic") as server:
        server.started().create_container()
        server.put_blob("b", b"bytes")
        ca = authority_of(folder)
        token = {"Authorization": "Bearer " + a_token()}
        check(ask(server.port, "GET", f"/{ACCOUNT}?comp=list", ca, token)[0] == 200, "a token over HTTPS")
        check(ask(server.port, "GET", f"/{ACCOUNT}?comp=list", None, token)[0] == 403, "a token over HTTP")
        for scheme, authority in (("https", ca), ("http", None)):
            _, _, text = ask(server.port, "GET", f"/{ACCOUNT}?comp=list&{account_sas()}", authority)
            check(f'ServiceEndpoint="{scheme}://127.0.0.1:{server.port}/'.encode() in text, f"{scheme}: {text}")
        # A SAS for HTTPS alone, made by the SDK's rule: the protocol is the line behind the address.
        fields = {"sv": "2020-12-06", "ss": "b", "srt": "sco", "sp": "r", "se": "2100-01-01T00:00:00Z", "spr": "https"}
        lines = [ACCOUNT, "r", "b", "sco", "", fields["se"], "", "https", fields["sv"], "", ""]
        sas = run.urllib.parse.urlencode({**fields, "sig": run.sign(KEY, "\n".join(lines))})
        check(ask(server.port, "GET", f"/{ACCOUNT}/box/b?{sas}", ca)[2] == b"bytes", "a SAS for HTTPS over HTTPS")
        status, headers, _ = ask(server.port, "GET", f"/{ACCOUNT}/box/b?{sas}")
        check(status == 403 and headers["x-ms-error-code"] == "AuthorizationProtocolMismatch", f"over HTTP: {status} {headers}")
        # What this server has it reads itself, by whatever scheme it is named.
        for name, authority in (("http", ca), ("https", None), ("https", ca)):
            source = f"{name}://127.0.0.1:{server.port}/{ACCOUNT}/box/b?{sas if name == 'https' else account_sas()}"
            status, headers, text = ask(server.port, "PUT", f"/{ACCOUNT}/box/copy?{account_sas()}", authority,
                                        {"x-ms-copy-source": source, "x-ms-requires-sync": "true", "Content-Length": "0"})
            check(status == 202 and headers["x-ms-copy-status"] == "success", f"{name}: {status} {headers} {text}")
        status, headers, _ = ask(server.port, "PUT", f"/{ACCOUNT}/box/copy?{account_sas()}", ca,
                                 {"x-ms-copy-source": f"http://127.0.0.1:{server.port}/{ACCOUNT}/box/b?{sas}",
                                  "x-ms-requires-sync": "true", "Content-Length": "0"})
        check(status == 403, f"a source named by HTTP with a SAS for HTTPS: {status} {headers}")
        server.stop()


@test
def many_clients_of_both_and_some_that_say_nothing():
    with Folder() as folder, Server("--location", folder, "--https") as server, contextlib.ExitStack() as silent:
        server.started().create_container()
        ca = authority_of(folder)
        for number in range(100):
            one = silent.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            if number % 2:
                one.sendall(b"\x16\x03\x01")

        def put_and_get(number):
            authority = ca if number % 2 else None
            body, path = os.urandom(100_000), f"/{ACCOUNT}/box/b{number}?{account_sas()}"
            made = ask(server.port, "PUT", path, authority, {"x-ms-blob-type": "BlockBlob"}, body)[0]
            return made == 201 and ask(server.port, "GET", path, authority)[2] == body

        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            good = list(pool.map(put_and_get, range(200)))
        check(all(good), f"{good.count(False)} of {len(good)} failed")
        server.stop()  # within a second, though a hundred are silent


# -- the authority ----------------------------------------------------------------------------------------------------


@test
def the_authority_stays_and_its_key_is_private():
    with Folder() as folder:
        tls = os.path.join(folder, "lazulite", "tls")
        serials, first = [], None
        for turn in range(3):
            with Server("--location", folder, "--https") as server:
                server.started()
                first = first or read(authority_of(folder))
                check(read(authority_of(folder)) == first, "another authority")
                serials.append(shown(server.port, authority_of(folder))["serialNumber"])
                _, _, health = ask(server.port, "GET", "/_lazulite/health", authority_of(folder))
                check(b'"status":"ok"' in health, health)
                server.stop()
            modes = {name: stat.S_IMODE(os.stat(os.path.join(tls, name)).st_mode) for name in os.listdir(tls)}
            check(modes == {"ca.key": 0o600, "ca.pem": 0o644, "server.pem": 0o600}, f"{modes}")
            if turn == 1:
                os.remove(os.path.join(tls, "server.pem"))  # the third start issues another, by the same authority
        check(serials[0] == serials[1] != serials[2], f"{serials}")
        check(run.run("check", "--location", folder)[0] == 0, "the folder is not sound")


@test
def the_authority_can_be_fetched_over_both():
    with Folder() as folder, Server("--location", folder, "--https") as server:
        server.started()
        ca = authority_of(folder)
        for authority in (None, ca):
            status, headers, text = ask(server.port, "GET", "/_lazulite/ca.pem", authority)
            check(status == 200 and text.decode() == read(ca), f"{status} {text}")
            check(headers["Content-Type"] == "application/x-x509-ca-cert", f"{headers}")
        check(ask(server.port, "PUT", "/_lazulite/ca.pem", None, {"x-lazulite-control": "1"})[0] == 405, "PUT")
        server.stop()
    with Server("--inMemoryPersistence") as server:
        server.started()
        check(ask(server.port, "GET", "/_lazulite/ca.pem")[0] == 404, "without --https")


@test
def memory_has_an_authority_of_its_own():
    with Folder() as folder:
        found = []
        for _ in range(2):
            with Server("--inMemoryPersistence", "--https", cwd=folder) as server:
                server.started()
                found.append(ask(server.port, "GET", "/_lazulite/ca.pem")[2].decode())
                ca = os.path.join(folder, "fetched.pem")
                with open(ca, "w", encoding="ascii") as file:
                    file.write(found[-1])
                check(ask(server.port, "GET", "/_lazulite/health", ca)[0] == 200, "HTTPS")
                os.remove(ca)
                server.stop()
        check(found[0] != found[1], "the same authority twice")
        check(os.listdir(folder) == [], f"{os.listdir(folder)}")


def issuer_of(folder):
    """The certificate that the authority's key belongs to, as PEM; the root stands behind it."""
    return re.findall("-----BEGIN CERTIFICATE.*?-----END CERTIFICATE-----\n", read(os.path.join(folder, "lazulite/tls/ca.key")), re.S)[0]


def a_certificate_by(folder, host):
    """What somebody makes for that host who took the authority's key."""
    path = {name: os.path.join(folder, name) for name in ("key.pem", "request.pem", "more.cnf", "cert.pem")}
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={host}",
            "-keyout", path["key.pem"], "-out", path["request.pem"])
    with open(path["more.cnf"], "w", encoding="ascii") as file:
        file.write(f"subjectAltName=DNS:{host},DNS:localhost\n")
    authority = os.path.join(folder, "lazulite", "tls", "ca.key")
    openssl("x509", "-req", "-in", path["request.pem"], "-CA", authority, "-CAkey", authority, "-days", "2",
            "-extfile", path["more.cnf"], "-out", path["cert.pem"])
    with open(path["cert.pem"], "a", encoding="ascii") as file:
        file.write(issuer_of(folder))
    return path["cert.pem"], path["key.pem"]


@test
def a_stolen_key_is_of_no_use_for_other_sites():
    with Folder() as folder:
        trust(folder)
        ca = authority_of(folder)
        for host, taken in (("shop.localhost", True), ("example.com", False)):
            cert, key = a_certificate_by(folder, host)
            with Server("--inMemoryPersistence", "--https", "--cert", cert, "--key", key) as server:
                wait_for(server)
                port = port_of(server, "blob")
                said = refuses(port, ca, host)
                check((said == "") == taken and (taken or said == "permitted subtree violation"), f"{host}: {said}")
                to = ["--connect-to", f"{host}:443:127.0.0.1:{port}", f"https://{host}/_lazulite/health"]
                curl = subprocess.run(["curl", "-s", "--cacert", ca, *to], capture_output=True, timeout=PATIENCE, check=False)
                check((curl.returncode == 0) == taken, f"curl, {host}: {curl}")
                if not taken:  # Java does not look at what a root says of itself
                    java = ask_in_java(folder, ca, f"https://localhost:{port}/_lazulite/health")
                    check(java.returncode == 1 and "constraint" in java.stderr, f"java, {host}: {java}")


def wait_for(server):
    """As Server.started, for one whose lines say https."""
    server_line = re.compile(r"^Connection string: .*\n", re.M)
    deadline = run.time.monotonic() + 20
    while not server_line.search(server.stdout()):
        check(server.process.poll() is None and run.time.monotonic() < deadline, server.stderr())
        run.time.sleep(0.01)


# -- clients ----------------------------------------------------------------------------------------------------------

NODE = """
const https = require("node:https");
https.get(process.argv[1], (answer) => answer.pipe(process.stdout)).on("error", (problem) => { console.log(problem.code); });
"""

JAVA = """
import java.net.URI;
import java.net.http.*;
public class Ask {
    public static void main(String[] words) throws Exception {
        for (var word : words) {
            var request = HttpRequest.newBuilder(URI.create(word)).build();
            System.out.print(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
        }
    }
}
"""


@test
def curl_and_node_trust_it():
    with Folder() as folder, Server("--location", folder, "--https") as server:
        server.started()
        ca = authority_of(folder)
        for host in ("localhost", "127.0.0.1", f"{ACCOUNT}.blob.localhost"):
            url = f"https://{host}:{server.port}/_lazulite/health"
            check('"status":"ok"' in finished("curl", "-sS", "--cacert", ca, "--resolve", f"{host}:{server.port}:127.0.0.1", url), host)
        url = f"https://localhost:{server.port}/_lazulite/health"
        check('"status":"ok"' in finished("node", "-e", NODE, url, environment={"NODE_EXTRA_CA_CERTS": ca}), "node")
        said = finished("node", "-e", NODE, url)
        check(said.startswith("UNABLE_TO_"), f"node without the authority: {said}")
        server.stop()


def ask_in_java(folder, authority, *urls):
    """The run of a program that trusts the authority alone."""
    store, program = os.path.join(folder, "trust.p12"), os.path.join(folder, "Ask.java")
    if not os.path.exists(store):
        finished("keytool", "-importcert", "-noprompt", "-keystore", store, "-storepass", "changeit", "-alias", "lazulite",
                 "-file", authority)
    with open(program, "w", encoding="ascii") as file:
        file.write(JAVA)
    words = ["java", f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit", program, *urls]
    return subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)


@test
def java_trusts_it():
    with Folder() as folder, Server("--location", folder, "--https") as server:
        server.started()
        done = ask_in_java(folder, authority_of(folder),
                           *(f"https://{host}:{server.port}/_lazulite/health" for host in ("localhost", "127.0.0.1")))
        check(done.returncode == 0 and done.stdout.count('"status":"ok"') == 2, f"{done}")
        server.stop()


# -- lazulite trust ---------------------------------------------------------------------------------------------------


@test
def trust_makes_and_shows_the_authority():
    with Folder() as folder:
        said = trust(folder)
        ca = authority_of(folder)
        check(said.startswith(read(ca)), said)
        for line in (f"NODE_EXTRA_CA_CERTS={ca}", f"REQUESTS_CA_BUNDLE={ca}", f"SSL_CERT_FILE={ca}", "keytool -importcert"):
            check(line in said, f"{line}: {said}")
        with Server("--location", folder, "--https") as server:
            server.started()
            check(trust(folder) == said, "another, once a server runs")
            shown(server.port, ca)
            server.stop()
    expect_refusal("trust", "--inMemoryPersistence", naming="--location DIR")
    expect_refusal("trust", "--location", "/tmp", "--remove", naming="--system, or --nss DIR")


@test
def trust_reaches_a_database_of_nss():
    with Folder() as folder:
        database = os.path.join(folder, "home", "nssdb")

        def listed():
            return finished("certutil", "-L", "-d", f"sql:{database}")

        for _ in range(2):  # twice is as good as once
            trust(folder, "--nss", database)
            found = re.findall(r"^(lazulite-[0-9a-f]{8}) +C,, *$", listed(), re.M)
            check(len(found) == 1, listed())
        with Server("--location", folder, "--https") as server:
            server.started()
            in_server = ssl.get_server_certificate(("127.0.0.1", server.port))
            server.stop()
        for name, pem in (("server", in_server), ("issuer", issuer_of(folder))):
            path = os.path.join(folder, name + ".pem")
            with open(path, "w", encoding="ascii") as file:
                file.write(pem)
            finished("certutil", "-A", "-d", f"sql:{database}", "-n", name, "-t", ",,", "-i", path)
        check("certificate is valid" in finished("certutil", "-V", "-d", f"sql:{database}", "-n", "server", "-u", "V"), "NSS refuses it")
        trust(folder, "--nss", database, "--remove")
        check("lazulite-" not in listed(), listed())
        expect_refusal("trust", "--location", folder, "--nss", database, naming="install libnss3-tools", environment={"PATH": "/nowhere"})


@test
def trust_reaches_the_store_of_debian():
    with Folder() as folder:
        trust(folder)
        for name in ("local", "certs", "hooks"):
            os.mkdir(os.path.join(folder, name))
        with Server("--location", folder, "--https") as server:
            server.started()
            url = f"https://localhost:{server.port}/_lazulite/health"
            # The store of this machine is covered for the time of the script; what it holds stays.
            script = f"""set -e
                mount --bind {folder}/local /usr/local/share/ca-certificates
                mount --bind {folder}/hooks /etc/ca-certificates/update.d
                cp -a /etc/ssl/certs/. {folder}/certs && mount --bind {folder}/certs /etc/ssl/certs
                ! curl -s {url}
                {run.binary} trust --system --location {folder}
                ls /usr/local/share/ca-certificates
                curl -sS {url}
                {run.binary} trust --system --remove --location {folder}
                ! curl -s {url}
                ls /usr/local/share/ca-certificates"""
            said = finished("unshare", "--map-root-user", "--mount", "bash", "-c", script)
            check(re.fullmatch(r"this machine trusts (/usr/local/share/ca-certificates/(lazulite-[0-9a-f]{8}\.crt))\n\2\n\{.*\}\n"
                               r"\1 is gone: this machine no longer trusts it\n", said), said)
            server.stop()


@test
def trust_needs_root_for_the_system():
    with Folder() as folder:
        trust(folder)
        os.chmod(folder, 0o755)
        words = [run.binary, "trust", "--system", "--location", folder]
        if os.geteuid() == 0:
            words = ["setpriv", "--reuid", "65534", "--clear-groups", "--", *words]
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, env=without_variables(), check=False)
        check(done.returncode == 1 and done.stderr == f"lazulite: trust --system needs root: sudo lazulite trust --system "
              f"--location {folder}\n", f"{done}")


# -- certificates that were given -------------------------------------------------------------------------------------


@test
def a_given_certificate_may_stand_beside_http():
    certificates = Certificates()
    try:
        words = ["--inMemoryPersistence", "--cert", certificates.cert, "--key", certificates.key]
        with Server(*words, "--https") as server:
            wait_for(server)
            check("https://127.0.0.1" in server.stdout() and "http://" not in server.stdout(), server.stdout())
            port = port_of(server, "blob")
            check(ask(port, "GET", "/_lazulite/health")[0] == 200, "HTTP")
            check(ask(port, "GET", "/_lazulite/health", certificates.cert)[0] == 200, "HTTPS")
            check(ask(port, "GET", "/_lazulite/ca.pem")[0] == 404, "an authority")
        with Server(*words) as server:
            wait_for(server)
            port = port_of(server, "blob")
            check(ask(port, "GET", "/_lazulite/health", certificates.cert)[0] == 200, "HTTPS")
            try:
                status = ask(port, "GET", "/_lazulite/health")[0]
            except (http.client.HTTPException, OSError):
                status = None
            check(status is None, "--cert alone answers plain HTTP")
    finally:
        certificates.remove()


def lasting(folder, since, until):
    """A self-signed certificate for that time, its key, and both as PFX."""
    cert, key, pfx, config = (os.path.join(folder, name) for name in ("cert.pem", "key.pem", "both.pfx", "ca.cnf"))
    with open(config, "w", encoding="ascii") as file:
        file.write(f"[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/index\nnew_certs_dir={folder}\nrand_serial=yes\n"
                   "default_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n")
    with open(os.path.join(folder, "index"), "w", encoding="ascii"):
        pass
    request = os.path.join(folder, "request.pem")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
            "-keyout", key, "-out", request)
    openssl("ca", "-batch", "-notext", "-config", config, "-selfsign", "-keyfile", key, "-in", request, "-startdate", since,
            "-enddate", until, "-out", cert)
    openssl("pkcs12", "-export", "-in", cert, "-inkey", key, "-passout", "pass:changeit", "-out", pfx)
    return cert, key, pfx


@test
def an_expired_certificate_is_refused():
    with Folder() as folder:
        cert, key, pfx = lasting(folder, "20240101000000Z", "20240201000000Z")
        for file, words in ((cert, ["--cert", cert, "--key", key]), (pfx, ["--cert", pfx, "--pwd", "changeit"])):
            expect_refusal(*words, "--inMemoryPersistence", *run.free_ports(),
                           naming=f"{file}: the certificate has expired, on 2024-02-01T00:00:00Z")
        cert, key, pfx = lasting(folder, "20900101000000Z", "20900201000000Z")
        with Server("--inMemoryPersistence", "--cert", cert, "--key", key) as server:
            wait_for(server)
            check(re.search(rf"warn .*{cert}: the certificate is not valid yet: clients refuse it until 2090-01-01T00:00:00Z",
                            server.stdout()), server.stdout())


@test
def a_folder_that_cannot_hold_the_authority_is_refused():
    with Folder() as folder:
        os.mkdir(os.path.join(folder, "lazulite"))
        with open(os.path.join(folder, "lazulite", "tls"), "w", encoding="ascii"):
            pass
        expect_refusal("--https", "--location", folder, *run.free_ports(), naming=os.path.join(folder, "lazulite", "tls"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", action="append", help="a test by name, repeatable")
    options = parser.parse_args()
    run.binary = os.path.abspath(options.binary)
    return run.play(tests, options.only)


if __name__ == "__main__":
    sys.exit(main())
