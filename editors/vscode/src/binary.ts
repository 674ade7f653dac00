// Finds the program `headwater`: the setting, else the one that came with the extension, else the PATH.

import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

export interface Surroundings {
  platform: string;
  path: string | undefined;
  isProgram: (file: string) => boolean;
}

export type Found = { program: string } | { problem: string };

/** `bundled` is the folder that an extension with a program of its own has. Starts nothing. */
export function findBinary(setting: string, bundled: string, around: Surroundings = real()): Found {
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
  if (around.isProgram(join(bundled, name))) {
    return { program: join(bundled, name) };
  }
  for (const folder of (around.path ?? '').split(delimiter)) {
    // A relative folder on the PATH would let a workspace bring its own program.
    if (isAbsolute(folder) && around.isProgram(join(folder, name))) {
      return { program: join(folder, name) };
    }
  }
  return {
    problem:
      'The program "headwater" is not installed. Build it with "cargo install --path lsp" in a checkout of Headwater so that it is on the PATH, or say where it is in the setting headwater.path.',
  };
}

/** What does not fit together, and what to do about it; nothing where all is well. */
export function versionProblem(own: string, program: string, said: string): string | undefined {
  const version = /^headwater (\d+)\.(\d+)\.(\d+)/.exec(said.trim());
  if (!version) {
    return `"${program} --version" said "${said.trim().slice(0, 60)}" and not which Headwater it is. Is it another program of this name? The setting headwater.path says which one to take.`;
  }
  const [, major, minor] = version;
  const [ownMajor, ownMinor] = own.split('.');
  // Before 1.0 the second number says what has changed for others.
  const fits = major === ownMajor && (major !== '0' || minor === ownMinor);
  return fits
    ? undefined
    : `This extension is of Headwater ${own}, and ${program} is ${said.trim().replace('headwater ', '')}. Some of what it shows may be missing; install the same version of both.`;
}

/** What the program says of itself. */
export async function versionOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: 10_000, windowsHide: true });
  return stdout;
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
