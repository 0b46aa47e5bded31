/** The receiver answered with something else than 2xx. Look at what it says, and at the target's address and secret. */
export class WebhookRefusedError extends Error {
  override readonly name = 'WebhookRefusedError';

  constructor(readonly status: number) {
    super(
      status >= 300 && status < 400
        ? `The receiver redirects (${status}): give its real address.`
        : `The receiver answered ${status}.`,
    );
  }
}
