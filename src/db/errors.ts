// What a failure of the database means to a client: one table from SQLSTATE and driver errors to problems.
import { Problem } from '../errors.ts'

const unreachable = /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|The embedded database has ended|Cannot use a pool after|driver has already been destroyed)/
const network = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])
const retryable = new Set(['57P01', '57P02', '57P03', '53300', '53200', '53100', '25006', '3D000', '55000', '40001', '40P01', '55P03'])

/** The problem behind an error of the database, or undefined when it is none that a client can act on. */
export function problemOfDatabaseError (error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined
  // With several addresses node reports one error for all of them.
  if (error instanceof AggregateError) return problemOfDatabaseError(error.errors[0])
  const code = (error as { code?: unknown }).code
  const unavailable = (): Problem => new Problem('UNAVAILABLE', 'The database cannot answer just now. Nothing was half done; try again.', { headers: { 'retry-after': '2' }, cause: error })
  if (typeof code !== 'string') return unreachable.test(error.message) ? unavailable() : undefined
  if (network.has(code) || retryable.has(code) || code.startsWith('08')) return unavailable()
  if (code === '57014') {
    return new Problem('QUERY_TIMEOUT', 'The question took too long to answer. Narrow it with more filters or a smaller limit.', { cause: error })
  }
  // A value that the checks before let through: not understood is refused, never a fault of the service.
  if (code.startsWith('22')) return new Problem('INVALID_PARAMETER', 'The database cannot read a value of the request.', { cause: error })
  return undefined
}
