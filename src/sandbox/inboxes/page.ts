import type { IncidentMail, Mail, SlackMail, TeamsMail } from './mail.ts';
import { asRecord } from './slack-rules.ts';

/** Everything that arrived: a page for a browser, JSON for everyone else. */
export function overview(request: Request, mail: Mail): Response {
  const { slack, teams, incidents, components } = mail;
  if ((request.headers.get('accept') ?? '').includes('text/html'))
    return new Response(page(mail), { headers: { 'content-type': 'text/html; charset=utf-8' } });
  return Response.json({ slack, teams, statuspage: { incidents: [...incidents.values()], components } });
}

const STYLE =
  'body{font:16px/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}' +
  'article{border:1px solid #8888;border-radius:.4rem;padding:.5rem 1rem;margin:.5rem 0;white-space:pre-wrap}' +
  'article.answer{margin-left:2rem}small{opacity:.7}';

function page({ slack, teams, incidents, components }: Mail): string {
  const part = (title: string, articles: readonly string[]) =>
    `<h2>${title}</h2>${articles.length === 0 ? '<p><small>Nothing arrived.</small></p>' : articles.join('')}`;
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Inboxes of the sandbox</title>',
    `<style>${STYLE}</style><h1>Inboxes of the sandbox</h1>`,
    part('Slack', slack.map(slackArticle)),
    part('Teams', teams.map(teamsArticle)),
    part('Status page', [...incidents.values()].map(incidentArticle)),
    `<p>${components.map(({ name, status }) => `${html(name)}: ${html(status)}`).join(' · ')}</p></html>`,
  ].join('\n');
}

function slackArticle({ ts, by, text, thread_ts, broadcast }: SlackMail): string {
  const time = new Date(Number(ts) * 1000).toISOString();
  const how =
    thread_ts === undefined ? '' : broadcast === true ? ', in the thread and the channel' : ', in the thread';
  return `<article${thread_ts === undefined ? '' : ' class="answer"'}><small>${time} by ${by}${how}</small>\n${html(unescapeSlack(text))}</article>`;
}

/** What a reader of Slack sees. */
function unescapeSlack(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function teamsArticle({ time, card }: TeamsMail): string {
  const body = Array.isArray(card.body) ? card.body.map(asRecord) : [];
  const lines = body.flatMap(({ text, facts }) =>
    Array.isArray(facts)
      ? facts.map(asRecord).map(({ title, value }) => `${String(title)}: ${String(value)}`)
      : [String(text)],
  );
  const shown = lines.map((line) => line.replaceAll(/\\([^\w\s])/g, '$1'));
  return `<article><small>${time}</small>\n${html(shown.join('\n'))}</article>`;
}

function incidentArticle({ name, status, incident_updates }: IncidentMail): string {
  const updates = incident_updates.map(({ status: of, body, created_at }) => `${created_at} ${of}: ${body}`);
  return `<article><strong>${html(name)}</strong> is ${html(status)}\n${html(updates.join('\n'))}</article>`;
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
