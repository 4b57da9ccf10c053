"""Finding anything a reader may see from one box: partners, contacts, the common directory, requests, towns."""
