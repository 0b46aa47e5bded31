import { z } from 'zod';
import { plainText } from '../../text';
import { givenPassword } from '../secret-text';

export const netboxProofSchema = z.strictObject({
  username: plainText(150).describe('Of NetBox.'),
  password: givenPassword.describe('Of NetBox. It is used once and not kept.'),
});

export const netboxProofView = z.strictObject({ netboxUsername: z.string().describe('As NetBox writes it.') });
export type NetBoxProofView = z.output<typeof netboxProofView>;
