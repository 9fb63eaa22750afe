"""A change of provider or model: before, during and after."""
