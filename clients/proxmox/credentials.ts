import type { ProxmoxAuth } from './options';
import { encodeForm } from './request-parts';

/** Gives the authentication headers of one request. */
export interface Credential {
  headers(write: boolean): Promise<Record<string, string>>;
  /** After a 401: drops what was used, and says whether another attempt with new headers makes sense. */
  renew(): boolean;
  /** Texts that must not appear in an error. */
  secrets(): readonly string[];
}

/** What `POST /access/ticket` gives. */
export interface Ticket {
  readonly ticket: string;
  readonly csrfToken: string;
}

/** Sends the login form, and answers with the ticket or fails like any call. */
export type Login = (form: string) => Promise<Ticket>;

/** Proxmox accepts a ticket for two hours. */
const TICKET_RENEWAL_MS = 60 * 60_000;

export function createCredential(auth: ProxmoxAuth, login: Login): Credential {
  return auth.type === 'token'
    ? tokenCredential(auth.tokenId, auth.secret)
    : new TicketCredential(auth.username, auth.password, login);
}

function tokenCredential(tokenId: string, secret: string): Credential {
  // Proxmox unescapes the header's value and lets it end at ';'.
  const user = encodeURIComponent(tokenId).replaceAll('%40', '@');
  const headers = { authorization: `PVEAPIToken=${user}=${encodeURIComponent(secret)}` };
  return { headers: async () => headers, renew: () => false, secrets: () => [secret] };
}

class TicketCredential implements Credential {
  private session: { readonly ticket: Promise<Ticket>; readonly renewAt: number } | null = null;
  private lastTicket: Ticket | null = null;

  constructor(
    private readonly username: string,
    private readonly password: string,
    private readonly login: Login,
  ) {}

  async headers(write: boolean): Promise<Record<string, string>> {
    const { ticket, csrfToken } = await this.currentTicket();
    const cookie = { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}` };
    return write ? { ...cookie, CSRFPreventionToken: csrfToken } : cookie;
  }

  renew(): boolean {
    this.session = null;
    return true;
  }

  secrets(): readonly string[] {
    return [this.password, ...(this.lastTicket ? [this.lastTicket.ticket, this.lastTicket.csrfToken] : [])];
  }

  /** All calls that come meanwhile share one login. */
  private currentTicket(): Promise<Ticket> {
    if (this.session && Date.now() < this.session.renewAt) return this.session.ticket;
    const session = { ticket: this.logIn(), renewAt: Date.now() + TICKET_RENEWAL_MS };
    session.ticket.catch(() => {
      if (this.session === session) this.session = null;
    });
    this.session = session;
    return session.ticket;
  }

  private async logIn(): Promise<Ticket> {
    this.lastTicket = await this.login(encodeForm({ username: this.username, password: this.password }));
    return this.lastTicket;
  }
}
