"""Generated messages come from the demo partner, now and once, so that more than their first check is tried.

Only what is valid is replaced: a message that was broken on purpose stays broken.
"""

import re
import uuid
from datetime import datetime, timezone

import schemathesis

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


def is_text(value):
    return isinstance(value, str) and 1 <= len(value) <= 255


def replace(members, name, is_valid, value):
    if name in members and is_valid(members[name]):
        members[name] = value


@schemathesis.hook
def before_call(context, case, kwargs):
    if not isinstance(case.body, dict):
        return
    replace(case.body, "sender_id", is_text, "demo-partner")
    header = case.body.get("header")
    if not isinstance(header, dict):
        return
    now = datetime.now(timezone.utc).isoformat()
    replace(header, "message_id", is_text, str(uuid.uuid4()))
    replace(header, "message_ts", lambda value: isinstance(value, str) and DATE_TIME.fullmatch(value), now)
    replace(header, "sender_id", is_text, "demo-partner")
    replace(header, "receiver_id", is_text, "dci-gateway")
    replace(header, "sender_uri", lambda value: isinstance(value, str), "http://127.0.0.1:9/")
    replace(header, "version", is_text, "1.0.0")
    replace(header, "is_msg_encrypted", lambda value: value is True, False)
