// Written by scripts/lab_types.py. Do not edit.

import type {
  Airflow,
  Diagnostic,
  Difference,
  Graph,
  Inspected,
  Job,
  Parameter,
  Preflight,
  Profile,
  Publication,
  Run,
  RunFile,
} from './answers';

/** What endpoints take and answer; `result` is what comes of a job. */
export interface Questions {
  airflow: {
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: Airflow;
  };
  changeOptions: {
    body: {
      /** the notebook's path in the server's contents */
      path: string;
      /** a change of `metadata.nbflow` to try: null removes, objects are merged */
      options: Record<string, unknown>;
      /** the notebook as it stands in the editor; the saved one otherwise */
      content?: Record<string, unknown>;
    };
    answer: {
      /** for `metadata.nbflow`; where empty it is removed */
      options: Record<string, unknown>;
      changed: boolean;
      diagnostics: Diagnostic[];
    };
  };
  debugNotebook: {
    path: { dag_id: string; run_id: string };
    query: {
      /** a folder of the project, in the server's contents */
      project?: string;
      /** the one that failed otherwise */
      step?: string;
    };
    answer: { name: string; /** of nbformat 4.5 */ content: Record<string, unknown> };
  };
  diff: {
    body: {
      /** the notebook's path in the server's contents */
      path: string;
      /** the notebook as it stands in the editor; the saved one otherwise */
      content?: Record<string, unknown>;
      /** a change of `metadata.nbflow` to try: null removes, objects are merged */
      options?: Record<string, unknown>;
    };
    answer: Difference;
  };
  diffBack: {
    path: { dag_id: string };
    query: {
      /** a folder of the project, in the server's contents */
      project?: string;
      /** the version's, or how it begins; the one before otherwise */
      digest?: string;
    };
    answer: Difference;
  };
  getRun: {
    path: { dag_id: string; run_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: Run;
  };
  graph: {
    path: { dag_id: string; run_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: Graph;
  };
  inspect: {
    body: {
      /** the notebook's path in the server's contents */
      path: string;
      /** the notebook as it stands in the editor; the saved one otherwise */
      content?: Record<string, unknown>;
      /** a change of `metadata.nbflow` to try: null removes, objects are merged */
      options?: Record<string, unknown>;
    };
    answer: Inspected;
  };
  job: {
    path: { job_id: string };
    query: {
      /** a version that is known */
      after?: number;
      /** seconds at most */
      wait?: number;
    };
    answer: Job;
  };
  jobs: {
    answer: Job[];
  };
  logs: {
    path: { dag_id: string; run_id: string };
    query: {
      /** the step's name */
      step: string;
      /** a folder of the project, in the server's contents */
      project?: string;
      /** how many lines are known */
      after?: number;
      /** how many */
      limit?: number;
      /** also what Airflow says of its own work */
      all?: boolean;
    };
    answer: {
      lines: {
        step: string;
        /** id of the cell that wrote it, of a run here */
        cell: string | null;
        moment: string | null;
        /** `info`, `error`, …; of a run here its stream */
        level: string | null;
        text: string;
      }[];
      /** `after` of the next ones */
      next: number;
      /** whether the run has ended */
      finished: boolean;
    };
  };
  nextRuns: {
    query: {
      /** five fields, or a preset such as @daily */
      schedule: string;
      /** its IANA name */
      timezone?: string;
      /** a moment with its time zone; now otherwise */
      after?: string;
      /** how many */
      count?: number;
    };
    answer: { /** in the time zone */ times: string[] };
  };
  openapi: {
    answer: Record<string, unknown>;
  };
  outputNotebooks: {
    path: { dag_id: string; run_id: string };
    query: {
      /** a folder of the project, in the server's contents */
      project?: string;
      /** with a cell about the run */
      header?: boolean;
    };
    answer: { name: string; /** of nbformat 4.5 */ content: Record<string, unknown> }[];
  };
  parameters: {
    path: { dag_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: Parameter[];
  };
  pipeline: {
    path: { dag_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: Publication;
  };
  pipelines: {
    query: {
      /** a folder of the project, in the server's contents */
      project?: string;
      /** in name or notebook */
      contains?: string;
      /** this one alone */
      dag_id?: string;
      /** those that are paused in Airflow, or whose newest run is so */
      state?: 'paused' | 'going' | 'failed' | 'success';
      /** how many */
      limit?: number;
      /** how many before them */
      offset?: number;
    };
    answer: {
      /** how many match */
      total: number;
      /** why nothing of Airflow's is there */
      unasked: string | null;
      pipelines: {
        dag_id: string;
        digest: string;
        /** within its project */
        notebook: string;
        /** the same in the server's contents; null: it is not there */
        path: string | null;
        /** who published it last */
        by: string | null;
        /** whether Airflow knows it */
        in_airflow: boolean;
        paused: boolean | null;
        /** whether Airflow cannot import it */
        broken: boolean | null;
        owners: string[];
        next_run: string | null;
        url: string | null;
        latest: Run | null;
      }[];
    };
  };
  preflight: {
    body: {
      /** the notebook's path in the server's contents */
      path: string;
      /** the notebook as it stands in the editor; the saved one otherwise */
      content?: Record<string, unknown>;
      /** a change of `metadata.nbflow` to try: null removes, objects are merged */
      options?: Record<string, unknown>;
    };
    answer: Preflight | null;
  };
  profiles: {
    query: {
      /** a folder of the project, in the server's contents */
      project?: string;
      /** whose; nobody's otherwise */
      team?: string;
    };
    answer: Profile[];
  };
  runFiles: {
    path: { dag_id: string; run_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: RunFile[];
  };
  runs: {
    query: {
      /** a folder of the project, in the server's contents */
      project?: string;
      /** of this pipeline alone */
      dag_id?: string;
      /**
       * in one of these, with commas between:
       * queued,running,retrying,success,failed,upstream_failed,skipped,cancelled
       */
      states?: string;
      /** how many */
      limit?: number;
      /** `further` of the page before */
      after?: string;
    };
    answer: {
      runs: Run[];
      /** `after` of the next page; null on the last */
      further: string | null;
      /** why Airflow's are missing */
      unasked: string | null;
    };
  };
  settings: {
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: {
      /** the project's folder on the server's machine */
      root: string;
      /** the project's folder in the server's contents, or what is shown of it */
      folder: string;
      files: string[];
      store: string;
      /** its kind */
      target: string;
      backend: string;
      default_profile: string;
      teams: string[];
      channels: string[];
      airflow: Airflow;
    };
  };
  vocabulary: {
    answer: {
      tags: {
        name: string;
        form: string;
        example: string;
        /** Markdown */
        meaning: string;
        /** a regular expression; empty where the tag takes none */
        argument: string;
        /** the argument in words */
        expects: string;
        about: 'role' | 'step';
        repeatable: boolean;
        same_as: string | null;
      }[];
      /** a JSON schema */
      options: Record<string, unknown>;
    };
  };
}
