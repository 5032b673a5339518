from tests.fixtures import (  # noqa: F401
    admin_token,
    callbacks,
    client,
    database,
    postgresql,
    pytest_generate_tests,
    quiet,
    server,
    servers,
    services,
    speech,
)
