/** What is known about a person when somebody acts in NetBox. */
export interface LinkedPerson {
  id: string;
  enabled: boolean;
  netboxUsername: string | null;
}

/**
 * The person whose rights an action in NetBox has. Undefined when nobody who is enabled is linked with exactly that NetBox user, and when more
 * than one is: such an action has no right and satisfies no rule. Case counts, since NetBox lets single sign-on make two users that differ in it only.
 */
export function personForNetBoxUser<Person extends LinkedPerson>(
  people: readonly Person[],
  netboxUsername: string | null | undefined,
): Person | undefined {
  if (netboxUsername === null || netboxUsername === undefined || netboxUsername === '') return undefined;
  const linked = people.filter(person => person.netboxUsername === netboxUsername);
  const [person] = linked;
  return linked.length === 1 && person?.enabled === true ? person : undefined;
}
