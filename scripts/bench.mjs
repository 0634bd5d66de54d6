import { become, buildIfNeeded, installIfNeeded } from './prepare.mjs';

installIfNeeded();
buildIfNeeded();
become(['bench/bench.mjs', ...process.argv.slice(2)]);
