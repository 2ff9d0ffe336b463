from plenary.programmes.stocktaking.tests.conftest import own_index, samples, secretary, visitor, world  # noqa: F401
