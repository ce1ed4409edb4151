// /v1/items
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { itemRecord, itemRows } from './queries.ts'
import { ItemFiltersSchema, ItemLinkSchema, ItemSchema, ItemSummarySchema } from './schema.ts'

export function items (app: FastifyInstance, services: Services): void {
  app.addSchema(ItemLinkSchema)
  registerCollection(app, services, {
    path: '/items',
    tag: 'Frameworks',
    one: 'item',
    many: 'items',
    about: 'The parts of frameworks: the 23 objectives and ten principles of the Global Compact for Migration, goals, targets and indicators of the SDGs, pillars of the African Union\'s framework, priorities, outputs. Titles are official; a language in which no official title is on record falls back to English and says so.',
    row: ItemSummarySchema,
    filters: ItemFiltersSchema.properties,
    sorts: ['id', 'framework', 'position', 'code', 'kind', 'name', 'round_table'],
    example: 'framework=gcm&kind=objective&limit=2',
    defaultSort: ['framework', 'position'],
    rows: itemRows,
    record: {
      schema: ItemSchema,
      about: 'An item with its wording in six languages and its links with other frameworks.',
      kind: 'item',
      id: { description: 'Key of the item. Case does not matter.', example: 'gcm-21' },
      find: itemRecord
    }
  })
}
