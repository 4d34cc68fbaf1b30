import type { Diagnostic, ErrorAnswer } from '../generated/answers';

/** Why the server did not do what it was asked: what happened, where, and what can be done. */
export class ServerFailure extends Error {
  /** A stable word: the server's, or `unreachable`, or `unintelligible`. */
  readonly code: string;
  /** The HTTP status; 0 where nothing was answered. */
  readonly status: number;
  readonly hint: string | null;
  /** The id of the cell that it is about. */
  readonly cell: string | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Names of files in whose place there are others. */
  readonly files: readonly string[];
  /** Whether it is done all the same where somebody insists. */
  readonly forcible: boolean;

  /** The version that would be replaced by somebody who has not seen it; null of none. */
  readonly unseen: ErrorAnswer['unseen'] | null;

  constructor(answer: ErrorAnswer) {
    super(answer.message);
    this.name = 'ServerFailure';
    this.code = answer.code;
    this.status = answer.status;
    this.hint = answer.hint;
    this.cell = answer.cell ?? null;
    this.diagnostics = answer.diagnostics ?? [];
    this.files = answer.files ?? [];
    this.forcible = answer.forcible ?? false;
    this.unseen = answer.unseen ?? null;
  }
}

/** Whether a body is an error of nbflow's, and not, say, a proxy's page. */
export function isErrorAnswer(body: unknown): body is ErrorAnswer {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    'message' in body &&
    typeof body.code === 'string' &&
    typeof body.message === 'string'
  );
}

/** Why something is not done, as it is known here: the server was not asked, or has done its part. */
export function refusal(message: string): ServerFailure {
  return new ServerFailure({ code: 'refused', message, hint: null, status: 0 });
}
