import schemaFile from './schema.json';

/** One parameter, or one key of a property string. */
export interface ParameterSchema {
  type?: string;
  optional?: number;
  enum?: (string | number)[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  /** Name of the property string grammar in `formats`. */
  properties?: string;
  /** For `net[n]` and the like: `net0` to `net<count - 1>`. */
  count?: number;
  default_key?: number;
  alias?: string;
  keyAlias?: string;
  requires?: string;
}

export type PropertyStringSchema = Record<string, ParameterSchema>;

export interface MethodSchema {
  /** Parameters by name; numbered ones are written out (`net0`, `net1`, …). */
  parameters: Map<string, ParameterSchema>;
  /** Run by pvedaemon, not by pveproxy. */
  protected: boolean;
}

interface SchemaFile {
  formats: Record<string, PropertyStringSchema>;
  methods: Record<string, { parameters: Record<string, ParameterSchema>; protected?: boolean }>;
}

const file: SchemaFile = schemaFile;

/** Grammars of property strings, by the name that `ParameterSchema.properties` refers to. */
export const propertyStrings: Record<string, PropertyStringSchema> = file.formats;

/** The methods that the simulator serves, by `METHOD /path/{parameter}`. */
export const methods: Map<string, MethodSchema> = new Map(
  Object.entries(file.methods).map(([name, method]) => [
    name,
    { parameters: writeOutNumbered(method.parameters), protected: method.protected === true },
  ]),
);

function writeOutNumbered(parameters: Record<string, ParameterSchema>): Map<string, ParameterSchema> {
  const all = new Map<string, ParameterSchema>();
  for (const [name, schema] of Object.entries(parameters)) {
    if (schema.count === undefined) {
      all.set(name, schema);
      continue;
    }
    const stem = name.slice(0, -'[n]'.length);
    for (let i = 0; i < schema.count; i++) all.set(`${stem}${i}`, schema);
  }
  return all;
}

/** Parameters of a config write that are switches of the request, not values to be stored. */
export const REQUEST_SWITCHES: ReadonlySet<string> = new Set([
  'node',
  'vmid',
  'digest',
  'delete',
  'revert',
  'force',
  'skiplock',
  'background_delay',
  'import-working-storage',
]);

/** Keys of a guest's configuration: what its config write accepts and stores, without the switches of the request itself. */
export function configKeys(kind: 'qemu' | 'lxc'): Set<string> {
  return CONFIG_KEYS[kind];
}

const keysOf = (method: string): string[] =>
  [...(methods.get(method)?.parameters.keys() ?? [])].filter(key => !REQUEST_SWITCHES.has(key));
const CONFIG_KEYS = {
  qemu: new Set([...keysOf('PUT /nodes/{node}/qemu/{vmid}/config'), 'meta', 'parent', 'snaptime', 'vmstate', 'runningmachine']),
  lxc: new Set([...keysOf('PUT /nodes/{node}/lxc/{vmid}/config'), 'parent', 'snaptime']),
};

/** The schema of a stored key. */
export function configKeySchema(kind: 'qemu' | 'lxc', key: string): ParameterSchema | undefined {
  return methods.get(`PUT /nodes/{node}/${kind}/{vmid}/config`)?.parameters.get(key);
}
