"""What single values in a settings file may look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from nbflow.model import parse_duration, parse_quantity
from nbflow.settings.tenants import (
    check_account_name,
    check_connection,
    check_folder,
    check_namespace,
    check_quota_name,
    parse_account,
    parse_cidr,
    parse_port,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _text(read: Callable[[str | float], object]) -> Callable[[object], str]:
    def check(value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("write a number, or text such as 64Gi, 500m or 1h30m")
        read(value)
        return str(value).strip()

    return check


QuantityText = Annotated[
    str,
    BeforeValidator(_text(parse_quantity), json_schema_input_type=str | float),
    Field(description="a Kubernetes quantity, such as 2, 500m or 64Gi"),
]
DurationText = Annotated[
    str,
    BeforeValidator(_text(parse_duration), json_schema_input_type=str | float),
    Field(description="a duration, such as 90s, 30m or 1h30m"),
]
PortText = Annotated[
    str,
    BeforeValidator(_text(parse_port), json_schema_input_type=str | int),
    Field(description="a port, such as 443 or 53/UDP"),
]
Name = Annotated[str, StringConstraints(min_length=1)]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s,;{}]+@[^@\s,;{}]+$")]
MountPath = Annotated[str, StringConstraints(pattern=r"^/[^:]*$")]
NamespaceName = Annotated[str, AfterValidator(check_namespace)]
AccountName = Annotated[str, AfterValidator(check_account_name)]
AccountText = Annotated[str, AfterValidator(lambda text: str(parse_account(text)))]
ConnectionName = Annotated[str, AfterValidator(check_connection)]
InnerFolder = Annotated[str, AfterValidator(check_folder)]
CidrText = Annotated[str, AfterValidator(parse_cidr)]
QuotaName = Annotated[str, AfterValidator(check_quota_name)]


class Section(BaseModel):
    """What stands under one key; an unknown key in it is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)
