import type { Step } from '../generated/answers';

type Because = Step['needs'][number]['because'];

/** Of a need that a tag, or an option, says: it names the step that says so, and nothing passes on. */
export const DECLARED = 'declared';

/** Why a step needs another, in full. */
export function reasonOf(because: Because): string {
  return because
    .map(({ kind, names }) => [kind, passingOn(kind, names)].filter(Boolean).join(' '))
    .join('; ');
}

/** The names alone, where there are some. */
export function shortReason(because: Because): string {
  const names = because.map(one => passingOn(one.kind, one.names)).filter(Boolean);
  return names.length === 0 ? because.map(one => one.kind).join(', ') : names.join(', ');
}

function passingOn(kind: string, names: readonly string[]): string {
  return kind === DECLARED ? '' : names.join(', ');
}
