import type { SeriesStore } from './series.ts';

export async function answerPrometheus(
  _request: Request,
  _series: SeriesStore,
  _now: number,
): Promise<Response> {
  return new Response('404 page not found\n', { status: 404 });
}
