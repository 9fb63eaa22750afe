"""Settings of all tests."""

from hypothesis import settings

# A loaded machine is no fault of the code: time is measured by `make bench`, not by properties.
settings.register_profile("costmodel", deadline=None)
settings.load_profile("costmodel")
