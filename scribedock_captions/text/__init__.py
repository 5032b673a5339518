"""The words of an ElementList: as the options show them, in another language, and what they are about."""
