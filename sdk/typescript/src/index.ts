// The client of the registry of the UN Network on Migration: every address of the contract with its types, problems as errors, pages as iterators.
import createClient from 'openapi-fetch'
import { keepAnswers, retry, type Fetch } from './fetch.js'
import type { components, paths } from './contract.js'

export type { components, paths } from './contract.js'

/** The components of the contract by their names, such as `Schemas['Network']`. */
export type Schemas = components['schemas']

/** What the service says of a request that it refuses (RFC 9457). */
export type Problem = Schemas['Problem']

type Operation<Path extends keyof paths> = paths[Path] extends { get: infer Get } ? Get : never
type Part<Of, Name extends string> = Of extends { [name in Name]?: infer Inner } ? NonNullable<Inner> : unknown
/** `never` where nothing can be given. */
type Given<Of> = [Of] extends [never] ? unknown : Of

/** The parameters of an address, those in its path and those of its query together. */
export type Parameters<Path extends keyof paths> = Given<Part<Part<Operation<Path>, 'parameters'>, 'path'>> & Given<Part<Part<Operation<Path>, 'parameters'>, 'query'>>

/** The body of the answer of an address. */
export type Answer<Path extends keyof paths> = Operation<Path> extends { responses: { 200: { content: infer Content } } } ? Content[keyof Content] : never

/** The addresses that answer in JSON. */
export type JsonPath = { [Path in keyof paths]: Operation<Path> extends { responses: { 200: { content: { 'application/json': unknown } } } } ? Path : never }[keyof paths]

/** The addresses of lists. */
export type ListPath = { [Path in keyof paths]: Answer<Path> extends { data: unknown[], links: { next: string | null } } ? Path : never }[keyof paths]

/** The addresses of lists that can be exported. */
export type ExportPath = { [Path in ListPath]: `${Path}.ndjson` extends keyof paths ? Path : never }[ListPath]

/** One row of a list. */
export type Row<Path extends ListPath> = Answer<Path> extends { data: Array<infer One> } ? One : never

/** What `fields` leaves of it. */
type Chosen<Whole, Asked> = Asked extends { fields: ReadonlyArray<infer Field> } ? Pick<Whole, Field & keyof Whole> : Whole

/** The body of an answer, with the fields that were asked for. */
type ChosenAnswer<Path extends keyof paths, Asked> = Asked extends { fields: readonly unknown[] }
  ? Answer<Path> extends { data: Array<infer One> }
    ? Omit<Answer<Path>, 'data'> & { data: Array<Chosen<One, Asked>> }
    : Answer<Path> extends { data: infer Data } ? Omit<Answer<Path>, 'data'> & { data: Chosen<Data, Asked> } : Answer<Path>
  : Answer<Path>

/** The names of codes that exports have beside their fields, such as country_name. */
type Names = Record<string, unknown>

/** What may be asked of an address: its parameters, with lists that nobody may change allowed too. */
type Asking<Path extends keyof paths> = { [Name in keyof Parameters<Path>]: Parameters<Path>[Name] extends Array<infer One> | undefined ? readonly One[] | Exclude<Parameters<Path>[Name], unknown[]> : Parameters<Path>[Name] }

/** An address that can be asked without any parameter. */
type Free<Path extends keyof paths> = {} extends Parameters<Path> ? Path : never

export interface CallOptions {
  signal?: AbortSignal
  headers?: Record<string, string>
}

export interface RegistryOptions {
  /** Language of names, unless a call says otherwise: en, fr, es, ar, zh or ru. */
  lang?: 'en' | 'fr' | 'es' | 'ar' | 'zh' | 'ru'
  /** How many answers are kept and asked for again with their ETag, which costs the service next to nothing. 100 outside of browsers, which keep answers themselves. */
  keep?: number
  /** How often a request is tried again that the service had no room for (429, 503), after as long as it says. 2 by default. */
  retries?: number
  /** What asks, for tests and proxies. */
  fetch?: Fetch
}

/** A request that the service refused, or could not answer. */
export class RegistryProblem extends Error {
  override readonly name = 'RegistryProblem'
  /** All that it says. */
  readonly problem: Problem

  constructor (problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }

  get status (): number {
    return this.problem.status
  }

  /** The stable name of the kind of problem, such as INVALID_PARAMETER. */
  get code (): string {
    return this.problem.code
  }

  /** What is wrong with each part of the request, with the nearest valid value where there is one. */
  get errors (): Problem['errors'] {
    return this.problem.errors
  }
}

export class Registry {
  readonly #client: ReturnType<typeof createClient<paths>>
  readonly #lang: string | undefined

