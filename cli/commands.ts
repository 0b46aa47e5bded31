import type { Command, Group } from './command';
import { auditCommands } from './commands/audit';
import { completion } from './commands/completion';
import { configCommands } from './commands/config';
import { deletionCommands } from './commands/deletion';
import { doctor } from './commands/doctor';
import { endpointCommands } from './commands/endpoint';
import { intentCommands } from './commands/intent';
import { planCommands } from './commands/plan';
import { runCommands } from './commands/run';
import { scheduleCommands } from './commands/schedule';
import { settingsCommands } from './commands/settings';
import { sync } from './commands/sync';
import { tokenCommands } from './commands/token';
import { userCommands } from './commands/user';

/** Everything that `proxbox` can do, in the order of its help. One more thing is one more file and a line here. */
export const entries: readonly (Command | Group)[] = [
  sync,
  runCommands,
  planCommands,
  intentCommands,
  deletionCommands,
  endpointCommands,
  scheduleCommands,
  settingsCommands,
  userCommands,
  tokenCommands,
  auditCommands,
  doctor,
  configCommands,
  completion(() => entries),
];
