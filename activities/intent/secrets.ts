import { isSecretReference, type Param } from '../../domain/intent/plan/edit';
import { StopRun } from '../failures';
import type { IntentDeps } from './deps';

/** The parameters as they are sent: what stands for a secret is replaced by it, here and nowhere else. */
export async function paramsOf(
  { openSecret }: Pick<IntentDeps, 'openSecret'>,
  planId: string,
  params: Readonly<Record<string, Param>>,
): Promise<Record<string, string | number>> {
  const entries = Object.entries(params).map(async ([key, param]): Promise<[string, string | number]> => {
    if (!isSecretReference(param)) return [key, param];
    const secret = await openSecret(planId, param.secret);
    if (secret === undefined)
      throw new StopRun('configuration', `The secret for ${key} is not kept any more. Post the change again.`);
    return [key, secret];
  });
  return Object.fromEntries(await Promise.all(entries));
}
