/** Prints which packages of OpenTelemetry a process without a collector has loaded, beside the bare interface that prom-client asks for. */
import '../../../api/start';
import '../../../worker/start';
import { openTracing } from '../../../telemetry/tracing';

void openTracing({ endpoint: undefined }, 'test').then(tracing => {
  const loaded = Object.keys(require.cache).flatMap(file => /node_modules\/(@opentelemetry\/[\w-]+)/.exec(file)?.[1] ?? []);
  process.stdout.write(
    `${JSON.stringify({ tracing: tracing !== undefined, loaded: [...new Set(loaded)].filter(name => name !== '@opentelemetry/api') })}\n`,
  );
  process.exit(0);
});
