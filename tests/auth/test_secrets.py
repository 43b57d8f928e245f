"""Secrets are argon2id at rest, and an unknown client costs what a known one costs."""

import subprocess
import sys
from time import process_time

import pytest
from passlib.hash import argon2

from auth.secrets import MAX_SECRET, hash_secret, needs_update, new_secret, verify_secret


def test_a_secret_is_kept_as_argon2id_and_known_again() -> None:
    kept = hash_secret("open sesame")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_secret("open sesame", kept)
    assert not verify_secret("Open sesame", kept)


def test_nobody_has_the_secret_of_an_unknown_client() -> None:
    assert not verify_secret("", None)
    assert not verify_secret(new_secret(), None)


def test_a_novel_is_no_secret() -> None:
    kept = hash_secret("x" * (MAX_SECRET + 1))
    assert not verify_secret("x" * (MAX_SECRET + 1), kept)


def test_secrets_are_long_and_never_alike() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 43


@pytest.mark.parametrize("other", [{"memory_cost": 8192}, {"time_cost": 1}, {"type": "I"}])
def test_a_hash_of_other_costs_should_be_made_anew(other: dict[str, object]) -> None:
    costs = {"type": "ID", "memory_cost": 19456, "time_cost": 2, "parallelism": 1} | other
    assert needs_update(argon2.using(**costs).hash("s"))
    assert not needs_update(hash_secret("s"))


def test_an_unknown_client_costs_as_much_as_a_known_one() -> None:
    kept = hash_secret("s")
    verify_secret("s", None)

    def seconds(known: str | None) -> float:
        start = process_time()
        for _ in range(3):
            verify_secret("wrong", known)
        return process_time() - start

    assert 0.3 < seconds(None) / seconds(kept) < 3


def test_the_first_secret_of_a_process_may_be_a_strangers() -> None:
    first = "from auth.secrets import verify_secret; print(verify_secret('guess', None))"
    done = subprocess.run([sys.executable, "-c", first], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
