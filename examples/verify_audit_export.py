#!/usr/bin/env python3
"""Verifies an audit export of the DCI gateway with nothing but Python and openssl.

That it is the gateway's, and to its newest end, only what was kept elsewhere shows: the ids of its keys, a head.

verify_audit_export.py FILE.ndjson            whether every seal, entry and row is as it was sealed
    --head SEQUENCE:HASH                      and nothing was cut off behind a head that was kept elsewhere
    --from SEQUENCE                           of an export that begins at this seal: those before it are taken on trust
    --releases                                and who got which records and fields, when, on what ground: JSON, one a line
    --acts                                    and which administrator did what, when and why: JSON, one a line
                                              (the verdict is then on standard error)
"""
import argparse, base64, hashlib, json, os, subprocess, sys, tempfile
from datetime import datetime

sha = lambda data: hashlib.sha256(data).digest()
# Not abbreviated, nor passed over: an option that is mistaken would leave "intact" to stand for what was not looked at.
asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
asked.add_argument("file")
asked.add_argument("--head", action="append", default=[])
asked.add_argument("--from", dest="first", default="1")
asked.add_argument("--releases", action="store_true")
asked.add_argument("--acts", action="store_true")
given = asked.parse_args()
keys, seals, entries, rows = {}, [], {}, {}


def fail(reason):
    sys.exit(f"NOT INTACT: {reason}")


for number, line in enumerate(open(given.file, encoding="utf-8"), 1):
    try:
        row = json.loads(line)
        kind = row["type"]
    except (ValueError, KeyError, TypeError):
        fail(f"line {number} cannot be read")
    if kind == "key":
        if row["kid"] in keys:
            fail(f"key {row['kid']} stands there twice")
        keys[row["kid"]] = row
    elif kind == "seal":
        seals.append(row)
    elif kind == "entry":
        entries.setdefault(row["seal"], []).append(row)
    elif kind == "row":
        if row["subject"] in rows:
            fail(f"row {row['subject']} stands there twice")
        rows[row["subject"]] = row
    else:
        fail(f"line {number} is of no known type")


def der(p1363):  # ECDSA signatures are r | s here, and openssl wants them as ASN.1
    numbers = [p1363[:32].lstrip(b"\0") or b"\0", p1363[32:].lstrip(b"\0") or b"\0"]
    body = b"".join(bytes([2, len(n)]) + n for n in (b"\0" + n if n[0] > 127 else n for n in numbers))
    return bytes([48, len(body)]) + body


