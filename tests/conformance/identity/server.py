"""A server with people in it: HTTPS by an authority of its own, principals with roles, and everything a program needs to be one of them.

    with Server(binary) as server:
        subprocess.run(program, env=os.environ | server.environment | server.managed_identity)
"""

import base64
import hashlib
import json
import os
import re
import shutil
import ssl
import subprocess
import tempfile
import time
import urllib.request

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
TENANT = "11111111-2222-4333-8444-555555555555"
HEADER = "what only this machine knows"
ISSUER = "https://kubernetes.example"
SUBJECT = "system:serviceaccount:default:app"
PATIENCE = 60

CONTRIBUTOR = ["Storage Blob Data Contributor", "Storage Queue Data Contributor", "Storage Table Data Contributor",
               "Storage File Data Privileged Contributor"]
READER = ["Storage Blob Data Reader", "Storage Queue Data Reader", "Storage Table Data Reader",
          "Storage File Data Privileged Reader"]
DELEGATOR = ["Storage Queue Delegator", "Storage File Delegator"]


def client_id(name):
    return f"00000000-0000-4000-8000-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def object_id(name):
    return f"00000000-0000-4000-9000-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def roles(names, **where):
    return [{"role": name, **where} for name in names]


def openssl(*words, **options):
    return subprocess.run(["openssl", *words], check=True, capture_output=True, **options).stdout


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Server:
    def __init__(self, binary):
        self.folder = tempfile.mkdtemp(prefix="lazulite-identity-")
        self.binary = os.path.abspath(binary)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def make_certificate(self, name, *words):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7", "-subj", f"/CN={name}", "-keyout", self.path(f"{name}.key"),
                "-out", self.path(f"{name}.pem"), *words)

    def trust(self, blob_port):
        """Writes ca.pem, which is all that the clients are given."""
        with urllib.request.urlopen(f"http://127.0.0.1:{blob_port}/_lazulite/ca.pem", timeout=PATIENCE) as answer:
            self.write("ca.pem", answer.read().decode())

    def make_principals(self):
        self.make_certificate("client")
        with open(self.path("client.key"), encoding="ascii") as key, open(self.path("client.pem"), encoding="ascii") as certificate:
            self.write("client-both.pem", key.read() + certificate.read())
        openssl("genrsa", "-out", self.path("issuer.key"), "2048")
        modulus = openssl("rsa", "-in", self.path("issuer.key"), "-modulus", "-noout").decode().strip().split("=")[1]
        key = {"kty": "RSA", "kid": "of the tests", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB"}
        self.write("issuer.json", json.dumps({"keys": [key]}))
        self.write("token", self.federated_token())
        self.write("token-of-another", self.federated_token(sub="system:serviceaccount:default:another"))
        federated = {"issuer": ISSUER, "subject": SUBJECT, "keys": self.path("issuer.json")}

        def principal(name, given, **more):
            return {"name": name, "clientId": client_id(name), "objectId": object_id(name), "managedIdentity": True, "roles": given, **more}

        self.write("people.json", json.dumps({"tenantId": TENANT, "identityHeader": HEADER, "principals": [
            principal("app", roles(CONTRIBUTOR + DELEGATOR), clientSecret="of the app", certificate=self.path("client.pem"),
                      federatedCredentials=[federated]),
            principal("reader", roles(READER + DELEGATOR)),
            principal("guest", roles(["Storage Blob Data Contributor"], account=ACCOUNT, container="data")),
            principal("nobody", []),
        ]}))

    def federated_token(self, **claims):
        """What a cluster gives its pods."""
        now = int(time.time())
        parts = [{"alg": "RS256", "typ": "JWT", "kid": "of the tests"},
                 {"iss": ISSUER, "sub": SUBJECT, "aud": "api://AzureADTokenExchange", "iat": now, "nbf": now, "exp": now + 3600, **claims}]
        message = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        return message + "." + base64url(openssl("dgst", "-sha256", "-sign", self.path("issuer.key"), input=message.encode()))

    def __enter__(self):
        words = [self.binary, "--https", "--identity", self.path("people.json"), "--inMemoryPersistence", "--silent"]
        self.make_principals()
        for surface in ("blob", "queue", "table", "file", "dfs", "web"):
            words += [f"--{surface}Port", "0"]
        self.output = open(self.path("output"), "w", encoding="utf-8")
        self.process = subprocess.Popen(words, stdout=self.output, stderr=self.output, cwd=self.folder)
        deadline = time.monotonic() + PATIENCE
        while "Connection string: " not in self.printed():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self.printed())
            time.sleep(0.01)
        ports = dict(re.findall(r"^([\w ]+) service is listening at \w+://127\.0\.0\.1:(\d+)$", self.printed(), re.M))
        self.trust(ports["Blob"])
        url = f"https://localhost:{ports['Blob']}"
        endpoints = {name: f"https://127.0.0.1:{ports[name]}/{ACCOUNT}" for name in ("Blob", "Queue", "Table", "File")}
        subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "lazulite", "-file", self.path("ca.pem"), "-keystore",
                        self.path("trust.p12"), "-storepass", "changeit"], check=True, capture_output=True)
        self.java = f"-Djavax.net.ssl.trustStore={self.path('trust.p12')} -Djavax.net.ssl.trustStorePassword=changeit"
        self.control_url = f"{url}/_lazulite"
        self.environment = {
            "LAZULITE_CONNECTION_STRING": f"DefaultEndpointsProtocol=https;AccountName={ACCOUNT};AccountKey={KEY};"
            + "".join(f"{name}Endpoint={endpoint};" for name, endpoint in endpoints.items()),
            **{f"STORAGE_{name.upper()}": endpoint for name, endpoint in endpoints.items()},
            "LAZULITE_CONTROL": self.control_url,
            "LAZULITE_DFS": f"https://127.0.0.1:{ports['Data Lake']}",
            "NODE_EXTRA_CA_CERTS": self.path("ca.pem"),
            "REQUESTS_CA_BUNDLE": self.path("ca.pem"),
            "SSL_CERT_FILE": self.path("ca.pem"),
            **{f"{name.upper()}_{what}": of(name) for name in ("app", "reader", "guest", "nobody")
               for what, of in (("CLIENT", client_id), ("OBJECT", object_id))},
        }
        # What the places a program runs in give it.
        self.managed_identity = {"IDENTITY_ENDPOINT": f"{self.control_url}/identity/token", "IDENTITY_HEADER": HEADER}
        self.instance_metadata = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": url}
        self.tenant = {"AZURE_AUTHORITY_HOST": url, "AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": client_id("app")}
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.output.close()
        shutil.rmtree(self.folder)

    def printed(self):
        with open(self.path("output"), encoding="utf-8") as file:
            return file.read()

    def control(self, name):
        context = ssl.create_default_context(cafile=self.path("ca.pem"))
        with urllib.request.urlopen(f"{self.control_url}/{name}", timeout=PATIENCE, context=context) as answer:
            return answer.read().decode()
