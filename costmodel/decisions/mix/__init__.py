"""The cheapest mix of offers under constraints."""
