/** Lets Node.js find the modules of the sources, which name each other without an extension as the bundler does. */

import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOurs = specifier.startsWith(".") && !/\.\w+$/.test(specifier);
    return nextResolve(isOurs ? `${specifier}.ts` : specifier, context);
  },
});
