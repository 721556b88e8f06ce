/**
 * `multipleOf` (JSON Schema 2020-12, Validation §6.2.1) in decimal arithmetic: 19.99 is a multiple of 0.01 despite
 * binary fractions, and 5.000000001 is no multiple of 1.
 */
import type { Ajv2020 } from 'ajv/dist/2020.js';

const KEYWORD = 'multipleOf';

export function addExactMultipleOf(ajv: Ajv2020): void {
  ajv.removeKeyword(KEYWORD);
  ajv.addKeyword({
    keyword: KEYWORD,
    type: 'number',
    schemaType: 'number',
    compile: (divisor: number) => {
      const parts = decimalOf(divisor);
      return (value: number) => isMultiple(value, divisor, parts);
    },
    error: { message: ({ schema }) => `must be multiple of ${schema}` },
  });
}

/** `digits × 10^exponent`. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

function isMultiple(value: number, divisor: number, { digits, exponent }: Decimal): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0;
  if (!Number.isFinite(value)) return false;
  const decimal = decimalOf(value);
  const shift = decimal.exponent - exponent;
  return shift >= 0
    ? (decimal.digits * 10n ** BigInt(shift)) % digits === 0n
    : decimal.digits % (digits * 10n ** BigInt(-shift)) === 0n;
}

/** The decimal form of the shortest text for this number (ECMA-262 §6.1.6.1.20), which is how it was written. */
function decimalOf(value: number): Decimal {
  const [mantissa = '', power = '0'] = String(value).split('e');
  const [integer = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(integer + fraction), exponent: Number(power) - fraction.length };
}
