import { blocked, type Check } from './check';

/** Switches, opt-ins and the permission of whoever asked. */
export const gateCheck: Check = {
  name: 'gate',
  run: ({ gate }) => (gate.allowed ? [] : gate.reasons.map(({ code, message }) => blocked(code, message))),
};
