/**
 * A page of the documentation, typed as it stands in a copy of the project. `sh` blocks are commands, `console` blocks
 * are commands with what they print (`…` stands for what is left out), `diff` blocks are changes, and a block whose
 * first line names a file after its language is written to that file.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './child.ts';
import { eventually } from './eventually.ts';
import { type ProjectCopy, passes } from './project-copy.ts';
import { startCopy, startProcess } from './started.ts';

interface Block {
  readonly kind: string;
  /** Where it is written to. */
  readonly file: string | undefined;
  readonly body: string;
}

export const blocksOf = (page: string): Block[] =>
  [...page.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(([, kind = '', file, body = '']) => ({
    kind,
    file,
    body,
  }));

/** What makes the copy, and what takes a while and is tried by every other test. */
const DONE_ALREADY = /^(?:git clone|cd|npm ci)\b/;

/** Where pages say that the gateway and an API of one's own listen. */
const GATEWAY = 'http://localhost:8080';
const API_PORT = /\b3000\b/g;
/** A folder beside the project. */
const BESIDE = '../books';

export class PageSession {
  readonly #copy: ProjectCopy;
  readonly #beside = mkdtempSync(join(tmpdir(), 'books-'));
  readonly #running = new Map<string, { stop(): Promise<void> }>();
  #url = GATEWAY;
  #apiPort = '';

  readonly #awaitsReload: boolean;

  /** @param options.awaitsReload whether a response may come later, since the gateway takes over a changed file first */
  constructor(copy: ProjectCopy, { awaitsReload = false } = {}) {
    this.#copy = copy;
    this.#awaitsReload = awaitsReload;
  }

  async play(blocks: readonly Block[]): Promise<void> {
    this.#apiPort = String(await freePort());
    for (const { kind, file, body } of blocks)
      if (file !== undefined) writeFileSync(this.#placed(file), this.#placed(body));
      else if (kind === 'sh') for (const line of body.trim().split('\n')) await this.#type(line);
      else if (kind === 'console') await this.#look(body);
      else if (kind === 'diff') {
        this.#copy.write('change.diff', body);
        await passes(this.#copy.run('git', 'apply', 'change.diff'));
        await passes(this.#copy.run('rm', 'change.diff'));
      }
  }

  async close(): Promise<void> {
    for (const running of this.#running.values()) await running.stop();
    rmSync(this.#beside, { recursive: true, force: true });
  }

  /** With the ports and folders of this session. */
  #placed(text: string): string {
    return text
      .replaceAll(BESIDE, this.#beside)
      .replaceAll(API_PORT, this.#apiPort)
      .replaceAll(GATEWAY, this.#url);
  }

  async #type(line: string): Promise<void> {
    if (DONE_ALREADY.test(line)) return;
    if (!/npm start|start:gateway|^node /.test(line)) {
      await passes(this.#copy.run('sh', '-c', this.#placed(line)));
      return;
    }
    // Starting it again ends what ran before.
    await this.#running.get(line)?.stop();
    this.#running.set(line, await this.#start(line));
  }

  async #start(line: string): Promise<{ stop(): Promise<void> }> {
    if (line === 'npm start') {
      const { url, stop } = await startCopy(this.#copy);
      this.#url = url;
      return { stop };
    }
    const port = String(await freePort());
    const started = await startProcess(this.#copy, {
      command: 'sh',
      args: ['-c', this.#placed(line)],
      env: { PORT: port },
      isUp: /is running|http:\/\//,
    });
    if (line.includes('start:gateway')) this.#url = `http://127.0.0.1:${port}`;
    return started;
  }

  async #look(session: string): Promise<void> {
    for (const [, command = '', shown = ''] of session.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)) {
      const ask = () => this.#copy.run('sh', '-c', this.#placed(command));
      const said = await passes(ask());
      let missing = missingIn(said, this.#placed(shown));
      if (missing === undefined) continue;
      if (!this.#awaitsReload) throw new Error(`${command}\n\n${missing}`);
      await eventually(
        `${command} prints what the page shows`,
        async () => {
          missing = missingIn((await ask()).out, this.#placed(shown));
          return missing === undefined;
        },
        { tell: () => missing },
      );
    }
  }
}

/** @returns which part of what is shown is missing, and where; undefined when all parts come in their order */
export function missingIn(said: string, shown: string): string | undefined {
  let at = 0;
  for (const part of shown.trim().split('…')) {
    const found = said.indexOf(part, at);
    if (found === -1) return `has no\n${part}\nafter\n${said.slice(0, at)}\nin\n${said.slice(at)}`;
    at = found + part.length;
  }
  return undefined;
}
