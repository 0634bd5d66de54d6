import { become, buildIfNeeded, installIfNeeded } from './prepare.mjs';

installIfNeeded();
buildIfNeeded();
become(['examples/tour.mjs', ...process.argv.slice(2)]);
