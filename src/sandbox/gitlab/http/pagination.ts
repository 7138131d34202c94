import { addressOf } from '../../code-host.ts';
import type { Params } from './params.ts';

const USUAL_PAGE = 20;
const LARGEST_PAGE = 100;

export interface Page {
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
}

export function pageOf(params: Params): Page {
  const perPage = params.integer('per_page') ?? USUAL_PAGE;
  return {
    page: Math.max(1, params.integer('page') ?? 1),
    perPage: Math.min(LARGEST_PAGE, Math.max(1, perPage)),
  };
}

function headersOf(request: Request, { page, perPage }: Page, hasNext: boolean, total?: number): Headers {
  const headers = new Headers({
    'X-Page': String(page),
    'X-Per-Page': String(perPage),
    'X-Prev-Page': page > 1 ? String(page - 1) : '',
    'X-Next-Page': hasNext ? String(page + 1) : '',
  });
  const link = (rel: string, number: number) => {
    // The address that the client used: another host's would look like a redirect to it.
    const url = addressOf(request);
    url.searchParams.set('page', String(number));
    url.searchParams.set('per_page', String(perPage));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link('prev', page - 1)] : []),
    ...(hasNext ? [link('next', page + 1)] : []),
    link('first', 1),
  ];
  if (total !== undefined) {
    const pages = Math.max(1, Math.ceil(total / perPage));
    headers.set('X-Total', String(total));
    headers.set('X-Total-Pages', String(pages));
    links.push(link('last', pages));
  }
  headers.set('Link', links.join(', '));
  return headers;
}

/** One page of a list that is known in full. `present` is asked for what is on the page only. */
export function paginated<T>(
  request: Request,
  params: Params,
  items: readonly T[],
  present: (item: T) => unknown,
): Response {
  const page = pageOf(params);
  const start = (page.page - 1) * page.perPage;
  const shown = items.slice(start, start + page.perPage);
  const hasNext = start + page.perPage < items.length;
  return Response.json(shown.map(present), {
    headers: headersOf(request, page, hasNext, items.length),
  });
}

/** One page of a list that is not counted; `read` gets one item more than the page has. */
export async function uncounted<T>(
  request: Request,
  params: Params,
  read: (skip: number, limit: number) => Promise<readonly T[]>,
  present: (item: T) => unknown,
): Promise<Response> {
  const page = pageOf(params);
  const items = await read((page.page - 1) * page.perPage, page.perPage + 1);
  const hasNext = items.length > page.perPage;
  return Response.json(items.slice(0, page.perPage).map(present), {
    headers: headersOf(request, page, hasNext),
  });
}
