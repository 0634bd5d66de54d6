import { become, buildIfNeeded, installIfNeeded } from './prepare.mjs';

installIfNeeded();
buildIfNeeded();
become(['bench/run.mjs', ...process.argv.slice(2)]);
