"""A process that configures our log and then lets every library say a canary, in every way."""

import asyncio
import gc
import logging
import sys
import threading
import warnings

CANARY = "xK7quailZebra93"
LOGGERS = (
    "LiteLLM", "LiteLLM Proxy", "LiteLLM Router", "httpx", "httpcore", "aiohttp.access",
    "aiohttp.client", "aiohttp.server", "sqlalchemy.engine.Engine", "sqlalchemy.pool", "alembic",
    "pydantic", "uvicorn.error", "uvicorn.access", "slack_bolt.App", "slack_sdk.web", "asyncio",
    "telegram", "botframework", "apscheduler", "opentelemetry", "urllib3", "somebody.new",
)  # fmt: skip


def main() -> None:
    """Say it by loggers with handlers of their own, warnings, errors, threads, tasks, death."""
    import litellm  # noqa: F401, PLC0415 - it brings handlers

    from bots import logs  # noqa: PLC0415 - after the libraries, as in a server
    from core import settings  # noqa: PLC0415 - as above

    for name in LOGGERS:
        logging.getLogger(name).addHandler(logging.StreamHandler(sys.stdout))
        logging.getLogger(name).setLevel(logging.DEBUG)
    logs.configure(settings.load(_env_file=None, log_level="debug", log_format=sys.argv[1]))
    for name in LOGGERS:
        talk(logging.getLogger(name))
    warnings.warn(CANARY, UserWarning, stacklevel=1)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    asyncio.run(forgotten_task())
    dropped = Dropped()
    del dropped
    database_error()
    validation_error()
    fail()


def talk(logger: logging.Logger) -> None:
    """Log the canary at every level, as text, argument, extra, object and traceback."""
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        logger.log(level, "said %s", CANARY, extra={"prompt": CANARY})
        logger.log(level, CANARY, stack_info=True)
    try:
        fail()
    except ValueError:
        logger.exception("failed with %(prompt)s", {"prompt": CANARY})


def fail() -> None:
    raise ValueError(CANARY)


class Dropped:
    def __del__(self) -> None:
        fail()


async def forgotten_task() -> None:
    async def failing() -> None:
        fail()

    task = asyncio.create_task(failing())
    await asyncio.sleep(0)
    del task
    gc.collect()
    asyncio.get_running_loop().call_exception_handler({"message": CANARY, "prompt": CANARY})


def database_error() -> None:
    """Let SQLAlchemy name bound values, as it does."""
    import sqlalchemy  # noqa: PLC0415 - as litellm

    engine = sqlalchemy.create_engine("sqlite://", echo=True)
    try:
        with engine.connect() as connection:
            asked = sqlalchemy.text("SELECT * FROM nowhere WHERE a = :a")
            connection.execute(asked, {"a": CANARY})
    except sqlalchemy.exc.SQLAlchemyError:
        logging.getLogger("sqlalchemy").exception(CANARY)


def validation_error() -> None:
    """Let pydantic repeat its input, as it does."""
    import pydantic  # noqa: PLC0415 - as litellm

    try:
        pydantic.TypeAdapter(int).validate_python(CANARY)
    except pydantic.ValidationError:
        logging.getLogger("pydantic").exception(CANARY)


if __name__ == "__main__":
    main()
