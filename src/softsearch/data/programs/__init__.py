"""Small programs, what they print, and sums of digits: sequences to be read, and sequences to be written."""
