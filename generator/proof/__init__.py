"""Proofs about a study: what no record can do, and the record that shows a fault."""
