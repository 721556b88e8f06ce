/** Why a fetch failed. Its message is only “fetch failed”; the code of its cause says more. */

export function reasonOf(error: unknown): string {
  const { message = 'the request failed', cause } = (error ?? {}) as { message?: string; cause?: unknown };
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? `${message} (${code})` : message;
}
