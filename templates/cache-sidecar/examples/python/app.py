"""Answers an API Gateway, REST or HTTP, with the item that the path's `id` names. The extension has it: in its cache, or from the table."""

import json
import os
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote

# The extension gives up on a table after two seconds, Lambda on this function after three.
SECONDS = 2.5
# Opened by the first request and kept; after a failure the next request opens it again.
cache = HTTPConnection("localhost", int(os.environ.get("CACHE_PORT") or 4000), timeout=SECONDS)


def handler(event, context):
    key = (event.get("pathParameters") or {}).get("id")
    if not key:
        return respond(400, {"error": "the path has no id"})
    try:
        cache.request("GET", "/" + quote(key, safe=""))
        answer = cache.getresponse()
        body = answer.read().decode()
    except (OSError, HTTPException) as error:
        cache.close()
        print(f"No answer from the cache: {error!r}")
        return respond(502, {"error": "the item cannot be read"})
    if answer.status == 404:
        return respond(404, {"error": "not found"})
    if answer.status != 200:
        print(f"No answer from the cache: status {answer.status}: {body}")
        return respond(502, {"error": "the item cannot be read"})
    return respond(200, body, {"x-cache": answer.getheader("x-cache")})


def respond(status_code, body, headers=None):
    return {
        "statusCode": status_code,
        "headers": {"content-type": "application/json", **(headers or {})},
        "body": body if isinstance(body, str) else json.dumps(body),
    }
