/** Colours a text; gives it back as it is where colours are not wanted. */
export type Paint = (text: string) => string;

export interface Paints {
  bold: Paint;
  dim: Paint;
  red: Paint;
  green: Paint;
  yellow: Paint;
}

const ESCAPE = '\u001b';

export function paintsFor(colors: boolean): Paints {
  const paint =
    (code: number): Paint =>
    text =>
      colors && text !== '' ? `${ESCAPE}[${code}m${text}${ESCAPE}[0m` : text;
  return { bold: paint(1), dim: paint(2), red: paint(31), green: paint(32), yellow: paint(33) };
}

/** Text of others without what would steer a terminal. */
export const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ');
