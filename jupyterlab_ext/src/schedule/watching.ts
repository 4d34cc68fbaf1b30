import type { Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Run } from '../generated/answers';
import { GOING, hasEnded, isUntold } from '../parts/states';

/** Milliseconds between two looks at a run in Airflow. */
const LOOK = 2000;
/** What the server answers of what it does not know, or no more. */
const UNKNOWN = 404;
/** How Airflow names the runs that it begins by itself. */
const SCHEDULED = /^(scheduled|backfill|asset_triggered)__/;

/** The newest run of a pipeline in Airflow that somebody has begun and that goes; null of none. */
export async function goingRun(
  client: Pick<Client, 'ask'>,
  query: { project: string; dag_id: string },
  signal: AbortSignal
): Promise<Run | null> {
  const { runs } = await client.ask('runs', { query: { ...query, states: GOING } }, { signal });
  return runs.find(run => !run.here && !SCHEDULED.test(run.run_id)) ?? null;
}

/**
 * Follow a run in Airflow to its end.
 *
 * While Airflow is away nobody can say how it stands: it stays as it was known last.
 *
 * @param told - is given how it stands, and whether Airflow is away.
 * @throws ServerFailure - where the server knows nothing of it any more.
 */
export async function watchRun(
  client: Pick<Client, 'ask'>,
  begun: Run,
  options: {
    project: string;
    told: (run: Run, away: boolean) => void;
    signal: AbortSignal;
  }
): Promise<Run> {
  const { project, told, signal } = options;
  const path = { dag_id: begun.dag_id, run_id: begun.run_id };
  let run = begun;
  while (!hasEnded(run.state)) {
    await new Promise(resolve => setTimeout(resolve, LOOK));
    const found = await look();
    run = found ?? run;
    told(run, found === null);
  }
  return run;

  /** How it stands; null where Airflow does not say. */
  async function look(): Promise<Run | null> {
    try {
      const found = await client.ask('getRun', { path, query: { project } }, { signal });
      return isUntold(found) ? null : found;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ServerFailure) || error.status === UNKNOWN) {
        throw error;
      }
      return null;
    }
  }
}
