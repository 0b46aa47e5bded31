/** The custom fields that intent reads and writes: names and types are Proxbox's, so that people who know it feel at home. */

export interface IntentCustomField {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'longtext' | 'integer' | 'boolean' | 'select';
  readonly objectTypes: readonly ('virtualization.virtualmachine' | 'netbox_branching.branch')[];
  readonly description: string;
  readonly uiVisible: 'always' | 'if-set' | 'hidden';
  readonly uiEditable: 'yes' | 'no' | 'hidden';
  readonly filterLogic: 'disabled' | 'loose' | 'exact';
  /** Of a select field: the choice set that is made for it. */
  readonly choices?: { readonly set: string; readonly values: readonly (readonly [value: string, label: string])[] };
}

/** What `proxbox_intent_state` can say. */
export const intentStates = [
  'planned',
  'pending',
  'applying',
  'applied',
  'failed',
  'drifted',
  'pending_deletion',
  'deleted',
] as const;
export type IntentState = (typeof intentStates)[number];

const stateLabels: Readonly<Record<IntentState, string>> = {
  planned: 'Planned',
  pending: 'Pending',
  applying: 'Applying',
  applied: 'Applied',
  failed: 'Failed',
  drifted: 'Drifted',
  pending_deletion: 'Pending deletion',
  deleted: 'Deleted',
};

type Field = Pick<IntentCustomField, 'name' | 'label' | 'type' | 'description'>;

const forPeople = (field: Field): IntentCustomField => ({
  ...field,
  objectTypes: ['virtualization.virtualmachine'],
  uiVisible: 'always',
  uiEditable: 'yes',
  filterLogic: 'loose',
});

const written = (field: Field, choices?: IntentCustomField['choices']): IntentCustomField => ({
  ...field,
  objectTypes: ['virtualization.virtualmachine'],
  uiVisible: 'hidden',
  uiEditable: 'hidden',
  filterLogic: 'disabled',
  ...(choices && { choices }),
});

/** The field that reflection writes as well; people set it for a new guest that is to have a VMID of their choice. */
const vmidField = forPeople({
  name: 'proxmox_vm_id',
  label: 'VMID',
  type: 'integer',
  description: 'The guest’s VMID. Empty for a new guest: one is given.',
});

/** Ten of virtual machines. */
export const vmIntentFields: readonly IntentCustomField[] = [
  forPeople({ name: 'proxmox_node', label: 'Node', type: 'text', description: 'The node that a new guest is made on.' }),
  forPeople({ name: 'proxmox_storage', label: 'Storage', type: 'text', description: 'The storage of the disks of a new guest.' }),
  forPeople({
    name: 'proxmox_iso',
    label: 'ISO',
    type: 'text',
    description: 'The ISO that a new guest starts from: local:iso/….',
  }),
  forPeople({
    name: 'proxmox_template_vmid',
    label: 'Template VMID',
    type: 'integer',
    description: 'The template that a new guest is cloned from.',
  }),
  forPeople({ name: 'cloud_init_user', label: 'Cloud-init user', type: 'text', description: 'The user that cloud-init makes.' }),
  forPeople({
    name: 'cloud_init_ssh_keys',
    label: 'Cloud-init SSH keys',
    type: 'longtext',
    description: 'Public keys, one a line.',
  }),
  forPeople({
    name: 'cloud_init_user_data',
    label: 'Cloud-init user data',
    type: 'longtext',
    description:
      'A snippet (local:snippets/…) or a #cloud-config document. No passwords: everybody who sees the VM can read them.',
  }),
  forPeople({
    name: 'cloud_init_network',
    label: 'Cloud-init network',
    type: 'longtext',
    description: 'JSON or YAML: ip, gw, dns_servers, search_domain; or ip=dhcp.',
  }),
  written(
    {
      name: 'proxbox_intent_state',
      label: 'Intent state',
      type: 'select',
      description: 'What became of the last change that was to reach Proxmox.',
    },
    { set: 'Proxbox intent state', values: intentStates.map(state => [state, stateLabels[state]]) },
  ),
  written({
    name: 'proxbox_last_apply_run_id',
    label: 'Last apply run',
    type: 'text',
    description: 'The run that applied the last change.',
  }),
];

/** What a NetBox is to have: the fields of branches as soon as it has the branching plugin, the opt-in of single virtual machines with the change log's watcher. */
export interface FieldScope {
  readonly branching: boolean;
  readonly changeLog: boolean;
}

/** Two of branches, of which the change log's watcher asks virtual machines for the first as well. */
const optInFields = ({ branching, changeLog }: FieldScope): IntentCustomField[] =>
  [
    {
      ...forPeople({
        name: 'apply_to_proxmox',
        label: 'Apply to Proxmox',
        type: 'boolean',
        description:
          'Changes in NetBox change guests in Proxmox: those of this branch when it is merged, or those of this virtual machine.',
      }),
      objectTypes: [
        ...(branching ? (['netbox_branching.branch'] as const) : []),
        ...(changeLog ? (['virtualization.virtualmachine'] as const) : []),
      ],
    },
    {
      ...forPeople({
        name: 'apply_destroy_confirmed',
        label: 'Deletions are meant',
        type: 'boolean',
        description: 'Deleted virtual machines of this branch become deletion requests, which somebody else decides about.',
      }),
      objectTypes: branching ? (['netbox_branching.branch'] as const) : [],
    },
  ].filter(field => field.objectTypes.length > 0);

/** Two of them, `proxmox_vm_id` and `proxmox_node`, reflection has as well: there is one field of a name, with the object types of both. */
export const intentCustomFields = (scope: FieldScope): readonly IntentCustomField[] => [
  vmidField,
  ...vmIntentFields,
  ...optInFields(scope),
];
