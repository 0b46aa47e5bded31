import { cloudInitRule } from './fields/cloud-init';
import { cpuRule } from './fields/cpu';
import { memoryRule } from './fields/memory';
import { nameRule } from './fields/name';
import { notesRule } from './fields/notes';
import { agentRule, searchDomainRule, startAtBootRule, swapRule } from './fields/options';
import { kindRule, nodeRule, vmidRule } from './fields/place';
import { tagsRule } from './fields/tags';
import type { VmRule } from './vm-rule';

/** Every field of a virtual machine that a guest of Proxmox can follow, or that must not be changed. */
export const vmRules: readonly VmRule[] = [
  kindRule,
  vmidRule,
  nodeRule,
  nameRule,
  cpuRule,
  memoryRule,
  swapRule,
  startAtBootRule,
  agentRule,
  tagsRule,
  notesRule,
  searchDomainRule,
  cloudInitRule,
];

/** Fields that only the birth of a guest reads. */
export const birthFields = [
  'proxmox_storage',
  'proxmox_iso',
  'proxmox_template_vmid',
  'proxmox_ostemplate',
  'proxmox_unprivileged_container',
] as const;
