/** The condition of a change: it is refused when somebody else changed the thing after we read it. */
export const ifMatch = ({ version }: { version: number }): { 'if-match': string } => ({ 'if-match': `"${version}"` });
