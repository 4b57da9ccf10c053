"""The pages. The only room, with the API, that knows Flask and htmx."""
