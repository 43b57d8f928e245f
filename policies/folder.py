"""A folder of agreements: each file as it was approved, or none of them.

`SHA256SUMS` names every file and its digest, as `sha256sum *.toml` writes it. A file that was changed, lost, added or
renamed since is an error, so that no slip of an editor becomes a rule.
"""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable

from policies.agreement import Agreement, parse_agreement
from policies.agreement_set import AgreementSet
from policies.reading import PolicyError
from policies.references import Known, check_references, raise_faults

EXAMPLES: Traversable = files("policies") / "agreements"
SUMS = "SHA256SUMS"

_SUM = re.compile(r"([0-9a-f]{64})  ([a-z0-9.-]+\.toml)", re.ASCII)


def load_agreements(known: Known, folder: Traversable = EXAMPLES) -> AgreementSet:
    """Every agreement in `folder`, after all of it was found to be whole and to name only what exists.

    Raises:
        PolicyError: a file does not read, is not the one in `SHA256SUMS`, or names what is not there.
    """
    found = {entry.name: entry.read_bytes() if entry.is_file() else b"" for entry in folder.iterdir()}
    sums = read_sums(found.pop(SUMS, b""))
    if strange := sorted(sums.keys() ^ found.keys()):
        told = "is not in SHA256SUMS" if strange[0] in found else "is in SHA256SUMS but not in the folder"
        raise PolicyError(f"{strange[0]}, line 1: this file {told}; write SHA256SUMS anew when all parties approve")
    agreements = AgreementSet.of(read_agreement(found[name], name, known, sums[name]) for name in sorted(found))
    _check_joins(agreements)
    return agreements


def read_agreement(data: bytes, name: str, known: Known, digest: str | None = None) -> Agreement:
    """One agreement, after it was found to name only what exists.

    Raises:
        PolicyError: it does not read, hashes to something else than `digest`, or names what is not there.
    """
    agreement = parse_agreement(data, name, digest)
    raise_faults(check_references(agreement, known), data, name)
    return agreement


def _check_joins(agreements: AgreementSet) -> None:
    for agreement in agreements:
        for table in agreement.tables:
            for joined in table.joins:
                if joined not in agreements.owners:
                    raise PolicyError(f"{agreement.id}: {table.id} joins {joined!r}, which no agreement here grants")


def read_sums(data: bytes) -> dict[str, str]:
    """The digest of each file.

    Raises:
        PolicyError: a line is not as `sha256sum` writes it, a file is named twice or out of order, or there is none.
    """
    sums: dict[str, str] = {}
    for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
        found = _SUM.fullmatch(line)
        if found is None or any(found[2] <= earlier for earlier in sums):
            raise PolicyError(f"{SUMS}, line {number}: write one line a file, in order, as sha256sum *.toml does")
        sums[found[2]] = found[1]
    if not sums:
        raise PolicyError(f"{SUMS}, line 1: this file is missing or empty; write it with sha256sum *.toml")
    return sums
