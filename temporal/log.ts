/** Where this room says what it does. A pino logger is one, and so is `console`. */
export interface TemporalLog {
  info(message: string): void;
  warn(message: string): void;
}
