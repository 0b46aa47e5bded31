import { z } from 'zod';
import { Secret } from '../../config/secret';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, passwordLength } from '../../domain/people/names';

/** A password that is to be checked. */
export const givenPassword = z
  .string()
  .min(1)
  .max(MAX_PASSWORD_LENGTH)
  .transform(text => new Secret(text));

/** A password that is to be set. */
export const newPassword = z
  .string()
  .max(MAX_PASSWORD_LENGTH)
  .refine(text => passwordLength(text) >= MIN_PASSWORD_LENGTH, `Give at least ${MIN_PASSWORD_LENGTH} characters.`)
  .transform(text => new Secret(text));
