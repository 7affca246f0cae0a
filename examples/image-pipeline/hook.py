"""A web hook for Event Grid's events: each blob that is created starts a program.

    hook.py PORT PROGRAM [ARGUMENT...]

The program finds the event's subject in EVENT_SUBJECT. Where it fails, so does the delivery, which is then tried again.
"""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"


def take(event):
    """The answer to an event: its status and what it says."""
    if event["eventType"] == VALIDATION:
        return 200, {"validationResponse": event["data"]["validationCode"]}
    done = subprocess.run(sys.argv[2:], env=os.environ | {"EVENT_SUBJECT": event["subject"]}, stdout=subprocess.DEVNULL)
    print(f"{event['subject']}: {'done' if done.returncode == 0 else 'failed'}", flush=True)
    return (200 if done.returncode == 0 else 500), {}


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        for event in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            status, answer = take(event)
            if status != 200:
                break
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Hook)
    print(f"listening at http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
