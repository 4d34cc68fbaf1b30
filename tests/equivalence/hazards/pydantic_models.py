# Pydantic models with validators, private attributes and a discriminated union.
# expect: equal
# %%
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator


# %%
class Source(BaseModel):
    model_config = ConfigDict(extra="allow", validate_assignment=True)
    kind: Literal["csv"] = "csv"
    path: str
    _opened: int = PrivateAttr(default=0)

    @field_validator("path")
    @classmethod
    def tidy(cls, value):
        return value.strip()

    def open(self):
        self._opened += 1
        return self._opened


# %%
class Table(BaseModel):
    kind: Literal["table"] = "table"
    name: str


class Job(BaseModel):
    source: Annotated[Source | Table, Field(discriminator="kind")]
    tags: set[str] = set()


# %%
job = Job.model_validate({"source": {"kind": "csv", "path": " a.csv ", "more": 1}, "tags": ["x"]})
source = job.source
source.open()
# %%
source.open()
job.tags.add("y")
# %%
print(job.source is source, source._opened, source.model_extra, sorted(job.tags))
# %%
try:
    source.path = 3
except ValidationError as error:
    print(error.error_count(), error.errors()[0]["type"])
# %%
print(job.model_dump_json(exclude={"tags"}), isinstance(job.source, Source))
