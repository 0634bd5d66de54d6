/**
 * Whether `node_modules` lacks what package-lock.json names. By content: file times say nothing after a copy or a merge, and
 * an install under a running process takes away what it still has to load.
 *
 * @param pruned what only development needs was taken away, and is not missed
 */
export function lacksPackages(locked, installed, pruned = false) {
  return Object.entries(locked).some(([path, wanted]) => {
    if (path === '' || (pruned && wanted.dev)) return false;
    const found = installed[path];
    // npm leaves out what is made for another platform.
    return found === undefined ? !(wanted.optional || wanted.devOptional) : !isSame(found, wanted);
  });
}

const isSame = (found, wanted) =>
  found.version === wanted.version && (!found.integrity || !wanted.integrity || found.integrity === wanted.integrity);
