import { blocked, warning, type Check } from './check';

/** The guest is locked by nobody and is no template. */
export const stateCheck: Check = {
  name: 'state',
  run({ change, live }) {
    if (!live || change.op === 'create') return [];
    const { lock, template, protection } = live.config;
    const verdicts = [];
    if (lock !== null)
      verdicts.push(
        blocked('guest_locked', `Guest ${live.vmid} is locked (${lock}): something works on it. Apply when that is done.`),
      );
    if (template) {
      const message = `Guest ${live.vmid} is a template, which is not changed by NetBox: its clones are made from it as it is. Change it in Proxmox.`;
      verdicts.push(blocked('guest_is_template', message));
    }
    if (protection && change.op === 'delete') {
      verdicts.push(
        warning(
          'guest_protected',
          `Guest ${live.vmid} is protected. It will not be deleted before its protection is taken off in Proxmox.`,
        ),
      );
    }
    return verdicts;
  },
};
