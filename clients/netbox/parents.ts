import { isRecord } from './field-errors';
import type { NetBoxObject, NetBoxPath } from './object';

/** How a child row shows its parent, and which fields that takes. */
export interface ParentReader {
  readonly needs: readonly string[];
  readonly parentOf: (row: NetBoxObject) => number | undefined;
}

/**
 * The reader for a filter parameter, so that a list by parents can prove that the filter was obeyed.
 * Throws a TypeError for an unknown one, before any request: a filter that NetBox does not know returns everything.
 */
export function parentIdReader(path: NetBoxPath, parameter: string): ParentReader {
  const reader = pathReaders[`${path}?${parameter}`] ?? relationReaders[parameter];
  if (reader === undefined) throw new TypeError(`no way is known to check the filter ${parameter} of ${path}: pass parentOf`);
  return reader;
}

const relationReaders: Readonly<Record<string, ParentReader>> = {
  virtual_machine_id: relation('virtual_machine'),
  vminterface_id: assignedTo('virtualization.vminterface'),
  interface_id: assignedTo('dcim.interface'),
  site_id: relation('site'),
  device_id: relation('device'),
};

/**
 * Addresses and MACs hang on an interface, and know the VM through it only. Interfaces can be filtered by `cluster_id` but do not show
 * the cluster; virtual disks ignore that filter.
 */
const pathReaders: Readonly<Record<string, ParentReader>> = {
  'virtualization/virtual-machines?cluster_id': relation('cluster'),
  'dcim/devices?cluster_id': relation('cluster'),
  'ipam/ip-addresses?virtual_machine_id': vmOfAssignedInterface(),
  'dcim/mac-addresses?virtual_machine_id': vmOfAssignedInterface(),
};

function relation(field: string): ParentReader {
  return { needs: [field], parentOf: row => idOf(row[field]) };
}

function assignedTo(type: string): ParentReader {
  return {
    needs: ['assigned_object_type', 'assigned_object_id'],
    parentOf: row => (row['assigned_object_type'] === type ? numberOf(row['assigned_object_id']) : undefined),
  };
}

function vmOfAssignedInterface(): ParentReader {
  return {
    needs: ['assigned_object'],
    parentOf: ({ assigned_object }) => (isRecord(assigned_object) ? idOf(assigned_object['virtual_machine']) : undefined),
  };
}

function idOf(value: unknown): number | undefined {
  return isRecord(value) ? numberOf(value['id']) : numberOf(value);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
