"""One command on one machine: PostgreSQL and Valkey found or started, then the application, kept alive."""
