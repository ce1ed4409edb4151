// What stands between the client and fetch: answers that are kept and asked for by their ETag, and requests that are tried again.

export type Fetch = (request: Request) => Promise<Response>

/** Asks again for what is held with If-None-Match, and gives the kept answer where the service says that it still holds. */
export function keepAnswers (fetch: Fetch, most: number): Fetch {
  if (most === 0) return fetch
  const kept = new Map<string, { tag: string, answer: Response }>()
  return async (request) => {
    const key = `${request.headers.get('accept-language')} ${request.url}`
    const held = kept.get(key)
    if (held !== undefined) request.headers.set('if-none-match', held.tag)
    const answer = await fetch(request)
    if (answer.status === 304 && held !== undefined) {
      // The one that was used last is the last to be dropped.
      kept.delete(key)
      kept.set(key, held)
      return held.answer.clone()
    }
    const tag = answer.headers.get('etag')
    // Exports are too long to be kept.
    if (answer.status === 200 && tag !== null && /^application[/]json\b/.test(answer.headers.get('content-type') ?? '')) {
      kept.set(key, { tag, answer: answer.clone() })
      if (kept.size > most) kept.delete(kept.keys().next().value!)
    }
    return answer
  }
}

/** Waits as long as the service says, then asks again. */
export function retry (fetch: Fetch, times: number): Fetch {
  return async (request) => {
    for (let left = times; ; left--) {
      const answer = await fetch(request.clone())
      const seconds = Number(answer.headers.get('retry-after') ?? NaN)
      if (left <= 0 || (answer.status !== 429 && answer.status !== 503) || !(seconds <= 60)) return answer
      await answer.body?.cancel()
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, seconds * 1000)
        request.signal.addEventListener('abort', () => {
          clearTimeout(timer)
          reject(request.signal.reason)
        }, { once: true })
      })
    }
  }
}
