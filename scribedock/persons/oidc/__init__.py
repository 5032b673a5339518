"""OpenID Connect: somebody else says who a person is (Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0)."""
