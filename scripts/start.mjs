import { become, buildIfNeeded, installIfNeeded } from './prepare.mjs';

installIfNeeded();
buildIfNeeded();
become(['dist/bin/main.js', ...process.argv.slice(2)], {
  env: { NODE_ENV: 'production', ...process.env },
});
