from tests.fixtures import (  # noqa: F401
    alice,
    callbacks,
    client,
    database,
    family,
    finished,
    postgresql,
    pytest_generate_tests,
    server,
    servers,
    services,
    speech,
)
