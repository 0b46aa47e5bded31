import pino, { type DestinationStream, type Logger, type LogFn } from 'pino';
import type { LogLevel } from '../config/config';
import { redactText, redactValue } from '../domain/redaction';

/**
 * The log of a process: lines of JSON, on standard output unless another destination is given. Everything that is logged goes through the one redaction
 * list, whoever logs it: fields by their names, texts (messages, stacks, fields of errors and of their causes) by the forms that secrets have.
 */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    // An error is plain by then.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(args, method) {
        method.apply(this, withoutSecrets(args));
      },
    },
  };
  const log = destination === undefined ? pino(options) : pino(options, destination);
  const child: Logger['child'] = log.child;
  log.child = function (this: Logger, bindings, ...rest) {
    return child.call(this, redactValue(bindings) as pino.Bindings, ...rest);
  } as Logger['child'];
  return log;
}

/** An error alone brings its message with it, as pino has it. */
function withoutSecrets([first, ...rest]: Parameters<LogFn>): Parameters<LogFn> {
  const texts = rest.map(redactValue);
  if (first instanceof Error) {
    return argumentsOf({ err: redactValue(first) }, ...(texts.length > 0 ? texts : [redactText(first.message)]));
  }
  return argumentsOf(redactValue(first), ...texts);
}

/** Whatever a log method takes; its overloads are about what callers write. */
const argumentsOf = (...args: unknown[]): Parameters<LogFn> => args as Parameters<LogFn>;
