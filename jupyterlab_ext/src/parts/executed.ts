/** The drive that has the executed notebooks of runs. */
export const EXECUTED = 'nbflow-run';

/** Whether a notebook is what a run has made, and none that somebody writes. */
export function isExecuted(path: string): boolean {
  return path.startsWith(`${EXECUTED}:`);
}
