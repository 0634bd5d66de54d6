/** `npx dci <command>` of the gateway. */
import { createProgram } from './cli/program.js';
import { runProgram } from './cli/run-program.js';

await runProgram(createProgram());
