// Formatting and correctness of all code: neostandard. Type-aware rules run in oxlint (.oxlintrc.json).
import neostandard from 'neostandard'

export default neostandard({ ts: true, ignores: ['src/db/types.ts', '.tap/**', 'openapi/**', 'sdk/typescript/dist/**', 'sdk/typescript/src/contract.ts'] })
