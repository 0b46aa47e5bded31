import { createTransport } from 'nodemailer';

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

/** Hands a mail to the server, once. STARTTLS is used where the server offers it. Throws nodemailer's error, which may quote the server. */
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
  } finally {
    transport.close();
  }
}
