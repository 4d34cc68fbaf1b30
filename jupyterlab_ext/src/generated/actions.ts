// Written by scripts/lab_types.py. Do not edit.

import type {
  Airflow,
  Job,
  Published,
  Run,
} from './answers';

/** What endpoints take that change something; `result` is what comes of a job. */
export interface Actions {
  airflowDown: {
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: Job;
    result: { /** false where none ran */ stopped: boolean };
  };
  airflowUp: {
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: Job;
    result: Airflow;
  };
  approve: {
    path: { dag_id: string; run_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    body: {
      /** false refuses: what comes behind it is skipped */
      approved: boolean;
      /** which one, where several wait */
      stage?: string;
    };
    answer: { stage: string };
  };
  cancelJob: {
    path: { job_id: string };
    answer: Job;
  };
  cancelRun: {
    path: { dag_id: string; run_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: { /** false where it had ended */ changed: boolean };
  };
  pause: {
    path: { dag_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: { /** false where it was so already */ changed: boolean };
  };
  publish: {
    body: {
      /** the notebook's path in the server's contents */
      path: string;
      /** the notebook as it stands in the editor; the saved one otherwise */
      content?: Record<string, unknown>;
      /** a change of `metadata.nbflow` to try: null removes, objects are merged */
      options?: Record<string, unknown>;
      /** until Airflow has it */
      wait?: boolean;
      /** over another notebook's DAG, and versions not seen */
      force?: boolean;
      /**
       * versions that whoever publishes has before their eyes: others are refused, whoever
       * published them
       */
      shown?: string[];
      /** ask the cluster before */
      preflight?: boolean;
    };
    answer: Job;
    result: Published;
  };
  resumeRun: {
    path: { dag_id: string; run_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: { steps: string[] };
  };
  rollBack: {
    path: { dag_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    body: {
      /** the version's, or how it begins */
      digest?: string;
      /** until Airflow runs it */
      wait?: boolean;
    };
    answer: Job;
    result: { published: Published; was: string | null };
  };
  run: {
    body: {
      /** the notebook's path in the server's contents */
      path: string;
      /** the notebook as it stands in the editor; the saved one otherwise */
      content?: Record<string, unknown>;
      /** a change of `metadata.nbflow` to try: null removes, objects are merged */
      options?: Record<string, unknown>;
      /** values by name; defaults for the others */
      parameters?: Record<string, unknown>;
      /** whether unchanged steps may be skipped */
      cache?: boolean;
      /** give each step the memory of its profile */
      limits?: boolean;
      /** id of an earlier run here to go on with */
      resume?: string;
      /** the answer to approvals of several notebooks */
      approve?: boolean;
    };
    answer: Job;
    result: Run;
  };
  saveRunFiles: {
    path: { dag_id: string; run_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    body: {
      /** which of them; all otherwise */
      names?: string[];
      /** in the server's contents; otherwise the notebook's, else the project's */
      folder?: string;
      /** write over files that are there and differ */
      replace?: boolean;
    };
    answer: {
      /** in the server's contents */
      folder: string;
      /** their paths there, also of those that were the same */
      files: string[];
    };
  };
  trigger: {
    path: { dag_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    body: { /** values by name */ parameters?: Record<string, unknown> };
    answer: { run: Run; /** it begins when the DAG is let run */ paused: boolean };
  };
  unpause: {
    path: { dag_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    answer: { /** false where it was so already */ changed: boolean };
  };
  unpublish: {
    path: { dag_id: string };
    query: { /** a folder of the project, in the server's contents */ project?: string };
    body: {
      /** also while runs are going */
      force?: boolean;
      /** its versions go too; there is no way back */
      purge?: boolean;
    };
    answer: Job;
    result: {
      dag_id: string;
      digest: string;
      going: Run[];
    };
  };
}
