// How to ask for the example of an operation, in the languages of those who ask: each sample runs as it stands.

interface Sample {
  lang: string
  label: string
  source: string
}

type Write = (url: string) => string

const python = (body: string): Write => (url) => `import json, urllib.request\n\nwith urllib.request.urlopen("${url}") as answer:\n${body}\n`

/** By media type. What there is no table or object in is fetched and no more. */
const writers: Record<string, { python: Write, r: Write, js: Write }> = {
  'application/json': {
    python: python('    print(json.load(answer)["data"])'),
    r: (url) => `library(jsonlite)\n\nanswer <- fromJSON("${url}")\nprint(answer$data)\n`,
    js: (url) => `const answer = await fetch("${url}")\nconst { data } = await answer.json()\nconsole.log(data)\n`
  },
  'application/x-ndjson': {
    python: python('    for line in answer:\n        print(json.loads(line))'),
    r: (url) => `library(jsonlite)\n\nrows <- stream_in(url("${url}"), verbose = FALSE)\nprint(rows)\n`,
    js: (url) => `const answer = await fetch("${url}")\nfor (const line of (await answer.text()).split("\\n").filter(Boolean)) console.log(JSON.parse(line))\n`
  },
  'text/csv': {
    python: (url) => `import csv, io, urllib.request\n\nwith urllib.request.urlopen("${url}") as answer:\n    for row in csv.DictReader(io.TextIOWrapper(answer, encoding="utf-8", newline="")):\n        print(row)\n`,
    // Otherwise the code NA is no value, and 004 a number.
    r: (url) => `rows <- read.csv("${url}", na.strings = "", colClasses = "character", encoding = "UTF-8")\nprint(rows)\n`,
    js: (url) => `const answer = await fetch("${url}")\nconsole.log(await answer.text())\n`
  }
}

/** Samples for the request of an example, such as "GET /v1/networks?country=MLI", to the service under `base`. */
export function samplesOf (request: string, mediaType: string, base: string): Sample[] {
  const url = base + /^GET (\S+)/.exec(request)![1]!
  const writer = url.includes('/v1/') ? writers[mediaType] : undefined
  return [
    { lang: 'Shell', label: 'curl', source: `curl '${url}'` },
    ...writer === undefined
      ? []
      : [
          { lang: 'Python', label: 'Python', source: writer.python(url) },
          { lang: 'R', label: 'R', source: writer.r(url) },
          { lang: 'JavaScript', label: 'JavaScript', source: writer.js(url) }
        ]
  ]
}
