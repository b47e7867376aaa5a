import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError for what is no whole number from 0 on. */
export function parseWhole(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError('a whole number is needed.');
  }
  return value;
}

/** @throws InvalidArgumentError for what is no whole number from 1 on. */
export function parseCount(text: string): number {
  const value = parseWhole(text);
  if (value === 0) throw new InvalidArgumentError('at least 1 is needed.');
  return value;
}

/** @throws InvalidArgumentError for what is no number above 0 and up to 1. */
export function parseShare(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 1)) {
    throw new InvalidArgumentError('a number above 0 and up to 1 is needed.');
  }
  return value;
}
