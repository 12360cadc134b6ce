"""The built book, for the tests that read its pages."""

from tests.built import built

__all__ = ["built"]
