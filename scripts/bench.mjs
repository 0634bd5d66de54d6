import { become, buildIfNeeded, installIfNeeded } from './prepare.mjs';

installIfNeeded();
buildIfNeeded();
become(['bench/search.mjs', ...process.argv.slice(2)]);
