"""Rules over stored values: pure functions, one per rule."""
