"""A PostgreSQL trail of many entries, written by the database itself: years of a whole country's readings in minutes.

Parties, actors, tables and areas are as skewed as they are in life: a few ask for most. One party fell silent long
ago, one operation is rare, and no party reads all tables, so that filters that find nothing are among the questions.
"""

import sys
import time
from typing import Final

from sqlalchemy import Engine, text

MILLION: Final = 1_000_000
PARTIES: Final = 290

# A party's number falls off steeply; the last tenth of time knows nothing of party 7.
_ENTRIES: Final = """
INSERT INTO trail.entry (arrival, time, personal, personal_salt, personal_commitment,
                         other, other_salt, other_commitment)
SELECT i, to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    '{"actor":"party-' || party || '-' || role || '-' || (seat %% 7) || '","client":"party-' || party || '-' || role
        || '","justification":"veckans samverkan"}',
    sha256(('a' || i)::bytea), sha256(('b' || i)::bytea),
    '{"agreement":"polisen-party-' || party || '","agreementVersion":"3","cellsWithheld":4,"decision":"' || decision
        || '","grounds":["OSL 10:28","2025:170 6 §"],"kind":"single","method":"GET","operation":"' || operation
        || '","party":"party-' || party || '","policyDigest":"sha256:' || repeat('ab', 32) || '","purpose":"'
        || purpose || '","recipient":"party-' || party || '","release":"' || to_char(moment, 'IYYY-IW')
        || '","requestId":"0197f3b2-' || lpad(i::text, 12, '0') || '","role":"' || role
        || '","rows":53,"selection":{"area":["' || lpad((100 + party)::text, 4, '0')
        || '"],"period":["2026-W01","2026-W06"]},"table":"party-' || owner
        || '-' || subject || '","time":"' || to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS".000Z"') || '"}',
    sha256(('c' || i)::bytea), sha256(('d' || i)::bytea)
FROM (
    SELECT i, seat, timestamp '2024-11-01' + i * interval '6 seconds' AS moment,
        CASE WHEN drawn = 7 AND i > %(silent)s::bigint THEN 8 ELSE drawn END AS party,
        CASE WHEN seat < 5 THEN (drawn + seat) %% 290 ELSE drawn END AS owner,
        (ARRAY['storningar', 'anmalda-brott', 'raddningsinsatser'])[1 + seat %% 3] AS subject,
        CASE WHEN chance < 0.94 THEN 'reader' WHEN chance < 0.97 THEN 'analyst' ELSE 'publisher' END AS role,
        CASE WHEN chance < 0.000005 THEN 'reveal' WHEN chance < 0.9 THEN 'read' WHEN chance < 0.94 THEN 'deny'
             WHEN chance < 0.96 THEN 'review' ELSE 'collect' END AS operation,
        CASE WHEN chance >= 0.9 AND chance < 0.94 THEN 'deny' ELSE 'permit' END AS decision,
        (ARRAY['lagesbild', 'lagesbild', 'atgardsplan', 'uppfoljning', 'nationell-jamforelse'])[1 + seat %% 5]
            AS purpose
    FROM (
        SELECT i, floor(290 * power(random(), 3))::int AS drawn, random() AS chance, floor(random() * 100)::int AS seat
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) i
    ) drawing
) said
"""
_LEAVES: Final = """
INSERT INTO trail.leaf ("index", arrival, leaf_hash)
SELECT i - 1, i, sha256(('e' || i)::bytea) FROM generate_series(%(first)s::bigint, %(last)s::bigint) i
"""


def fill(owner: Engine, entries: int) -> None:
    """Write so many entries and their leaves; indexes are made after, as no growing trail would."""
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for setting in ("statement_timeout = 0", "session_replication_role = replica", "synchronous_commit = off"):
            connection.execute(text(f"SET {setting}"))
        found = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'trail' AND indexname LIKE 'ix_%'"
        indexes = connection.scalars(text(found)).all()
        for name in connection.scalars(text(found.replace("indexdef", "indexname"))).all():
            connection.execute(text(f"DROP INDEX trail.{name}"))
        for first in range(1, entries + 1, MILLION):
            span = {"first": first, "last": min(first + MILLION - 1, entries)}
            connection.exec_driver_sql(_ENTRIES, {**span, "silent": entries // 10})
            connection.exec_driver_sql(_LEAVES, span)
            _say(f"{span['last']:,} entries")
        for statement in indexes:
            connection.execute(text(statement))
            _say(statement.split()[2])
        connection.execute(text("VACUUM ANALYZE trail.entry"))
        connection.execute(text("VACUUM ANALYZE trail.leaf"))


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)
