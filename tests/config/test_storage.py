"""MEDIA_STORAGE_URL: what it means, and that a mistake in it is named without its secret."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.storage import FOLDER, storage_of


def test_without_an_address_files_are_in_a_folder():
    assert storage_of("") == FOLDER


def test_key_secret_endpoint_bucket_and_region_are_read():
    options = storage_of("s3://AKIA:a%2Fb%40c@s3.sa-east-1.amazonaws.com/recado-files?region=sa-east-1")["OPTIONS"]
    assert (options["access_key"], options["secret_key"]) == ("AKIA", "a/b@c")
    assert options["endpoint_url"] == "https://s3.sa-east-1.amazonaws.com"
    assert (options["bucket_name"], options["region_name"]) == ("recado-files", "sa-east-1")


def test_plain_http_and_another_addressing_are_asked_for_by_name():
    options = storage_of("s3://k:s@minio:9000/files?tls=off&addressing=virtual")["OPTIONS"]
    assert (options["endpoint_url"], options["addressing_style"]) == ("http://minio:9000", "virtual")


def test_without_keys_the_machines_own_role_is_asked():
    assert storage_of("s3://s3.amazonaws.com/files")["OPTIONS"]["access_key"] is None


@pytest.mark.parametrize(
    "url",
    [
        "s3://key:hunter2@endpoint",
        "s3://key:hunter2@/bucket",
        "s3://key:hunter2@endpoint/bucket/folder",
        "s3://key:hunter2@endpoint/bucket?regoin=x",
        "s3://key:hunter2@endpoint/bucket?tls=maybe",
        "s3://key:hunter2@endpoint/bucket?region",
        "s3://key:hunter2@endpoint:port/bucket",
        "s3://key:hunter2@[endpoint/bucket",
        "gs://key:hunter2@endpoint/bucket",
        "hunter2",
    ],
)
def test_a_mistake_is_named_without_the_secret(url):
    with pytest.raises(ImproperlyConfigured) as raised:
        storage_of(url)
    assert "MEDIA_STORAGE_URL" in str(raised.value)
    assert "hunter2" not in str(raised.value)
