"""When obstore is told how to reach S3, and when all is left to s3fs."""

import pytest

from nbflow.runtime.s3access import access

KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
IN_IRELAND = {**KEYS, "AWS_DEFAULT_REGION": "eu-west-1"}
ROLE = {"AWS_ROLE_ARN": "arn:aws:iam::1:role/r", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}
REGION = {"AWS_REGION": "eu-west-1"}


def found(environ, tmp_path, *, bucket="runs"):
    return access(bucket, environ=environ, home=tmp_path)


def test_keys_and_a_region_are_enough(tmp_path):
    told = found({**IN_IRELAND, "AWS_SESSION_TOKEN": "c", "HOME": "/root"}, tmp_path)
    assert told is not None
    assert dict(told.config) == {
        "access_key_id": "a",
        "secret_access_key": "b",
        "session_token": "c",
        "region": "eu-west-1",
        "virtual_hosted_style_request": "true",
        "endpoint": "https://runs.s3.eu-west-1.amazonaws.com",
        "aws_endpoint_url_s3": "https://runs.s3.eu-west-1.amazonaws.com",
    }


def test_what_older_stores_need_is_what_obstore_does_anyway(tmp_path):
    required = "when_required"
    both = ("AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION")
    assert found({**IN_IRELAND, **dict.fromkeys(both, required)}, tmp_path) is not None


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_an_own_store_needs_no_region(tmp_path, name):
    told = found({**KEYS, name: "http://minio:9000/"}, tmp_path)
    assert told is not None
    config = dict(told.config)
    assert config["endpoint"] == "http://minio:9000"
    assert config["region"] == "us-east-1"
    assert "virtual_hosted_style_request" not in config


def test_the_address_for_s3_goes_before_that_for_all_services(tmp_path):
    both = {"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "http://s3"}
    told = found({**KEYS, **both}, tmp_path)
    assert told is not None
    assert dict(told.config)["endpoint"] == "http://s3"


def test_the_region_that_botocore_would_take_goes_first(tmp_path):
    told = found({**IN_IRELAND, "AWS_REGION": "us-west-2"}, tmp_path)
    assert told is not None
    assert dict(told.config)["region"] == "eu-west-1"


def test_a_bucket_whose_name_has_dots_is_no_part_of_a_host_name(tmp_path):
    told = found(IN_IRELAND, tmp_path, bucket="runs.example.com")
    assert told is not None
    assert dict(told.config)["virtual_hosted_style_request"] == "false"
    assert dict(told.config)["endpoint"] == "https://s3.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    "credentials",
    [
        ROLE,
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"},
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token",
        },
    ],
    ids=["web identity", "container", "pod identity"],
)
def test_what_a_cluster_gives_its_pods_is_enough(tmp_path, credentials):
    eks = {"AWS_STS_REGIONAL_ENDPOINTS": "regional", "AWS_DEFAULT_REGION": "eu-west-1", **REGION}
    told = found({**credentials, **eks}, tmp_path)
    assert told is not None
    names = {name.removeprefix("AWS_").lower() for name in credentials}
    assert names <= dict(told.config).keys()


def test_keys_go_before_a_role_as_in_botocore(tmp_path):
    told = found({**IN_IRELAND, **ROLE}, tmp_path)
    assert told is not None
    assert "role_arn" not in dict(told.config)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        REGION,
        KEYS,
        {"AWS_ACCESS_KEY_ID": "a", **REGION},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/x", **REGION},
        {**IN_IRELAND, "AWS_PROFILE": "other"},
        {**IN_IRELAND, "AWS_CONFIG_FILE": "/etc/aws"},
        {**IN_IRELAND, "AWS_SHARED_CREDENTIALS_FILE": "/etc/aws"},
        {**IN_IRELAND, "AWS_USE_FIPS_ENDPOINT": "true"},
        {**IN_IRELAND, "AWS_SKIP_SIGNATURE": "true"},
        {**IN_IRELAND, "AWS_OF_TOMORROW": "1"},
        {**IN_IRELAND, "AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported"},
        {**IN_IRELAND, "FSSPEC_S3_PROFILE": "other"},
        {**IN_IRELAND, "FSSPEC_CONFIG_DIR": "/etc/fsspec"},
        {**IN_IRELAND, "ALL_PROXY": "http://proxy"},
        {**KEYS, "AWS_REGION": "cn-north-1"},
        {**KEYS, "AWS_REGION": "us-iso-east-1"},
        {**ROLE, **REGION, "AWS_ENDPOINT_URL": "https://minio"},
        {**ROLE, **REGION, "AWS_ENDPOINT_URL_STS": "http://minio"},
    ],
    ids=lambda environ: " ".join(environ) or "nothing",
)
def test_what_obstore_does_not_know_is_left_to_s3fs(tmp_path, environ):
    assert found(environ, tmp_path) is None


@pytest.mark.parametrize("name", [".aws/config", ".aws/credentials", ".config/fsspec/s3.json"])
def test_files_that_say_more_are_left_to_s3fs(tmp_path, name):
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).touch()
    assert found(IN_IRELAND, tmp_path) is None


@pytest.mark.parametrize("bucket", ["", "arn:aws:s3:eu-west-1:1:accesspoint", "Big", "a_b", "x"])
def test_what_is_no_plain_name_of_a_bucket_is_left_to_s3fs(tmp_path, bucket):
    assert found(IN_IRELAND, tmp_path, bucket=bucket) is None


def test_a_role_may_be_asked_for_at_an_own_address(tmp_path):
    own = {"AWS_ENDPOINT_URL": "http://minio", "AWS_ENDPOINT_URL_STS": "https://sts"}
    assert found({**ROLE, **own}, tmp_path) is not None
