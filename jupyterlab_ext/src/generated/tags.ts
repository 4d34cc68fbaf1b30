// Written by scripts/lab_types.py. Do not edit.

import type { Questions } from './questions';

export type Tag = Questions['vocabulary']['answer']['tags'][number];

/** All tags that mean something, and the forms of their arguments. */
export const TAGS: readonly Tag[] = [
  {
    "name": "parameters",
    "form": "parameters",
    "example": "parameters",
    "meaning": "The cell assigns the pipeline's parameters and their defaults.",
    "argument": "",
    "expects": "",
    "about": "role",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "pipeline-parameters",
    "form": "pipeline-parameters",
    "example": "pipeline-parameters",
    "meaning": "The same as `parameters`.",
    "argument": "",
    "expects": "",
    "about": "role",
    "repeatable": false,
    "same_as": "parameters"
  },
  {
    "name": "setup",
    "form": "setup",
    "example": "setup",
    "meaning": "The cell runs at the beginning of every step. For what is cheap and cannot cross from step to step: imports, functions, a connection.",
    "argument": "",
    "expects": "",
    "about": "role",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "imports",
    "form": "imports",
    "example": "imports",
    "meaning": "The same as `setup`.",
    "argument": "",
    "expects": "",
    "about": "role",
    "repeatable": false,
    "same_as": "setup"
  },
  {
    "name": "functions",
    "form": "functions",
    "example": "functions",
    "meaning": "The same as `setup`.",
    "argument": "",
    "expects": "",
    "about": "role",
    "repeatable": false,
    "same_as": "setup"
  },
  {
    "name": "step",
    "form": "step:NAME",
    "example": "step:train",
    "meaning": "The cell begins or continues the step NAME. Untagged cells below belong to it too. `-` in a name is read as `_`; an empty name means untagged.",
    "argument": "(?<names>[A-Za-z_][A-Za-z0-9_-]*(?:;[A-Za-z_][A-Za-z0-9_-]*)*;?)?",
    "expects": "a name of lower-case letters, digits and `_` that does not begin with a digit",
    "about": "role",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "block",
    "form": "block:NAME",
    "example": "block:train",
    "meaning": "The same as `step:NAME`, in older notebooks of Kale's.",
    "argument": "(?<names>[A-Za-z_][A-Za-z0-9_-]*(?:;[A-Za-z_][A-Za-z0-9_-]*)*;?)?",
    "expects": "a name of lower-case letters, digits and `_` that does not begin with a digit",
    "about": "role",
    "repeatable": false,
    "same_as": "step"
  },
  {
    "name": "skip",
    "form": "skip",
    "example": "skip",
    "meaning": "The cell is not part of the pipeline.",
    "argument": "",
    "expects": "",
    "about": "role",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "pipeline-metrics",
    "form": "pipeline-metrics",
    "example": "pipeline-metrics",
    "meaning": "The values that the cell prints with `print(name)`, or names on a line of their own, are recorded with the run. The cell belongs to the step above it.",
    "argument": "",
    "expects": "",
    "about": "role",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "notebook",
    "form": "notebook:NAME",
    "example": "notebook:features",
    "meaning": "The step NAME runs the notebook at the path `notebook_path` of the cell's metadata. A notebook of such cells is a pipeline of several notebooks.",
    "argument": "(?<names>[A-Za-z_][A-Za-z0-9_-]*)",
    "expects": "a name of lower-case letters, digits and `_` that does not begin with a digit",
    "about": "role",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "prev",
    "form": "prev:NAME",
    "example": "prev:load",
    "meaning": "The step comes after the step NAME, whether it takes data from it or not. Several names are separated by `;`.",
    "argument": "(?<names>[A-Za-z_][A-Za-z0-9_-]*(?:;[A-Za-z_][A-Za-z0-9_-]*)*;?)",
    "expects": "the name of a step",
    "about": "step",
    "repeatable": true,
    "same_as": null
  },
  {
    "name": "profile",
    "form": "profile:NAME",
    "example": "profile:gpu-small",
    "meaning": "The step runs on the resource profile NAME of the settings.",
    "argument": "(?<value>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)",
    "expects": "the name of a profile",
    "about": "step",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "image",
    "form": "image:REF",
    "example": "image:python:3.11-slim",
    "meaning": "The step's pod uses this container image.",
    "argument": "(?<value>[A-Za-z0-9][A-Za-z0-9._:/@-]*)",
    "expects": "a container image reference",
    "about": "step",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "limit",
    "form": "limit:RESOURCE:QTY",
    "example": "limit:memory:64Gi",
    "meaning": "The step's pod gets this much of a resource, whatever the profile says: `cpu`, `memory`, `ephemeral-storage`, `nvidia.com/gpu` or any `domain/name`.",
    "argument": "(?<key>[^:\\s]+):(?<value>[^:\\s]+)",
    "expects": "a resource and a quantity, such as `memory:64Gi`, `cpu:500m`, `nvidia.com/gpu:1`",
    "about": "step",
    "repeatable": true,
    "same_as": null
  },
  {
    "name": "retries",
    "form": "retries:N",
    "example": "retries:2",
    "meaning": "An attempt that failed for no fault of the code is repeated up to N times.",
    "argument": "(?<value>[0-9]{1,3})",
    "expects": "a whole number from 0 to 999",
    "about": "step",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "timeout",
    "form": "timeout:DURATION",
    "example": "timeout:1h30m",
    "meaning": "One attempt may take this long: `90s`, `30m`, `1h30m`, `2d` or seconds.",
    "argument": "(?<value>[0-9][0-9a-z.]*)",
    "expects": "a duration: `90s`, `30m`, `1h30m` or `2d`",
    "about": "step",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "cache",
    "form": "cache:enabled|disabled",
    "example": "cache:enabled",
    "meaning": "Whether the step may be skipped while nothing that it depends on has changed.",
    "argument": "(?<switch>enabled|disabled)",
    "expects": "`enabled` or `disabled`",
    "about": "step",
    "repeatable": false,
    "same_as": null
  },
  {
    "name": "label",
    "form": "label:KEY:VALUE",
    "example": "label:app.kubernetes.io/part-of:churn",
    "meaning": "A label on the step's pod.",
    "argument": "(?<key>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?):(?<value>(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?)",
    "expects": "a key and a value of at most 63 letters, digits, `-`, `_` and `.` (an `annotation:` takes any text)",
    "about": "step",
    "repeatable": true,
    "same_as": null
  },
  {
    "name": "annotation",
    "form": "annotation:KEY:VALUE",
    "example": "annotation:example.com/docs:https://example.com:8080/churn",
    "meaning": "An annotation on the step's pod. The value is everything behind the key, colons included.",
    "argument": "(?<key>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?):(?<value>.*)",
    "expects": "a key such as `team` or `example.com/team`, and a value",
    "about": "step",
    "repeatable": true,
    "same_as": null
  },
  {
    "name": "secret",
    "form": "secret:NAME:KEY:ENV",
    "example": "secret:db-credentials:password:DB_PASSWORD",
    "meaning": "The step sees the key KEY of the Kubernetes secret NAME as the environment variable ENV.",
    "argument": "(?<value>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(?<item>[A-Za-z0-9._-]+):(?<key>[A-Za-z_][A-Za-z0-9_]*)",
    "expects": "a secret's name, its key and an environment variable, such as `db-credentials:password:DB_PASSWORD`",
    "about": "step",
    "repeatable": true,
    "same_as": null
  },
  {
    "name": "report",
    "form": "report:enabled|disabled",
    "example": "report:enabled",
    "meaning": "Accepted for Kale's sake and without effect: the executed notebook, which is the report, always comes back.",
    "argument": "(?<switch>enabled|disabled)",
    "expects": "`enabled` or `disabled`",
    "about": "step",
    "repeatable": false,
    "same_as": null
  }
];
