import { TAGS } from '../generated/tags';
import type { Tag } from '../generated/tags';

/** A tag as a cell has it. */
export interface TagUse {
  /** The name that the meaning goes by: `imports` is `setup`. */
  readonly name: string;
  /** The name as it is written. */
  readonly written: string;
  /** The whole tag. */
  readonly text: string;
  readonly about: Tag['about'];
  /** The parts of its argument by name. */
  readonly values: Readonly<Record<string, string | undefined>>;
}

/** Airflow refuses longer ones; as nbflow's own grammar has it. */
const LONGEST_STEP_NAME = 200;

const KNOWN = new Map(
  TAGS.map(tag => [tag.name, { tag, argument: new RegExp(`^(?:${tag.argument})$`, 's') }])
);

/** Read a tag; null of one that is another tool's, and of one whose argument makes no sense. */
export function matchTag(text: string): TagUse | null {
  const colon = text.indexOf(':');
  const written = colon < 0 ? text : text.slice(0, colon);
  const known = KNOWN.get(written);
  if (known === undefined || colon >= 0 !== (known.tag.argument !== '')) {
    return null;
  }
  const match = known.argument.exec(colon < 0 ? '' : text.slice(colon + 1));
  if (match === null) {
    return null;
  }
  return {
    name: known.tag.same_as ?? written,
    written,
    text,
    about: known.tag.about,
    values: match.groups ?? {}
  };
}

/**
 * The steps that a `step:`, `prev:` or `notebook:` tag names; empty for an empty name.
 *
 * Null where a name is none: that is a finding, and the tag means nothing.
 */
export function stepNames(use: TagUse): string[] | null {
  const written = (use.values.names ?? '').split(';').filter(name => name !== '');
  const names = written.map(name => name.replaceAll('-', '_'));
  const wrong = names.some(name => name.length > LONGEST_STEP_NAME || name !== name.toLowerCase());
  return wrong ? null : [...new Set(names)];
}
