"""A place in a bucket behind HTTP that DAGs are published to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from object_servers import BUCKET, Server
from target_places import Place

from nbflow.settings import Settings, TargetSettings


@dataclass
class BucketPlace(Place):
    """A prefix in a bucket."""

    client: Any

    def files(self) -> dict[str, bytes]:
        """See `Place`."""
        pages = self.client.get_paginator("list_objects_v2")
        keys = [
            one["Key"]
            for page in pages.paginate(Bucket=BUCKET, Prefix=f"{self.prefix}/")
            for one in page.get("Contents", ())
        ]
        return {
            key.removeprefix(f"{self.prefix}/"): self.client.get_object(Bucket=BUCKET, Key=key)[
                "Body"
            ].read()
            for key in keys
        }

    @property
    def prefix(self) -> str:
        """Of the keys."""
        return str(self.settings.target.options["url"]).removeprefix(f"s3://{BUCKET}/")

    def break_file(self, path: str) -> None:
        """See `Place`."""
        self.client.delete_object(Bucket=BUCKET, Key=f"{self.prefix}/{path}")

    def write_file(self, path: str, content: bytes) -> None:
        """See `Place`."""
        self.client.put_object(Bucket=BUCKET, Key=f"{self.prefix}/{path}", Body=content)


def bucket_place(folder: Path, server: Server) -> BucketPlace:
    """A project whose target is a prefix that nobody else uses, in a bucket behind HTTP."""
    url = f"s3://{BUCKET}/dags-{uuid.uuid4().hex[:8]}"
    target = TargetSettings("s3", None, {"url": url})
    return BucketPlace(Settings(root=folder, target=target), server.client())
