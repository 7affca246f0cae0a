"""The nightly deployment: new assets beside the old ones, then new configuration in place of the old.

    deploy.py RELEASE
"""

import hashlib
import json
import sys
from pathlib import Path

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import ContentSettings
from azure.storage.fileshare import ContentSettings as FileSettings

from account import Account

ASSETS = Path(__file__).parent / "assets"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_A_YEAR = "public, max-age=31536000, immutable"


def set_up(account):
    """A container that everybody reads from, and a share of 5 GiB."""
    for make in (
        lambda: account.assets.create_container(public_access="blob"),
        lambda: account.config.create_share(quota=5),
        lambda: account.config.create_directory("messages"),
    ):
        try:
            make()
        except ResourceExistsError:
            pass


def publish_assets(container, release):
    """Gives {name: URL}. A URL changes with what it stands for, so browsers and CDNs may keep that as long as they like."""
    urls = {}
    for path in sorted(ASSETS.iterdir()):
        content = path.read_bytes().replace(b"{release}", str(release).encode())
        blob = container.get_blob_client(f"{path.stem}.{hashlib.sha256(content).hexdigest()[:12]}{path.suffix}")
        settings = ContentSettings(KINDS[path.suffix], cache_control=FOR_A_YEAR)
        blob.upload_blob(content, overwrite=True, content_settings=settings)
        urls[path.name] = blob.url
    return urls


def configuration(release, assets):
    """Gives {path: text}. What belongs together stands in one file: a file is replaced in one step, two are not."""
    files = {
        "messages/de.json": {"release": release, "title": "Willkommen", "news": ["Neues"] * release},
        "messages/en.json": {"release": release, "title": "Welcome", "news": ["News"] * release},
        "features.json": {"release": release, "enabled": [f"feature-{number}" for number in range(100 * release)]},
        "app.json": {"release": release, "assets": assets},
    }
    return {path: json.dumps(content, indent=2) for path, content in files.items()}


def replace(share, path, text):
    """Whoever reads finds the former file or this one, whole: it is written beside it, then moved over it in one step."""
    beside = share.get_file_client(f"{path}.new")
    beside.upload_file(text.encode(), content_settings=FileSettings(content_type="application/json"))
    beside.rename_file(path, overwrite=True)


def deploy(account, release):
    """Gives {path: text} of what it has put into the share."""
    files = configuration(release, publish_assets(account.assets, release))
    for path, text in files.items():  # app.json is the last: what it names is there
        replace(account.config, path, text)
    return files


if __name__ == "__main__":
    here = Account()
    set_up(here)
    deploy(here, int(sys.argv[1]))
