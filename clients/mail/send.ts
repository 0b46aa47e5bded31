import { createTransport } from 'nodemailer';
import { withoutSecrets } from '../../domain/redaction';
import { MailNotTakenError } from './errors';

export interface Mail {
  /** The same at every attempt: it becomes the Message-ID, by which mail programs tell repetitions. */
  id: string;
  to: readonly string[];
  subject: string;
  text: string;
}

export interface MailServer {
  /** `smtp:` or `smtps:`, with user and password. */
  url: string;
  from: string;
}

const TIMEOUT_MS = 15_000;

/** Hands a mail to the server, once. STARTTLS is used where the server offers it. */
export async function sendMail({ id, to, subject, text }: Mail, { url, from }: MailServer): Promise<void> {
  const transport = createTransport({
    url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  try {
    const domain = from.slice(from.lastIndexOf('@') + 1);
    await transport.sendMail({
      from,
      to: [...to],
      subject,
      text,
      messageId: `<${id}@${domain}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  } catch (error) {
    throw new MailNotTakenError(withoutSecrets(error instanceof Error ? error.message : String(error), secretsOf(url)));
  } finally {
    transport.close();
  }
}

/** The password as it stands in the address, as it is sent, and as the two ways to sign in encode it: servers quote what they were told. */
function secretsOf(url: string): string[] {
  const { username, password } = new URL(url);
  const [user, plain] = [decodeURIComponent(username), decodeURIComponent(password)];
  const encoded = [plain, `\0${user}\0${plain}`].map(text => Buffer.from(text).toString('base64'));
  return plain === '' ? [] : [...encoded, plain, password];
}
