import { z } from 'zod';

/** Text that PostgreSQL, a log line and a terminal can all take: no control characters, no half of a surrogate pair. */
export const plainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(text => !/[\p{Cc}\p{Cs}]/u.test(text), 'Leave out control characters.');
