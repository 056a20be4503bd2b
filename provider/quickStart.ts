// Pulumi's SDK loads TypeScript and a part of npm when it starts, to serialise the functions of dynamic providers. goimage has no
// dynamic providers, and every run of a user's program starts the plugin, so both wait until something asks for them: nothing does.

import * as nodeModule from "node:module";

type Load = (request: string, ...rest: unknown[]) => unknown;

// Not documented, and what tools that watch programs (APM) replace as well. Without it the plugin starts as before.
const { Module } = nodeModule as unknown as { Module: { _load?: Load } };
const load = Module._load;
const onlyForFunctions = /(?:^|\/)typescript-shim$|^@npmcli\/arborist$/;

if (load !== undefined) {
  Module._load = function (this: unknown, request, ...rest) {
    const now = () => load.call(this, request, ...rest);
    return onlyForFunctions.test(request) ? lazily(now) : now();
  };
}

function lazily(now: () => unknown): object {
  let loaded: object | undefined;
  return new Proxy(
    {},
    {
      get: (_, name) => {
        // What the SDK's compiled imports ask at once; with a yes they keep this object.
        if (name === "__esModule") return true;
        loaded ??= now() as object;
        return Reflect.get(loaded, name) as unknown;
      },
    },
  );
}
