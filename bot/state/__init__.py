"""What Redis holds, one file per record, and the engine that wakes the work. Redis is the system of record."""
