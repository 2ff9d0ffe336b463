import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("path,language,direction", [("/", "en", "ltr"), ("/ar/", "ar", "rtl"), ("/zh/", "zh", "ltr")])
def test_home_speaks_the_language_of_its_address(client, path, language, direction):
    page = client.get(path).content.decode()
    assert f'<html lang="{language}" dir="{direction}">' in page
