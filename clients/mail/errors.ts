/** The mail server cannot be reached, or did not take a mail. The message is its words, without our password: look at PROXBOX_SMTP_URL first. */
export class MailNotTakenError extends Error {
  override readonly name = 'MailNotTakenError';
}
