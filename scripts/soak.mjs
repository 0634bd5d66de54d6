import { become, buildIfNeeded, installIfNeeded } from './prepare.mjs';

installIfNeeded();
buildIfNeeded();
become(['bench/soak.mjs', ...process.argv.slice(2)]);
