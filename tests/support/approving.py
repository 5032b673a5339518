"""A customer who follows an approval link over HTTP, and sends the form of its page."""

from __future__ import annotations

import re

import httpx2


class Approver:
    """A browser that has followed an approval link; `page` is what it shows."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.Client(trust_env=False, follow_redirects=True)
        self.page = self._client.get(url)

    def send(self, **fields: str) -> httpx2.Response:
        """Send the form with these fields, and what the page has hidden in it."""
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.page.text)
        url = self.page.url
        headers = {"Origin": f"{url.scheme}://{url.netloc.decode()}"}
        return self._client.post(str(url), data={**dict(hidden), **fields}, headers=headers)

    def look_again(self) -> httpx2.Response:
        self.page = self._client.get(str(self.page.url))
        return self.page
