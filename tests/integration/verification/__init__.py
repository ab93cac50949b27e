"""The chain, its proof, its signed export."""
