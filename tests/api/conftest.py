from tests.fixtures import callbacks, client, server, speech  # noqa: F401
