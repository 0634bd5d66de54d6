"""A partner's client of a DCI (SPDCI) registry in one file: copy it into your project.

Needs Python 3.9 and the package `cryptography`; everything else is the standard library. Gets a token, signs what it
sends (profile DCI; the short form with RFC 9421), and believes an answer or a callback only when its signature proves
that the registry sent it, now.
"""

import base64
import datetime
import hashlib
import http.server
import json
import math
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

LIFETIME = 300  # seconds that a signature lives, and that a message is fresh
AHEAD = 60  # seconds that the other clock may be ahead
TIMEOUT = 30
MAX_BYTES = 16 * 1024 * 1024


class CallRefused(Exception):
    """The registry refused a call: what it said, and the id to quote when asking."""

    def __init__(self, status, code, message, error_id=None, retry_after=None):
        super().__init__(f"{code}: {message}" + (f" (error id {error_id})" if error_id else ""))
        self.status, self.code, self.error_id, self.retry_after = status, code, error_id, retry_after


class NotProven(Exception):
    """A message that no valid signature of the registry stands behind. Believe nothing of it."""


# --- canonical JSON (RFC 8785) --------------------------------------------------------------------------------------


def read_json(data):
    """JSON in which no member stands twice."""

    def once(pairs):
        members = dict(pairs)
        if len(members) != len(pairs):
            raise ValueError("a member stands twice")
        return members

    return json.loads(data, object_pairs_hook=once)


def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(float(value))
    return json.dumps(value, ensure_ascii=False)


