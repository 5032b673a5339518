"""Groups of settings, of which `settings.Settings` is made."""
