// What the extension and the results panel's page say to each other.

import type { BlockResults, Runbook, Said } from '../src/protocol.ts';

export type ToPage =
  | { kind: 'runbook'; runbook: Runbook }
  | { kind: 'results'; results: BlockResults[] }
  /** Another runbook: nothing of the one before is true any longer. */
  | { kind: 'clear' }
  | { kind: 'focus'; block: string }
  /** What the server explains, above the cards. */
  | { kind: 'said'; said: Said }
  /** To the request with this number; a refusal has a reason. */
  | { kind: 'answer'; id: number; refused: string | null };

export type FromPage =
  | { kind: 'ready' }
  /** The page's last `results` are on the screen. */
  | { kind: 'drawn' }
  /** The blocks whose cards are on the screen, or nearly. */
  | { kind: 'seen'; blocks: string[] }
  | { kind: 'ask'; id: number; command: string; args: Record<string, unknown> }
  | { kind: 'copy'; text: string }
  | { kind: 'save'; name: string; text: string }
  | { kind: 'reveal'; block: string };
