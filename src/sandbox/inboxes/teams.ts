import { cardProblem } from './card-rules.ts';
import { TEAMS_WEBHOOK } from './inboxes-spec.ts';
import type { Mail } from './mail.ts';
import { asRecord } from './slack-rules.ts';

/** A workflow that posts a card when its webhook is called: it answers 202 before it has done so. */
export async function teamsWebhook(
  request: Request,
  { mail, now }: { readonly mail: Mail; readonly now: () => number },
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  if (pathname + search !== TEAMS_WEBHOOK)
    return problem(
      401,
      'DirectApiAuthorizationRequired',
      'The request must be authenticated by its signature.',
    );
  if (request.method !== 'POST') return problem(405, 'MethodNotAllowed', 'Only POST.');
  const text = await request.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return problem(400, 'InvalidRequestContent', 'The request content is not valid JSON.');
  }
  const found = cardProblem(body, Buffer.byteLength(text));
  if (found !== undefined) return problem(400, 'TriggerInputSchemaMismatch', found);
  const [attachment] = asRecord(body).attachments as readonly unknown[];
  mail.teams.push({ time: new Date(now()).toISOString(), card: asRecord(asRecord(attachment).content) });
  return new Response(null, { status: 202 });
}

function problem(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status });
}
