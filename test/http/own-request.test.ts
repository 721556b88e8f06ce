import { describe, expect, it } from '@jest/globals';
import { isOwnRequest } from '../../src/http/own-request.ts';

const OWN = 'https://api.example.com';
const EVIL = 'https://evil.example';
const SIBLING = 'https://www.example.com';
const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

type Case = readonly [method: string, headers: Record<string, string>, isOwn: boolean];

const CASES: readonly Case[] = [
  ['GET', {}, true],
  ['GET', { 'sec-fetch-site': 'same-origin' }, true],
  ['GET', { 'sec-fetch-site': 'none' }, true],
  ['GET', { 'sec-fetch-site': 'cross-site', ...navigation }, true],
  ['GET', { 'sec-fetch-site': 'same-site', ...navigation }, true],
  ['GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, false],
  ['GET', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, false],
  [
    'GET',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    false,
  ],
  ['GET', { origin: EVIL }, false],
  ['GET', { origin: OWN }, true],
  ['POST', {}, false],
  ['POST', { 'sec-fetch-site': 'same-origin' }, true],
  ['POST', { 'sec-fetch-site': 'same-origin', origin: OWN }, true],
  ['POST', { 'sec-fetch-site': 'none' }, false],
  ['POST', { 'sec-fetch-site': 'same-site', origin: SIBLING }, false],
  ['POST', { 'sec-fetch-site': 'cross-site', origin: EVIL, ...navigation }, false],
  ['POST', { origin: OWN }, true],
  ['POST', { origin: 'http://api.example.com' }, false],
  ['POST', { origin: `${OWN}.evil.example` }, false],
  ['POST', { origin: 'null' }, false],
  ['DELETE', { origin: SIBLING }, false],
  ['GET', { upgrade: 'websocket', origin: OWN }, true],
  ['GET', { upgrade: 'websocket', origin: SIBLING, 'sec-fetch-site': 'same-site' }, false],
  ['GET', { upgrade: 'websocket' }, false],
];

describe('Whether a request comes from a page of this server', () => {
  it.each(CASES)('%s with %j: %j', (method, headers, isOwn) => {
    expect(isOwnRequest({ method, headers }, OWN)).toBe(isOwn);
  });
});
