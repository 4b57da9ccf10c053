"""What a browser calls itself, in two words: a person must recognise their own devices, nobody needs more."""

# Looked for in this order: Edge and Opera also say Chrome, and Chrome also says Safari.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox",
    "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS",
    "Mac OS X": "Mac", "Linux": "Linux",
}  # fmt: skip


def named(user_agent: str) -> str:
    """ "Firefox, Windows"; what is unknown is left out, down to an empty string."""
    found = (_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent))
    return ", ".join(filter(None, found))


def _first(words: dict[str, str], user_agent: str) -> str:
    return next((name for word, name in words.items() if word in user_agent), "")
