"""HTTP: the ASGI application, the registry of its calls, and the OpenAPI document made from it."""
