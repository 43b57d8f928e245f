"""Who may ask for a sealed field and approve it: a list on the key host, and the signing keys of those in it."""

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from cli.errors import Stop
from intake.reports_keys import read_private, write_private
from pseudonyms.keyring import KeyringError
from pseudonyms.reversal import Officer

LIST: Final = "officers.json"


def make_signing_key(path: Path) -> str:
    """A new signing key in a file of its owner's own; gives its public half, in base64."""
    if path.exists():
        raise Stop(f"{path} is there already: a signing key is never overwritten")
    key = Ed25519PrivateKey.generate()
    write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return b64encode(key.public_key().public_bytes_raw()).decode()


def signing_key(path: Path) -> Ed25519PrivateKey:
    """A person's signing key."""
    try:
        key = load_pem_private_key(read_private(path), None)
    except (KeyringError, ValueError, UnsupportedAlgorithm) as error:
        raise Stop(f"{path} is no signing key: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Stop(f"{path} is no Ed25519 key: `samsyn pseudonym signing-key` makes one")
    return key


def officers(key_host: Path) -> dict[str, Officer]:
    """Those in the key host's list."""
    path = key_host / LIST
    if not path.exists():
        raise Stop(f"no list of those who may sign at {path}: `samsyn pseudonym officer` writes it, on the key host")
    try:
        said = json.loads(read_private(path))
        return {
            person: Officer(person, each["party"], Ed25519PublicKey.from_public_bytes(b64decode(each["public"])))
            for person, each in said.items()
        }
    except (KeyringError, ValueError, KeyError, TypeError) as error:
        raise Stop(f"{path} cannot be read: {error}") from None


def add_officer(key_host: Path, person: str, party: str, public: str) -> None:
    """Put a person into the list."""
    try:
        raw = b64decode(public, validate=True)
        Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise Stop("the public key is what `samsyn pseudonym signing-key` printed: 32 bytes in base64") from None
    known = officers(key_host) if (key_host / LIST).exists() else {}
    if any(raw == other.public.public_bytes_raw() and other.person != person for other in known.values()):
        raise Stop("that key is another person's already: each has a key of their own")
    said = {
        other.person: {"party": other.party, "public": b64encode(other.public.public_bytes_raw()).decode()}
        for other in known.values()
    }
    said[person] = {"party": party, "public": public}
    key_host.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(key_host / LIST, json.dumps(said, indent=1, ensure_ascii=False).encode())
