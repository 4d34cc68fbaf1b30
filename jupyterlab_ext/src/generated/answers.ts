// Written by scripts/lab_types.py. Do not edit.

export interface Airflow {
  /** whether the private Airflow is meant */
  embedded: boolean;
  /** `missing`: the private one is not installed; `refused`: it does not let us in */
  state: 'ready' | 'starting' | 'stopped' | 'missing' | 'refused' | 'unreachable';
  url: string | null;
  /** of the private one */
  user: string | null;
  /** of the private one */
  password_file: string | null;
  /** a word for each component of the private one */
  health: Record<string, unknown>;
  /** why it is not ready */
  reason: string | null;
  hint: string | null;
}

export interface Diagnostic {
  code: string;
  severity: 'error' | 'warning';
  message: string;
  hint: string;
  /** id of the cell; null for the whole notebook */
  cell: string | null;
  /** in the cell, counted from 1 */
  line: number | null;
  /** another file than the notebook that `line` is in */
  file?: string;
  /** of a pipeline of several notebooks, the one that is meant */
  notebook?: string;
  /** ways to mend it that need no thought; one is chosen */
  fixes?: Fix[];
}

export interface Difference {
  dag_id: string;
  changed: boolean;
  digest: string;
  published: {
    digest: string;
    by: string | null;
    moment: string | null;
  } | null;
  /** what was taken away and is kept */
  unpublished: {
    digest: string;
    by: string | null;
    moment: string | null;
  } | null;
  changes: {
    part: string;
    name: string;
    /** `new`, `gone` or `changed` */
    sort: string;
    details: string[];
  }[];
  /** those whose code, or text, changes */
  cells: {
    /** its id */
    cell: string;
    /** its place in the notebook, counted from 1 */
    index: number;
    /** `new`, `gone` or `changed` */
    sort: string;
    /** its lines as a unified diff */
    text: string;
    step: string | null;
    /** whose notebook it is in, of several */
    stage: string | null;
  }[];
  /** the unified diff of the DAG file */
  text: string;
  /** the next times as it is published */
  previous_runs: string[];
  next_runs: string[];
  /** both ends of the interval that runs as soon as it is live */
  at_once: string[] | null;
  /** that in words */
  first_run: string;
  /** the notebook, within its project, that another one of this name is published from */
  another: string | null;
  summary: string;
}

export interface ErrorAnswer {
  /** a stable word for programs */
  code: string;
  message: string;
  /** what can be done about it */
  hint: string | null;
  /** the HTTP status */
  status: number;
  /** id of the cell that it is about */
  cell?: string | null;
  diagnostics?: Diagnostic[];
  /** what a cluster says of pods, of code `preflight` */
  findings?: Record<string, unknown>[];
  /** it is done all the same with `force`, or `replace` */
  forcible?: boolean;
  /** names of those in whose place others are, of code `already-there` */
  files?: string[];
  /** the version that would be replaced by somebody who has not seen it */
  unseen?: {
    digest: string;
    by: string | null;
    moment: string | null;
  };
}

export interface Failure {
  ename: string;
  evalue: string;
  cell: string | null;
  /** its position in the notebook, counted from 1 */
  cell_index: number | null;
  /** lines, with terminal colours */
  traceback: string[];
  hint: string | null;
}

export interface Fix {
  /** what is done, in lower case; Markdown */
  title: string;
  /** tags that change */
  tags: {
    /** its id */
    cell: string;
    /** as it is written; null for a new one */
    tag: string | null;
    /** null removes it */
    becomes: string | null;
  }[];
  /** a change of `metadata.nbflow`: null removes, objects are merged */
  options: Record<string, unknown>;
  /** words of the code that change */
  words: {
    /** its id */
    cell: string;
    /** in the cell, counted from 1; it has the word once */
    line: number;
    word: string;
    becomes: string;
  }[];
  /** ids of cells that are deleted */
  removed: string[];
}

export interface Graph {
  /** each below all that it needs; none where the run's bundle is gone */
  steps: {
    name: string;
    needs: { step: string; because: { kind: string; names: string[] }[] }[];
  }[];
  /** the notebook, or the file of several, in the server's contents; null: unknown */
  notebook: string | null;
}

export interface Inspected {
  name: string;
  /** its path in the server's contents */
  notebook: string;
  team: string | null;
  /** whether it is the saved notebook that was looked at */
  saved: boolean;
  parameters: Parameter[];
  /** id of a cell of plain values that could be the parameters cell, where none is */
  parameters_candidate: string | null;
  /** `at` and `timezone`, and what it waits for, makes and notifies */
  schedule: Record<string, unknown>;
  /** ids of cells that run in every step */
  setup: string[];
  steps: Step[];
  /** `metadata.nbflow`, as it is written */
  options: Record<string, unknown>;
  /** whether nothing that was found stops the work */
  ok: boolean;
  diagnostics: Diagnostic[];
  /** of a pipeline of several notebooks */
  stages?: Record<string, unknown>[];
}

