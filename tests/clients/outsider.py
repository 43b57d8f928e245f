"""An outsider's check of a log over HTTP, written from the specifications and sharing no code with the service.

Reads C2SP signed-note, tlog-checkpoint, tlog-tiles and tlog-proof with nothing but a hash function, a signature
check and an HTTP client.
"""

import json
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass(frozen=True)
class Tree:
    size: int
    root: bytes


@dataclass(frozen=True)
class Outsider:
    """Holds a verifier key and an address, and believes nothing else."""

    vkey: str
    url: str

    def get(self, path: str) -> bytes:
        answer = httpx.get(f"{self.url}/{path}", timeout=30)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content

    def opened(self, note: str) -> Tree:
        """The tree that a checkpoint vouches for; its signature must be the key's."""
        name, key_id, encoded = self.vkey.split("+", 2)
        key = b64decode(encoded)
        assert key[0] == 1
        assert sha256(name.encode() + b"\n" + key).hexdigest()[:8] == key_id
        text, _, lines = note.rpartition("\n\n")
        text += "\n"
        (line,) = (line for line in lines.splitlines() if line.startswith(f"\N{EM DASH} {name} "))
        signature = b64decode(line.split(" ")[2])
        assert signature[:4].hex() == key_id
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], text.encode())
        origin, size, root = text.splitlines()[:3]
        assert origin == name
        return Tree(int(size), b64decode(root))

    def leaves(self, size: int) -> list[bytes]:
        """Every leaf; each tells a version, a time and a commitment, and nothing else."""
        found: list[bytes] = []
        for path in tile_paths("entries", size):
            bundle = self.get(path)
            while bundle:
                end = 2 + int.from_bytes(bundle[:2])
                found.append(bundle[2:end])
                bundle = bundle[end:]
        assert len(found) == size
        assert all(json.loads(leaf).keys() == {"version", "time", "commitment"} for leaf in found)
        return found

    def accept(self, *kept: str) -> Tree:
        """The log as it is now, if all of it fits together and it grew from the checkpoints that were kept."""
        tree = self.opened(self.get("checkpoint").decode())
        hashes = [sha256(b"\0" + leaf).digest() for leaf in self.leaves(tree.size)]
        assert root_of(hashes) == tree.root, "the entries do not add up to the root"
        for note in kept:
            older = self.opened(note)
            assert root_of(hashes[: older.size]) == older.root, "history was rewritten"
        row, level = hashes, 0
        while row:
            assert b"".join(map(self.get, tile_paths(str(level), len(row)))) == b"".join(row)
            full = range(0, len(row) - 255, 256)
            row, level = [root_of(row[at : at + 256]) for at in full], level + 1
        return tree

    def check_proof(self, proof: str) -> Tree:
        """The tree in which a tlog-proof, by its checkpoint, shows the leaf that it carries."""
        head, _, note = proof.partition("\n\n")
        mark, extra, index, *path = head.splitlines()
        assert mark == "c2sp.org/tlog-proof@v1"
        tree = self.opened(note)
        leaf = sha256(b"\0" + b64decode(extra.removeprefix("extra "))).digest()
        steps = [b64decode(step) for step in path]
        assert folded(leaf, int(index.removeprefix("index ")), tree.size, steps) == tree.root
        assert not steps
        return tree


def folded(leaf: bytes, index: int, size: int, steps: list[bytes]) -> bytes:
    """The root over a leaf and its path (RFC 6962 section 2.1.1, read backwards: the last step is the topmost)."""
    if size == 1:
        return leaf
    half, top = split(size), steps.pop()
    if index < half:
        return node(folded(leaf, index, half, steps), top)
    return node(top, folded(leaf, index - half, size - half, steps))


def root_of(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256().digest()
    half = split(len(hashes))
    return node(root_of(hashes[:half]), root_of(hashes[half:]))


def split(size: int) -> int:
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def tile_paths(level: str, count: int) -> list[str]:
    """The tiles that hold `count` hashes or entries of a level: full ones, then at most one partial."""
    numbers = [f"{'x001/' if at >= 1000 else ''}{at % 1000:03}" for at in range(count // 256 + 1)]
    full = [f"tile/{level}/{number}" for number in numbers[:-1]]
    return [*full, f"tile/{level}/{numbers[-1]}.p/{count % 256}"] if count % 256 else full
