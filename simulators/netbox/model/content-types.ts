/** Content types that NetBox knows beside the modelled ones; custom fields, tags and links may name them. */
const OTHERS =
  'circuits.circuit circuits.circuitgroup circuits.circuittermination circuits.circuittype circuits.provider circuits.provideraccount ' +
  'circuits.providernetwork circuits.virtualcircuit core.datafile core.datasource dcim.cable dcim.consoleport dcim.consoleserverport ' +
  'dcim.devicebay dcim.frontport dcim.inventoryitem dcim.inventoryitemrole dcim.location dcim.module dcim.modulebay dcim.moduletype ' +
  'dcim.powerfeed dcim.poweroutlet dcim.powerpanel dcim.powerport dcim.rack dcim.rackreservation dcim.rackrole dcim.racktype dcim.rearport ' +
  'dcim.region dcim.sitegroup dcim.virtualchassis dcim.virtualdevicecontext extras.configcontext extras.configtemplate extras.eventrule ' +
  'extras.exporttemplate extras.imageattachment extras.webhook ipam.aggregate ipam.asn ipam.asnrange ipam.fhrpgroup ipam.iprange ipam.rir ' +
  'ipam.routetarget ipam.service ipam.servicetemplate ipam.vlantranslationpolicy tenancy.contact tenancy.contactgroup tenancy.contactrole ' +
  'tenancy.tenantgroup vpn.ikepolicy vpn.ipsecprofile vpn.l2vpn vpn.l2vpntermination vpn.tunnel wireless.wirelesslan wireless.wirelesslink';

const KNOWN = new Set(OTHERS.split(' '));

/** Whether NetBox has this content type although the simulator does not model it. */
export function isUnmodelledContentType(name: string): boolean {
  return KNOWN.has(name);
}
