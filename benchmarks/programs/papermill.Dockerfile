# What a pod needs that runs papermill on a notebook in S3: the same Python and kernel as in nbflow's
# own image, and no more than papermill asks for.
ARG BASE=docker.io/library/python:3.11-slim-bookworm
FROM ${BASE}
COPY constraints.txt ./
RUN python3.11 -m venv /opt/papermill \
 && /opt/papermill/bin/python -m pip install --no-cache-dir -c constraints.txt \
      "papermill[s3]" ipykernel
ENV PATH=/opt/papermill/bin:$PATH HOME=/tmp
USER 1000:1000