def _number(value):
    """As ECMAScript writes it."""
    if not math.isfinite(value):
        raise ValueError("JSON has no such number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    if 0 < point <= 21:
        text = digits.ljust(point, "0")
        return sign + (text if len(text) == point else f"{text[:point]}.{text[point:]}")
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    text = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{sign}{text}e{'+' if point > 0 else '-'}{abs(point - 1)}"


# --- keys and signatures --------------------------------------------------------------------------------------------

HTTP_NAMES = {"ed25519": "ed25519", "rsa-sha256": "rsa-v1_5-sha256", "ecdsa-sha256": "ecdsa-p256-sha256"}


def _algorithm(key):
    if isinstance(key, (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey)):
        return "ed25519"
    if isinstance(key, (rsa.RSAPrivateKey, rsa.RSAPublicKey)) and key.key_size >= 2048:
        return "rsa-sha256"
    if isinstance(key, (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey)) and key.curve.name == "secp256r1":
        return "ecdsa-sha256"
    raise ValueError("keys are Ed25519, RSA of 2048 bits or more, or EC P-256")


def _sign(key, data):
    name = _algorithm(key)
    if name == "ed25519":
        return key.sign(data)
    if name == "rsa-sha256":
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _verify(key, signature, data):
    name = _algorithm(key)
    try:
        if name == "ed25519":
            key.verify(signature, data)
        elif name == "rsa-sha256":
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
            key.verify(utils.encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise NotProven("signature: it does not fit the key and the message") from None


def _b64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _public_key(jwk):
    kty = jwk.get("kty")
    if kty == "OKP" and jwk.get("crv") == "Ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(_b64url(jwk["x"]))
    numbers = {name: int.from_bytes(_b64url(jwk[name]), "big") for name in ("n", "e", "x", "y") if name in jwk}
    if kty == "RSA":
        return rsa.RSAPublicNumbers(numbers["e"], numbers["n"]).public_key()
    if kty == "EC" and jwk.get("crv") == "P-256":
        return ec.EllipticCurvePublicNumbers(numbers["x"], numbers["y"], ec.SECP256R1()).public_key()
    raise NotProven("signature: a key of a kind that is not known here")


def thumbprint(private_key):
    """The name of a key where none was agreed on (RFC 7638)."""

    def text(number, size=None):
        data = number.to_bytes(size or (number.bit_length() + 7) // 8, "big")
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    public = private_key.public_key()
    if _algorithm(public) == "ed25519":
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": text(int.from_bytes(raw, "big"), 32)}
    elif _algorithm(public) == "rsa-sha256":
        numbers = public.public_numbers()
        jwk = {"e": text(numbers.e), "kty": "RSA", "n": text(numbers.n)}
    else:
        numbers = public.public_numbers()
        jwk = {"crv": "P-256", "kty": "EC", "x": text(numbers.x, 32), "y": text(numbers.y, 32)}
    return base64.urlsafe_b64encode(hashlib.sha256(canonical(jwk).encode()).digest()).rstrip(b"=").decode()


def signed_text(header, message, created, expires):
    """What a signature of profile DCI is over; a message that is absent is left out."""
    envelope = {"header": header} if message is None else {"header": header, "message": message}
    digest = base64.b64encode(hashlib.sha256(canonical(envelope).encode()).digest()).decode()
    return f"(created): {created}\n(expires): {expires}\ndigest: SHA-256={digest}".encode()


def sign_envelope(key, sender_id, kid, header, message, now=None):
    """The text for the member `signature`."""
    created = int(time.time() if now is None else now)
    expires, name = created + LIFETIME, _algorithm(key)
    signature = base64.b64encode(_sign(key, signed_text(header, message, created, expires))).decode()
    return (
        f'namespace="dci", kidId="{sender_id}|{kid}|{name}", algorithm="{name}", created="{created}", '
        f'expires="{expires}", headers="(created) (expires) digest", signature="{signature}"'
    )


def _check_times(created, expires, now):
    if not created <= now + AHEAD or not now <= expires <= created + LIFETIME:
        raise NotProven("signature: it has expired, or a clock is wrong")


# --- the client -----------------------------------------------------------------------------------------------------


class DciClient:
    def __init__(self, url, sender_id, client_secret, private_key, kid=None, client_id=None, receiver_id=None):
        """`private_key`: PEM. `kid`: the name it is registered under, its thumbprint where left out."""
        self.url, self.sender_id, self.client_secret = url.rstrip("/"), sender_id, client_secret
        pem = private_key.encode() if isinstance(private_key, str) else private_key
        self.key = serialization.load_pem_private_key(pem, None)
        self.kid, self.client_id, self.receiver_id = kid or thumbprint(self.key), client_id or sender_id, receiver_id
        self._token, self._token_until = None, 0.0
        self._keys, self._keys_at = {}, -math.inf

    def token(self):
        """An access token, kept until shortly before it ends."""
        if time.time() >= self._token_until:
            form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret}
            body, _, _ = self._post(f"{self.url}/oauth2/token", urllib.parse.urlencode(form).encode(), {})
            answer = json.loads(body)
            self._token, self._token_until = answer["access_token"], time.time() + int(answer["expires_in"]) - 30
        return self._token

    def search(self, registry, ids=(), where=None, purpose=None, page_size=20, page_number=1):
        """Records by identifiers (`[("UIN", "123456789")]`) or attributes (`{"sex": "female"}`): the proven answer."""
        message = self._search(ids, where, purpose, page_size, page_number)
        return self.ask(f"{registry}/registry/sync/search", "search", message, len(message["search_request"]))

    def search_later(self, registry, callback, ids=(), where=None, purpose=None, page_size=20, page_number=1):
        """The same question; its answer goes to `callback`. Returns the acknowledgement."""
        message = self._search(ids, where, purpose, page_size, page_number)
        return self.request(f"{registry}/registry/search", "search", message, callback, len(message["search_request"]))

    def subscribe(self, registry, event, record_type, callback, ids=()):
        """To be told of events: `callback` takes the answer, and notifications unless there is a notify URI."""
        criteria = {"reg_event_type": event, "notify_record_type": record_type, "filter": {}}
        for kind, value in ids:
            criteria.update(filter_type="idtype-value", filter={"type": kind, "value": value})
        item = {"reference_id": "1", "timestamp": _now(), "subscribe_criteria": criteria}
        message = {"transaction_id": str(uuid.uuid4()), "subscribe_request": [item]}
        return self.request(f"{registry}/registry/subscribe", "subscribe", message, callback)

    def unsubscribe(self, registry, codes, callback):
        message = {"transaction_id": str(uuid.uuid4()), "timestamp": _now(), "subscription_codes": list(codes)}
        return self.request(f"{registry}/registry/unsubscribe", "unsubscribe", message, callback)

    def verify(self, registry, ids, claims):
        """Whether claims (`{"is_alive": True}`) hold of a person; no record is released."""
        return self.short("verify", {"registry": registry, "verify": {**dict(ids), **claims}})

    def ask(self, path, action, message, total_count=1):
        """An envelope to an endpoint that answers at once. Returns the answer, proven."""
        return self.open(self._envelope(path, action, message, total_count, {}))

    def request(self, path, action, message, callback, total_count=1):
        """An envelope to an endpoint that acknowledges; the answer goes to `callback`."""
        return json.loads(self._envelope(path, action, message, total_count, {"sender_uri": callback}))["message"]

    def short(self, path, message):
        """The short form, signed in the headers (RFC 9421); its answer is proven the same way."""
        target = f"{self.url}/dci/v1/{path}"
        content = {"transaction_id": str(uuid.uuid4()), "sender_id": self.sender_id, **message}
        body = json.dumps(content).encode()
        fields = {"authorization": f"Bearer {self.token()}", "content-digest": _content_digest(body)}
        covered = {"@method": "POST", "@target-uri": target, **{name: fields[name] for name in ("content-digest", "authorization")}}
        created = int(time.time())
        names = " ".join(f'"{name}"' for name in covered)
        params = (
            f'({names});created={created};expires={created + LIFETIME};keyid="{self.sender_id}|{self.kid}"'
            f';alg="{HTTP_NAMES[_algorithm(self.key)]}";nonce="{uuid.uuid4()}"'
        )
        signature = base64.b64encode(_sign(self.key, _signature_base(covered, params))).decode()
        fields.update({"signature-input": f"sig1={params}", "signature": f"sig1=:{signature}:"})
        answer, status, headers = self._post(target, body, {**fields, "content-type": "application/json"})
        self._prove_http(answer, status, headers)
        return json.loads(answer)

    def open(self, body):
        """The envelope of an answer or a callback, once its signature is proven. Raises NotProven."""
        try:
            envelope = read_json(body)
            parameters = dict(re.findall(r'(\w+)="([^"]*)"', envelope["signature"]))
            sender, kid, _ = parameters["kidId"].split("|")
            created, expires = int(parameters["created"]), int(parameters["expires"])
            signature, header = base64.b64decode(parameters["signature"], validate=True), envelope["header"]
            sent = datetime.datetime.fromisoformat(header["message_ts"].replace("Z", "+00:00")).timestamp()
        except (KeyError, TypeError, ValueError, AttributeError):
            raise NotProven("signature: missing, or not of profile DCI") from None
        now = time.time()
        _check_times(created, expires, now)
        if abs(now - sent) > LIFETIME or header.get("sender_id") != sender:
            raise NotProven("header: message_ts is not of now, or sender_id is not who signed")
        if header.get("receiver_id", self.sender_id) != self.sender_id:
            raise NotProven("header.receiver_id: this message is for somebody else")
        _verify(self._key(kid), signature, signed_text(header, envelope.get("message"), created, expires))
        return envelope

    def _prove_http(self, body, status, headers):
        try:
            params = re.fullmatch(r'sig1=(\("@status" "content-digest"\);.*)', headers["signature-input"])[1]
            created, expires = (int(re.search(rf";{name}=(\d+)", params)[1]) for name in ("created", "expires"))
            kid = re.search(r';keyid="[^"|]+\|([^"]+)"', params)[1]
            signature = base64.b64decode(re.fullmatch("sig1=:(.*):", headers["signature"])[1], validate=True)
        except (KeyError, TypeError, ValueError):
            raise NotProven("signature: missing, or not over @status and content-digest") from None
        _check_times(created, expires, time.time())
        covered = {"@status": str(status), "content-digest": headers.get("content-digest", "")}
        if covered["content-digest"] != _content_digest(body):
            raise NotProven("content-digest: not that of the body")
        _verify(self._key(kid), signature, _signature_base(covered, params))

    def _key(self, kid):
        """From the registry's JWKS, fetched again for a name that is new, but not at everybody's will."""
        # A new key is asked for at once, within bounds; one that was revoked is believed for five minutes at most.
        if time.monotonic() - self._keys_at > (300 if kid in self._keys else 10):
            with urllib.request.urlopen(f"{self.url}/.well-known/jwks.json", timeout=TIMEOUT) as answer:
                self._keys = {jwk["kid"]: jwk for jwk in json.load(answer)["keys"] if jwk.get("use") != "enc"}
            self._keys_at = time.monotonic()
        if kid not in self._keys:
            raise NotProven("signature: the registry publishes no such key")
        return _public_key(self._keys[kid])

    def _envelope(self, path, action, message, total_count, extra):
        header = {
            "version": "1.0.0",
            "message_id": str(uuid.uuid4()),
            "message_ts": _now(),
            "action": action,
            "sender_id": self.sender_id,
            "total_count": total_count,
            **({"receiver_id": self.receiver_id} if self.receiver_id else {}),
            **extra,
        }
        signature = sign_envelope(self.key, self.sender_id, self.kid, header, message)
        body = json.dumps({"signature": signature, "header": header, "message": message}).encode()
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token()}"}
        return self._post(f"{self.url}/dci/v1/{path}", body, headers)[0]

    def _search(self, ids, where, purpose, page_size, page_number):
        queries = [{"query_type": "idtype-value", "query": {"type": kind, "value": value}} for kind, value in ids]
        if where:
            conditions = [
                {"seq_num": number, "expression1": {"attribute_name": name, "operator": "eq", "attribute_value": value}}
                for number, (name, value) in enumerate(where.items(), 1)
            ]
            queries.append({"query_type": "predicate", "query": conditions})
        extra = {"pagination": {"page_size": page_size, "page_number": page_number}}
        if purpose:
            extra["authorize"] = {"@type": "Authorize", "ts": _now(), "purpose": {"text": purpose, "code": purpose}}
        items = [
            {"reference_id": str(number), "timestamp": _now(), "search_criteria": {**query, **extra}}
            for number, query in enumerate(queries, 1)
        ]
        return {"transaction_id": str(uuid.uuid4()), "search_request": items}

    def _post(self, url, body, headers):
        request = urllib.request.Request(url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return answer.read(), answer.status, {name.lower(): value for name, value in answer.headers.items()}
        except urllib.error.HTTPError as refused:
            # A token may have been taken back before its end: the next call gets another.
            if refused.code == 401:
                self._token_until = 0.0
            raise _refusal(refused) from None
        except urllib.error.URLError as failed:
            raise CallRefused(0, "refused", f"no answer from {urllib.parse.urlsplit(url).netloc}: {failed.reason}") from failed


def _now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _content_digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def _signature_base(covered, params):
    return "".join(f'"{name}": {value}\n' for name, value in covered.items()).encode() + f'"@signature-params": {params}'.encode()


def _refusal(refused):
    try:
        body = json.loads(refused.read())
        # Of a message, of OAuth2 (RFC 6749), of an acknowledgement.
        problem = (body.get("errors") or [(body.get("message") or {}).get("error") or {}])[0]
        code = problem.get("code") or body.get("error")
        message = problem.get("message") or body.get("error_description")
    except (ValueError, AttributeError):
        body, code, message = {}, None, None
    retry_after = refused.headers.get("retry-after")
    text = message or f"the answer has status {refused.code}"
    return CallRefused(refused.code, code or "refused", text, body.get("error_id"), retry_after and int(retry_after))


# --- the inbox ------------------------------------------------------------------------------------------------------


def inbox(client, on_message, on_refusal=lambda reason: None):
    """A handler for `http.server`: proves callbacks, gives them to `on_message(envelope, again)`, acknowledges.

    Where `on_message` fails, the message is not acknowledged, and comes again. In another framework: `client.open(body)`.
    """
    seen, lock = set(), threading.Lock()

    class Inbox(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("content-length") or 0)
            try:
                if length > MAX_BYTES:
                    raise NotProven("the message is too large")
                envelope = client.open(self.rfile.read(length))
                message_id = envelope["header"]["message_id"]
                with lock:
                    again = message_id in seen
                on_message(envelope, again)
                with lock:
                    seen.add(message_id)
            except NotProven as refused:
                on_refusal(str(refused))
                return self._answer(401, "ERR", str(refused))
            except Exception:
                self._answer(503, "ERR", "the message cannot be taken now: send it again")
                raise
            self._answer(200, "ACK")

        def _answer(self, status, ack_status, error=None):
            message = {"ack_status": ack_status, "timestamp": _now(), "correlation_id": str(uuid.uuid4())}
            if error:
                message["error"] = {"code": "err.signature.invalid" if status == 401 else "err.service.unavailable", "message": error}
            body = json.dumps({"message": message}).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """What is in a request is nobody else's business."""

    return Inbox
