import {
  type BundlerPlugin,
  bundleWorkflowCode,
  DefaultLogger,
  type NativeConnection,
  Worker,
  type WorkerPlugin,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import type { IntentActivities } from '../activities/intent/activities';
import type { NotificationActivities } from '../activities/notifications/activities';
import type { ReflectionActivities } from '../activities/reflection/activities';
import type { ReconcileActivities } from '../activities/runs/reconcile';
import type { RetentionActivities } from '../activities/retention/activities';
import type { ScheduleActivities } from '../activities/schedules/activities';
import { taskQueues } from '../workflows/names';

export interface WorkersOptions {
  connection: NativeConnection;
  namespace: string;
  activities: ReflectionActivities &
    IntentActivities &
    ReconcileActivities &
    ScheduleActivities &
    RetentionActivities &
    NotificationActivities;
  bundle?: WorkflowBundleWithSourceMap | { codePath: string };
  /** Makes traces; it has its part in the bundle. */
  plugin?: WorkerPlugin & BundlerPlugin;
}

/** The workflow code, bundled for the sandbox; about a second. The bundler's own statistics are left out of the log. */
export const bundleWorkflows = (plugins: BundlerPlugin[] = []): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({ workflowsPath: require.resolve('../workflows/index'), logger: new DefaultLogger('WARN'), plugins });

/**
 * One worker per task queue in this process. Reads of Proxmox and writes to NetBox have a queue of their own, so that a slow
 * cluster holds up nothing else.
 */
export async function createWorkers({ connection, namespace, activities, bundle, plugin }: WorkersOptions): Promise<Worker[]> {
  const plugins = plugin === undefined ? [] : [plugin];
  const workflowBundle = bundle ?? (await bundleWorkflows(plugins));
  const shared = {
    connection,
    namespace,
    activities,
    plugins,
    shutdownGraceTime: '20 seconds',
    shutdownForceTime: '45 seconds',
    stickyQueueScheduleToStartTimeout: '5 seconds',
    // Every beat is sent on: its answer is how an activity learns that it was cancelled.
    maxHeartbeatThrottleInterval: '2 seconds',
  } as const;
  return Promise.all([
    Worker.create({
      ...shared,
      taskQueue: taskQueues.control,
      workflowBundle,
      maxCachedWorkflows: 200,
      maxConcurrentActivityTaskExecutions: 50,
    }),
    Worker.create({ ...shared, taskQueue: taskQueues.reflect, maxConcurrentActivityTaskExecutions: 20 }),
    Worker.create({ ...shared, taskQueue: taskQueues.mutate, maxConcurrentActivityTaskExecutions: 20 }),
  ]);
}