  /** `address` is where the service answers, such as http://localhost:8080. */
  constructor (address: string, { lang, keep = 'document' in globalThis ? 0 : 100, retries = 2, fetch = (request) => globalThis.fetch(request) }: RegistryOptions = {}) {
    this.#lang = lang
    this.#client = createClient<paths>({
      baseUrl: address.replace(/\/$/, ''),
      fetch: keepAnswers(retry(fetch, retries), keep),
      querySerializer: { array: { style: 'form', explode: false } }
    })
  }

  /** The answer of an address that speaks JSON: `get('/v1/networks/{id}', { id: 'mali' })`. */
  get<Path extends JsonPath> (path: Free<Path>): Promise<Answer<Path>>
  get<Path extends JsonPath, const Asked extends Asking<Path>> (path: Path, asked: Asked, options?: CallOptions): Promise<ChosenAnswer<Path, Asked>>
  async get (path: string, asked?: object, options?: CallOptions): Promise<unknown> {
    return await this.#ask(path, asked, options, 'json')
  }

  /** All pages of a list, one after the other, until the last one. */
  pages<Path extends ListPath> (path: Free<Path>): AsyncGenerator<Answer<Path>, void, undefined>
  pages<Path extends ListPath, const Asked extends Asking<Path>> (path: Path, asked: Asked, options?: CallOptions): AsyncGenerator<ChosenAnswer<Path, Asked>, void, undefined>
  async * pages (path: string, asked?: object, options?: CallOptions): AsyncGenerator<any, void, undefined> {
    let cursor: string | null | undefined
    while (cursor !== null) {
      const page = await this.#ask(path, cursor === undefined ? asked : { ...asked, cursor }, options, 'json')
      yield page
      const { links: { next } } = page as { links: { next: string | null } }
      cursor = next === null ? null : new URL(next, 'http://localhost').searchParams.get('cursor')
    }
  }

  /** All rows of a list, page by page. For many rows, `lines` asks once instead. */
  rows<Path extends ListPath> (path: Free<Path>): AsyncGenerator<Row<Path>, void, undefined>
  rows<Path extends ListPath, const Asked extends Asking<Path>> (path: Path, asked: Asked, options?: CallOptions): AsyncGenerator<Chosen<Row<Path>, Asked>, void, undefined>
  async * rows (path: ListPath, asked: any = {}, options?: CallOptions): AsyncGenerator<any, void, undefined> {
    for await (const { data } of this.pages(path, asked, options)) yield * data
  }

  /** All rows of a list out of its NDJSON export, as they arrive; each has the names of its codes behind its fields. */
  lines<Path extends ExportPath> (path: Free<Path>): AsyncGenerator<Row<Path> & Names, void, undefined>
  lines<Path extends ExportPath, const Asked extends Asking<Path>> (path: Path, asked: Asked, options?: CallOptions): AsyncGenerator<Chosen<Row<Path>, Asked> & Names, void, undefined>
  async * lines (path: string, asked?: object, options?: CallOptions): AsyncGenerator<any, void, undefined> {
    const body = await this.#ask(`${path}.ndjson`, asked, options, 'stream') as ReadableStream<Uint8Array<ArrayBuffer>>
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    try {
      let rest = ''
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        const lines = (rest + read.value).split('\n')
        rest = lines.pop()!
        for (const line of lines) yield JSON.parse(line)
      }
      if (rest !== '') throw new Error(`The rows of ${path} broke off in the middle of one`)
    } finally {
      // Whoever stops reading wants no more.
      await reader.cancel()
    }
  }

  /** A list as CSV text. */
  csv<Path extends ExportPath> (path: Free<Path>): Promise<string>
  csv<Path extends ExportPath, const Asked extends Asking<Path>> (path: Path, asked: Asked, options?: CallOptions): Promise<string>
  async csv (path: string, asked?: object, options?: CallOptions): Promise<string> {
    return await this.#ask(`${path}.csv`, asked, options, 'text') as string
  }

  async #ask (path: string, asked: object = {}, { signal, headers = {} }: CallOptions = {}, parseAs: 'json' | 'text' | 'stream'): Promise<unknown> {
    const inPath = Object.fromEntries(Object.entries(asked).filter(([name]) => path.includes(`{${name}}`)))
    const query = Object.fromEntries(Object.entries(asked).filter(([name]) => !(name in inPath)))
    const get = this.#client.GET as (path: string, init: object) => Promise<{ data?: unknown, error?: unknown, response: Response }>
    const { data, error, response } = await get(path, {
      params: { path: inPath, query },
      parseAs,
      headers: { ...this.#lang === undefined || 'lang' in asked ? {} : { 'Accept-Language': this.#lang }, ...headers },
      ...signal === undefined ? {} : { signal }
    })
    if (!response.ok) throw new RegistryProblem(problemOf(error, response))
    return data
  }
}

/** The problem that an answer tells, also where something before the service gave it. */
function problemOf (error: unknown, { status, statusText, url, headers }: Response): Problem {
  if (typeof error === 'object' && error !== null && 'code' in error && 'detail' in error) return error as Problem
  return { type: 'about:blank', title: statusText, status, detail: `${url} answered ${status} ${statusText}, without a problem of the registry.`, instance: url, code: 'NOT_THE_REGISTRY', request_id: headers.get('x-request-id') ?? '', errors: [] }
}
