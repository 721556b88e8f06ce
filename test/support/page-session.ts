/**
 * Runs a page of the documentation in a copy of the project. `sh` blocks are commands, `console` blocks are commands with
 * their output (`…` stands for omitted parts), `diff` blocks are changes, and a block with a file name after its language
 * is written to that file.
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
  /** The file to which it is written. */
  readonly file: string | undefined;
  readonly body: string;
}

export const blocksOf = (page: string): Block[] =>
  [...page.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(([, kind = '', file, body = '']) => ({
    kind,
    file,
    body,
  }));

/** Commands that create the copy, and slow commands that other tests run. */
const DONE_ALREADY = /^(?:git clone|cd|npm ci)\b/;

/** The ports of the gateway and of an own API on the pages. */
const GATEWAY = 'http://localhost:8080';
const API_PORT = /\b3000\b/g;
/** A folder next to the project. */
const BESIDE = '../books';

export class PageSession {
  readonly #copy: ProjectCopy;
  readonly #beside = mkdtempSync(join(tmpdir(), 'books-'));
  readonly #running = new Map<string, { stop(): Promise<void> }>();
  #url = GATEWAY;
  #apiPort = '';

  readonly #awaitsReload: boolean;

  /** @param options.awaitsReload whether a response may come later, after the gateway has reloaded a changed file */
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

  /** Replaces ports and folders by those of this session. */
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
    // A second start ends the previous process.
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

/** @returns the first missing part of the shown output and its position; undefined when all parts appear in order */
export function missingIn(said: string, shown: string): string | undefined {
  let at = 0;
  for (const part of shown.trim().split('…')) {
    const found = said.indexOf(part, at);
    if (found === -1) return `has no\n${part}\nafter\n${said.slice(0, at)}\nin\n${said.slice(at)}`;
    at = found + part.length;
  }
  return undefined;
}
