import type { Route, Routes } from './call';
import { methods, type MethodSchema } from './method-schema';

export interface Match {
  route: Route;
  schema: MethodSchema;
  /** Parameters in the path. */
  path: Map<string, string>;
}

interface Branch {
  fixed: Map<string, Branch>;
  variable?: { name: string; branch: Branch };
  methods: Map<string, { route: Route; schema: MethodSchema }>;
}

const newBranch = (): Branch => ({ fixed: new Map(), methods: new Map() });

/** Finds the route of a method and path. */
export class Router {
  private readonly root = newBranch();

  constructor(routes: Routes) {
    for (const [name, route] of Object.entries(routes)) {
      const schema = methods.get(name);
      if (schema === undefined) throw new Error(`no schema for ${name}`);
      const [method = '', path = ''] = name.split(' ');
      this.branchOf(path).methods.set(method, { route, schema });
    }
  }

  find(method: string, path: string): Match | undefined {
    const values = new Map<string, string>();
    let branch = this.root;
    for (const segment of path.split('/').filter(part => part !== '')) {
      const fixed = branch.fixed.get(segment);
      if (fixed !== undefined) {
        branch = fixed;
      } else if (branch.variable !== undefined) {
        values.set(branch.variable.name, segment);
        branch = branch.variable.branch;
      } else {
        return undefined;
      }
    }
    const found = branch.methods.get(method);
    return found === undefined ? undefined : { ...found, path: values };
  }

  private branchOf(path: string): Branch {
    let branch = this.root;
    for (const segment of path.split('/').filter(part => part !== '')) {
      const variable = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (variable !== undefined) {
        branch.variable ??= { name: variable, branch: newBranch() };
        branch = branch.variable.branch;
      } else {
        let next = branch.fixed.get(segment);
        if (next === undefined) branch.fixed.set(segment, (next = newBranch()));
        branch = next;
      }
    }
    return branch;
  }
}
