#!/usr/bin/env python3
"""Makes keys.json, signatures.json and encryption.json beside it: what other implementations sign and encrypt.

Independent of the code under test: openssl (command line) makes the keys and the DCI signatures, Python's json module
and cryptography the OPENSPP ones, jwcrypto JWS and JWE, http-message-signatures the RFC 9421 ones.

    python3 -m venv venv && venv/bin/pip install cryptography jwcrypto rfc8785 http-message-signatures
    venv/bin/python test/vectors/make_vectors.py
"""
import base64
import datetime
import hashlib
import json
import pathlib
import subprocess
import tempfile
import types

import http_message_signatures as hms
import rfc8785
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from jwcrypto import jwe, jwk, jws

HERE = pathlib.Path(__file__).parent
SENDER, CREATED, EXPIRES = 'partner.example', 1767225600, 1767225900
NAMES = {'ed25519': 'ed25519', 'rsa': 'rsa-sha256', 'p256': 'ecdsa-sha256'}
JOSE = {'ed25519': 'EdDSA', 'rsa': 'RS256', 'p256': 'ES256'}
HTTP = {
    'ed25519': hms.algorithms.ED25519,
    'rsa': hms.algorithms.RSA_V1_5_SHA256,
    'p256': hms.algorithms.ECDSA_P256_SHA256,
}

# As a partner might write it: members unsorted, spaces, escapes, unknown members, numbers in several spellings.
BODY = '''{
  "signature": "",
  "message": { "transaction_id": "t-1", "unknown": [1.0, 0.5, -0.25, 9007199254740991, true, null],
    "search_request": [ { "reference_id": "r\\u0301\\/1", "search_criteria": { "query": { "value": "\\ud83d\\ude00 Zoë \\"é\\"", "type": "UIN" } } } ],
    "\\ufb33": 1, "\\ud83d\\ude00": 2, "10": "ten", "9": "nine" },
  "header": { "version": "1.0.0", "message_id": "m-1", "message_ts": "2026-01-01T00:00:00Z", "action": "search",
    "sender_id": "partner.example", "receiver_id": "dci-gateway", "total_count": 1, "extra": "\\t\\u007f" }
}'''
WITHOUT_MESSAGE = '{"header":{"action":"notify","sender_id":"partner.example","total_count":0}}'


def run(*command, stdin=None):
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout


def b64(data):
    return base64.b64encode(data).decode()


def make_keys():
    options = {
        'ed25519': ['-algorithm', 'ed25519'],
        'rsa': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
        'p256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
        'x25519': ['-algorithm', 'x25519'],
    }
    keys = {}
    for name, option in options.items():
        private = run('openssl', 'genpkey', *option)
        public = run('openssl', 'pkey', '-pubout', stdin=private)
        spki = run('openssl', 'pkey', '-pubout', '-outform', 'DER', stdin=private)
        fingerprint = run('openssl', 'dgst', '-sha256', '-c', stdin=spki).decode().split()[-1]
        keys[name] = {'private': private.decode(), 'public': public.decode(), 'fingerprint': fingerprint}
    return keys


def p1363(der):
    r, s = utils.decode_dss_signature(der)
    return r.to_bytes(32, 'big') + s.to_bytes(32, 'big')


def sign_openssl(keys, name, data):
    with tempfile.TemporaryDirectory() as folder:
        key, text = pathlib.Path(folder, 'key.pem'), pathlib.Path(folder, 'text')
        key.write_text(keys[name]['private'])
        text.write_bytes(data)
        if name == 'ed25519':
            return run('openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', key, '-in', text)
        signature = run('openssl', 'dgst', '-sha256', '-sign', key, text)
        return p1363(signature) if name == 'p256' else signature


def sign_cryptography(keys, name, data):
    key = serialization.load_pem_private_key(keys[name]['private'].encode(), None)
    if name == 'ed25519':
        return key.sign(data)
    if name == 'rsa':
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return p1363(key.sign(data, ec.ECDSA(hashes.SHA256())))


def signed_part(text):
    document = json.loads(text)
    return {name: document[name] for name in ('header', 'message') if name in document}


def signature_string(keys, name, payload, prefix, sign):
    digest = prefix + b64(hashlib.sha256(payload).digest())
    text = f'(created): {CREATED}\n(expires): {EXPIRES}\ndigest: {digest}'
    alg = NAMES[name]
    return (
        f'namespace="dci", kidId="{SENDER}|key-{name}|{alg}", algorithm="{alg}", created="{CREATED}", '
        f'expires="{EXPIRES}", headers="(created) (expires) digest", signature="{b64(sign(keys, name, text.encode()))}"'
    )


def detached_jws(keys, name, payload):
    token = jws.JWS(payload)
    header = json.dumps({'alg': JOSE[name], 'kid': f'key-{name}'}, separators=(',', ':'))
    token.add_signature(jwk.JWK.from_pem(keys[name]['private'].encode()), protected=header)
    start, _, end = token.serialize(compact=True).split('.')
    return f'{start}..{end}'


