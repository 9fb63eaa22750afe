"""A vendor's figures beside ours."""
