"""The name of the rules that something was decided under, for releases and the trail to keep."""

from hashlib import sha256

from policies.classification import Classification
from policies.dataset import Dataset
from policies.law import Law


def policy_digest(law: Law, classification: Classification, dataset: Dataset) -> str:
    """A sha256 over the law, the classification and the dataset; any change of a word in them changes it."""
    return sha256(f"{law.digest}\n{classification.digest}\n{dataset.digest}".encode()).hexdigest()
