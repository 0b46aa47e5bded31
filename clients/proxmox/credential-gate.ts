import { Limiter } from '../http/limiter';
import { ProxmoxAuthError, ProxmoxError, type FailedCall } from './errors';

/** How long a refused credential is not tried again. */
const REST_MS = 60_000;

/**
 * Keeps a wrong credential from being sent again and again: Proxmox holds every refused request for 3 s. Until a first answer has
 * proven the credential, one request is in flight; after a 401, further calls fail at once for a minute.
 */
export class CredentialGate {
  private readonly proof = new Limiter(1);
  private proven = false;
  private refusal: { readonly text: string; readonly until: number } | null = null;

  async run<T>(call: FailedCall, send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (this.proven) return this.attempt(call, send);
    const first = await this.proof.run(async () => (this.proven ? null : { answer: await this.attempt(call, send) }), signal);
    return first ? first.answer : this.attempt(call, send);
  }

  private async attempt<T>(call: FailedCall, send: () => Promise<T>): Promise<T> {
    if (this.refusal && Date.now() < this.refusal.until) {
      throw new ProxmoxAuthError(call, `not sent, because the credential was refused a moment ago: ${this.refusal.text}`);
    }
    try {
      const answer = await send();
      this.proven = true;
      return answer;
    } catch (error) {
      if (error instanceof ProxmoxAuthError) {
        this.proven = false;
        this.refusal = { text: error.message, until: Date.now() + REST_MS };
      } else if (error instanceof ProxmoxError && error.status !== null) this.proven = true;
      throw error;
    }
  }
}
