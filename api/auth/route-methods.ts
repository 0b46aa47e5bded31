import { routeAccess } from './route-access';

/** Paths of the API as patterns, with what each of them answers. */
const paths = Object.keys(routeAccess).map(route => {
  const [method = '', path = ''] = route.split(' ');
  return { method, pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}/?$`, 'i') };
});

/** The methods that a path of the API has; none when it is no path of it. */
export const methodsOf = (path: string): string[] =>
  paths.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
