import { matchTag, stepNames } from './grammar';
import type { TagUse } from './grammar';

/** What a cell's tags make of it. */
export type Kind = 'parameters' | 'setup' | 'step' | 'skip' | 'notebook';

/** What the tags of one cell say. */
export interface Marks {
  /** Null of a cell whose place says what it is. */
  readonly kind: Kind | null;
  /** The role as it is written: `imports` of a cell that is `setup`. */
  readonly word: string | null;
  /** The step that it names. */
  readonly step: string | null;
  /** Whether it names values to record. */
  readonly metrics: boolean;
  /** The steps that its step comes after. */
  readonly after: readonly string[];
  /** The other tags about its step, as written. */
  readonly options: readonly string[];
  /** Whether any of its tags is one of nbflow's. */
  readonly ours: boolean;
}

/** papermill puts these values in; running the cell again would undo others. */
const INJECTED = 'injected-parameters';

export const UNMARKED: Marks = {
  kind: null,
  word: null,
  step: null,
  metrics: false,
  after: [],
  options: [],
  ours: false
};

/** The tags in a cell's metadata, however they are written. */
export function tagsOf(value: unknown): string[] {
  const listed: unknown[] = Array.isArray(value) ? value : [value];
  const texts = listed.filter(one => typeof one === 'string').map(one => one.trim());
  return [...new Set(texts)].filter(text => text !== '');
}

/** Read the tags of a code cell. */
export function readMarks(tags: readonly string[]): Marks {
  if (tags.length === 0) {
    return UNMARKED;
  }
  const uses = tags.map(matchTag).filter(use => use !== null);
  const roles = uses.flatMap(rolesOf);
  const skipped = tags.includes(INJECTED);
  const role = skipped ? ({ kind: 'skip', word: 'skip', step: null } as const) : roles[0];
  return {
    kind: role?.kind ?? null,
    word: role?.word ?? null,
    step: role?.step ?? null,
    metrics: uses.some(use => use.name === 'pipeline-metrics'),
    after: [...new Set(uses.flatMap(use => (use.name === 'prev' ? (stepNames(use) ?? []) : [])))],
    options: uses
      .filter(use => use.about === 'step' && use.name !== 'prev' && use.name !== 'report')
      .map(use => use.text),
    ours: uses.length > 0
  };
}

/** The roles that one tag gives; several of `step:a;b`, of which the first counts. */
function rolesOf(use: TagUse): { kind: Kind; word: string; step: string | null }[] {
  switch (use.name) {
    case 'step':
    case 'notebook': {
      const kind = use.name;
      return (stepNames(use) ?? []).map(step => ({ kind, word: use.written, step }));
    }
    case 'parameters':
    case 'setup':
    case 'skip':
      return [{ kind: use.name, word: use.written, step: null }];
    default:
      return [];
  }
}
