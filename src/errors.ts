// The catalogue of problems: every code that the API can answer, with its status and title. Imports nothing.

export interface ProblemKind {
  status: number
  title: string
  /** What it means and what to do, for the documentation. */
  about: string
}

export const problems = {
  INVALID_PARAMETER: {
    status: 400,
    title: 'Invalid parameter',
    about: 'One or more parameters are unknown, misspelt or out of range. `errors` names each, with the allowed values or the nearest valid one. Nothing was ignored.'
  },
  INVALID_CURSOR: {
    status: 400,
    title: 'Invalid cursor',
    about: 'The cursor is damaged or belongs to a query with other filters, sort or language. Start again without `cursor`.'
  },
  MALFORMED_REQUEST: {
    status: 400,
    title: 'Malformed request',
    about: 'The request is not valid HTTP, or its address contains a broken percent-encoding.'
  },
  NOT_FOUND: {
    status: 404,
    title: 'Not found',
    about: 'There is no such record, or no such address. `errors` suggests the nearest one where there is one.'
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    about: 'The address exists, but not with this method. The header `Allow` lists the methods it has.'
  },
  NOT_ACCEPTABLE: {
    status: 406,
    title: 'Not acceptable',
    about: 'The header `Accept` excludes the one media type that this address answers with. CSV and NDJSON have addresses of their own: `.csv` and `.ndjson`.'
  },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'Request timeout',
    about: 'The request did not arrive in time.'
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'Payload too large',
    about: 'The body of the request is larger than this address takes.'
  },
  URI_TOO_LONG: {
    status: 414,
    title: 'Address too long',
    about: 'A part of the address is longer than any key can be.'
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Unsupported media type',
    about: 'The body has a media type that this address does not take.'
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    title: 'Too many requests',
    about: 'More requests than the limit allows. Wait for the seconds in `Retry-After`.'
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    title: 'Headers too large',
    about: 'The headers of the request are larger than the server takes.'
  },
  INTERNAL: {
    status: 500,
    title: 'Internal error',
    about: 'A fault of the service. Quote `request_id` when you report it.'
  },
  UNAVAILABLE: {
    status: 503,
    title: 'Unavailable',
    about: 'The database cannot be reached or is too busy. Try again after the seconds in `Retry-After`; nothing was half done.'
  },
  QUERY_TIMEOUT: {
    status: 504,
    title: 'Query timeout',
    about: 'The question took too long to answer. Narrow it with more filters or a smaller `limit`.'
  }
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof problems

/** What one part of a request got wrong. */
export interface Issue {
  /** Name of the query or path parameter, or of the header. */
  parameter?: string
  code: 'UNKNOWN_PARAMETER' | 'REPEATED_PARAMETER' | 'INVALID_VALUE' | 'UNKNOWN_CODE' | 'UNKNOWN_ADDRESS' | 'NOT_ADDABLE'
  detail: string
  allowed?: string[]
  did_you_mean?: string
}

/** An expected failure, to be thrown anywhere and written by the one error handler. */
export class Problem extends Error {
  override name = 'Problem'
  readonly code: ProblemCode
  readonly issues: Issue[]
  readonly headers: Record<string, string>

  constructor (code: ProblemCode, detail: string, options: { issues?: Issue[], headers?: Record<string, string>, cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.issues = options.issues ?? []
    this.headers = options.headers ?? {}
  }

  get status (): number {
    return problems[this.code].status
  }
}

/** The problem for a list of things that are wrong with a request. */
export function invalidRequest (issues: Issue[]): Problem {
  const names = [...new Set(issues.map((issue) => issue.parameter).filter((name) => name !== undefined))]
  return new Problem('INVALID_PARAMETER', issues.length === 1 ? issues[0]!.detail : `${issues.length} things are wrong with the request: ${names.join(', ')}. See errors.`, { issues })
}

/** A failure to start that the operator can mend: printed as one line, without a stack. */
export class StartError extends Error {
  override name = 'StartError'
}
