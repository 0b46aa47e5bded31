import { ProxmoxRefusedError, ProxmoxUnavailableError } from './errors';

export type AgentSilence = 'guest-stopped' | 'not-configured' | 'not-running' | 'failed' | 'no-answer';

/** A guest without a working agent is an ordinary state, not an error. A missing right stays a `ProxmoxPermissionError`. */
export type AgentAnswer<T> =
  { readonly available: true; readonly value: T } | { readonly available: false; readonly reason: AgentSilence };

export async function agentAnswer<T>(asked: Promise<T>): Promise<AgentAnswer<T>> {
  try {
    return { available: true, value: await asked };
  } catch (error) {
    const reason = silence(error);
    if (reason === null) throw error;
    return { available: false, reason };
  }
}

function silence(error: unknown): AgentSilence | null {
  if (error instanceof ProxmoxUnavailableError) return error.reason === 'no-answer' ? 'no-answer' : null;
  if (!(error instanceof ProxmoxRefusedError)) return null;
  switch (error.reason) {
    case 'not-running':
      return 'guest-stopped';
    case 'agent-not-configured':
      return 'not-configured';
    case 'agent-not-running':
      return 'not-running';
    case 'agent-failed':
      return 'failed';
    default:
      return null;
  }
}
