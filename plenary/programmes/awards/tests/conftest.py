from plenary.programmes.stocktaking.tests.conftest import no_index, samples, secretary, visitor, world  # noqa: F401
