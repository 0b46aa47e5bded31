import type { Choice } from './field';

/** Choice lists of NetBox 4.7. */

function titled(...values: string[]): Choice[] {
  return values.map(value => [value, `${value.charAt(0).toUpperCase()}${value.slice(1)}`]);
}

export const SITE_STATUS = titled('planned', 'staging', 'active', 'decommissioning', 'retired');
export const CLUSTER_STATUS = titled('planned', 'staging', 'active', 'decommissioning', 'offline');
export const VM_STATUS = titled('offline', 'active', 'planned', 'staged', 'failed', 'decommissioning', 'paused');
export const DEVICE_STATUS = titled('offline', 'active', 'planned', 'staged', 'failed', 'inventory', 'decommissioning');
export const VLAN_STATUS = titled('active', 'reserved', 'deprecated');
export const PREFIX_STATUS = titled('container', 'active', 'reserved', 'deprecated');
export const START_ON_BOOT: Choice[] = [
  ['on', 'On'],
  ['off', 'Off'],
  ['laststate', 'Last State'],
];
export const IP_STATUS: Choice[] = [...titled('active', 'reserved', 'deprecated'), ['dhcp', 'DHCP'], ['slaac', 'SLAAC']];
export const IP_ROLE: Choice[] = [
  ...titled('loopback', 'secondary', 'anycast'),
  ['vip', 'VIP'],
  ['vrrp', 'VRRP'],
  ['hsrp', 'HSRP'],
  ['glbp', 'GLBP'],
  ['carp', 'CARP'],
];
export const INTERFACE_MODE: Choice[] = [
  ['access', 'Access'],
  ['tagged', 'Tagged'],
  ['tagged-all', 'Tagged (All)'],
  ['q-in-q', 'Q-in-Q (802.1ad)'],
];
export const DUPLEX = titled('half', 'full', 'auto');
export const AIRFLOW: Choice[] = [
  ['front-to-rear', 'Front to rear'],
  ['rear-to-front', 'Rear to front'],
  ['left-to-right', 'Left to right'],
  ['right-to-left', 'Right to left'],
  ['side-to-rear', 'Side to rear'],
  ['rear-to-side', 'Rear to side'],
  ['bottom-to-top', 'Bottom to top'],
  ['top-to-bottom', 'Top to bottom'],
  ['passive', 'Passive'],
  ['mixed', 'Mixed'],
];
export const FACE = titled('front', 'rear');
export const JOURNAL_KIND = titled('info', 'success', 'warning', 'danger');
export const CUSTOM_FIELD_TYPE: Choice[] = [
  ['text', 'Text'],
  ['longtext', 'Text (long)'],
  ['integer', 'Integer'],
  ['decimal', 'Decimal'],
  ['boolean', 'Boolean'],
  ['date', 'Date'],
  ['datetime', 'Date & time'],
  ['url', 'URL'],
  ['json', 'JSON'],
  ['select', 'Selection'],
  ['multiselect', 'Multiple selection'],
  ['object', 'Object'],
  ['multiobject', 'Multiple objects'],
];
export const FILTER_LOGIC = titled('disabled', 'loose', 'exact');
export const UI_VISIBLE: Choice[] = [
  ['always', 'Always'],
  ['if-set', 'If set'],
  ['hidden', 'Hidden'],
];
export const UI_EDITABLE = titled('yes', 'no', 'hidden');
export const BUTTON_CLASS: Choice[] = [
  ['default', 'Default'],
  ...titled('blue', 'indigo', 'purple', 'pink', 'red', 'orange', 'yellow', 'green', 'teal', 'cyan', 'gray', 'black', 'white'),
  ['ghost-dark', 'Link'],
];
export const CHANGE_ACTION: Choice[] = [
  ['create', 'Created'],
  ['update', 'Updated'],
  ['delete', 'Deleted'],
];
export const JOB_STATUS = titled('pending', 'scheduled', 'running', 'completed', 'errored', 'failed');
