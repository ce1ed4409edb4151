// International Migrant Stock of UN DESA, of which each revision is an edition.
import { published, type Format } from './format.ts'
import { stockByDestination } from './undesa-ims/stock-by-destination.ts'
import { stockByOrigin } from './undesa-ims/stock-by-origin.ts'

export const undesaIms: Format = {
  id: 'undesa-ims',
  about: 'UN DESA, International Migrant Stock (https://www.un.org/development/desa/pd/content/international-migrant-stock): the workbook of migrants by sex and destination, with its tables of population and refugees, or migrants by origin, destination and sex as a long table.',
  tables: [stockByOrigin],
  workbooks: [stockByDestination],
  carries: published
}
