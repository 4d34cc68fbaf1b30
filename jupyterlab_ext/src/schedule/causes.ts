import type { Inspected } from '../generated/answers';
import type { Cause } from '../parts/field';

/** What is wrong, where it is caused. */
export interface Causes {
  /** By the option: `name`, `steps.fit.profile`. */
  readonly fields: ReadonlyMap<string, readonly Cause[]>;
  /** What no field of the form is about. */
  readonly others: readonly Cause[];
}

/** The fields that a form has; options below them belong to them. */
const FIELDS = [
  /^(name|team)$/,
  /^(schedule|timezone)$/,
  /^parameters\.[^.]+/,
  /^(profile|retries|timeout)$/,
  /^steps\.[^.]+\.(profile|retries|timeout)$/,
  /^notify/
];
/** The fields of a part of the notebook, which is there or not. */
const OF_PART = /^(parameters|steps)\.([^.]+)/;
const UNKNOWN_TEAM = 'NB602';
const OPTION = /^metadata\.nbflow\.([\w.-]*\w)/;
/** What says that a step may not, or cannot, run on what it asks for. */
const REFUSED = new Set(['NB601', 'NB603', 'NB604', 'NB609']);

/** How many errors there are, wherever they show. */
export function errorsIn({ fields, others }: Causes): number {
  const all = [...others, ...[...fields.values()].flat()];
  return all.filter(one => one.severity === 'error').length;
}

/** Say which field each finding is about; what is about code is told at its cell. */
export function causesOf(diagnostics: readonly Cause[], inspected: Inspected | null): Causes {
  const fields = new Map<string, Cause[]>();
  const others: Cause[] = [];
  for (const one of diagnostics.map(asSentences)) {
    const field = fieldOf(one, inspected);
    if (field === null) {
      others.push(one);
    } else {
      fields.set(field, [...(fields.get(field) ?? []), shortened(one)]);
    }
  }
  return { fields, others };
}

/** The option that a finding is about, as far as the form has a field for it. */
function fieldOf(cause: Cause & { code?: string }, inspected: Inspected | null): string | null {
  if (cause.code === UNKNOWN_TEAM) {
    return 'team';
  }
  const option = OPTION.exec(cause.message)?.[1];
  if (option !== undefined) {
    const found = FIELDS.map(field => field.exec(option)?.[0]).find(one => one !== undefined);
    return found !== undefined && isThere(found, inspected) ? found : null;
  }
  if (REFUSED.has(cause.code ?? '') && cause.cell !== null) {
    const step = inspected?.steps.find(one => one.cells.includes(cause.cell ?? ''));
    return step === undefined ? null : `steps.${step.name}.profile`;
  }
  return null;
}

/** Whether the notebook has the step, or the parameter, of a field: else the form has none for it. */
function isThere(field: string, inspected: Inspected | null): boolean {
  const [, sort, name] = OF_PART.exec(field) ?? [];
  const parts = sort === 'steps' ? inspected?.steps : inspected?.parameters;
  return sort === undefined || parts?.some(one => one.name === name) === true;
}

/** A field's own name need not be said at it. */
function shortened(cause: Cause): Cause {
  return { ...cause, message: cause.message.replace(/^metadata\.nbflow\.[\w.-]*\w:? /, '') };
}

/** A hint that comes after its message begins as a sentence does; names and code stay. */
export function asSentences<Of extends Cause>(cause: Of): Of {
  const hint = cause.hint?.replace(/^(?!nbflow\b)[a-z](?=[a-z’']*([\s,]|$))/, first =>
    first.toUpperCase()
  );
  return { ...cause, hint: hint ?? null };
}
