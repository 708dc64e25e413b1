"""What holds for every page of the app that a browser shows, the office's and a device's: nothing from elsewhere, nothing for others."""

Headers = list[tuple[bytes, bytes]]
"""Names and values as ASGI carries them."""
PAGE_HEADERS: Headers = [
    # No asset comes from the internet: what Flet would fetch from elsewhere is refused by the browser itself.
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        b"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
        b"frame-ancestors 'none'; base-uri 'self'; form-action 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]
FRAMEWORK_PATHS = ("/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json")
"""What the framework below Flet would show of itself."""
SAFE_METHODS = ("GET", "HEAD")


DROPPED = (b"access-control-", b"cross-origin-embedder-policy")
"""How the names begin of headers that Flet adds and that a page goes without.

The first let other sites read the app. The second gives the page threads that share memory, in which Flutter's renderer corrupts its
own: about one page in thirty then never answers again. Source: https://github.com/flutter/flutter/issues/190039, in Flet 1.0.5.
"""


def protected(headers: Headers) -> Headers:
    """Drop what a page is better without; let browsers ask before they reuse."""
    kept = [(k.lower(), v) for k, v in headers if not k.lower().startswith(DROPPED)]
    if not any(k == b"cache-control" for k, _ in kept):
        kept.append((b"cache-control", b"no-cache"))
    return [*kept, *PAGE_HEADERS]


def is_same_origin(headers: dict[str, str]) -> bool:
    """Whether a browser says that the request comes from our own pages; one without an Origin is no cross-site form.

    headers: by their names in lower case. An Origin is a scheme, `://` and a host with its port, or the word `null`.
    """
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")
