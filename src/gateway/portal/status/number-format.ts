/** Formats numbers for people. */

/** Formats a rate per second. */
export const rate = (value: number): string =>
  value === 0 ? '0/s' : `${value < 10 ? value.toFixed(1) : Math.round(value)}/s`;

/** Formats milliseconds. */
export const milliseconds = (value: number | undefined): string =>
  value === undefined ? '–' : value.toFixed(value < 10 ? 1 : 0);

/** Of a part of a whole. */
export const percent = (share: number): string =>
  `${share > 0 && share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;
