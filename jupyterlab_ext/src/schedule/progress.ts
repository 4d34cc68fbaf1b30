import type { ServerFailure } from '../client/failure';
import type { Published, Run } from '../generated/answers';
import { hasEnded } from '../parts/states';

/** What a form can have done. */
export type Kind = 'publish' | 'run' | 'trigger' | 'airflowUp';

/** What can be asked for about something that goes on, or is done. */
export type Meanwhile = 'unpause' | 'cancel';

/** What is told of work that somebody has ended. */
export const STOPPED: ReadonlySet<string> = new Set(['cancelled', 'interrupted']);

/** The code of a failure that a cluster would not run what is published. */
export const UNFIT = 'preflight';

/** Whether something that was refused is published where somebody insists. */
export function canInsist({ code, forcible }: ServerFailure): boolean {
  return forcible || code === UNFIT;
}

/** How far something that was asked for is. */
export interface Progress {
  readonly kind: Kind;
  readonly state: 'going' | 'done' | 'failed' | 'cancelled';
  /** What has happened, in words. */
  readonly said: readonly string[];
  readonly run: Run | null;
  /** Airflow, which runs it, is not in reach: it is as it was known last. */
  readonly away: boolean;
  /** Airflow lets no run begin. */
  readonly paused: boolean;
  readonly published: Published | null;
  readonly failure: ServerFailure | null;
  /** What was asked for about it last and was not done: it stands as it stood. */
  readonly refused: { readonly asked: Meanwhile; readonly failure: ServerFailure } | null;
  /** Milliseconds, as `Date.now()`. */
  readonly began: number;
}

/** When something began that the server tells of; nothing where it does not say so. */
export function since(moment: string | null): { began?: number } {
  const began = Date.parse(moment ?? '');
  return Number.isNaN(began) ? {} : { began };
}

/** A run that somebody has ended: none of its steps goes on, whatever was seen of it last. */
export function stopped(run: Run | null): Run | null {
  const steps = run?.steps.map(step =>
    hasEnded(step.state) ? step : { ...step, state: 'cancelled' as const }
  );
  return run && { ...run, state: 'cancelled', steps: steps ?? [] };
}
