#!/usr/bin/env node
/** `npx dci` and `npm run dci -- …`: works on a fresh clone, on any Node of the machine, from any folder. */
import { resolve } from 'node:path';
import { become, buildIfNeeded, installIfNeeded, root, startedIn } from './prepare.mjs';

installIfNeeded();
buildIfNeeded();
// Files are those of the folder that the user is in; npm runs scripts elsewhere. `.data` is the gateway's own.
const cwd = (process.env.npm_lifecycle_event === 'dci' && process.env.INIT_CWD) || startedIn;
const env = { ...process.env, DATA_DIR: resolve(root, process.env.DATA_DIR || '.data') };
become(['--enable-source-maps', resolve(root, 'dist/bin/cli.js'), ...process.argv.slice(2)], { env, cwd });
