"""Answers with the configuration that the extension has left in a file, and says when it was found."""

import json
import os
from datetime import datetime, timezone

FILE = os.environ.get("CONFIG_FILE") or "/tmp/appsettings.json"


def written_at():
    return os.stat(FILE).st_mtime_ns if os.path.exists(FILE) else None


def read(phase):
    try:
        with open(FILE, encoding="utf-8") as file:
            config = json.load(file)
    except FileNotFoundError:
        return None
    except ValueError:
        # The parser's own error carries the whole text, and that may be a secret.
        raise RuntimeError(f"{FILE} cannot be read: it is not JSON") from None
    return {"phase": phase, "readAt": datetime.now(timezone.utc).isoformat(), "config": config}


# The runtime starts while the extension is still fetching: the file may be there already, and it is there by the first event.
written = written_at()
found = read("INIT")


def handler(event, context):
    global written, found
    # With CONFIG_TTL, the extension puts a new file in this one's place when values have changed.
    if not found or written != written_at():
        written = written_at()
        found = read("INVOKE")
    if not found:
        return respond(503, {"error": f"{FILE} is not there. The extension's lines in the log say why."})
    return respond(200, {"file": FILE, **found})


def respond(status_code, body):
    return {
        "statusCode": status_code,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body, ensure_ascii=False),
    }
