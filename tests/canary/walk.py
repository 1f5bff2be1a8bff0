"""Every route of the product, asked by page and by htmx, with what a form expects and with what it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

Data = Mapping[str, Any]

HTMX: Final = {"HX-Request": "true", "HX-Current-URL": "http://testserver/secrets/"}


@dataclass(frozen=True)
class Route:
    """How one named route is asked: at which addresses, with which queries, with which forms."""

    addresses: Sequence[Sequence[Any]] = ((),)
    queries: Sequence[Data] = ({},)
    posts: Sequence[Data] = ({},)


def url_names(patterns: Sequence[URLPattern | URLResolver] | None = None) -> Iterator[str]:
    """Every route of the URLconf by its name; one without a name has an address that nobody walks."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from url_names(pattern.url_patterns)
        else:
            assert pattern.name, f"{pattern.pattern} has no name"
            yield pattern.name


@dataclass(frozen=True)
class Request:
    name: str
    method: str
    path: str
    data: Data
    htmx: bool = False
    about: str = ""  # the secret of the page

    def __str__(self) -> str:
        return f"{self.method} {self.name}{' by htmx' if self.htmx else ''} {self.path}"

    def send(self, client: Client, stray: Data) -> Any:
        headers = HTMX if self.htmx else {}
        if self.method == "GET":
            return client.get(self.path, self.data, headers=headers)
        return client.post(self.path, {**stray, **self.data}, headers=headers)


def requests(name: str, route: Route) -> Iterator[Request]:
    """Each form as a page sends it; by htmx every second one, as two addresses have the same ones."""
    for place, arguments in enumerate(route.addresses):
        path, about = reverse(name, args=arguments), str(arguments[-1]) if len(arguments) == 3 else ""
        for query in route.queries:
            yield Request(name, "GET", path, query, htmx=False, about=about)
            yield Request(name, "GET", path, query, htmx=True, about=about)
        for number, post in enumerate(route.posts):
            yield Request(name, "POST", path, post, htmx=False, about=about)
            if number % 2 == place % 2:
                yield Request(name, "POST", path, post, htmx=True, about=about)
