/** For scripts outside Jest: Node strips the types of our platform code itself and needs help only with `.js`. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    context.parentURL?.includes('/src/platform/') && specifier.startsWith('./')
      ? next(specifier.replace(/\.js$/, '.ts'), context)
      : next(specifier, context),
});
