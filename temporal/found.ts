import type { NativeConnectionOptions } from '@temporalio/worker';

/** For `NativeConnection.connect` and `Connection.connect` alike. May hold an API key and a private key: never log it. */
export interface TemporalConnectionOptions extends Pick<NativeConnectionOptions, 'tls' | 'metadata'> {
  address: string;
  apiKey?: string;
}

/** A Temporal that can be used. */
export interface FoundTemporal {
  /** host:port of the gRPC service. */
  address: string;
  namespace: string;
  connectionOptions: TemporalConnectionOptions;
  /** This process started the server, or took it over from one that crashed: `stop()` ends it. */
  started: boolean;
  /** The Web UI, where we know it. */
  uiUrl: string | undefined;
  /** One line for people: what was found. */
  described: string;
  /** Ends the server if it is ours; does nothing to another. May be called twice. */
  stop(): Promise<void>;
}
