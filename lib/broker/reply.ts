/** What a consumer answers to a request: a value, or a fault and whether asking again may help. */
export type Reply = { ok: true; value: unknown } | { ok: false; retryable: boolean; code: string; message: string };
