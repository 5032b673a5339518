from tests.fixtures import (  # noqa: F401
    callbacks,
    client,
    database,
    postgresql,
    pytest_generate_tests,
    server,
    servers,
    services,
    speech,
)
