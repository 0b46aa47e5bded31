import { liveDisks } from '../plan/live';
import { blocked, type Check, type CheckSubject, type Verdict } from './check';

/** What a new guest comes from exists: the template, the ISO, the container's archive. */
export const templateCheck: Check = {
  name: 'template',
  run(subject) {
    const { change, world } = subject;
    if (change.op !== 'create') return [];
    const { proxmox_template_vmid: vmid, proxmox_iso: iso, proxmox_ostemplate: archive } = change.vm;
    const isContainer = change.guest.kind === 'lxc';
    return [
      ...(vmid === null ? [] : templateProblems(vmid, subject)),
      ...(iso !== null && !isContainer ? missing(world.volumes, iso, 'iso_not_found', 'ISO', 'proxmox_iso') : []),
      ...(isContainer && vmid === null && (archive ?? iso) !== null
        ? missing(
            world.volumes,
            archive ?? iso ?? '',
            'ostemplate_not_found',
            'archive',
            archive === null ? 'proxmox_iso' : 'proxmox_ostemplate',
          )
        : []),
    ];
  },
};

function missing(volumes: ReadonlySet<string>, volid: string, reason: string, what: string, field: string): Verdict[] {
  return volumes.has(volid)
    ? []
    : [blocked(reason, `There is no ${what} ${volid} on the node. Upload it, or set ${field} to one that is there.`)];
}

function templateProblems(vmid: number, { change, template, plan, world }: CheckSubject): Verdict[] {
  const found = world.guests.find(guest => guest.vmid === vmid);
  if (!found) {
    return [
      blocked(
        'template_not_found',
        `There is no template ${vmid} in the cluster. Set proxmox_template_vmid to one that there is.`,
      ),
    ];
  }
  if (found.kind !== change.guest.kind) {
    return [
      blocked(
        'template_kind',
        `The template ${vmid} is of the kind ${found.kind}, and the guest is to be ${change.guest.kind}. Name another template.`,
      ),
    ];
  }
  if (!found.template)
    return [blocked('not_a_template', `Guest ${vmid} is no template. Make it one in Proxmox, or name one that is.`)];
  if (template === null) {
    const message = `The template ${vmid} is on ${found.node}, which is not online. Apply when it is, or name another template.`;
    return [blocked('node_offline', message)];
  }
  if (template.config.lock !== null)
    return [blocked('template_locked', `The template ${vmid} is locked (${template.config.lock}). Apply when that is done.`)];
  const local = liveDisks(template).flatMap(({ drive }) =>
    drive.storage !== null &&
    !world.storages.some(each => each.name === drive.storage && each.node === template.node && each.shared)
      ? [drive.storage]
      : [],
  );
  if (plan?.node === template.node || local.length === 0) return [];
  return [
    blocked(
      'template_elsewhere',
      `The template ${vmid} is on ${template.node} with disks on ${[...new Set(local)].join(', ')}, which no other node sees. Make the guest on ${template.node}.`,
    ),
  ];
}
