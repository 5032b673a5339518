from tests.fixtures import (  # noqa: F401
    alice,
    callbacks,
    client,
    database,
    family,
    postgresql,
    pytest_generate_tests,
    server,
    servers,
    speech,
)
