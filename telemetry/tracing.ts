import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientInterceptors } from '@temporalio/client';
import type { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';
import type { Config } from '../config/config';

/** What makes traces of what a process does. */
export interface Tracing {
  /** Begins a span for each request, goes on with the caller's trace, and hands it on in the header `traceparent`. */
  traceRequests(req: IncomingMessage, res: ServerResponse, next: () => void): void;
  /** Puts the trace into the headers of workflows that a client starts. */
  clientInterceptors: ClientInterceptors;
  /** Goes on with it in workflows and activities; the workflows' bundle needs it, too. */
  workerPlugin: OpenTelemetryPlugin;
  /** Sends what was not sent yet, for a few seconds at most. */
  stop(): Promise<void>;
}

const STOP_MS = 5_000;

/** Begins tracing, where a collector is configured. Without one nothing is loaded for it. @param service name under which people find the process. */
export async function openTracing({ endpoint }: Config['tracing'], service: string): Promise<Tracing | undefined> {
  if (endpoint === undefined) return undefined;
  const [otel, node, { OTLPTraceExporter }, { Resource }, temporal] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@temporalio/interceptors-opentelemetry'),
  ]);
  const resource = new Resource({ 'service.name': service });
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: STOP_MS });
  const spanProcessor = new node.BatchSpanProcessor(exporter, { exportTimeoutMillis: STOP_MS, scheduledDelayMillis: 1_000 });
  const provider = new node.NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register();
  const tracer = otel.trace.getTracer('proxbox-temporal');

  return {
    traceRequests: (req, res, next) => {
      const { method = '', headers } = req;
      // The query may hold what is secret.
      const path = (req.url ?? '').split('?', 1)[0] ?? '';
      const caller = otel.propagation.extract(otel.context.active(), headers);
      const attributes = { 'http.request.method': method, 'url.path': path };
      const span = tracer.startSpan(
        `${method} ${path.split('/', 2).join('/')}`,
        { kind: otel.SpanKind.SERVER, attributes },
        caller,
      );
      res.on('close', () => {
        span.setAttribute('http.response.status_code', res.statusCode);
        if (res.statusCode >= 500) span.setStatus({ code: otel.SpanStatusCode.ERROR });
        span.end();
      });
      const context = otel.trace.setSpan(caller, span);
      otel.propagation.inject(context, headers);
      otel.context.with(context, next);
    },
    clientInterceptors: { workflow: [new temporal.OpenTelemetryWorkflowClientInterceptor()] },
    workerPlugin: new temporal.OpenTelemetryPlugin({ resource, spanProcessor }),
    stop: () => provider.shutdown().catch(() => {}),
  };
}
