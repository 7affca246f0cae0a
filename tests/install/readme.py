#!/usr/bin/env python3
"""README's commands, taken out of it and run in a fresh Debian 12: from a clone to the dashboard.

    tests/install/readme.py

Makes a root file system by debootstrap, clones this repository into it and does there what README says under "An application
to look at", then "For tests". Needs root, the network for packages, and the default ports. Takes a quarter of an hour, most of
it for the compiler. Prints `N passed, N failed, N skipped`.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PATIENCE = 3600
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def commands(heading):
    """The lines of the first sh block below a heading of README."""
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as file:
        section = file.read().split(f"\n## {heading}\n", 1)[1].split("\n## ")[0]
    return [line for line in re.search(r"^```sh\n(.*?)^```$", section, re.M | re.S)[1].splitlines() if line.strip()]


class Machine:
    """A fresh Debian 12 in a folder, with a clone of the repository in /root/lazulite."""

    def __enter__(self):
        self.root = tempfile.mkdtemp(prefix="lazulite-readme-")
        os.chmod(self.root, 0o755)
        targets = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"],
                                 capture_output=True, text=True, check=True).stdout.splitlines()
        mirror = next(line.split()[0] for line in targets if line.split()[1] == "bookworm")
        done = subprocess.run(["debootstrap", "--variant=minbase", "bookworm", self.root, mirror], capture_output=True, text=True)
        check(done.returncode == 0, done.stdout[-2000:])
        shutil.copy("/etc/resolv.conf", f"{self.root}/etc/resolv.conf")
        # Where a proxy answers for registries, the machine's own certificates say so.
        os.makedirs(os.path.dirname(self.root + BUNDLE), exist_ok=True)
        shutil.copy(BUNDLE, f"{self.root}/root/certificates.pem")
        subprocess.run(["git", "clone", "--quiet", TOP, f"{self.root}/root/lazulite"], check=True)
        return self

    def __exit__(self, *_):
        # Its mounts ended with the processes; should one be left, nothing behind it is touched.
        subprocess.run(["rm", "-rf", "--one-file-system", self.root], check=False)

    def start(self, line):
        """A command line, as in a terminal of its own at the top of the clone."""
        output = tempfile.TemporaryFile("w+")
        steps = ["set -e", f"mount -t proc proc {self.root}/proc", f"mount -t tmpfs tmpfs {self.root}/dev",
                 f"mkdir {self.root}/dev/shm", f"ln -s /proc/self/fd {self.root}/dev/fd"]
        for device in ("null", "zero", "full", "random", "urandom", "tty"):
            steps += [f"touch {self.root}/dev/{device}", f"mount --bind /dev/{device} {self.root}/dev/{device}"]
        inside = ["chroot", self.root, "/usr/bin/env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                  "HOME=/root", "LANG=C.UTF-8", "NODE_EXTRA_CA_CERTS=/root/certificates.pem", "bash", "-c",
                  f"cd /root/lazulite && {line}"]
        steps.append("exec " + shlex.join(inside))
        process = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", "\n".join(steps)],
                                   stdout=output, stderr=output, cwd="/", start_new_session=True)
        process.printed = lambda: os.pread(output.fileno(), 1 << 24, 0).decode(errors="replace")
        return process

    def wait_for(self, process, pattern):
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, process.printed(), re.M)):
            check(process.poll() is None, f"exit code {process.poll()}: {process.printed()[-3000:]}")
            check(time.monotonic() < deadline, f"no {pattern!r}: {process.printed()[-3000:]}")
            time.sleep(0.2)
        return found

    def run(self, line):
        process = self.start(line)
        check(process.wait(timeout=PATIENCE) == 0, f"{line}: exit code {process.returncode}: {process.printed()[-3000:]}")
        return process.printed()


def stop(process):
    """Ctrl-C in its terminal."""
    if process.poll() is None:
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as children:
            for child in children.read().split():
                os.kill(int(child), signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def fetch(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
        return answer.headers, answer.read().decode()


def entities(access):
    """How many the table holds for those who have sas.json, through every continuation."""
    count, more = 0, ""
    while True:
        headers, text = fetch(f"{access['table']}()?{access['sas']}&$select=RowKey{more}", Accept="application/json;odata=nometadata",
                              **{"x-ms-version": "2019-02-02"})
        count += len(json.loads(text)["value"])
        following = headers.get("x-ms-continuation-NextPartitionKey")
        if following is None:
            return count
        more = f"&NextPartitionKey={following}&NextRowKey={headers.get('x-ms-continuation-NextRowKey')}"


def from_a_clone_to_the_dashboard(machine):
    run_command, deploy_command = commands("An application to look at")
    began = time.monotonic()
    server = machine.start(run_command)
    deploy = None
    try:
        machine.wait_for(server, r"^Connection string: ")
        print(f"  {run_command}: ready in {time.monotonic() - began:.0f} s", flush=True)
        began = time.monotonic()
        deploy = machine.start(deploy_command)
        website = machine.wait_for(deploy, r"^(http://\S+)$")[1]
        print(f"  {deploy_command}: done in {time.monotonic() - began:.0f} s, {website}", flush=True)
        _, page = fetch(website + "dashboard.html")
        check('src="vendor/chart.js"' in page, "the dashboard has no charts")
        for name in re.findall(r'(?:src|href)="([^":]+\.(?:js|css))"', page):
            headers, _ = fetch(website + name)
            check(headers["Content-Type"].startswith("text/"), f"{name}: {headers['Content-Type']}")
        access = json.loads(fetch(website + "sas.json")[1])
        count = entities(access)
        check(count == 500 * 30, f"{count} records")
        machine.run("apt-get install -y -qq --no-install-recommends curl >/dev/null")
        for line in commands("For tests"):
            printed = machine.run(line.replace("curl ", "curl -sS --fail-with-body ", 1))
            print(f"  {line}", flush=True)
            check(printed.startswith("{"), f"{line}: {printed!r}")
    finally:
        for process in (deploy, server):
            if process is not None:
                stop(process)
    check(server.returncode == 0, f"the server ended with {server.returncode}")


def main():
    if os.getuid() != 0:
        print("this test makes and enters a root file system: run it as root\n0 passed, 1 failed, 0 skipped")
        return 1
    try:
        with Machine() as machine:
            from_a_clone_to_the_dashboard(machine)
    except AssertionError as problem:
        print(f"FAILED  {problem}\n0 passed, 1 failed, 0 skipped")
        return 1
    print("1 passed, 0 failed, 0 skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