def envelopes(keys):
    for name in NAMES:
        for text in (BODY, WITHOUT_MESSAGE):
            part = signed_part(text)
            canonical = rfc8785.dumps(part)
            python = json.dumps(part, sort_keys=True, separators=(',', ':')).encode()
            for profile, signature in (
                ('DCI', signature_string(keys, name, canonical, 'SHA-256=', sign_openssl)),
                ('OPENSPP', signature_string(keys, name, python, '', sign_cryptography)),
                ('JWS', detached_jws(keys, name, canonical)),
            ):
                yield {'profile': profile, 'key': name, 'text': text, 'signature': signature}


class OneKey(hms.HTTPSignatureKeyResolver):
    def __init__(self, pem):
        self.pem = pem.encode()

    def resolve_private_key(self, key_id):
        return serialization.load_pem_private_key(self.pem, None)


def http_message(keys, name, message, body, covered):
    digest = b64(hashlib.sha256(body.encode()).digest())
    message.headers['Content-Digest'] = f'sha-256=:{digest}:'
    signer = hms.HTTPMessageSigner(signature_algorithm=HTTP[name], key_resolver=OneKey(keys[name]['private']))
    signer.sign(
        message,
        key_id=f'{SENDER}|key-{name}',
        created=datetime.datetime.fromtimestamp(CREATED),
        expires=datetime.datetime.fromtimestamp(EXPIRES),
        nonce='b3k2pp5k7z-50gnwp.yemd',
        label='sig1',
        covered_component_ids=covered,
        use_existing_digest=True,
        body=body.encode(),
    )
    return {k.lower(): v for k, v in message.headers.items()}


def http_messages(keys):
    covered = ('@method', '@target-uri', 'content-digest', 'authorization')
    for name in NAMES:
        uri, body = 'https://gateway.example/dci/v1/search?a=b%20c', '{"transaction_id":"t-1","sender_id":"partner.example"}'
        headers = {'Authorization': 'Bearer abc.def', 'Content-Type': 'application/json'}
        request = types.SimpleNamespace(method='POST', url=uri, headers=headers, body=body.encode())
        headers = http_message(keys, name, request, body, covered)
        yield {'key': name, 'method': 'POST', 'targetUri': uri, 'headers': headers, 'body': body}
        body = '{"status":"succ"}'
        response = types.SimpleNamespace(status_code=200, url=uri, headers={}, body=body.encode())
        headers = http_message(keys, name, response, body, ('@status', 'content-digest'))
        yield {'key': name, 'status': 200, 'headers': headers, 'body': body}


def http_by_hand(keys):
    """The signature base written out, with our order of parameters: what a deterministic signer must repeat."""
    uri, body, nonce = 'https://gateway.example/dci/v1/search', '{"transaction_id":"t-1"}', 'n-1'
    digest = f'sha-256=:{b64(hashlib.sha256(body.encode()).digest())}:'
    for name, alg in (('ed25519', 'ed25519'), ('rsa', 'rsa-v1_5-sha256')):
        values = {'@method': 'POST', '@target-uri': uri, 'content-digest': digest, 'authorization': 'Bearer abc.def'}
        covered = ' '.join(f'"{component}"' for component in values)
        params = f'({covered});created={CREATED};expires={EXPIRES};keyid="{SENDER}|key-{name}";alg="{alg}";nonce="{nonce}"'
        base = '\n'.join(f'"{component}": {value}' for component, value in values.items())
        signature = b64(sign_openssl(keys, name, f'{base}\n"@signature-params": {params}'.encode()))
        headers = {'Content-Digest': digest, 'Signature-Input': f'sig1={params}', 'Signature': f'sig1=:{signature}:'}
        yield {'key': name, 'targetUri': uri, 'body': body, 'nonce': nonce, 'headers': headers}


def encrypted(keys):
    message = {'search_request': [{'reference_id': 'r-1', 'name': 'Zoë 😀'}]}
    for name, alg in (('rsa', 'RSA-OAEP-256'), ('p256', 'ECDH-ES+A256KW'), ('x25519', 'ECDH-ES+A256KW')):
        token = jwe.JWE(json.dumps(message).encode(), algs=[alg, 'A256GCM'])
        header = json.dumps({'alg': alg, 'enc': 'A256GCM', 'kid': f'key-{name}'})
        token.add_recipient(jwk.JWK.from_pem(keys[name]['public'].encode()), header)
        yield {'key': name, 'message': message, 'encrypted': json.loads(token.serialize(compact=False))}


def write(name, content):
    HERE.joinpath(name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + '\n')


def main():
    keys = make_keys()
    common = {'senderId': SENDER, 'created': CREATED, 'expires': EXPIRES}
    write('keys.json', keys)
    http = {'http': list(http_messages(keys)), 'httpByHand': list(http_by_hand(keys))}
    write('signatures.json', {**common, 'envelopes': list(envelopes(keys)), **http})
    write('encryption.json', list(encrypted(keys)))


if __name__ == '__main__':
    main()
