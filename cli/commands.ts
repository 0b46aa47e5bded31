import type { Command, Group } from './command';
import { completion } from './commands/completion';
import { configCommands } from './commands/config';
import { doctor } from './commands/doctor';
import { endpointCommands } from './commands/endpoint';
import { runCommands } from './commands/run';
import { sync } from './commands/sync';

/** Everything that `proxbox` can do, in the order of its help. One more thing is one more file and a line here. */
export const entries: readonly (Command | Group)[] = [
  sync,
  runCommands,
  endpointCommands,
  doctor,
  configCommands,
  completion(() => entries),
];
