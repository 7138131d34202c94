import type { Forge, ForgeMergeRequest, ForgeProject } from '../gitlab/forge.ts';
import type { KasSpec } from './kas-spec.ts';
import { APPROVERS, BOT, OTHERS } from './people.ts';
import { REPORT_HEADER } from './review-text.ts';
import type { Timers } from './timers.ts';

export interface ApproversOptions {
  readonly forge: Forge;
  readonly appInterface: ForgeProject;
  readonly spec: KasSpec['bot'];
  readonly timers: Timers;
}

/** Approvers who answer by themselves, some seconds after the bot has asked for them. Returns the way to stop. */
export function answeringApprovers({ forge, appInterface, spec, timers }: ApproversOptions): () => void {
  const asked = new Set<number>();
  return forge.on((event) => {
    if (event.type !== 'note' || event.mergeRequest.projectId !== appInterface.id) return;
    const { mergeRequest, note } = event;
    const asks = note.author === BOT.username && note.body.startsWith(REPORT_HEADER);
    if (!asks || asked.has(mergeRequest.id) || spec.approvers === 'wait') return;
    asked.add(mergeRequest.id);
    for (const { seconds, author, body } of answers(mergeRequest, spec)) {
      timers.after(seconds, () => {
        if (mergeRequest.state !== 'opened') return;
        forge.mergeRequests.addNote(mergeRequest, author, body);
        if (body === STRANGERS_WORD) forge.mergeRequests.addLabel(mergeRequest, author, 'lgtm');
      });
    }
  });
}

const STRANGERS_WORD = 'looks fine to me\n/lgtm';

interface Answer {
  readonly seconds: number;
  readonly author: string;
  readonly body: string;
}

function answers(mergeRequest: ForgeMergeRequest, spec: KasSpec['bot']): Answer[] {
  const { lgtmSeconds, holdSeconds } = spec;
  const [first, second] = APPROVERS.filter(({ username }) => username !== mergeRequest.author);
  const [stranger] = OTHERS;
  if (first === undefined || second === undefined || stranger === undefined) return [];
  const later = lgtmSeconds + holdSeconds;
  switch (spec.approvers) {
    case 'answer':
      return [{ seconds: lgtmSeconds, author: first.username, body: '/lgtm' }];
    case 'hold-first':
      return [
        { seconds: lgtmSeconds, author: first.username, body: 'Is the schema fine with that?\n/hold' },
        { seconds: later, author: first.username, body: 'It is, thanks.\n/hold cancel\n/lgtm' },
      ];
    case 'stranger-first':
      return [
        { seconds: lgtmSeconds, author: stranger.username, body: STRANGERS_WORD },
        { seconds: later, author: second.username, body: '/lgtm' },
      ];
    case 'wait':
      return [];
    default:
      return spec.approvers satisfies never;
  }
}
