"""The proof: the whole program on real and on simulated pages, measured alike and said in one place."""
