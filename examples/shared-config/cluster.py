"""Pods serve a site for some nights, and every night a release is deployed under them.

    cluster.py [--pods 20] [--nights 3]
"""

import argparse
import re
import time
import urllib.request

from account import Account
from deploy import deploy, set_up
from pod import Pod


def visit(pod, language):
    """Loads a page with all that it needs, as a browser does, without credentials. Gives {URL: (headers, content)}."""
    loaded = {}
    for url in re.findall('(?:href|src)="([^"]*)"', pod.page(language)):
        with urllib.request.urlopen(url, timeout=30) as answer:
            loaded[url] = (answer.headers, answer.read())
    return loaded


def wait_for(release, pods):
    for pod in pods:
        while pod.release < release and not pod.problem:
            time.sleep(0.01)


def run(account, pods=20, nights=3):
    """Gives ([{path: text} of each release], every pod that there was). Raises what any pod or visitor met."""
    set_up(account)
    releases = [deploy(account, 1)]
    running = [Pod(account.config).start() for _ in range(pods)]
    everyone = list(running)
    try:
        for release in range(2, nights + 2):
            releases.append(deploy(account, release))  # while all of them read
            wait_for(release, running)
            for place, old in enumerate(running):  # the rolling update: a new one is ready before an old one goes
                running[place] = Pod(account.config).start()
                everyone.append(running[place])
                old.drain()
                visit(running[place], "de")
    finally:
        for pod in running:
            pod.drain()
    return releases, everyone


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pods", type=int, default=20)
    parser.add_argument("--nights", type=int, default=3)
    options = parser.parse_args()
    releases, everyone = run(Account(), options.pods, options.nights)
    deployed = {text for files in releases for text in files.values()}
    torn = sum(text not in deployed for pod in everyone for texts in pod.seen.values() for text in texts)
    reads = sum(pod.reads for pod in everyone)
    print(f"{len(releases)} releases, {len(everyone)} pods, {reads} files read, {torn} of them torn")
