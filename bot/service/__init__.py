"""The outer ring: settings in, processes out. The only one that imports adapters."""
