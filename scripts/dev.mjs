import { become, installIfNeeded } from './prepare.mjs';

installIfNeeded();
become(['scripts/dev-loop.mjs']);
