"""Signed deliveries (RFC 9421): the sender's own signature over what it sent, which the service keeps as evidence.

Signed are method and address, the digest of the body, the Idempotency-Key, the kind of body, and the coverage that
makes absent cells 0 where it is declared.
"""

from uuid import uuid4

import httpx
from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import ECDSA_P256_SHA256
from http_message_signatures.resolvers import MappingKeyResolver

from samsyn_client.key import ClientKey

TAG = "samsyn-delivery"
ALWAYS = ("@method", "@target-uri", "content-digest", "idempotency-key", "content-type")
WHERE_SENT = "samsyn-coverage"


def sign_delivery(request: httpx.Request, body: bytes, key: ClientKey) -> None:
    """Sign a request that delivers `body`, anew for every attempt: a signature is good for a minute, and once."""
    keys = MappingKeyResolver(public_keys={}, private_keys={key.kid: key.private})
    signer = HTTPMessageSigner(signature_algorithm=ECDSA_P256_SHA256, key_resolver=keys)
    signer.sign(
        request,
        key_id=key.kid,
        nonce=uuid4().hex,
        label="samsyn",
        tag=TAG,
        covered_component_ids=(*ALWAYS, *((WHERE_SENT,) if WHERE_SENT in request.headers else ())),
        body=body,
    )
