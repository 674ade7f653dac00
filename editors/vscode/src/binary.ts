// Finds the program `headwater`: the setting, else the PATH. Starts nothing.

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export interface Surroundings {
  platform: string;
  path: string | undefined;
  isProgram: (file: string) => boolean;
}

export type Found = { program: string } | { problem: string };

export function findBinary(setting: string, around: Surroundings = real()): Found {
  const chosen = setting.trim();
  if (chosen !== '') {
    if (!isAbsolute(chosen)) {
      return { problem: `The setting headwater.path must be an absolute path; it is "${chosen}".` };
    }
    return around.isProgram(chosen)
      ? { program: chosen }
      : { problem: `The setting headwater.path names "${chosen}", which is not a program that can be started.` };
  }
  const name = around.platform === 'win32' ? 'headwater.exe' : 'headwater';
  for (const folder of (around.path ?? '').split(delimiter)) {
    // A relative folder on the PATH would let a workspace bring its own program.
    if (isAbsolute(folder) && around.isProgram(join(folder, name))) {
      return { program: join(folder, name) };
    }
  }
  return { problem: 'The program "headwater" is not on the PATH. Install it, or say where it is in the setting headwater.path.' };
}

function real(): Surroundings {
  return { platform: process.platform, path: process.env['PATH'], isProgram };
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
