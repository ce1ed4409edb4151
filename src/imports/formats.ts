// The formats that can be imported.
import type { Format } from './format.ts'
import { idmcGidd } from './idmc-gidd.ts'
import { missingMigrants } from './missing-migrants.ts'
import { observations } from './observations.ts'
import { undesaIms } from './undesa-ims.ts'
import { unhcr } from './unhcr.ts'
import { worldbank } from './worldbank.ts'

export const formats: readonly Format[] = [undesaIms, unhcr, idmcGidd, worldbank, missingMigrants, observations]
