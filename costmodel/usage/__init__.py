"""The usage cube: quantities by meter, model and whatever a price may depend on."""
