"""Mail that arrives: opened without trusting any of it, sorted into words, quotations, machines' answers and returns."""
