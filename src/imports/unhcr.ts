// The tables of UNHCR's Refugee Data Finder.
import { published, type Format } from './format.ts'
import { asylumApplications, asylumDecisions } from './unhcr/asylum.ts'
import { demographics } from './unhcr/demographics.ts'
import { idmc, population, solutions } from './unhcr/people.ts'

export const unhcr: Format = {
  id: 'unhcr',
  about: 'UNHCR Refugee Data Finder (unhcr.org/refugee-statistics), as CSV with the columns of the package "refugees" of UNHCR: population, asylum applications, asylum decisions, solutions, demographics, and the figures of IDMC that it publishes again. A zero in the table of population makes no figure, and takes none away unless --replace is given.',
  // The columns of the table of IDMC are among those of demographics, so it comes last.
  tables: [population, asylumApplications, asylumDecisions, solutions, demographics, idmc],
  carries: published
}
