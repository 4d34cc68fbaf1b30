import type { Run, StepRun } from '../generated/answers';

/** The executed notebooks of a run by their names: one, or one of each stage and of its items. */
export function booksOf(run: Run): string[] {
  const several = run.steps.some(step => step.name.includes('.'));
  return several
    ? [
        ...new Set(
          run.steps.flatMap(step =>
            step.started === null ? [] : [bookOf(run, step)].filter(Boolean)
          )
        )
      ]
    : [run.dag_id];
}

/** The notebook that has a step's cells; empty of an approval, which has none. */
export function bookOf(run: Run, { name }: Pick<StepRun, 'name'>): string {
  const [stage = '', inner] = name.split('.');
  if (inner === undefined) {
    return run.steps.some(step => step.name.includes('.')) ? '' : run.dag_id;
  }
  const item = /\[(\d+)\]$/.exec(inner)?.[1];
  return item === undefined ? stage : `${stage}-${item}`;
}
