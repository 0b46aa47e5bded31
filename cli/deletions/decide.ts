import type { DeletionView } from '../../api/deletion/schema';
import { ifMatch } from '../connection/if-match';
import type { Context } from '../context';
import { UsageError } from '../errors';
import { reportDeletion } from './report';

export type Verdict = 'approve' | 'reject' | 'cancel';

/** Flags by which somebody says what they decide. */
export const decisionOptions = {
  confirm: {
    type: 'string',
    value: 'NAME',
    help: 'The name of the guest, or its VMID where it has none; typed by you where it is not given.',
  },
  digest: { type: 'string', value: 'DIGEST', help: 'Of the request that you read; else that of the request as it is now.' },
  'without-backup': { type: 'boolean', help: 'It goes without a recent backup.' },
  reason: { type: 'string', value: 'TEXT', help: 'Why; a rejection needs one.' },
} as const;

export interface DecisionValues {
  confirm?: string;
  digest?: string;
  'without-backup'?: boolean;
  reason?: string;
}

/** A decision in the words of the API. Whoever approves types the name of the guest, having seen what it is. */
export async function decisionOf(
  { terminal, asking }: Pick<Context, 'terminal' | 'asking'>,
  request: DeletionView,
  verdict: Verdict,
  values: DecisionValues,
): Promise<{ body: Record<string, unknown>; headers: Record<string, string> }> {
  const headers = ifMatch(request);
  if (verdict === 'approve') {
    const name = values.confirm ?? (await typedName());
    const digest = values.digest ?? request.digest ?? '';
    return { headers, body: { digest, name, without_backup: values['without-backup'] === true } };
  }
  if (verdict === 'reject' && values.reason === undefined)
    throw new UsageError('--reason is missing.', `proxbox deletion reject ${request.id} --reason TEXT`);
  return { headers, body: { ...(values.reason !== undefined && { reason: values.reason }) } };

  async function typedName(): Promise<string> {
    if (!asking.possible) {
      throw new UsageError(
        'An approval wants the name of the guest, and nobody can be asked here.',
        'Repeat the command with --confirm NAME.',
      );
    }
    for (const line of reportDeletion(request, terminal.paints)) terminal.say(line);
    return asking.line('The guest and its disks are destroyed for good. Type its name, or its VMID where it has none:');
  }
}
