/** Programs that hold what partners are handed against the test vectors. */

/** Each counts the vectors of profile DCI; with ECDSA no signature is made twice alike, so theirs is verified. */
export const VECTORS_IN_PYTHON = `
import base64, json, os, re
import dci_client as dci
read = lambda name: json.load(open(f"{os.environ['ROOT']}/test/vectors/{name}.json"))
vectors, keys, count = read("signatures"), read("keys"), 0
for one in (one for one in vectors["envelopes"] if one["profile"] == "DCI"):
    key = dci.serialization.load_pem_private_key(keys[one["key"]]["private"].encode(), None)
    text, created = dci.read_json(one["text"]), vectors["created"]
    parts = text["header"], text.get("message")
    made = dci.sign_envelope(key, vectors["senderId"], f"key-{one['key']}", *parts, created)
    theirs = base64.b64decode(re.search('signature="([^"]*)"$', one["signature"])[1])
    dci._verify(key.public_key(), theirs, dci.signed_text(*parts, created, created + 300))
    count += made == one["signature"] or dci._algorithm(key) == "ecdsa-sha256"
print(count)
`;

export const VECTORS_IN_BRUNO = `
const { readFileSync } = require('fs');
const { createPrivateKey } = require('crypto');
const { ROOT } = process.env;
const { signature } = require(ROOT + '/clients/bruno/sign.js');
const read = (name) => JSON.parse(readFileSync(ROOT + '/test/vectors/' + name + '.json', 'utf8'));
const { senderId: sender, created, envelopes } = read('signatures');
const keys = read('keys');
Date.now = () => created * 1000;
const same = envelopes.filter(({ profile, key, text, signature: theirs }) => {
  const made = signature(JSON.parse(text), { sender, kid: 'key-' + key, key: createPrivateKey(keys[key].private) });
  const known = key === 'p256' ? (one) => one.replace(/signature="[^"]*"$/, '') : (one) => one;
  return profile === 'DCI' && known(made) === known(theirs);
});
console.log(same.length);
`;
