import type { Hono } from 'hono';
import type { ForgeMergeRequest } from '../forge.ts';
import {
  DEVELOPER,
  type GitLabContext,
  type GitLabEnv,
  levelOf,
  mergeRequestOf,
  signedIn,
} from '../http/access.ts';
import { paginated } from '../http/pagination.ts';
import { forbidden, notFound, unauthorized } from '../http/problem.ts';
import { labelEventJson, noteJson, pipelineJson } from '../present/merge-request.ts';
import { isoTime, userJson } from '../present/project.ts';

function approvalsJson(c: GitLabContext, item: ForgeMergeRequest) {
  const username = c.get('username');
  const mine = item.approvedBy.includes(username);
  return {
    id: item.id,
    iid: item.iid,
    project_id: item.projectId,
    title: item.title,
    description: item.description,
    state: item.state,
    created_at: isoTime(item.createdAt),
    updated_at: isoTime(item.updatedAt),
    merge_status: item.mergeStatus,
    // No approval is asked for, so that nothing is missing.
    approved: true,
    approvals_required: 0,
    approvals_left: 0,
    require_password_to_approve: false,
    approved_by: item.approvedBy.map((name) => ({ user: userJson(c, name) })),
    suggested_approvers: [],
    approvers: [],
    approver_groups: [],
    user_has_approved: mine,
    user_can_approve: !mine && username !== '' && username !== item.author,
    approval_rules_left: [],
    has_approval_rules: false,
    merge_request_approvers_available: true,
    multiple_approval_rules_available: true,
    invalid_approvers_rules: [],
  };
}

/** Notes and discussions, approvals, labels' past and pipelines of a merge request. */
export function reviewRoutes(app: Hono<GitLabEnv>): void {
  const at = '/projects/:id/merge_requests/:iid';

  app.get(`${at}/notes`, (c) => {
    const { mergeRequest } = mergeRequestOf(c);
    const params = c.get('params');
    const notes = mergeRequest.notes.toSorted((a, b) => a.createdAt - b.createdAt || a.id - b.id);
    if (params.text('sort') !== 'asc') notes.reverse();
    return paginated(c.req.raw, params, notes, (note) => noteJson(c, mergeRequest, note));
  });

  app.get(`${at}/notes/:note`, (c) => {
    const { mergeRequest } = mergeRequestOf(c);
    const note = mergeRequest.notes.find(({ id }) => id === Number(c.req.param('note')));
    if (note === undefined) throw notFound('Note');
    return c.json(noteJson(c, mergeRequest, note));
  });

  app.post(`${at}/notes`, (c) => {
    const username = signedIn(c);
    const { mergeRequest } = mergeRequestOf(c);
    const body = c.get('params').required('body');
    const note = c.get('forge').mergeRequests.addNote(mergeRequest, username, body);
    return c.json(noteJson(c, mergeRequest, note), 201);
  });

  app.get(`${at}/discussions`, (c) => {
    const { mergeRequest } = mergeRequestOf(c);
    return paginated(c.req.raw, c.get('params'), mergeRequest.notes, (note) => ({
      id: String(note.id).padStart(40, '0'),
      individual_note: true,
      notes: [noteJson(c, mergeRequest, note)],
    }));
  });

  app.get(`${at}/resource_label_events`, (c) => {
    const { mergeRequest } = mergeRequestOf(c);
    return paginated(c.req.raw, c.get('params'), mergeRequest.labelEvents, (event) =>
      labelEventJson(c, mergeRequest, event),
    );
  });

  app.get(`${at}/pipelines`, (c) => {
    const { project, mergeRequest } = mergeRequestOf(c);
    return paginated(c.req.raw, c.get('params'), mergeRequest.pipelines, (pipeline) =>
      pipelineJson(c, project, mergeRequest, pipeline),
    );
  });

  app.get(`${at}/approvals`, (c) => c.json(approvalsJson(c, mergeRequestOf(c).mergeRequest)));

  app.get(`${at}/approval_state`, (c) => {
    mergeRequestOf(c);
    return c.json({ approval_rules_overwritten: false, rules: [] });
  });

  app.post(`${at}/approve`, (c) => {
    const username = signedIn(c);
    const { project, mergeRequest } = mergeRequestOf(c);
    if (levelOf(c, project) < DEVELOPER) throw unauthorized();
    if (mergeRequest.state !== 'opened') throw forbidden();
    c.get('forge').mergeRequests.approve(mergeRequest, username);
    return c.json(approvalsJson(c, mergeRequest), 201);
  });
}
