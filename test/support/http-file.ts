/** Reads the `.http` form: variables, and requests between lines that begin with `###`. */

export interface FileRequest {
  readonly title: string;
  readonly name: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** @param variables override those of the file. @throws Error for an invalid line or an unknown variable */
export function parseHttpFile(text: string, variables: Readonly<Record<string, string>>): FileRequest[] {
  const [head = '', ...parts] = text.split(/^###/m);
  const own = Object.fromEntries(
    [...head.matchAll(/^@(\w+) = (.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  const known: Record<string, string> = { ...own, ...variables };
  const filled = (line: string) =>
    line.replaceAll(/\{\{(.*?)\}\}/g, (_, name: string) => {
      const value = known[name];
      if (value === undefined) throw new Error(`there is no variable ${name}`);
      return value;
    });
  return parts.map((part) => {
    const [title = '', ...lines] = part.split('\n');
    const name = lines.map((line) => /^# @name (\w+)$/.exec(line)?.[1]).find(Boolean);
    const rest = lines.filter((line) => !line.startsWith('#')).join('\n');
    const [first = '', ...after] = rest.split('\n\n');
    const [start = '', ...fields] = first.split('\n');
    const [, method, url] = /^([A-Z]+) (\S+)$/.exec(filled(start)) ?? [];
    if (method === undefined || url === undefined) throw new Error(`no request line: ${start}`);
    const headers = fields.filter(Boolean).map((field) => {
      const [, key, value] = /^([\w-]+): (.*)$/.exec(filled(field)) ?? [];
      if (key === undefined || value === undefined) throw new Error(`no header: ${field}`);
      return [key, value] as const;
    });
    const body = after.join('\n\n').trim();
    return {
      title: title.trim(),
      name,
      method,
      url,
      headers: Object.fromEntries(headers),
      body: body || undefined,
    };
  });
}