def signed(key, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        pem, data, sig = (os.path.join(folder, name) for name in ("pem", "data", "sig"))
        ecdsa, ed25519 = key["algorithm"] == "ecdsa-sha256", key["algorithm"] == "ed25519"
        for path, content in ((pem, key["pem"].encode()), (data, text), (sig, der(signature) if ecdsa else signature)):
            open(path, "wb").write(content)
        one = ["pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin", "-in", data, "-sigfile", sig]
        two = ["dgst", "-sha256", "-verify", pem, "-signature", sig, data]
        return subprocess.run(["openssl"] + (one if ed25519 else two), capture_output=True).returncode == 0


def root(leaves):  # RFC 6962, 2.1
    level = [sha(b"\0" + leaf) for leaf in leaves]
    while len(level) > 1:
        level = [sha(b"\1" + level[i] + level[i + 1]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0].hex()


def proves(entry, row):  # the hash over both parts, each behind its length; of an administrator's act over the text alone
    if "text" not in row:  # of earlier versions, which proved the message alone
        return row["payload"] == entry[6]
    text = row["text"].encode()
    if row["kind"] == "ADMIN":
        return sha(text).hex() == entry[6]
    parts = [bytes.fromhex(row["payload"]), text]
    return sha(b"".join(str(len(part)).encode() + b":" + part for part in parts)).hex() == entry[6]


def removed(subject):  # by retention, which the audit tells; the time of a subject is in its id (UUIDv7)
    at = int(subject.replace("-", "")[:12], 16)
    return any(at < until for until in purges)


first = next((seal["sequence"] for seal in seals), None)
if str(first) != given.first:
    fail("there is no seal in it" if first is None else f"it begins at seal {first}: what was before is not in it (--from {first} takes that on trust)")
previous, newest = None, {}
for seal in seals:
    text, number = seal["text"].encode(), seal["sequence"]
    said = dict(line.split(": ", 1) for line in seal["text"].split("\n")[1:])
    if sha(text).hex() != seal["hash"] or said["sequence"] != str(number) or said["kid"] != seal["kid"]:
        fail(f"seal {number} was edited")
    if previous and (said["previous"] != previous["hash"] or number != previous["sequence"] + 1):
        fail(f"seal {number} does not follow the one before it")
    under = entries.pop(number, [])
    for entry in under:
        if sha(entry["text"].encode()).hex() != entry["hash"]:
            fail(f"entry {entry['text'].split(chr(10))[0]} was edited")
        fields = entry["text"].split("\n")  # id, kind, subject, transition, actor, time, content hash
        if fields[3] != "RECEIPT":  # told of a delivery, and proves nothing of it
            newest[fields[2]] = fields
    if len(under) != int(said["entries"]) or root([bytes.fromhex(entry["hash"]) for entry in under]) != said["root"]:
        fail(f"the entries of seal {number} are not those that were sealed")
    previous = seal
if entries:
    fail(f"entries stand under seal {min(entries)}, which is not there")

for subject, row in rows.items():
    if subject not in newest:
        fail(f"no entry speaks of row {subject}")
    if row["kind"] != newest[subject][1] or not proves(newest[subject], row):
        fail(f"row {subject} was edited")
told = [(subject, json.loads(row["text"])) for subject, row in rows.items() if row["kind"] == "ADMIN"]
purged = [
    (each["targetId"], each["after"]["until"])
    for subject, each in told
    # nothing announces what is still to come
    if each["action"] == "purge" and each["targetType"] == "Retention" and each["after"]["until"] <= newest[subject][5]
]
purges = [
    datetime.fromisoformat(until.replace("Z", "+00:00")).timestamp() * 1000
    for what, until in purged
    if what == "transactions"
]
for subject, entry in newest.items():
    ended = entry[1] in ("TRANSACTION", "DELIVERY") and entry[3] not in ("RECEIVED", "PENDING")
    ended = ended and entry[6] != sha(b"0:").hex()  # or it ended before there was a message
    expected = entry[1] == "ADMIN" or (ended and not removed(subject))
    if expected and subject not in rows:
        fail(f"the row of entry {entry[0]} is not there")

head = f"{previous['sequence']}:{previous['hash']}" if previous else "-"
for kept in given.head:
    sequence, _, hash = kept.partition(":")
    if not any(str(seal["sequence"]) == sequence and seal["hash"] == hash for seal in seals):
        fail(f"seal {sequence} is not the one that was kept")

for seal in seals:  # at the end: each starts openssl, and what was edited is mostly found before
    if seal["kid"] not in keys or not signed(keys[seal["kid"]], seal["text"].encode(), base64.b64decode(seal["signature"])):
        fail(f"seal {seal['sequence']} has no valid signature")

if given.acts:
    for subject, entry in newest.items():
        if entry[1] == "ADMIN" and subject in rows:
            print(json.dumps({"at": entry[5], **json.loads(rows[subject]["text"])}))

if given.releases:
    for subject, entry in newest.items():
        facts = json.loads(rows.get(subject, {}).get("text", "{}"))
        records = facts.get("recordIds") or ([facts["recordId"]] if facts.get("recordId") else [])
        if entry[1] == "DELIVERY" and (entry[3] != "DELIVERED" or facts.get("kind") != "NOTIFICATION"):
            continue
        decision = facts.get("accessDecision") or {}
        for record in records:
            print(json.dumps({
                "at": entry[5], "sender": facts["senderId"], "record": record,
                "what": "NOTIFICATION" if entry[1] == "DELIVERY" else facts["operation"] or facts["channel"],
                "registry": facts["registry"], "decision": decision,
            }))

sealed = sum(int(seal["text"].split("entries: ")[1].split("\n")[0]) for seal in seals)
signers = ", ".join(sorted({seal["kid"] for seal in seals})) or "-"
latest = {what: max(until for one, until in purged if one == what) for what, _ in sorted(purged)}
gone = "".join(f"; retention removed {what} before {until}, as it says" for what, until in latest.items())
beside = sys.stderr if given.acts or given.releases else sys.stdout
print(f"intact: {len(seals)} seals, {sealed} entries, {len(rows)} rows, head {head}, signed by {signers}{gone}", file=beside)
