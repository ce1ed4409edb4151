// The limit for answers that cost no query: a bare Fastify route that returns a constant buffer.
import Fastify from 'fastify'

const size = Number(process.argv[2] ?? 0)
const body = Buffer.alloc(size, 'x')
const app = Fastify()
app.get('/', (_request, reply) => { reply.type('application/json').send(body) })
process.stdout.write(await app.listen({ host: '127.0.0.1', port: 0 }) + '\n')
