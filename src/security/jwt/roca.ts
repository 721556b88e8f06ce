/**
 * Recognizes RSA keys of chips with a broken generator (ROCA, CVE-2017-15361), whose private keys can be computed. The
 * modulus of such a key is a power of 65537 modulo each of these primes. Of other keys, about one in 2^27 looks so.
 */
const PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

/** The powers of 65537 modulo each prime. */
const POWERS = PRIMES.map((prime) => {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * 65_537) % prime) powers.add(power);
  return { prime: BigInt(prime), powers };
});

export function isRocaModulus(modulus: Buffer): boolean {
  const value = BigInt(`0x${modulus.toString('hex')}`);
  return POWERS.every(({ prime, powers }) => powers.has(Number(value % prime)));
}
