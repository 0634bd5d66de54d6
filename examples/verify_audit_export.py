#!/usr/bin/env python3
"""Verifies an audit export of the DCI gateway with nothing but Python and openssl: verify_audit_export.py FILE.ndjson"""
import base64, hashlib, json, os, subprocess, sys, tempfile

sha = lambda data: hashlib.sha256(data).digest()
keys, seals, entries = {}, [], {}
for line in open(sys.argv[1], encoding="utf-8"):
    row = json.loads(line)
    if row["type"] == "key":
        keys[row["kid"]] = row
    elif row["type"] == "seal":
        seals.append(row)
    else:
        entries.setdefault(row["seal"], []).append(row)


def fail(reason):
    sys.exit(f"NOT INTACT: {reason}")


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


previous = None
for seal in seals:
    text, number = seal["text"].encode(), seal["sequence"]
    said = dict(line.split(": ", 1) for line in seal["text"].split("\n")[1:])
    if sha(text).hex() != seal["hash"] or said["sequence"] != str(number) or said["kid"] != seal["kid"]:
        fail(f"seal {number} was edited")
    if previous and (said["previous"] != previous["hash"] or number != previous["sequence"] + 1):
        fail(f"seal {number} does not follow the one before it")
    if seal["kid"] not in keys or not signed(keys[seal["kid"]], text, base64.b64decode(seal["signature"])):
        fail(f"seal {number} has no valid signature")
    rows = entries.get(number, [])
    for row in rows:
        if sha(row["text"].encode()).hex() != row["hash"]:
            fail(f"entry {row['text'].split(chr(10))[0]} was edited")
    if len(rows) != int(said["entries"]) or root([bytes.fromhex(row["hash"]) for row in rows]) != said["root"]:
        fail(f"the entries of seal {number} are not those that were sealed")
    previous = seal
print(f"intact: {len(seals)} seals, {sum(map(len, entries.values()))} entries, head {previous['hash'] if previous else '-'}")
