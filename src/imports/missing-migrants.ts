// The Missing Migrants Project of IOM: incidents in four layouts, added up by year.
import { published, type Format } from './format.ts'
import { api } from './missing-migrants/api.ts'
import { cleaned } from './missing-migrants/cleaned.ts'
import { download } from './missing-migrants/download.ts'

export const missingMigrants: Format = {
  id: 'missing-migrants',
  about: 'IOM, Missing Migrants Project (missingmigrants.iom.int): incidents as cleaned CSV, as answers of the API in CSV or JSON, or as downloaded from the website. They become numbers of dead and missing by year, country and route; no incident is kept.',
  tables: [cleaned, api, download],
  carries: published
}
