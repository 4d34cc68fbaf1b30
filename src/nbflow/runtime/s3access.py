"""How S3 is reached, where the environment alone says so: what obstore needs to be told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Access", "access"]

_CREDENTIALS = (
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
)
"""Variables that suffice, in the order in which obstore and botocore both look for them."""
_FURTHER = {"AWS_ENDPOINT_URL_STS", "AWS_ROLE_SESSION_NAME", "AWS_SESSION_TOKEN"}
_HEEDED = {
    *(name for names in _CREDENTIALS for name in names),
    *_FURTHER,
    "AWS_CA_BUNDLE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_REGION",
}
_OF_NO_MATTER = {
    "AWS_DEFAULT_OUTPUT",
    "AWS_EC2_METADATA_DISABLED",  # the instance is never asked here
    "AWS_EXECUTION_ENV",
    "AWS_MAX_ATTEMPTS",  # botocore tries as often, after obstore has
    "AWS_PAGER",
    "AWS_RETRY_MODE",
    "AWS_STS_REGIONAL_ENDPOINTS",
}
_AS_OBSTORE_DOES = {
    ("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required"),
    ("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required"),
}
"""What must be set for stores that botocore's newer checksums are unknown to."""
_FILES = (".aws/config", ".aws/credentials", ".config/fsspec")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"(?!cn-|us-iso|eu-iso)[a-z]{2}-[a-z]+(-[a-z]+)?-\d+")
"""Regions whose addresses end in `amazonaws.com`."""


class Access(NamedTuple):
    """What obstore is told.

    Attributes:
        bucket: its name.
        config: names of obstore's `S3Config`, with their values.
        certificates: file with certificates of authorities to trust besides the system's, or
            empty.
    """

    bucket: str
    config: tuple[tuple[str, str], ...]
    certificates: str


def access(bucket: str, *, environ: Mapping[str, str], home: Path) -> Access | None:
    """How to reach a bucket; None where something is set up that only botocore or fsspec know.

    The rule is to know every variable that is set: a list of those that obstore does not know
    would never be complete.

    Args:
        bucket: its name.
        environ: the environment.
        home: the home folder, where files could say more.
    """
    told = {one for one in environ.items() if one[0].startswith("AWS_") and one[1]}
    given = dict(told - _AS_OBSTORE_DOES)
    endpoint = given.get("AWS_ENDPOINT_URL_S3") or given.get("AWS_ENDPOINT_URL", "")
    # The order is botocore's, to which only the first is known.
    region = given.get("AWS_DEFAULT_REGION") or given.get("AWS_REGION", "")
    chosen = next((one for one in _CREDENTIALS if {*one} <= given.keys()), None)
    if (
        chosen is None
        or not _BUCKET.fullmatch(bucket)
        or given.keys() - _HEEDED - _OF_NO_MATTER
        or any(name.startswith("FSSPEC_") for name in environ)
        or environ.get("ALL_PROXY")
        or environ.get("all_proxy")
        or any((home / name).exists() for name in _FILES)
        or not (endpoint or _REGION.fullmatch(region))
        or not _can_be_asked_for_roles(given)
    ):
        return None
    config = {name.removeprefix("AWS_").lower(): given[name] for name in chosen}
    config |= {n.removeprefix("AWS_").lower(): given[n] for n in sorted(_FURTHER & given.keys())}
    config["region"] = region or "us-east-1"
    if not endpoint:
        # As botocore does: a certificate of AWS is for one label before these.
        alone = "." not in bucket
        endpoint = f"https://{f'{bucket}.' if alone else ''}s3.{region}.amazonaws.com"
        config["virtual_hosted_style_request"] = str(alone).lower()
    # Both names, so that a notebook may set either for its own use before the client is made.
    config["endpoint"] = config["aws_endpoint_url_s3"] = endpoint.rstrip("/")
    return Access(bucket, tuple(config.items()), given.get("AWS_CA_BUNDLE", ""))


def _can_be_asked_for_roles(given: Mapping[str, str]) -> bool:
    """Whether obstore asks for a role where botocore would: AWS, or an address with `https`."""
    if "AWS_ACCESS_KEY_ID" in given or "AWS_WEB_IDENTITY_TOKEN_FILE" not in given:
        return True
    address = given.get("AWS_ENDPOINT_URL_STS") or given.get("AWS_ENDPOINT_URL")
    return address is None or (address.startswith("https://") and "AWS_ENDPOINT_URL_STS" in given)