export interface Job {
  id: string;
  /** the endpoint that began it */
  kind: string;
  /** the notebook or the pipeline */
  about: string;
  state: 'queued' | 'running' | 'success' | 'failed' | 'cancelled';
  /** rises with every change */
  version: number;
  /** what has happened, in words; the latest last */
  said: string[];
  /** how far it is, of a run */
  run: Run | null;
  /** what came of it; null before */
  result: unknown;
  error: ErrorAnswer | null;
  started: string;
  ended: string | null;
}

export interface Parameter {
  name: string;
  type: string;
  nullable: boolean;
  default: unknown;
  /** the expression, of a default that is computed in each run */
  computed: string | null;
  help: string | null;
  /** the JSON schema of its values, the same that Airflow's form has */
  schema: Record<string, unknown>;
  /** whether its values should not be seen while they are typed */
  secret: boolean;
}

export interface Preflight {
  /** its address; null where it was not reached */
  cluster: string | null;
  /** why it was not reached */
  unasked: string | null;
  hint: string | null;
  findings: Record<string, unknown>[];
}

export interface Profile {
  name: string;
  default: boolean;
  /** whether the team may use it */
  allowed: boolean;
  cpu: { request: string | null; limit: string | null } | null;
  memory: { request: string | null; limit: string | null } | null;
  disk: { request: string | null; limit: string | null } | null;
  gpu: {
    count: number;
    resource: string;
    product: string | null;
  } | null;
  image: string | null;
  /** as the settings say it */
  price: unknown;
  fallback: string | null;
  escalate_to: string | null;
}

export interface Publication {
  dag_id: string;
  /** of the version that runs; empty for one that was unpublished */
  digest: string;
  notebook: string;
  target: string;
  dag: string;
  /** the newest last */
  versions: {
    digest: string;
    by: string | null;
    moment: string | null;
    action: string;
    kept: boolean;
  }[];
}

export interface Published {
  dag_id: string;
  digest: string;
  changed: boolean;
  dag: string;
  /** seconds until Airflow had it */
  live_after: number | null;
  url: string | null;
  diagnostics: Diagnostic[];
  missing: string | null;
  /** the branch that has it for somebody to merge */
  review: string | null;
  /** Airflow has it and lets no run of it begin */
  paused: boolean;
  preflight: Preflight | null;
}

export interface Run {
  dag_id: string;
  run_id: string;
  state: 'queued' | 'running' | 'retrying' | 'success' | 'failed' | 'upstream_failed' | 'skipped' | 'cancelled';
  /** none in lists of runs in Airflow */
  steps: StepRun[];
  parameters: Record<string, unknown>;
  /** names of parameters whose values look like secrets */
  secret: string[];
  /** when it began first */
  started: string | null;
  /** when it went on last; its duration counts from then */
  resumed: string | null;
  ended: string | null;
  /** the run's page in Airflow */
  url: string | null;
  metrics: Record<string, unknown>;
  expected_end: string | null;
  /** whether the store holds anything of it; null where nobody looked */
  stored: boolean | null;
  /** whether it is a run on the server's machine, not in Airflow */
  here: boolean;
  /** why it failed; of a run that is shown alone */
  failure?: ErrorAnswer | null;
}

export interface RunFile {
  /** its path, relative to the notebook; of several notebooks each has a folder of its own */
  name: string;
  /** bytes */
  size: number;
  /** the step that left it as it is */
  step: string;
}

export interface Step {
  name: string;
  /** ids */
  cells: string[];
  needs: { step: string; because: { kind: string; names: string[] }[] }[];
  profile: string | null;
  metrics: string[];
}

export interface StepRun {
  name: string;
  state: 'queued' | 'running' | 'retrying' | 'success' | 'failed' | 'upstream_failed' | 'skipped' | 'cancelled';
  cells_done: number;
  cells_total: number;
  /** id of the cell that runs now */
  cell: string | null;
  /** how that cell begins */
  line: string | null;
  started: string | null;
  ended: string | null;
  attempt: number;
  failure: Failure | null;
  kept: boolean;
  cached: string | null;
  note: string | null;
  usage: Usage | null;
  /** seconds that it usually takes; of few runs, took last */
  usual: number | null;
  /** of how many earlier runs that is */
  usual_of: number;
}

export interface Usage {
  wall: number;
  cpu: number | null;
  peak_memory: number | null;
  measured: string;
  memory_limit: number | null;
  gpu_memory: number | null;
  gpu: number | null;
}
