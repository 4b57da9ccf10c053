"""What two associations promised each other, and whether it is in force."""
