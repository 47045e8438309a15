"""Speed, measured: each module compares ways of doing the same work on the same input, taking turns."""
