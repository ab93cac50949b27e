"""Train the reader of numbers in words: simulated lines, real lines and words cut from them."""
