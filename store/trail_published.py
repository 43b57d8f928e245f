"""What the log publishes where it has witnesses: the newest checkpoint that they were shown, never an older one."""

from sqlalchemy import Engine, update

from models.trail import HEAD, HEAD_ID


def begin(engine: Engine) -> None:
    """From now on publish what witnesses were shown; until they were, what stands signed."""
    with engine.begin() as connection:
        connection.execute(
            update(HEAD)
            .where(HEAD.c.id == HEAD_ID, HEAD.c.published == "")
            .values(published=HEAD.c.checkpoint, published_size=HEAD.c.size)
        )


def end(engine: Engine) -> None:
    """Publish each checkpoint as soon as it is signed: the log has no witnesses any more."""
    with engine.begin() as connection:
        connection.execute(update(HEAD).where(HEAD.c.id == HEAD_ID).values(published="", published_size=0))


def publish(engine: Engine, size: int, note: str) -> None:
    """Publish a checkpoint with its cosignatures, unless a larger one is."""
    with engine.begin() as connection:
        connection.execute(
            update(HEAD)
            .where(HEAD.c.id == HEAD_ID, HEAD.c.published_size <= size)
            .values(published=note, published_size=size)
        )
