"""Data to live with: the demo (small, told by the product's own verbs) and made data of any size (in bulk)."""
